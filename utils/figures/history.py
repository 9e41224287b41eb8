"""Curves of a training."""

from collections.abc import Mapping, Sequence

from utils.figures.curves import apart
from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter


def plot_history(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    metric: str = "accuracy",
    *,
    alt: str,
    validation: str = "validation",
    ax: Axes | None = None,
) -> Axes:
    """Plot a metric per epoch, on training data (dashed) and on validation data (solid).

    Each line is named at its end.

    Args:
        histories: name to `History.history` of `fit`, a dict of one number per epoch. A single history
            may have the name "".
        metric: key of the dict; `val_` is put before it for the validation data. Accuracies are shown in %.
        alt: alternative text of the figure.
        validation: what the solid line is measured on, where the program used other data for it.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.5))
    for name, history in histories.items():
        epochs = np.arange(1, len(history[metric]) + 1)
        before = f"{name}, " if name else ""
        (line,) = ax.plot(epochs, history[f"val_{metric}"], label=before + validation)
        ax.plot(epochs, history[metric], "--", color=line.get_color(), label=before + "training")
    ax.set(xlabel="epoch", ylabel=metric)
    if metric == "accuracy":
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    ax.grid(alpha=0.3)
    _name_lines(ax)
    return describe(ax, alt)


def _name_lines(ax: Axes) -> None:
    """Write the name of each line behind its end, and move the names apart where the ends are close."""
    low, high = ax.get_ylim()
    ends = {str(line.get_label()): _end(line) for line in ax.lines}
    placed = apart({name: end[1] for name, end in ends.items()}, (low, high))
    for line in ax.lines:
        name = str(line.get_label())
        ax.annotate(
            name,
            ends[name],
            xytext=(1.02, (placed[name] - low) / (high - low)),
            textcoords="axes fraction",
            va="center",
            color=line.get_color(),
        )


def _end(line: Line2D) -> tuple[float, float]:
    return float(np.asarray(line.get_xdata())[-1]), float(np.asarray(line.get_ydata())[-1])
