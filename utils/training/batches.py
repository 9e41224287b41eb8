"""A fast way to feed images: bytes in memory, floats in the batch, and no Python in between."""

from collections.abc import Iterable

from utils.checks import check_bytes, check_features, check_labels, require_as_many, require_integer
from utils.training.augmentation import Augmentation

import numpy as np
import tensorflow as tf


def shuffled_batches(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    seed: int,
    epochs: Iterable[int],
    augmentation: Augmentation | None = None,
    label_smoothing: float = 0.0,
    num_classes: int | None = None,
) -> tuple[tf.data.Dataset, int]:
    """Return the batches of all `epochs`, and the number of batches in one epoch.

    Args:
        images: (N, H, W, C), uint8; they stay uint8 in memory, a quarter of what floats would take, and
            become float32 in [0, 1] batch by batch.
        labels: (N,) integers, or another form that `utils.checks.check_labels` takes.
        batch_size: images per batch; the last batch of an epoch may be smaller.
        seed: the order of an epoch depends only on this and on the epoch's number, so a training
            that is resumed at an epoch sees what it would have seen.
        epochs: the epochs' numbers, starting at 0.
        augmentation: how the images are varied; it, too, depends only on seed and epoch.
        label_smoothing: if not 0, labels come as (batch, classes), float32, with this share spread
            evenly over all classes (Szegedy et al. 2016, section 7).
        num_classes: how many classes there are; needed for label smoothing.

    Raises:
        ValueError: images or labels have another form, or labels are to be smoothed, but the number of
            classes is not known, or too small.
    """
    images = check_bytes(images)
    num_images = len(images)
    labels = check_labels(labels, num_images=num_images)
    require_integer("batch_size", batch_size, 1)
    if label_smoothing and (num_classes is None or labels.max() >= num_classes):
        raise ValueError(
            f"label smoothing needs num_classes above the largest label, {labels.max()}, not {num_classes}"
        )
    all_images, all_labels = tf.constant(images), tf.constant(labels)
    # Missing from TensorFlow's stubs.
    shuffle = tf.random.experimental.stateless_shuffle  # pyright: ignore[reportAttributeAccessIssue]

    def epoch_batches(epoch):
        order = shuffle(tf.range(num_images), seed=tf.stack([tf.constant(seed, tf.int64), epoch]))
        drawn = {} if augmentation is None else augmentation.draw(num_images, images.shape[1], seed, epoch)
        # The stubs know no nested tensors.
        slices = tf.data.Dataset.from_tensor_slices((order, drawn))  # pyright: ignore[reportArgumentType]
        return slices.batch(batch_size)

    def gather(indices, drawn):
        if augmentation is None:
            batch = tf.cast(tf.gather(all_images, indices), tf.float32) / 255
        else:
            batch = augmentation.apply(all_images, indices, drawn)
        targets = tf.gather(all_labels, indices)
        if label_smoothing and num_classes is not None:
            targets = tf.one_hot(targets, num_classes) * (1 - label_smoothing) + label_smoothing / num_classes
        return batch, targets

    numbers = tf.data.Dataset.from_tensor_slices(np.fromiter(epochs, dtype=np.int64))
    dataset = numbers.flat_map(epoch_batches).map(gather).prefetch(4)
    return without_autotuning(dataset), -(-num_images // batch_size)


def batches_in_order(images: np.ndarray, labels: np.ndarray, batch_size: int = 500) -> tf.data.Dataset:
    """Return batches of images in their own order, for `evaluate`, or for the validation of `fit`.

    Args:
        images: (N, H, W, C), uint8; float32 in [0, 1] in the batches.
        labels: (N,), (N, 1) or (N, classes), as the loss wants them.
        batch_size: images per batch; the last one may be smaller.

    Raises:
        ValueError: the images have another form, or there are not as many labels.
    """
    images = check_bytes(images)
    require_integer("batch_size", batch_size, 1)
    targets = np.asarray(labels)
    if targets.ndim == 2 and targets.shape[1] > 1:
        targets = check_features(targets, name="labels")
        require_as_many("labels", len(targets), len(images))
    else:
        targets = check_labels(targets, num_images=len(images))
    dataset = tf.data.Dataset.from_tensor_slices((images, targets)).batch(batch_size)
    dataset = dataset.map(lambda batch, target: (tf.cast(batch, tf.float32) / 255, target))
    return without_autotuning(dataset.prefetch(2))


def without_autotuning(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return `dataset` without the thread by which TensorFlow tunes it while it runs.

    That thread sleeps twice as long each time, and the end of the data waits until it wakes up:
    one `fit` in three returned after 10.3 s instead of 6.3 s (tests/benchmarks/bench_autotuning.py).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
