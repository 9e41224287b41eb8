"""Seeding, precision and the learning-rate schedule of the lecture's recipe."""

import functools
from pathlib import Path

import keras
import tensorflow as tf


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and Keras, so that a training gives the same result again on the same machine."""
    keras.utils.set_random_seed(seed)


def inverse_time_decay(
    learning_rate: float, decay: float
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the schedule that `decay=` of Keras 1 and 2 meant: learning_rate / (1 + decay * iteration).

    Args:
        learning_rate: learning rate of iteration 0.
        decay: growth of the divisor per iteration (one batch), not per epoch.

    Keras 3 accepts `decay=` in its optimizers, warns, and ignores it.
    """
    return keras.optimizers.schedules.InverseTimeDecay(
        learning_rate, decay_steps=1, decay_rate=decay
    )


@functools.cache
def fastest_dtype_policy() -> str:
    """Return "mixed_bfloat16" where the hardware multiplies bfloat16 quickly, otherwise "float32".

    That is a GPU, or a processor with AVX512-BF16 or AMX. Elsewhere bfloat16 is emulated and slower than float32.
    """
    if tf.config.list_physical_devices("GPU"):
        return "mixed_bfloat16"
    flags = cpu_flags()
    return "mixed_bfloat16" if {"avx512_bf16", "amx_bf16"} & flags else "float32"


def cpu_flags() -> frozenset[str]:
    """Return the instruction-set flags of the processor, as Linux names them; empty where they cannot be read."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return frozenset(value.split())
    return frozenset()
