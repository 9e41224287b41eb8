"""Volumes of neurons in a row, as boxes."""

import math
from collections.abc import Mapping

from utils.plotting import describe

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

SPACE = 8  # of a thin volume, so that its label fits
FACES = ("#3f7fb5", "#a9cbe8", "#2b5880")  # front, top and side of a volume


def draw_volumes(
    volumes: Mapping[str, tuple[int, ...]], *, alt: str, ax: Axes | None = None, center: float = 0
) -> Axes:
    """Draw volumes of neurons in a row, as boxes in oblique view with their shapes below.

    Args:
        volumes: name to shape, (height, width, channels) or (units,). Lengths are drawn as square
            roots, so that a box of 227 pixels and one of 6 fit into one figure.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.
        center: vertical position of the row, to draw several into one figure.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(1.25 * len(volumes), 2.6))
    left, tallest = 0.0, max(map(_height, volumes.values()))
    for name, shape in volumes.items():
        width = _draw_volume(ax, left, center, shape)
        label = f"{name}\n" + "×".join(map(str, shape))
        ax.text(left + width / 2, center - tallest / 2 - 1, label, ha="center", va="top", fontsize="small")
        left += max(width, SPACE) + 2
    # The text below is no part of the data limits.
    ax.update_datalim([(-2, center - tallest / 2 - 6), (left, center + tallest / 2)])
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.axis("off")
    return describe(ax, alt)


def _height(shape: tuple[int, ...]) -> float:
    """Units without positions stand above each other, sixteen to a line."""
    return math.sqrt(shape[0]) if len(shape) == 3 else math.sqrt(shape[0]) / 4


def _draw_volume(ax: Axes, left: float, center: float, shape: tuple[int, ...]) -> float:
    """Draw one box, its channels to the right and its width into the page; return its extent."""
    _, width, channels = shape if len(shape) == 3 else (1, 1, 1)
    low, high = center - _height(shape) / 2, center + _height(shape) / 2
    far, lean = left + math.sqrt(channels) / 2, 0.3 * math.sqrt(width)
    front = [(left, low), (far, low), (far, high), (left, high)]
    top = [(left, high), (far, high), (far + lean, high + lean), (left + lean, high + lean)]
    side = [(far, low), (far + lean, low + lean), (far + lean, high + lean), (far, high)]
    for corners, color in zip((front, top, side), FACES, strict=True):
        ax.add_patch(Polygon(corners, facecolor=color, edgecolor="white", linewidth=0.7))
    return far + lean - left
