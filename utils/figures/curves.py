"""Curves that carry their names at their ends, and networks as points of work and accuracy."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from utils.figures.style import PALETTE, describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import LogLocator
from scipy.optimize import isotonic_regression

# Without gray, in which a curve looks like a grid line.
COLORS = [color for number, color in enumerate(PALETTE) if number != 3]
NAME_HEIGHT = 0.085  # of the height of a figure
LETTER_WIDTH = 0.62  # of the size of a font
MOST_ROOM_FOR_NAMES = 0.5  # of the width of a figure
FEW = 20  # points of a curve that are drawn as points, too


def plot_layers(curves: Mapping[str, np.ndarray], ylabel: str, *, alt: str, ax: Axes | None = None) -> Axes:
    """Plot a number per layer on a logarithmic scale, each curve with its name at its end.

    Args:
        curves: name to (layers,) or (repetitions, layers), positive numbers.
        ylabel: what the numbers are.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.6))
    ends: dict[int, dict[str, float]] = {}
    colors = dict(zip(curves, COLORS, strict=False))
    for name, curve in curves.items():
        rows = np.atleast_2d(curve)
        ax.semilogy(np.arange(1, rows.shape[1] + 1), rows.T, color=colors[name])
        ends.setdefault(rows.shape[1], {})[name] = float(np.log10(rows[:, -1]).mean())
    low, high = np.log10(ax.get_ylim())
    box: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85}
    for layer, heights in ends.items():
        for name, height in apart(heights, (low, high)).items():
            place = (1.02 * layer, 10**height)
            ax.annotate(name, place, color=colors[name], va="center", fontsize="large", bbox=box)
    longest = max(ends)
    ax.set(xlim=(0, 1.36 * longest), xticks=range(0, longest + 1, 10))
    return labeled(ax, "layer", ylabel, alt)


def plot_named(
    curves: Mapping[str, tuple[Any, Any]], xlabel: str, ylabel: str, *, alt: str, ax: Axes | None = None
) -> Axes:
    """Plot curves on linear scales, each with its name at its end; a curve of few points shows them.

    Args:
        curves: name to the x and the y of its points.
        xlabel, ylabel: what the axes show.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(7, 3.6))
    ends: dict[str, tuple[float, float]] = {}
    colors = dict(zip(curves, COLORS, strict=False))
    for name, (x, y) in curves.items():
        ax.plot(x, y, "o-" if len(x) < FEW else "-", lw=3, color=colors[name])
        ends[name] = (float(x[-1]), float(y[-1]))
    bottom, top = ax.get_ylim()
    heights = apart({name: y for name, (_, y) in ends.items()}, (bottom, top))
    for name, (x, _) in ends.items():
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": "large"}
        ax.annotate(name, (x, heights[name]), (8, 0), color=colors[name], **style)
    # A name outside is not drawn.
    ax.set_ylim(bottom, max(top, max(heights.values()) + NAME_HEIGHT / 2 * (top - bottom)))
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= high])  # none below the names
    share = _share_of_names(ax, list(curves))
    ax.set_xlim(low, low + (high - low) / (1 - share))
    return labeled(ax, xlabel, ylabel, alt)


def _share_of_names(ax: Axes, names: list[str]) -> float:
    """Return the share of the width of `ax` that the longest name needs behind the ends of the curves."""
    letter = LETTER_WIDTH * FontProperties(size="large").get_size_in_points() / 72  # in inches
    width = ax.get_window_extent().width / ax.figure.dpi
    return min(MOST_ROOM_FOR_NAMES, (2 + max(map(len, names))) * letter / width)


def apart(heights: Mapping[str, float], limits: tuple[float, float]) -> dict[str, float]:
    """Move names apart, in their order, as little as possible in the sum of squares, and keep them inside.

    Args:
        heights: name to the height where it should stand.
        limits: lower and upper end of the axis, in the same scale; a name needs `NAME_HEIGHT` of it.

    Returns:
        name to the middle of its place. If they do not all fit, the highest stand above the axis.
    """
    low, high = limits
    gap = NAME_HEIGHT * (high - low)
    names = sorted(heights, key=lambda name: heights[name])
    steps = gap * np.arange(len(names))
    free = isotonic_regression([heights[name] for name in names] - steps).x
    bottom = low + gap / 2
    placed = np.clip(free, bottom, max(bottom, high - gap / 2 - steps[-1])) + steps
    return dict(zip(names, map(float, placed), strict=True))


class Point(NamedTuple):
    """A network in a plot of work and accuracy; `reach` is half of an interval, in percent, or 0."""

    multiply_adds: float
    accuracy: float
    reach: float = 0.0
    parameters: float = 0.0  # the area of the point; 0 for a small one


def plot_costs(points: Mapping[str, Point], ylabel: str, *, alt: str, unit: float = 1e6) -> Axes:
    """Plot accuracy in percent against multiply-adds on a logarithmic scale, a name beside each point.

    The area of a point is proportional to the number of parameters.

    Args:
        points: name to its numbers; accuracies in percent.
        ylabel: which accuracy.
        alt: alternative text of the figure.
        unit: multiply-adds are shown as multiples of this, 1e6 or 1e9.

    Returns:
        the Axes.
    """
    _, ax = plt.subplots(figsize=(7.6, 4))
    words = {1e6: "million", 1e9: "billion"}[unit]
    for number, (name, point) in enumerate(points.items()):
        place, size = (point.multiply_adds / unit, point.accuracy), point.parameters / 2e5 or 30
        ax.errorbar(*place, yerr=point.reach or None, color=COLORS[number % len(COLORS)], capsize=4)
        ax.scatter(*place, s=size, alpha=0.7, color=COLORS[number % len(COLORS)])
        # Right and left of the points in turn, as neighbors in the list are often neighbors in the plot.
        side, anchor = ((1, "left"), (-1, "right"))[number % 2]
        shift = (side * (5 + size**0.5 / 2), 0)
        style: dict[str, Any] = {
            "textcoords": "offset points",
            "ha": anchor,
            "va": "center",
            "fontsize": "large",
        }
        ax.annotate(name, place, shift, **style)
    ax.set_xscale("log")
    ax.margins(x=0.2, y=0.12)
    work = [point.multiply_adds for point in points.values()]
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7) if max(work) < 10 * min(work) else (1, 2, 5)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")
    return labeled(ax, f"{words} multiply-adds per image, logarithmic scale", ylabel, alt)


def labeled(ax: Axes, xlabel: str, ylabel: str, alt: str) -> Axes:
    """Write at the axes what they show, and give the figure its alternative text."""
    ax.set_xlabel(xlabel, fontsize="large")
    ax.set_ylabel(ylabel, fontsize="large")
    ax.grid(alpha=0.3)
    return describe(ax, alt)
