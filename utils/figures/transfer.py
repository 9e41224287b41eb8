"""The figure of chapter 13: what pictures are worth, drawn from what was recorded."""

from collections.abc import Mapping, Sequence

from utils.figures.curves import COLORS, apart, labeled

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

WAYS = {"fine_tuned": "fine-tuned", "bottleneck": "frozen features", "scratch": "from scratch"}


def plot_data_curve(curve: Mapping[str, Mapping[str, Sequence[float]]]) -> Axes:
    """Draw test accuracy in percent against the number of training pictures, with bands of 95 %.

    Args:
        curve: pictures per class to {way: (mean, half width)}, as `cats_and_dogs_curve` is recorded.
    """
    counts = [int(count) for count in curve]
    _, ax = plt.subplots(figsize=(7.4, 3.9))
    ends = {}
    for color, (way, label) in zip(COLORS, WAYS.items(), strict=False):
        mean, half = 100 * np.array([curve[str(count)][way] for count in counts]).T
        ax.plot(counts, mean, "o-", color=color)
        ax.fill_between(counts, mean - half, np.minimum(mean + half, 100), alpha=0.2, color=color)
        ends[label] = (mean[-1], color)
    ax.axhline(50, color="gray", linestyle=":")
    ax.annotate("guessing", (counts[-1] * 1.15, 51), color="gray", fontsize="large")
    ax.set(xscale="log", ylim=(40, 100), xlim=(counts[0] / 1.4, counts[-1] * 14))
    _name_ends(ax, counts[-1] * 1.15, ends)
    ax.set_xticks(counts, [f"{count:,}" for count in counts])
    ax.minorticks_off()
    alt = "Accuracy against pictures per class. Frozen and fine-tuned features start far above training "
    alt += "from scratch, and stay above it; where pictures are few their bands are wide."
    return labeled(ax, "training pictures of each class", "test accuracy in %", alt)


def _name_ends(ax: Axes, x: float, ends: Mapping[str, tuple[float, str]]) -> None:
    heights = apart({name: y for name, (y, _) in ends.items()}, ax.get_ylim())
    for name, (_, color) in ends.items():
        ax.annotate(name, (x, heights[name]), color=color, va="center", fontsize="large")
