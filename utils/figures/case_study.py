"""Figures of the case study on traffic lights: errors as pictures, and steps with their intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

from utils.checks import check_labels, require_as_many
from utils.figures.images import show_images
from utils.figures.style import PALETTE, describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

ROW = 0.52  # inches


def show_answers(
    images: np.ndarray,
    labels: np.ndarray,
    answers: np.ndarray,
    class_names: Sequence[str],
    *,
    alt: str,
    num_columns: int = 5,
    size: float = 1.8,
) -> np.ndarray:
    """Show pictures, each with its true class and the answer that a network gave: "red → none".

    Args:
        images: (N, H, W, 3), uint8.
        labels, answers: (N,), integers in [0, number of classes).
        class_names: names in the order of the integers.
        alt: alternative text of the figure.
        num_columns, size: pictures per row, and the width of one in inches.

    Returns:
        the array of Axes, one per picture.

    Raises:
        ValueError: a label is none of the classes, or there are not as many of them as pictures.
    """
    for name, given in (("labels", labels), ("answers", answers)):
        require_as_many(name, len(check_labels(given, name=name, num_classes=len(class_names))), len(images))
    titles = [f"{class_names[a]} → {class_names[b]}" for a, b in zip(labels, answers, strict=True)]
    axes = show_images(images, titles, alt=alt, num_columns=num_columns, size=size)
    for ax in axes:
        ax.title.set_fontsize("large")
    return axes


def plot_intervals(
    rows: Mapping[str, tuple[float, float]],
    xlabel: str,
    *,
    alt: str,
    reference: float | None = None,
    reference_name: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Plot a number with its interval in each row, its name on the left, from the top down.

    Args:
        rows: name to (number, how far its interval reaches to each side); 0 for a number without one.
        xlabel: what the numbers are.
        alt: alternative text of the figure.
        reference: where to draw a vertical line, such as 0 for differences; None for no line.
        reference_name: what to write at the top of this line, on its left.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.

    Raises:
        ValueError: an interval reaches less than 0 to each side.
    """
    numbers, reaches = np.array(list(rows.values()), dtype=float).reshape(-1, 2).T
    if (reaches < 0).any():
        raise ValueError(f"an interval reaches at least 0 to each side, got {reaches.min()}")
    if ax is None:
        _, ax = plt.subplots(figsize=(8.4, 0.9 + ROW * len(rows)))
    if reference is not None:
        ax.axvline(reference, color="black", lw=1.5)
        place: dict[str, Any] = {
            "textcoords": "offset points",
            "ha": "right",
            "va": "center",
            "fontsize": "x-large",
        }
        ax.annotate(reference_name, (reference, 0), (-8, 0), **place)
    places = np.arange(len(rows))
    ax.errorbar(numbers, places, xerr=reaches, fmt="o", ms=9, lw=3, capsize=6, color=PALETTE[0])
    ax.set_yticks(places, list(rows), fontsize="x-large")
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params("x", labelsize="large")
    ax.set_xlabel(xlabel, fontsize="x-large")
    ax.grid(axis="x", alpha=0.4)
    return describe(ax, alt)
