"""Figures of chapter 13, drawn from what its stages recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

WAYS = {"fine_tuned": "fine-tuned", "bottleneck": "frozen features", "scratch": "from scratch"}


def plot_data_curve(curve: Mapping[str, Mapping[str, Sequence[float]]]) -> Axes:
    """Draw test accuracy against the number of training pictures, with bands of 95 %.

    Args:
        curve: pictures per class to {way: (mean, half width)}, as `cats_and_dogs_curve` is recorded.
    """
    counts = [int(count) for count in curve]
    _, ax = plt.subplots(figsize=(6, 3.6))
    for way, label in WAYS.items():
        mean, half = np.array([curve[str(count)][way] for count in counts]).T
        ax.plot(counts, mean, "o-", label=label)
        ax.fill_between(counts, mean - half, np.minimum(mean + half, 1), alpha=0.2)
    ax.set(xscale="log", xlabel="training pictures per class", ylabel="test accuracy", ylim=(0.4, 1))
    ax.set_xticks(counts, list(curve))
    ax.minorticks_off()
    ax.legend()
    alt = "Accuracy against pictures per class. Frozen and fine-tuned features start far above training "
    alt += "from scratch, and stay above it; where pictures are few their bands are wide."
    return describe(ax, alt)


def plot_layer_probe(probe: Mapping[str, Sequence[float]]) -> Axes:
    """Draw the test accuracy of a linear head on each stage.

    Args:
        probe: stage to (mean, half width), as `layer_probe` is recorded.
    """
    mean, half = np.array(list(probe.values())).T
    _, ax = plt.subplots(figsize=(7, 3.2))
    ax.errorbar(range(len(probe)), mean, half, fmt="o-", capsize=3)
    ax.set_xticks(range(len(probe)), probe, rotation=60)
    ax.set(ylabel="test accuracy", ylim=(0.5, 1))
    ax.grid(alpha=0.3)
    alt = f"Accuracy of a linear head on each stage: it rises from {mean[0]:.0%} to {mean[-1]:.0%}."
    return describe(ax, alt)


def plot_sizes(sizes: Mapping[str, Mapping[str, Any]]) -> Axes:
    """Draw held-out accuracy against size in megabytes, a point for each end of the network.

    Args:
        sizes: last stage to {"megabytes", "accuracy"}, as `street` is recorded.
    """
    megabytes, accuracy = np.array([(size["megabytes"], size["accuracy"]) for size in sizes.values()]).T
    _, ax = plt.subplots(figsize=(5.5, 3))
    ax.plot(megabytes, accuracy, "o")
    for end, place in zip(sizes, zip(megabytes, accuracy, strict=True), strict=True):
        ax.annotate(end, place, xytext=(0, 7), textcoords="offset points", ha="center")
    lowest, highest = megabytes.min(), megabytes.max()
    ax.set(
        xscale="log",
        xlabel="size in MB up to this stage, 4 bytes per weight",
        ylabel="accuracy on held-out scenes",
    )
    ax.set(xlim=(lowest / 2.5, highest * 2.5), ylim=(accuracy.min() - 0.02, accuracy.max() + 0.03))
    ticks = [tick for tick in (0.1, 0.3, 1, 3, 10, 30) if lowest / 2.5 < tick < highest * 2.5]
    ax.set_xticks(ticks, list(map(str, ticks)))
    ax.minorticks_off()
    points = (
        f"{end}, {size:.1f} MB, {share:.1%}"
        for end, size, share in zip(sizes, megabytes, accuracy, strict=True)
    )
    return describe(ax, f"Accuracy against size, by the last block: {'; '.join(points)}.")
