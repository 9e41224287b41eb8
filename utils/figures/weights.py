"""Pairs of weights as points of a plane, and where a constraint or a penalty moves them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from utils.figures.style import RED, describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

REACH = 2.1  # of the plane to each side of zero
STILL = 1e-9  # what moves less has not moved


class Move(NamedTuple):
    """Where pairs of weights go, and level lines of a norm that explain it.

    Attributes:
        ends: (N, 2), where the N pairs arrive.
        order: of the norm: 2 draws circles, 1 draws diamonds.
        levels: values of the norm on the lines, increasing.
    """

    ends: np.ndarray
    order: float
    levels: Sequence[float]


def draw_moves(starts: np.ndarray, moves: Mapping[str, Move], *, alt: str) -> np.ndarray:
    """Draw in panels how pairs of weights move: an arrow for each, a dot for what stays.

    Args:
        starts: (N, 2), first weight and second weight.
        moves: title of a panel to the move.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per panel.
    """
    _, axes = plt.subplots(1, len(moves), figsize=(4 * len(moves), 4.8), squeeze=False, sharey=True)
    for ax, (title, move) in zip(axes[0], moves.items(), strict=True):
        _draw_levels(ax, move)
        _draw_arrows(ax, starts, move.ends)
        ax.set_title(title, size="x-large")
        ax.set_xlabel("first weight", size="large")
        ax.set(aspect="equal", xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    axes[0, 0].set_ylabel("second weight", size="large")
    return describe(axes[0], alt)


def _draw_levels(ax: Axes, move: Move) -> None:
    """Draw the axes of the plane, and the lines on which the norm is the same."""
    ax.axhline(0, color="0.8", lw=1)
    ax.axvline(0, color="0.8", lw=1)
    steps = np.linspace(-REACH, REACH, 301)
    plane = np.stack(np.meshgrid(steps, steps), axis=-1)
    norms = np.linalg.norm(plane, ord=move.order, axis=-1)
    ax.contour(steps, steps, norms, levels=list(move.levels), colors=RED, linewidths=1.5)


def _draw_arrows(ax: Axes, starts: np.ndarray, ends: np.ndarray) -> None:
    """Draw an arrow from each start to its end, and a dot where both are the same."""
    is_still = np.linalg.norm(ends - starts, axis=1) < STILL
    for start, end in zip(starts[~is_still], ends[~is_still], strict=True):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "lw": 1.6, "shrinkA": 0, "shrinkB": 0})
    ax.plot(*starts[is_still].T, "ok", markersize=4)
