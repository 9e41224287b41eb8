"""Correlation and convolution of one image with one kernel, as SciPy defines them."""

from utils.convolution.windows import as_floats

import numpy as np


def correlate2d(image: np.ndarray, kernel: np.ndarray, mode: str = "valid") -> np.ndarray:
    """Slide `kernel` over `image` and sum the products: what deep learning calls a convolution.

    Args:
        image: (H, W).
        kernel: (kernel height, kernel width).
        mode: "valid", only where the kernel lies inside the image; "same", once per pixel, with the
            kernel's center on it; "full", wherever the two overlap. Outside the image are zeros.

    Returns:
        (H', W'), the sum of the products at each place.

    Raises:
        ValueError: an argument is not a plane, the kernel does not fit, or "same" finds no center.
    """
    image, kernel = as_floats(image, kernel)
    if image.ndim != 2 or kernel.ndim != 2 or 0 in image.shape + kernel.shape:
        raise ValueError(
            f"Expected an image (H, W) and a kernel (H, W), not {image.shape} and {kernel.shape}: "
            "use conv2d for batches and channels."
        )
    padded = np.pad(image, _zeros_around(image.shape, kernel.shape, mode))
    height, width = np.subtract(padded.shape, kernel.shape) + 1
    response = np.zeros((height, width), image.dtype)
    for (row, column), weight in np.ndenumerate(kernel):
        response += weight * padded[row : row + height, column : column + width]
    return response


def convolve2d(image: np.ndarray, kernel: np.ndarray, mode: str = "valid") -> np.ndarray:
    """Convolve in the mathematical sense: correlate with the kernel turned by 180 degrees.

    Args:
        image, kernel, mode: as in `correlate2d`.

    Returns:
        (H', W'). In mode "full" it commutes and associates, which a correlation does not.
    """
    return correlate2d(image, np.asarray(kernel)[::-1, ::-1], mode)


def _zeros_around(image_shape, kernel_shape, mode):
    """Return the ((before, after), (before, after)) zeros of a mode."""
    if mode == "valid":
        if any(k > n for k, n in zip(kernel_shape, image_shape, strict=True)):
            raise ValueError(
                f"The kernel {kernel_shape} does not fit into the image {image_shape}: "
                'use a smaller kernel, or mode="same" or "full".'
            )
        return ((0, 0), (0, 0))
    if mode == "same":
        if any(k % 2 == 0 for k in kernel_shape):
            raise ValueError(
                f"A kernel of shape {kernel_shape} has no center pixel: "
                'make its sides odd, or use mode="valid" or "full".'
            )
        return tuple((k // 2, k // 2) for k in kernel_shape)
    if mode == "full":
        return tuple((k - 1, k - 1) for k in kernel_shape)
    raise ValueError(f'mode must be "valid", "same" or "full", not {mode!r}.')
