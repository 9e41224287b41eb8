"""Figures of chapter 15: the roofline, the whitened patches, and the steps of an ablation."""

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


def show_whitening(covariances: Mapping[str, np.ndarray], kernel: np.ndarray, *, alt: str) -> np.ndarray:
    """Draw two covariance matrices, and the filters of a whitening kernel, gray where they are zero.

    Args:
        covariances: name to matrix, two of them.
        kernel: (2, 2, 3, 12), the filters without their negatives.
        alt: alternative text of the figure.

    Returns:
        the three Axes.
    """
    _, axes = plt.subplots(1, 3, figsize=(12, 3.6), width_ratios=[1, 1, 1.4])
    for ax, (name, matrix) in zip(axes[:2], covariances.items(), strict=True):
        ax.imshow(matrix, cmap="PuOr", vmin=-1.2, vmax=1.2)
        ax.set(title=f"covariance: {name}", xlabel="number", ylabel="number")
    plt.colorbar(axes[0].images[0], ax=list(axes[:2]), shrink=0.8)
    tiles = (kernel / np.abs(kernel).max(axis=(0, 1, 2))).transpose(3, 0, 1, 2)
    tiles = np.pad(tiles, ((0, 0), (1, 1), (1, 1), (0, 0))).reshape(2, 6, 4, 4, 3)
    axes[2].imshow(0.5 + tiles.transpose(0, 2, 1, 3, 4).reshape(8, 24, 3) / 2)
    axes[2].set(title="the twelve filters, largest variance first", xticks=[], yticks=[])
    return describe(axes, alt)


def plot_staircase(rows: Sequence[str], columns: Mapping[str, Sequence[float]], *, alt: str) -> np.ndarray:
    """Draw an ablation from top to bottom: accuracy, once and with mirror images, and minutes.

    Args:
        rows: names of the steps, the first at the top.
        columns: `test_accuracy` and `flip_accuracy` as shares, and `seconds`, one number per row.
        alt: alternative text of the figure.

    Returns:
        the two Axes.
    """
    _, axes = plt.subplots(1, 2, figsize=(11, 0.35 * len(rows) + 1.2), sharey=True, width_ratios=[2, 1])
    places = np.arange(len(rows))[::-1]
    axes[0].plot(100 * np.array(columns["test_accuracy"]), places, "o-", label="each image once")
    axes[0].plot(
        100 * np.array(columns["flip_accuracy"]), places, "s", mfc="none", label="and its mirror image"
    )
    axes[1].barh(places, np.array(columns["seconds"]) / 60, color="0.6")
    axes[0].set(yticks=places, yticklabels=rows, xlabel="accuracy on the test images, %")
    axes[1].set(xlabel="minutes")
    axes[0].legend()
    for ax in axes:
        ax.grid(alpha=0.3)
    return describe(axes, alt)
