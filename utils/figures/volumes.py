"""Volumes of neurons in a row, as boxes."""

import math
from collections.abc import Mapping

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

LEAN = 0.3  # how far a box reaches to the right, for each unit that it reaches into the page
FACES = ("#3f7fb5", "#a9cbe8", "#2b5880")  # front, top and side of a volume


def draw_volumes(
    volumes: Mapping[str, tuple[int, ...]], *, alt: str, ax: Axes | None = None, center: float = 0
) -> Axes:
    """Draw volumes of neurons in a row, as boxes in oblique view with their shapes below.

    Args:
        volumes: name to shape, (height, width, channels) or (units,). Lengths are drawn as square
            roots, so that a box of 227 pixels and one of 6 fit into one figure, and vectors smaller still.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.
        center: vertical position of the row, to draw several into one figure.

    Returns:
        the Axes.
    """
    figure = None
    if ax is None:
        figure, ax = plt.subplots(figsize=(1.3 * len(volumes), 2.6))
    tallest = max(map(_height, volumes.values()))
    pitch = 1.2 * max(map(_width, volumes.values()))
    for index, (name, shape) in enumerate(volumes.items()):
        middle = (index + 0.5) * pitch
        _draw_volume(ax, middle - _width(shape) / 2, center, shape)
        label = f"{name}\n" + "×".join(map(str, shape))
        ax.text(middle, center - tallest / 2 - 1, label, ha="center", va="top")
    # Text does not count in the data limits.
    ax.update_datalim([(0, center - tallest / 2 - 3.5), (pitch * len(volumes), center + tallest / 2)])
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.axis("off")
    if figure is not None:  # no empty space above and below
        figure.set_figheight(figure.get_figwidth() * np.ptp(ax.get_ylim()) / np.ptp(ax.get_xlim()))
    return describe(ax, alt)


def _height(shape: tuple[int, ...]) -> float:
    """Return the height of a box; a vector is drawn a sixteenth as high, or it would dwarf all volumes."""
    return math.sqrt(shape[0]) if len(shape) == 3 else max(math.sqrt(shape[0]) / 16, 0.5)


def _width(shape: tuple[int, ...]) -> float:
    _, width, channels = shape if len(shape) == 3 else (1, 1, 1)
    return math.sqrt(channels) / 2 + LEAN * math.sqrt(width)


def _draw_volume(ax: Axes, left: float, center: float, shape: tuple[int, ...]) -> None:
    """Draw one box, its channels to the right and its width into the page."""
    low, high = center - _height(shape) / 2, center + _height(shape) / 2
    lean = LEAN * math.sqrt(shape[1] if len(shape) == 3 else 1)
    far = left + _width(shape) - lean
    front = [(left, low), (far, low), (far, high), (left, high)]
    top = [(left, high), (far, high), (far + lean, high + lean), (left + lean, high + lean)]
    side = [(far, low), (far + lean, low + lean), (far + lean, high + lean), (far, high)]
    for corners, color in zip((front, top, side), FACES, strict=True):
        ax.add_patch(Polygon(corners, facecolor=color, edgecolor="white", linewidth=0.7))
