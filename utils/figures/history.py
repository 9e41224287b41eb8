"""Curves of a training."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def plot_history(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    metric: str = "accuracy",
    *,
    alt: str,
    ax: Axes | None = None,
) -> Axes:
    """Plot a metric per epoch, on training data (dashed) and on validation data (solid).

    Args:
        histories: name to `History.history` of `fit`, a dict of one number per epoch.
        metric: key of the dict; `val_` is put before it for the validation data.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.5))
    for name, history in histories.items():
        epochs = np.arange(1, len(history[metric]) + 1)
        (line,) = ax.plot(epochs, history[f"val_{metric}"], label=f"{name}, validation")
        ax.plot(epochs, history[metric], "--", color=line.get_color(), label=f"{name}, training")
    ax.set(xlabel="epoch", ylabel=metric)
    ax.grid(alpha=0.3)
    # Two names side by side are low enough to find a place beside the lines.
    ax.legend(ncols=2 if len(histories) == 2 else 1)
    return describe(ax, alt)
