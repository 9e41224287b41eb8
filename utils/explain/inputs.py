"""The checks of arguments that all methods share, and the way through many images in batches."""

from collections.abc import Callable, Sequence
from typing import Any

from utils.checks import require_integer
from utils.convolution.graph import Step
from utils.explain.network import Network

import numpy as np
import tensorflow as tf

BATCH_SIZE = 64


def check_images(network: Network, images) -> np.ndarray:
    """Return `images` as an array in the model's dtype.

    Raises:
        ValueError: they are not finite floats, not a batch, or not of the model's shape.
    """
    images = np.asarray(images)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"images must be floats in the range of the training images, got {images.dtype}. "
            'For [0, 1]: images.astype("float32") / 255.'
        )
    expected = network.input_shape
    fits = images.ndim == len(expected) and all(
        size in (None, actual) for size, actual in zip(expected, images.shape, strict=True)
    )
    if not fits or not len(images):
        raise ValueError(
            f"images must be a batch of shape {expected} for {network.model.name!r}, "
            f"got {images.shape}. One image: images[np.newaxis]."
        )
    if not np.isfinite(images).all():
        raise ValueError("images must be finite, but some of their numbers are NaN or infinite.")
    return images.astype(network.input_dtype, copy=False)


def check_units(step: Step, units) -> np.ndarray:
    """Return `units`, one channel or several, as a 1-D array of integers.

    Raises:
        ValueError: a unit is no channel of the layer.
    """
    units, num_units = np.atleast_1d(units), step.output_shape[-1] or 0
    if units.ndim != 1 or not len(units) or not np.issubdtype(units.dtype, np.integer):
        raise ValueError(f"A unit is the integer number of a channel, got {units.tolist()}.")
    if units.min() < 0 or units.max() >= num_units:
        raise ValueError(f"{step.name!r} has {num_units} units, 0 to {num_units - 1}; got {units.tolist()}.")
    return units


def require_gradient(gradient: Any, step: Step) -> tf.Tensor:
    """Refuse a gradient that is none, because a step on the way to `step` has no derivative."""
    if gradient is None:
        raise ValueError(
            f"{step.name!r} has no gradient with respect to the images: a layer before it has no derivative."
        )
    return gradient


def compiled(function: Callable, *arrays: np.ndarray) -> Callable:
    """Compile a function of batches of `arrays` once, for batches of any length.

    Calling the traced function itself, instead of the `tf.function`, keeps TensorFlow from warning
    of tracing too often when a method is used several times.
    """
    signature = [tf.TensorSpec((None, *a.shape[1:]), a.dtype) for a in arrays]
    traced = tf.function(function, autograph=False).get_concrete_function(*signature)
    return lambda *batch: traced(*map(tf.convert_to_tensor, batch))


def in_batches(function: Callable, *arrays: np.ndarray, batch_size: int = BATCH_SIZE) -> list[np.ndarray]:
    """Apply a function of tensors to `arrays` batch by batch; return its outputs, joined.

    The function is compiled, once, if there is more than one batch.
    """
    require_integer("batch_size", batch_size, 1)
    num_items = len(arrays[0])
    if num_items > batch_size:
        function = compiled(function, *arrays)
    batches = [
        function(*(tf.constant(array[start : start + batch_size]) for array in arrays))
        for start in range(0, num_items, batch_size)
    ]
    return _join(batches)


def _join(batches: Sequence) -> list[np.ndarray]:
    if isinstance(batches[0], tf.Tensor):
        batches = [(batch,) for batch in batches]
    return [np.concatenate([_as_array(p) for p in parts]) for parts in zip(*batches, strict=True)]


def _as_array(tensor: tf.Tensor) -> np.ndarray:
    """Return a NumPy array; NumPy has no bfloat16, so half precision becomes float32."""
    is_half = tensor.dtype in (tf.bfloat16, tf.float16)
    return (tf.cast(tensor, tf.float32) if is_half else tensor).numpy()
