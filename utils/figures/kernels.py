"""Kernels as colored squares with their weights, alone or beside the picture that they make."""

from collections.abc import Mapping

from utils.figures.images import axes_grid
from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def show_kernels(
    kernels: Mapping[str, np.ndarray],
    *,
    alt: str,
    num_columns: int = 4,
    size: float = 1.6,
    limit: float | None = None,
) -> np.ndarray:
    """Show small kernels as colored squares with their weights written in.

    Args:
        kernels: name to (H, W) array.
        alt: alternative text of the figure.
        num_columns: kernels per row.
        size: width of one kernel, in inches.
        limit: the weight that has the strongest color, in all of them; None: each kernel's largest.

    Returns:
        the array of Axes, one per kernel.
    """
    axes = axes_grid(len(kernels), num_columns, (size, size + 0.25))
    for ax, (name, kernel) in zip(axes, kernels.items(), strict=True):
        _draw_kernel(ax, np.asarray(kernel), limit)
        ax.set_title(name)
    return describe(axes, alt)


def show_filtered(
    kernels: Mapping[str, np.ndarray],
    pictures: Mapping[str, np.ndarray],
    *,
    alt: str,
    gains: Mapping[str, int] | None = None,
    num_columns: int = 4,
) -> np.ndarray:
    """Show each kernel, all on one color scale, with the picture that it makes to its right.

    Args:
        kernels: name to (H, W) array.
        pictures: name to (H, W) array; 0 is black, and 1 and all above it white.
        alt: alternative text of the figure.
        gains: pictures that are too faint to see, and the factor by which they are shown brighter;
            the title says so.
        num_columns: pairs per row.

    Returns:
        the array of Axes (kernels, 2): of the kernel and of its picture.
    """
    gains = gains or {}
    limit = max(float(np.abs(kernel).max()) for kernel in kernels.values())
    num_rows = -(-len(kernels) // num_columns)
    size = (2.6 * num_columns, 1.75 * num_rows)
    widths = [1, 1.4] * num_columns
    _, axes = plt.subplots(num_rows, 2 * num_columns, figsize=size, width_ratios=widths, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    pairs = axes.reshape(-1, 2)[: len(kernels)]
    for (left, right), (name, kernel) in zip(pairs, kernels.items(), strict=True):
        _draw_kernel(left, np.asarray(kernel), limit)
        gain = gains.get(name, 1)
        right.imshow(gain * pictures[name], cmap="gray", vmin=0, vmax=1)
        right.set_title(name if gain == 1 else f"{name} (× {gain})")
    return describe(pairs, alt)


def _draw_kernel(ax: Axes, kernel: np.ndarray, limit: float | None) -> None:
    limit = limit or max(float(np.abs(kernel).max()), 1e-12)
    ax.imshow(kernel, cmap="PuOr", vmin=-limit, vmax=limit)
    for (row, column), weight in np.ndenumerate(kernel):
        color = "white" if abs(weight) > 0.6 * limit else "black"
        written = f"{weight:.3g}".replace("-", "−")
        ax.text(column, row, written, ha="center", va="center", color=color)
