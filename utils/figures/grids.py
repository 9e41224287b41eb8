"""Figures of a grid's table: effects with intervals, curves, weights, and a heat map."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe
from utils.records.paired import Estimate, by_seed, mean_over_seeds

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

Table = Mapping[str, np.ndarray]


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
    _, ax = plt.subplots(figsize=(8, 0.32 * len(rows) + 1))
    ax.axvline(0, color="0.5")
    for index, (name, series) in enumerate(effects.items()):
        mean, low, high = np.array([series[row][:3] for row in rows]).T
        places = np.arange(len(rows)) + 0.24 * (index - (len(effects) - 1) / 2)
        spread = np.nan_to_num([mean - low, high - mean])
        ax.errorbar(mean, places, xerr=spread, fmt="so^"[index % 3], markersize=5, label=name)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xlabel(xlabel)
    ax.grid(axis="x", alpha=0.3)
    ax.legend(loc="lower right")
    return describe(ax, alt)


def plot_curves(table: Table, rows: Sequence[str], *, alt: str) -> np.ndarray:
    """Plot accuracy (training dashed) and validation loss per round, means over the seeds.

    Args:
        table: column to values, as `utils.records.load_grid` returns it.
        rows: which rows.
        alt: alternative text of the figure.

    Returns:
        the two Axes.
    """
    _, axes = plt.subplots(1, 2, figsize=(11, 4))
    for row in rows:
        accuracy = mean_over_seeds(table, row, "val_accuracy_curve")
        rounds = np.arange(1, len(accuracy) + 1)
        (line,) = axes[0].plot(rounds, accuracy, label=row)
        color = line.get_color()
        axes[0].plot(rounds, mean_over_seeds(table, row, "accuracy_curve"), "--", color=color)
        axes[1].plot(rounds, mean_over_seeds(table, row, "val_cross_entropy_curve"), color=color)
    axes[0].set(xlabel="round", ylabel="accuracy: training dashed, validation solid")
    axes[1].set(xlabel="round", ylabel="validation loss (cross-entropy)")
    axes[0].legend()
    for ax in axes:
        ax.grid(alpha=0.3)
    return describe(axes, alt)


def plot_weights(table: Table, rows: Sequence[str], bins: np.ndarray, *, alt: str) -> Axes:
    """Plot how often weights of each size occur, on a logarithmic scale, means over the seeds.

    Args:
        table: with a column `weight_counts`, one number per bin.
        rows: which rows.
        bins: (N + 1,), edges of the bins; the outer bins, which hold all that lies beyond, are left out.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(8, 4))
    centers = (bins[1:] + bins[:-1]) / 2
    for row in rows:
        counts = mean_over_seeds(table, row, "weight_counts")
        ax.semilogy(centers[1:-1], (counts / counts.sum())[1:-1], label=row)
    ax.set(xlabel="weight", ylabel=f"share of the weights per {bins[1] - bins[0]:.2g}")
    ax.grid(alpha=0.3)
    ax.legend()
    return describe(ax, alt)


def plot_against(table: Table, series: Mapping[str, Mapping[float, str]], column: str, *, alt: str) -> Axes:
    """Plot a column against a number on a logarithmic scale: lines through the means, a dot per seed.

    Args:
        table: column to values.
        series: name of a line to number to the name of its row.
        column: what is plotted.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(7, 4))
    for name, rows in series.items():
        means = [mean_over_seeds(table, row, column) for row in rows.values()]
        (line,) = ax.semilogx(list(rows), means, label=name)
        for number, row in rows.items():
            values = list(by_seed(table, row, column).values())
            ax.plot([number] * len(values), values, "o", color=line.get_color(), markersize=4)
    numbers = sorted({number for rows in series.values() for number in rows})
    ax.set_xticks(numbers, [f"{number:,}" for number in numbers])
    ax.minorticks_off()
    ax.set_ylabel(column.replace("_", " "))
    ax.grid(alpha=0.3)
    ax.legend()
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
            ax.text(column, row, f"{value:+.1f}", ha="center", va="center", color=color)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    return describe(ax, alt)
