"""Figures of chapter 15: the roofline, times of layers, whitened patches, and the steps of an ablation."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def plot_roofline(
    peaks: Mapping[str, float],
    bandwidth: float,
    points: Mapping[str, Sequence[tuple[float, float]]],
    *,
    alt: str,
) -> Axes:
    """Draw what a machine can reach against arithmetic intensity, and where layers lie.

    Args:
        peaks: name of a precision to operations per second; two at most.
        bandwidth: of the memory, in bytes per second.
        points: kind of layer to pairs of operations per byte and operations per second.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(8, 4.2))
    intensities = np.geomspace(0.5, 3_000, 200)
    for (precision, peak), style in zip(peaks.items(), ("k--", "k-")[-len(peaks) :], strict=True):
        roof = np.minimum(peak, intensities * bandwidth) / 1e9
        ax.loglog(intensities, roof, style, label=f"roof, {precision}")
    for index, (kind, pairs) in enumerate(points.items()):
        x, y = np.transpose(pairs)
        ax.loglog(x, y / 1e9, "osv^"[index % 4], label=kind)
    ax.set(xlabel="operations per byte", ylabel="billion operations per second")
    ax.grid(alpha=0.3)
    ax.legend(loc="lower right")
    return describe(ax, alt)


def plot_parts(times: Mapping[str, Sequence[float]], parts: Sequence[str], ylabel: str, *, alt: str) -> Axes:
    """Draw how long each part of a step takes, in several ways of computing it, as bars beside each other.

    Args:
        times: name of a way to its times, one for each part; their sum stands in the legend.
        parts: their names.
        ylabel: the unit.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(9, 4), layout="constrained")
    width = 0.8 / len(times)
    places = np.arange(len(parts))
    for index, (way, values) in enumerate(times.items()):
        label = f"{way}: {sum(values):,.0f} in all"
        bars = ax.bar(places + (index + 0.5) * width - 0.4, values, 0.95 * width, label=label)
        ax.bar_label(bars, fmt="%.0f", fontsize="large")
    ax.set_xticks(places, parts, fontsize="large")
    ax.set_ylabel(ylabel, fontsize="large")
    ax.margins(y=0.12)
    ax.legend(fontsize="large")
    return describe(ax, alt)


def show_whitening(covariances: Mapping[str, np.ndarray], kernel: np.ndarray, *, alt: str) -> np.ndarray:
    """Draw two covariance matrices, and the filters of a whitening kernel, gray where they are zero.

    Args:
        covariances: title to matrix: of the numbers of a patch, and of the outputs of the filters.
        kernel: (2, 2, 3, 12), the filters without their negatives.
        alt: alternative text of the figure.

    Returns:
        the three Axes.
    """
    _, axes = plt.subplots(1, 3, figsize=(12, 3.6), width_ratios=[1, 1, 1.4])
    numbers = "number in the patch", "filter"
    for ax, (name, matrix), label in zip(axes[:2], covariances.items(), numbers, strict=True):
        ax.imshow(matrix, cmap="PuOr", vmin=-1.2, vmax=1.2)
        ax.set(title=name, xlabel=label, ylabel=label)
    plt.colorbar(axes[0].images[0], ax=list(axes[:2]), shrink=0.8, label="covariance")
    tiles = (kernel / np.abs(kernel).max(axis=(0, 1, 2))).transpose(3, 0, 1, 2)
    tiles = np.pad(tiles, ((0, 0), (1, 1), (1, 1), (0, 0))).reshape(2, 6, 4, 4, 3)
    axes[2].imshow(0.5 + tiles.transpose(0, 2, 1, 3, 4).reshape(8, 24, 3) / 2)
    axes[2].set(title="the twelve filters, largest variance first", xticks=[], yticks=[])
    return describe(axes, alt)


def plot_gains(gains: Mapping[str, float], accuracies: Sequence[float], band: float, *, alt: str) -> Axes:
    """Draw what each step of an ablation gains, from top to bottom, over the band that luck explains.

    Args:
        gains: name of a step to its gain in points, the first step first.
        accuracies: in percent, with each step and all before it; they stand at the right.
        band: how far luck reaches to each side of 0, in points.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(9, 0.42 * len(gains) + 1.2), layout="constrained")
    places = np.arange(len(gains))
    ax.axvspan(-band, band, color="0.88", zorder=0)
    outside = np.abs(list(gains.values())) > band
    bars = ax.barh(places, list(gains.values()), color=np.where(outside, "tab:blue", "0.6"))
    ax.bar_label(bars, [f"{gain:+.1f}".replace("-", "−") for gain in gains.values()], padding=4)
    ax.set(yticks=places, yticklabels=gains, xlabel="gain in points (gray: within the band of luck)")
    ax.invert_yaxis()
    ax.margins(x=0.12)
    right = ax.secondary_yaxis("right")
    right.set_yticks(places, [f"{accuracy:.1f} %" for accuracy in accuracies])
    right.tick_params(length=0)
    return describe(ax, alt)
