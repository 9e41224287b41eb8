"""Which classes are taken for which."""

from collections.abc import Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def plot_confusion(
    labels: np.ndarray,
    predictions: np.ndarray,
    class_names: Sequence[str],
    *,
    alt: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw the confusion matrix: how many images of each true class got each predicted class.

    Args:
        labels, predictions: (N,), integers in [0, number of classes).
        class_names: names in the order of the integers.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    num_classes = len(class_names)
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(matrix, (np.asarray(labels), np.asarray(predictions)), 1)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 5.5))
    ax.imshow(matrix, cmap="cividis")
    for (row, column), count in np.ndenumerate(matrix):
        color = "black" if count > matrix.max() / 2 else "white"
        ax.text(column, row, count, ha="center", va="center", color=color, fontsize="small")
    ax.set_xticks(range(num_classes), class_names, rotation=45, ha="right")
    ax.set_yticks(range(num_classes), class_names)
    ax.set(xlabel="predicted class", ylabel="true class")
    return describe(ax, alt)
