"""Which classes are taken for which."""

from collections.abc import Sequence

from utils.checks import check_labels, require_as_many
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
    mistakes_only: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the confusion matrix: how many images of each true class got each predicted class.

    Args:
        labels, predictions: (N,), integers in [0, number of classes), or in another form that
            `utils.checks.check_labels` takes.
        class_names: names in the order of the integers.
        alt: alternative text of the figure.
        mistakes_only: leave the diagonal empty, so that the colors are those of the mistakes.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.

    Raises:
        ValueError: a label is none of the classes, or there are not as many predictions as labels.
    """
    num_classes = len(class_names)
    labels = check_labels(labels, num_classes=num_classes)
    predictions = check_labels(predictions, name="predictions", num_classes=num_classes)
    require_as_many("predictions", len(predictions), len(labels), "labels")
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 5.5))
    hidden = mistakes_only & np.eye(num_classes, dtype=bool)
    largest = matrix[~hidden].max(initial=0)
    ax.imshow(np.ma.masked_array(matrix, hidden), cmap="cividis")
    for (row, column), count in np.ndenumerate(matrix):
        if hidden[row, column]:
            continue
        color = "black" if count > largest / 2 else "white"
        ax.text(column, row, count, ha="center", va="center", color=color, fontsize="large")
    ax.set_xticks(range(num_classes), class_names, rotation=45, ha="right", fontsize="large")
    ax.set_yticks(range(num_classes), class_names, fontsize="large")
    ax.set_xlabel("predicted class", fontsize="large")
    ax.set_ylabel("true class", fontsize="large")
    return describe(ax, alt)
