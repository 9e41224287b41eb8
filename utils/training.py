"""Seeding, precision, the lecture's learning-rate schedule, and a fast way to feed images."""

import functools
from collections.abc import Iterable

from utils.hardware import BFLOAT16_FLAGS, cpu_flags

import keras
import numpy as np
import tensorflow as tf


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and Keras, so that a training repeats on the same machine."""
    keras.utils.set_random_seed(seed)


def inverse_time_decay(learning_rate: float, decay: float) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return learning_rate / (1 + decay * iteration), which `decay=` of Keras 1 and 2 meant.

    Args:
        learning_rate: learning rate of iteration 0.
        decay: growth of the divisor per iteration (one batch), not per epoch.

    Keras 3 accepts `decay=` in its optimizers, warns, and ignores it.
    """
    return keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps=1, decay_rate=decay)


@functools.cache
def fastest_dtype_policy() -> str:
    """Return "mixed_bfloat16" where the hardware multiplies bfloat16, otherwise "float32".

    That is a GPU, or a processor with AVX512-BF16 or AMX. Elsewhere bfloat16 is emulated, and
    slower than float32.
    """
    if tf.config.list_physical_devices("GPU") or BFLOAT16_FLAGS & cpu_flags():
        return "mixed_bfloat16"
    return "float32"


def shuffled_batches(
    images: np.ndarray, labels: np.ndarray, *, batch_size: int, seed: int, epochs: Iterable[int]
) -> tuple[tf.data.Dataset, int]:
    """Return the batches of all `epochs`, and the number of batches in one epoch.

    Args:
        images: (N, H, W, C), uint8; they stay uint8 in memory and become float32 in [0, 1] a
            batch at a time, a quarter of the memory that floats would take.
        labels: (N,), integers.
        batch_size: images per batch; the last batch of an epoch may be smaller.
        seed: the order of an epoch depends on this and on the epoch's number only, so a training
            that is resumed at an epoch sees what it would have seen.
        epochs: the epochs' numbers, starting at 0.
    """
    num_images = len(images)
    images, labels = tf.constant(images), tf.constant(labels)

    def epoch_batches(epoch):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(num_images), seed=tf.stack([tf.constant(seed, tf.int64), epoch])
        )
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    def gather(indices):
        batch = tf.cast(tf.gather(images, indices), tf.float32) / 255
        return batch, tf.gather(labels, indices)

    numbers = tf.data.Dataset.from_tensor_slices(np.fromiter(epochs, dtype=np.int64))
    dataset = numbers.flat_map(epoch_batches).map(gather).prefetch(4)
    return dataset, -(-num_images // batch_size)
