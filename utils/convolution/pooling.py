"""Max pooling with switches, and its backward pass."""

import functools

from utils.convolution.windows import (
    Padding,
    Pair,
    as_batch,
    as_floats,
    as_pair,
    geometry,
    pad,
    taps,
)

import numpy as np


def max_pool2d(
    images: np.ndarray,
    pool_size: Pair = 2,
    stride: Pair | None = None,
    padding: Padding = "valid",
) -> tuple[np.ndarray, np.ndarray]:
    """Keep the largest value of each window and remember where it was.

    Args:
        images: (N, H, W, C).
        pool_size, stride: pixels, one integer or (vertical, horizontal); stride None is pool_size.
        padding: as in `conv2d`, but smaller than pool_size; padded places never hold the largest value.

    Returns:
        pooled: (N, output height, output width, C).
        switches: the same shape, row * W + column of the maximum in its image; of equals, the first.
    """
    images = as_batch(as_floats(images)[0])
    where = _pooling(images.shape, pool_size, stride, padding)
    candidates = [pixels for _, pixels in taps(pad(images, where.padding, value=-np.inf), where)]
    pooled = functools.reduce(np.maximum, candidates)
    switches = np.zeros(pooled.shape, int)
    # From last to first, so that of equals the first stays. A NaN is the maximum, yet equal to nothing.
    places = _places(images.shape, where)
    for place, pixels in zip(reversed(places), reversed(candidates), strict=True):
        switches = np.where((pixels == pooled) | np.isnan(pixels), place, switches)
    return pooled, switches


def _places(input_shape, where):
    """Return row * W + column of the pixels at each place of the window; of padding, that of its neighbor."""
    height, width = input_shape[1:3]
    numbers = np.arange(height * width).reshape(1, height, width, 1)
    padded = np.pad(numbers, ((0, 0), *where.padding, (0, 0)), mode="edge")
    return [place for _, place in taps(padded, where)]


def max_pool2d_backward(
    grad_output: np.ndarray, switches: np.ndarray, input_shape: tuple[int, int, int, int]
) -> np.ndarray:
    """Send each gradient to the pixel that was the maximum, and none to all others.

    Args:
        grad_output: (N, output height, output width, C), d loss / d pooled.
        switches: the same shape, from `max_pool2d`.
        input_shape: (N, H, W, C) of the pooled images.

    Returns:
        (N, H, W, C), d loss / d images; a pixel that won several windows gets their sum.
    """
    (grad_output,) = as_floats(grad_output)
    n, height, width, channels = input_shape
    if grad_output.shape != np.shape(switches) or grad_output.shape[::3] != (n, channels):
        raise ValueError(
            f"grad_output {grad_output.shape}, switches {np.shape(switches)} and input_shape "
            f"{input_shape} do not belong together: "
            "pass the switches of max_pool2d and the shape of its images."
        )
    image = np.arange(n).reshape(-1, 1, 1, 1)
    place = (image * height * width + switches) * channels + np.arange(channels)
    grad_images = np.zeros(n * height * width * channels, grad_output.dtype)
    np.add.at(grad_images, place.ravel(), grad_output.ravel())
    return grad_images.reshape(input_shape)


def _pooling(input_shape, pool_size, stride, padding):
    """Return the geometry of a pooling, in which every window holds at least one pixel."""
    pool_size = as_pair("pool_size", pool_size)
    where = geometry(input_shape[1:3], pool_size, pool_size if stride is None else stride, padding)
    if any(max(zeros) >= size for zeros, size in zip(where.padding, pool_size, strict=True)):
        raise ValueError(f"padding {padding!r} must be smaller than pool_size {pool_size}.")
    return where
