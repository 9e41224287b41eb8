"""Seeding, precision, learning-rate schedules, a fast way to feed images, and the share of right answers."""

import functools
from collections.abc import Iterable

from utils.augmentation import Augmentation
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


def warm_up_and_cosine(
    learning_rate: float, num_steps: int, *, warm_up: float = 0.2
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a schedule that rises from a tenth to `learning_rate`, then falls to 0 along a cosine.

    Args:
        learning_rate: the largest learning rate.
        num_steps: number of batches in the whole training.
        warm_up: share of them in which the rate rises.

    Source: L. Smith, "Super-Convergence", 2018, in the form of SGDR's cosine (Loshchilov and
        Hutter, 2017).
    """
    num_warm_up_steps = max(1, round(warm_up * num_steps))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=learning_rate / 10,
        warmup_target=learning_rate,
        warmup_steps=num_warm_up_steps,
        decay_steps=num_steps - num_warm_up_steps,
    )


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
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    seed: int,
    epochs: Iterable[int],
    augmentation: Augmentation | None = None,
    label_smoothing: float = 0.0,
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
        augmentation: how the images are varied; it too depends on seed and epoch only.
        label_smoothing: if not 0, labels come as (batch, classes), float32, with this share spread
            evenly over all classes (Szegedy et al. 2016, section 7).
    """
    num_images, num_classes = len(images), int(labels.max()) + 1
    images, labels = tf.constant(images), tf.constant(labels)

    def epoch_batches(epoch):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(num_images), seed=tf.stack([tf.constant(seed, tf.int64), epoch])
        )
        if augmentation is None:
            return tf.data.Dataset.from_tensor_slices((order, {})).batch(batch_size)
        drawn = augmentation.draw(num_images, images.shape[1], seed, epoch)
        return tf.data.Dataset.from_tensor_slices((order, drawn)).batch(batch_size)

    def gather(indices, drawn):
        if augmentation is None:
            batch = tf.cast(tf.gather(images, indices), tf.float32) / 255
        else:
            batch = augmentation.apply(images, indices, drawn)
        targets = tf.gather(labels, indices)
        if label_smoothing:
            targets = tf.one_hot(targets, num_classes) * (1 - label_smoothing) + label_smoothing / num_classes
        return batch, targets

    numbers = tf.data.Dataset.from_tensor_slices(np.fromiter(epochs, dtype=np.int64))
    dataset = numbers.flat_map(epoch_batches).map(gather).prefetch(4)
    return without_autotuning(dataset), -(-num_images // batch_size)


def batches_in_order(images: np.ndarray, labels: np.ndarray, batch_size: int = 500) -> tf.data.Dataset:
    """Return batches to measure on, in the order that they have: what `fit` takes for validation.

    Args:
        images: (N, H, W, C), uint8; float32 in [0, 1] in the batches.
        labels: (N,) or (N, classes), as the loss wants them.
        batch_size: images per batch; the last one may be smaller.
    """
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size)
    dataset = dataset.map(lambda batch, targets: (tf.cast(batch, tf.float32) / 255, targets))
    return without_autotuning(dataset.prefetch(2))


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return `dataset` without the thread by which TensorFlow tunes it while it runs.

    That thread sleeps twice as long each time, and the end of the data waits until it wakes:
    one `fit` of three returned after 10.3 s in place of 6.3 s (tests/benchmarks/bench_autotuning.py).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def share_correct(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of rows of `scores` (N, classes) whose largest is the label's, to four decimals."""
    return round(float((scores.argmax(axis=1) == labels).mean()), 4)
