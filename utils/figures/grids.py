"""Figures of a grid's table: effects with intervals, sweeps, and a heat map."""

from collections.abc import Mapping, Sequence
from typing import Any

from utils.figures.curves import COLORS, apart
from utils.figures.kernels import with_minus
from utils.figures.style import describe
from utils.records.paired import Estimate, by_seed, mean_over_seeds

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

Table = Mapping[str, np.ndarray]
PANELS_IN_A_ROW = 3
PARTS = (("train_accuracy", "training", COLORS[1]), ("val_accuracy", "validation", COLORS[0]))


def forest_plot(effects: Mapping[str, Mapping[str, Estimate]], xlabel: str, *, alt: str) -> Axes:
    """Draw a forest plot: a line per row, from the smallest to the largest effect of the first series.

    Args:
        effects: name of a series to name of a row to its estimate; all series have the same rows. An
            estimate without an interval (one seed) is drawn as a point.
        xlabel: what the numbers are.
        alt: alternative text of the figure.
    """
    first = next(iter(effects.values()))
    rows = sorted(first, key=lambda row: first[row].mean)
    _, ax = plt.subplots(figsize=(8, 0.34 * len(rows) + 1))
    ax.axvline(0, color="0.5")
    for index, (name, series) in enumerate(effects.items()):
        mean, low, high = np.array([series[row][:3] for row in rows]).T
        places = np.arange(len(rows)) + 0.24 * (index - (len(effects) - 1) / 2)
        spread = np.nan_to_num([mean - low, high - mean])
        ax.errorbar(mean, places, xerr=spread, fmt="so^"[index % 3], markersize=5, label=name)
    ax.set_yticks(range(len(rows)), rows, size="large")
    ax.set_xlabel(xlabel, size="large")
    ax.grid(axis="x", alpha=0.3)
    if len(effects) > 1:
        ax.legend(loc="lower right")
    return describe(ax, alt)


def plot_gaps(table: Table, *, alt: str) -> Axes:
    """Draw for each row a line from validation to training accuracy, the most accurate row on top.

    Args:
        table: column to values, as `utils.records.load_grid` returns it, accuracies from 0 to 1.
        alt: alternative text of the figure.
    """
    means = {
        row: [100 * float(mean_over_seeds(table, row, column)) for column, *_ in PARTS]
        for row in dict.fromkeys(table["row"].tolist())
    }
    rows = sorted(means, key=lambda row: means[row][1])
    ends = np.array([means[row] for row in rows]).T
    places = np.arange(len(rows))
    _, ax = plt.subplots(figsize=(8, 0.34 * len(rows) + 1.2))
    ax.hlines(places, *ends, color="0.7", lw=4)
    for accuracies, (_, name, color) in zip(ends, PARTS, strict=True):
        ax.plot(accuracies, places, "o", color=color, ms=9)
        top = (accuracies[-1], places[-1])
        style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "size": "large"}
        ax.annotate(name, top, (0, 12), color=color, **style)
    ax.set_yticks(places, rows, size="large")
    ax.set_ylim(-0.7, len(rows) + 0.3)
    ax.set_xlabel("accuracy in %", size="large")
    ax.grid(axis="x", alpha=0.3)
    return describe(ax, alt)


