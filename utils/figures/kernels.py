"""Kernels as colored squares with their weights, alone or beside the picture that they make."""

from collections.abc import Mapping, Sequence

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


def show_equation(
    tables: Mapping[str, np.ndarray],
    signs: Sequence[str],
    *,
    alt: str,
    cell: float = 0.4,
    limit: float | None = None,
) -> np.ndarray:
    """Show tables of numbers as the terms of an equation: cells of one size, a sign between each two.

    Args:
        tables: name to (H, W) array; an empty name writes no title.
        signs: one fewer than tables.
        alt: alternative text of the figure.
        cell: width and height of one number, in inches.
        limit: the number that has the strongest color, in all of them; None: each table's largest.

    Returns:
        the array of Axes, one per table.
    """
    shapes = [np.shape(table) for table in tables.values()]
    gap, title = 1.3 * cell, 0.3
    rows, columns = max(shape[0] for shape in shapes), sum(shape[1] for shape in shapes)
    width, height = cell * columns + gap * len(shapes), cell * rows + title
    # Places are given, as a layout that is worked out would not keep the cells of one size.
    figure = plt.figure(figsize=(width, height), layout="none")
    axes, left = [], gap / 2
    for (name, table), shape in zip(tables.items(), shapes, strict=True):
        size = (cell * shape[1] / width, cell * shape[0] / height)
        axes.append(figure.add_axes((left / width, cell * (rows - shape[0]) / 2 / height, *size)))
        axes[-1].axis("off")
        axes[-1].set_title(name)
        _draw_kernel(axes[-1], np.asarray(table), limit)
        left += cell * shape[1] + gap
        if len(axes) <= len(signs):
            place = ((left - gap / 2) / width, cell * rows / 2 / height)
            figure.text(*place, signs[len(axes) - 1], fontsize=16, ha="center", va="center")
    return describe(np.array(axes), alt)


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
        ax.text(column, row, with_minus(f"{weight:.3g}"), ha="center", va="center", color=color)


def with_minus(number: str) -> str:
    """Write a number's minus as it is printed in books."""
    return number.replace("-", "−")
