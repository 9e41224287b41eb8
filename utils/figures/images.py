"""Rows of pictures: images and feature maps."""

from collections.abc import Sequence

from utils.checks import check_shown
from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np


def axes_grid(num_pictures: int, num_columns: int, size: tuple[float, float]) -> np.ndarray:
    """Return Axes without frames for so many pictures, in rows from left to right: (num_pictures,).

    Args:
        num_pictures: at least 1.
        num_columns: pictures per row, or as many as there are.
        size: width and height of one picture, in inches.
    """
    num_columns = min(num_columns, num_pictures)
    num_rows = -(-num_pictures // num_columns)
    figure_size = (size[0] * num_columns, size[1] * num_rows)
    _, axes = plt.subplots(num_rows, num_columns, figsize=figure_size, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    return axes.ravel()[:num_pictures]


def show_images(
    images: np.ndarray,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    num_columns: int = 10,
    size: float = 1.0,
) -> np.ndarray:
    """Show a batch of images in rows of `num_columns`.

    Args:
        images: (N, H, W), (N, H, W, 1) or (N, H, W, 3); uint8, or floats in [0, 1].
        titles: one line per image, or None.
        alt: alternative text of the figure.
        num_columns: images per row.
        size: width of one image, in inches.

    Returns:
        the array of Axes, one per image.

    Raises:
        ValueError: the images have another form, as `utils.checks.check_shown` says.
    """
    images = check_shown(images)
    height = size * images.shape[1] / images.shape[2] + (0.25 if titles is not None else 0.05)
    axes = axes_grid(len(images), num_columns, (size, height))
    limits = {"vmin": 0, "vmax": 255 if images.dtype == np.uint8 else 1}
    for index, (ax, image) in enumerate(zip(axes, images, strict=True)):
        ax.imshow(image, cmap="gray", **limits)
        if titles is not None:
            ax.set_title(titles[index], fontsize="small" if size < 1.4 else "medium")
    return describe(axes, alt)
