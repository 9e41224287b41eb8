"""What a classifier costs, layer by layer, and whether it is as sure as it should be."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def plot_shares(counts: Mapping[str, np.ndarray], layer_names: Sequence[str], *, alt: str) -> Axes:
    """Draw what share of each count every layer has, the bars of a layer beside each other.

    Args:
        counts: what is counted, to one number per layer: (layers,).
        layer_names: from the first layer to the last.
        alt: alternative text of the figure.

    Returns:
        the Axes.
    """
    _, ax = plt.subplots(figsize=(8, 0.4 + 0.8 * len(layer_names)))
    rows, height = np.arange(len(layer_names)), 0.8 / len(counts)
    for index, (name, numbers) in enumerate(counts.items()):
        shares = 100 * np.asarray(numbers) / np.sum(numbers)
        bars = ax.barh(rows + (index - (len(counts) - 1) / 2) * height, shares, 0.95 * height, label=name)
        ax.bar_label(bars, [f"{share:.1f} %" for share in shares], padding=3, fontsize="large")
    ax.set_yticks(rows, layer_names, fontsize="large")
    ax.invert_yaxis()
    ax.set(xlim=(0, 118))
    ax.set_xlabel("share of the network, %", fontsize="large")
    ax.legend(loc="lower right", fontsize="large")
    return describe(ax, alt)


def plot_reliability(
    answers: Mapping[str, np.ndarray], labels: np.ndarray, *, alt: str, num_bins: int = 10
) -> np.ndarray:
    """Draw a reliability diagram for each set of answers: accuracy against confidence, in bins.

    A point is a bin of the confidence; its area grows with the number of answers. Source: Guo et al.,
    "On calibration of modern neural networks", 2017.

    Args:
        answers: name to probabilities, (N, classes).
        labels: (N,), integers.
        alt: alternative text of the figure.
        num_bins: of equal width, from 0 to 1.

    Returns:
        the Axes, one for each set of answers.
    """
    _, axes = plt.subplots(1, len(answers), figsize=(4 * len(answers), 3.5), sharey=True, squeeze=False)
    for ax, (name, probabilities) in zip(axes[0], answers.items(), strict=True):
        confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
        bins = np.minimum((num_bins * confidence).astype(int), num_bins - 1)
        members = [bins == b for b in np.unique(bins)]
        points = np.array([(confidence[m].mean(), is_right[m].mean(), m.mean()) for m in members])
        ax.plot([0, 1], [0, 1], "--", color="gray")
        ax.scatter(points[:, 0], points[:, 1], s=20 + 400 * points[:, 2])
        ax.set(title=name, xlabel="confidence", xlim=(0, 1.05), ylim=(0, 1.05))
        ax.title.set_fontsize("large")
    axes[0, 0].set_ylabel("accuracy")
    return describe(axes[0], alt)
