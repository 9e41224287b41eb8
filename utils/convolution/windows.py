"""Where the windows of a convolution or pooling lie: sizes, padding, and im2col."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from utils.checks import is_integer

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

Pair = int | tuple[int, int]
Padding = str | Pair


def output_size(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: str | int = "valid",
    dilation: int = 1,
) -> int:
    """Return how many windows fit along one axis.

    Args:
        input_size, kernel_size: in pixels.
        stride: pixels from one window to the next.
        padding: zeros on each side; "valid" for none; "same" for as many as make
            ceil(input_size / stride) windows.
        dilation: pixels from one weight to the next.

    Raises:
        ValueError: the window does not fit, or an argument is out of range.

    Source: Dumoulin and Visin 2016 (arXiv:1603.07285), relationships 6 and 15.
    """
    return geometry((input_size, input_size), kernel_size, stride, padding, dilation).output_size[0]


def im2col(
    images: np.ndarray,
    kernel_size: Pair,
    *,
    stride: Pair = 1,
    padding: Padding = "valid",
    dilation: Pair = 1,
) -> np.ndarray:
    """Copy every window into one row of a matrix, so that a convolution becomes one matrix product.

    Args:
        images: (N, H, W, C).
        kernel_size, stride, padding, dilation: as in `conv2d`.

    Returns:
        (N * output height * output width, kernel height * kernel width * C); the columns are in the
        order of kernel.reshape(-1, filters).

    Source: Chellapilla, Puri and Simard 2006, section 3.
    """
    images = as_batch(as_floats(images)[0])
    return window_matrix(images, geometry(images.shape[1:3], kernel_size, stride, padding, dilation))


class Geometry(NamedTuple):
    """Where the windows lie, in pixels, as (vertical, horizontal) pairs."""

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]  # (before, after) of each axis
    output_size: tuple[int, int]


def geometry(
    input_size: tuple[int, int],
    kernel_size: Pair,
    stride: Pair,
    padding: Padding,
    dilation: Pair = 1,
) -> Geometry:
    """Check the arguments of a convolution or pooling and work out where its windows lie."""
    kernel_size = as_pair("kernel_size", kernel_size)
    stride = as_pair("stride", stride)
    dilation = as_pair("dilation", dilation)
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            raise ValueError(f'padding must be "valid", "same" or integers, not {padding!r}.')
        paddings = (padding, padding)
    else:
        paddings = as_pair("padding", padding, minimum=0)
    axes = zip(input_size, kernel_size, stride, paddings, dilation, strict=True)
    (above_below, height), (left_right, width) = (_axis_geometry(*axis) for axis in axes)
    return Geometry(kernel_size, stride, dilation, (above_below, left_right), (height, width))


def _axis_geometry(
    input_size: int, kernel_size: int, stride: int, padding: str | int, dilation: int
) -> tuple[tuple[int, int], int]:
    """Return ((zeros before, zeros after), number of windows) of one axis."""
    extent = (kernel_size - 1) * dilation + 1
    if padding == "same":
        # TensorFlow's rule: an odd zero goes to the end, and the number of zeros depends on the stride.
        size = -(-input_size // stride)
        total = max((size - 1) * stride + extent - input_size, 0)
        return (total // 2, total - total // 2), size
    zeros = 0 if isinstance(padding, str) else padding
    if extent > input_size + 2 * zeros:
        raise ValueError(
            f"A window of {extent} pixels (kernel_size {kernel_size}, dilation {dilation}) does "
            f"not fit into {input_size} pixels with padding {padding!r}: "
            'use a smaller kernel or padding="same".'
        )
    return (zeros, zeros), (input_size + 2 * zeros - extent) // stride + 1


def as_pair(name: str, value: Pair, minimum: int = 1) -> tuple[int, int]:
    """Return `value` as (vertical, horizontal), or say what is wrong with it."""
    pair = tuple(value) if isinstance(value, Iterable) else (value, value)
    if len(pair) != 2 or not all(is_integer(number, minimum) for number in pair):
        raise ValueError(f"{name} must be one or two integers of at least {minimum}, not {value!r}.")
    return int(pair[0]), int(pair[1])


def as_floats(*values: ArrayLike) -> list[np.ndarray]:
    """Return arrays in one float type: the widest of theirs, or float64 if all hold integers.

    Integers never decide the type and never stay: uint8 would wrap around at 255.
    """
    arrays = [np.asarray(array) for array in values]
    for array in arrays:
        if array.dtype.kind not in "biuf":
            raise ValueError(f"Expected real numbers, not an array of {array.dtype}: convert it.")
    floats = [array.dtype for array in arrays if array.dtype.kind == "f"]
    dtype = np.result_type(np.float32, *floats) if floats else np.float64
    return [array.astype(dtype, copy=False) for array in arrays]


def as_batch(images: np.ndarray) -> np.ndarray:
    """Return `images` if they are a non-empty (N, H, W, C) batch."""
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            f"Expected images of shape (N, H, W, C), not {images.shape}: "
            "one gray image (H, W) becomes a batch with image[np.newaxis, :, :, np.newaxis]."
        )
    return images


def pad(images: np.ndarray, padding: tuple, value: float = 0) -> np.ndarray:
    """Return `images` with `value` around each image; without padding, the images themselves."""
    if not np.any(padding):
        return images
    return np.pad(images, ((0, 0), *padding, (0, 0)), constant_values=value)


def windows(padded: np.ndarray, where: Geometry) -> np.ndarray:
    """Return a view (N, output height, output width, kernel height, kernel width, C)."""
    (down, right), (step_down, step_right) = where.stride, where.dilation
    extent = [(k - 1) * d + 1 for k, d in zip(where.kernel_size, where.dilation, strict=True)]
    view = sliding_window_view(padded, extent, axis=(1, 2))
    return view[:, ::down, ::right, :, ::step_down, ::step_right].transpose(0, 1, 2, 4, 5, 3)


def window_matrix(images: np.ndarray, where: Geometry) -> np.ndarray:
    """Copy the windows into the rows of a matrix, which is what im2col does."""
    view = windows(pad(images, where.padding), where)
    return view.reshape(np.prod(view.shape[:3]), -1)


def taps(padded: np.ndarray, where: Geometry) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Yield each (row, column) of the window with a view of the pixels there, one pixel per output."""
    (down, right), (height, width) = where.stride, where.output_size
    for row, column in np.ndindex(where.kernel_size):
        top, left = row * where.dilation[0], column * where.dilation[1]
        bottom, end = top + (height - 1) * down + 1, left + (width - 1) * right + 1
        yield (row, column), padded[:, top:bottom:down, left:end:right]
