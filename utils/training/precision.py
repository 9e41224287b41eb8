"""The precision that a network computes in, and the fastest one on this machine."""

import contextlib
import functools
from collections.abc import Iterator

from utils.hardware import BFLOAT16_FLAGS, cpu_flags

import keras
import tensorflow as tf


@functools.cache
def fastest_dtype_policy() -> str:
    """Return "mixed_bfloat16" where the hardware multiplies bfloat16, otherwise "float32".

    Such hardware is a GPU, or a processor with AVX512-BF16 or AMX. Elsewhere bfloat16 is emulated, and
    slower than float32.
    """
    if tf.config.list_physical_devices("GPU") or BFLOAT16_FLAGS & cpu_flags():
        return "mixed_bfloat16"
    return "float32"


@contextlib.contextmanager
def under_dtype_policy(policy: str) -> Iterator[None]:
    """Build networks in this precision inside the block; restore the former one afterwards.

    Args:
        policy: what `keras.config.set_dtype_policy` takes, such as "mixed_bfloat16".
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
