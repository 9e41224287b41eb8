"""A computation of several steps in a row, with the numbers that go forward and backward through it."""

from collections.abc import Sequence

from utils.figures.kernels import with_minus
from utils.figures.style import RED, describe

import matplotlib.pyplot as plt
from matplotlib.axes import Axes


def draw_chain(steps: Sequence[str], values: Sequence[float], slopes: Sequence[float], *, alt: str) -> Axes:
    """Draw the numbers of a computation in a row, each in a box, with arrows in both directions.

    Args:
        steps: what each number is, the first input first and the loss last.
        values: one per step, written above the arrows that lead to the right.
        slopes: of the loss with respect to each step, written below, in red.
        alt: alternative text of the figure.

    Returns:
        the Axes.
    """
    _, ax = plt.subplots(figsize=(1.9 * len(steps), 1.9))
    for place, (step, value, slope) in enumerate(zip(steps, values, slopes, strict=True)):
        box = {"boxstyle": "round,pad=0.4", "facecolor": "#e8eef4", "edgecolor": "none"}
        ax.text(place, 0, step, ha="center", va="center", fontsize=14, bbox=box)
        for height, number, color in ((0.75, value, "black"), (-0.75, slope, RED)):
            ax.text(
                place, height, with_minus(f"{number:g}"), ha="center", va="center", fontsize=14, color=color
            )
        if place:
            for height, ends, color in ((0.75, (-0.8, -0.2), "black"), (-0.75, (-0.2, -0.8), RED)):
                start, end = ((place + shift, height) for shift in ends)
                ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": color, "lw": 1.5})
    for height, name, color in ((0.75, "value", "black"), (-0.75, "slope of the loss", RED)):
        ax.text(-0.35, height, name, ha="right", va="center", fontsize=12, color=color)
    ax.set(xlim=(-1.6, len(steps) - 0.6), ylim=(-1.1, 1.1))
    ax.axis("off")
    return describe(ax, alt)
