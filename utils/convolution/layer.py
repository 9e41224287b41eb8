"""The convolution layer: forward and backward over batches and channels."""

from utils.convolution.windows import (
    Geometry,
    Padding,
    Pair,
    as_batch,
    as_floats,
    geometry,
    pad,
    taps,
    window_matrix,
)

import numpy as np


def conv2d(
    images: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Correlate a batch of images with a set of filters, as a Keras `Conv2D` layer does.

    Args:
        images: (N, H, W, C).
        kernel: (kernel height, kernel width, C / groups, filters).
        bias: (filters,), or None.
        stride, dilation: pixels from window to window, and from weight to weight; one integer or
            (vertical, horizontal).
        padding: "valid", "same" as TensorFlow pads, or the zeros on each side, one integer or
            (vertical, horizontal).
        groups: number of groups of channels, each convolved alone; C gives a depthwise convolution.

    Returns:
        (N, output height, output width, filters).

    Raises:
        ValueError: shapes do not fit together, or an argument is out of range.
    """
    images, kernel, bias = _checked(images, kernel, bias, groups)
    where = geometry(images.shape[1:3], kernel.shape[:2], stride, padding, dilation)
    parts = zip(_split(images, groups), _split(kernel, groups), strict=True)
    maps = [_forward(part, weights, where) for part, weights in parts]
    return (maps[0] if groups == 1 else np.concatenate(maps, axis=-1)) + bias


def _forward(images: np.ndarray, kernel: np.ndarray, where: Geometry) -> np.ndarray:
    # Copying the windows for one large product is no slower than one small product per weight, and
    # many times faster with few channels: see tests/benchmarks.
    product = window_matrix(images, where) @ kernel.reshape(-1, kernel.shape[-1])
    return product.reshape(len(images), *where.output_size, kernel.shape[-1])


def conv2d_backward(
    grad_output: np.ndarray,
    images: np.ndarray,
    kernel: np.ndarray,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry the gradient of a loss back through `conv2d`.

    Args:
        grad_output: (N, output height, output width, filters), d loss / d output of `conv2d`.
        images, kernel, stride, padding, dilation, groups: what `conv2d` was called with.

    Returns:
        d loss / d images, d loss / d kernel, d loss / d bias, each in the shape of its array.

    Raises:
        ValueError: as in `conv2d`, or grad_output does not have the shape of its output.
    """
    grad_output = as_batch(as_floats(grad_output)[0])
    images, kernel, _ = _checked(images, kernel, None, groups)
    where = geometry(images.shape[1:3], kernel.shape[:2], stride, padding, dilation)
    expected = (len(images), *where.output_size, kernel.shape[-1])
    if grad_output.shape != expected:
        raise ValueError(
            f"grad_output has shape {grad_output.shape}, but conv2d returns {expected} "
            "for these images, kernel and settings: pass the same ones."
        )
    parts = zip(_split(grad_output, groups), _split(images, groups), _split(kernel, groups), strict=True)
    grads = [_backward(*part, where) for part in parts]
    grad_images, grad_kernel = (np.concatenate(part, axis=-1) for part in zip(*grads, strict=True))
    return grad_images, grad_kernel, grad_output.sum(axis=(0, 1, 2))


def _backward(
    grad_output: np.ndarray, images: np.ndarray, kernel: np.ndarray, where: Geometry
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of images and kernel: each is grad_output times the other factor."""
    grad_rows = grad_output.reshape(-1, kernel.shape[-1])
    grad_kernel = (window_matrix(images, where).T @ grad_rows).reshape(kernel.shape)
    grad_padded = np.zeros_like(pad(images, where.padding))
    for place, pixels in taps(grad_padded, where):
        # A pixel lies under many windows: it collects a gradient from each.
        pixels += (grad_rows @ kernel[place].T).reshape(pixels.shape)
    (top, _), (left, _) = where.padding
    height, width = images.shape[1:3]
    return grad_padded[:, top : top + height, left : left + width], grad_kernel


def _checked(
    images: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return images, kernel and bias (0 for None) in one float type, or say what does not fit."""
    no_bias = bias is None
    images, kernel, bias = as_floats(images, kernel, 0 if bias is None else bias)
    as_batch(images)
    if kernel.ndim != 4 or 0 in kernel.shape:
        raise ValueError(
            "Expected a kernel of shape (kernel height, kernel width, C / groups, filters), not "
            f"{kernel.shape}: a single plane needs kernel[:, :, np.newaxis, np.newaxis]."
        )
    channels, (in_group, filters) = images.shape[-1], kernel.shape[2:]
    if groups < 1 or filters % groups or in_group * groups != channels:
        raise ValueError(
            f"images {images.shape} have {channels} channels, but a kernel {kernel.shape} in "
            f"{groups} groups reads {in_group} x {groups} and makes {filters}: "
            "the channels must agree, and groups must divide the filters."
        )
    if bias.shape != (filters,) and not no_bias:
        raise ValueError(f"bias has shape {bias.shape}, but the kernel has {filters} filters.")
    return images, kernel, bias


def _split(array: np.ndarray, groups: int) -> list[np.ndarray]:
    return np.split(array, groups, axis=-1)