def plot_sweeps(table: Table, sweeps: Mapping[str, Mapping[str, str]], *, alt: str) -> np.ndarray:
    """Plot training and validation accuracy over the strengths of each method, in small panels.

    Lines go through the means; a band reaches from the lowest to the highest seed.

    Args:
        table: column to values, as `utils.records.load_grid` returns it, accuracies from 0 to 1.
        sweeps: title of a panel to the strengths, from weak to strong, each with the name of its row.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per panel.
    """
    num_columns = min(PANELS_IN_A_ROW, len(sweeps))
    num_rows = -(-len(sweeps) // num_columns)
    size = (3.7 * num_columns, 3.1 * num_rows)
    _, axes = plt.subplots(num_rows, num_columns, figsize=size, sharey=True, squeeze=False)
    for ax in axes.flat[len(sweeps) :]:
        ax.axis("off")
    for ax, (title, rows) in zip(axes.flat, sweeps.items(), strict=False):
        for column, name, color in PARTS:
            seeds = [100 * np.array(list(by_seed(table, row, column).values())) for row in rows.values()]
            means = [values.mean() for values in seeds]
            ax.plot(range(len(rows)), means, "o-", lw=3, color=color)
            low, high = [values.min() for values in seeds], [values.max() for values in seeds]
            ax.fill_between(range(len(rows)), low, high, color=color, alpha=0.25)
            if ax is axes[0, 0]:
                _name_part(ax, name, means, color)
        ax.set_xticks(range(len(rows)), list(rows))
        ax.set_title(title, size="large")
        ax.margins(x=0.12)
        ax.grid(alpha=0.3)
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy in %", size="large")
    # Room for the names above and below the curves.
    axes[0, 0].set_ylim(axes[0, 0].get_ylim()[0] - 6, 107)
    return describe(axes.ravel()[: len(sweeps)], alt)


def _name_part(ax: Axes, name: str, means: Sequence[float], color: Any) -> None:
    """Write the name above the higher end of the training curve, or below the lower end of the other one."""
    is_training = name == "training"
    at_end = (means[-1] > means[0]) == is_training
    place: dict[str, Any] = {
        "xy": (len(means) - 1, means[-1]) if at_end else (0, means[0]),
        "xytext": (-4 if at_end else 4, 10 if is_training else -20),
        "textcoords": "offset points",
        "ha": "right" if at_end else "left",
    }
    ax.annotate(name, color=color, size="large", **place)


def plot_against(table: Table, series: Mapping[str, Mapping[float, str]], column: str, *, alt: str) -> Axes:
    """Plot a column against a number on a logarithmic scale: named lines through the means, a dot per seed.

    Args:
        table: column to values.
        series: name of a line to number to the name of its row.
        column: what is plotted.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(7.6, 4))
    ends = {}
    for name, rows in series.items():
        means = [float(mean_over_seeds(table, row, column)) for row in rows.values()]
        (line,) = ax.semilogx(list(rows), means, lw=3)
        ends[name] = (max(rows), means[-1], line.get_color())
        for number, row in rows.items():
            values = list(by_seed(table, row, column).values())
            ax.plot([number] * len(values), values, "o", color=line.get_color(), markersize=4)
    numbers = sorted({number for rows in series.values() for number in rows})
    ax.set_xticks(numbers, [f"{number:,}" for number in numbers])
    ax.minorticks_off()
    heights = apart({name: end[1] for name, end in ends.items()}, ax.get_ylim())
    for name, (x, _, color) in ends.items():
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "size": "large"}
        ax.annotate(name, (x, heights[name]), (16, 0), color=color, annotation_clip=False, **style)
    ax.set_ylabel(column.replace("_", " "), size="large")
    ax.grid(alpha=0.3)
    return describe(ax, alt)


def heat_map(values: np.ndarray, rows: Sequence[str], columns: Sequence[str], *, alt: str) -> Axes:
    """Draw differences as colors, symmetric around zero, with the numbers written in.

    Args:
        values: (rows, columns); NaN is left empty.
        rows, columns: their names.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(4.5 + 1.1 * len(columns), 0.45 * len(rows) + 0.6))
    limit = max(float(np.nanmax(np.abs(values))), 1e-12)
    ax.imshow(values, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            color = "white" if abs(value) > 0.6 * limit else "black"
            ax.text(
                column, row, with_minus(f"{value:+.1f}"), ha="center", va="center", color=color, size="large"
            )
    ax.set_xticks(range(len(columns)), columns, size="large")
    ax.set_yticks(range(len(rows)), rows, size="large")
    return describe(ax, alt)
