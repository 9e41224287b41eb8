"""Trials of two factors, of which one is important, below the accuracy that they reach."""

from collections.abc import Callable, Mapping

from utils.figures.curves import labeled

import matplotlib.pyplot as plt
import numpy as np

HILL = 1.2  # height of the curve of accuracies, in units of the square of trials
GAP = 0.1  # between the square and the curve


def plot_trials(
    trials: Mapping[str, np.ndarray], accuracy_at: Callable[[np.ndarray], np.ndarray], *, alt: str
) -> np.ndarray:
    """Draw the trials of several searches side by side, each with a dotted line up to its accuracy.

    Args:
        trials: name of a search to its trials, (2, ...): the important and the unimportant factor, in [0, 1].
        accuracy_at: from values of the important factor to accuracies.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per search; its title counts the different values of the important factor.
    """
    line = np.linspace(0, 1, 200)
    lowest, highest = np.min(accuracy_at(line)), np.max(accuracy_at(line))

    def height(x: np.ndarray) -> np.ndarray:
        return 1 + GAP + HILL * (accuracy_at(x) - lowest) / (highest - lowest)

    _, axes = plt.subplots(1, len(trials), figsize=(4.5 * len(trials), 3.8), sharey=True, squeeze=False)
    for ax, (name, (x, y)) in zip(axes[0], trials.items(), strict=True):
        ax.plot(line, height(line), lw=3)
        ax.vlines(x.ravel(), y.ravel(), height(x.ravel()), ls=":", color="black")
        ax.plot(x.ravel(), y.ravel(), "ok", ms=9)
        ax.set_title(f"{name}: {len(np.unique(x))} values", size="x-large")
        ax.set_yticks([])
        ax.annotate("accuracy", (0.75, 1 + 2 * GAP), color="C0", size="large")
        labeled(ax, "important factor", "unimportant factor", alt)
    return axes[0]
