"""Shares of each class under several changes, as colors."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import PercentFormatter


def show_shares(
    shares: Mapping[str, Mapping[float, Sequence[float]]], rows: Sequence[str], *, alt: str
) -> np.ndarray:
    """Draw one table of colors for each kind of change: a row per class, a column per amount.

    Args:
        shares: what is changed to amount to one share, from 0 to 1, for each row.
        rows: their names.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per kind of change.
    """
    widths = [len(columns) for columns in shares.values()]
    size = (1.8 + 0.45 * sum(widths), 1 + 0.3 * len(rows))
    figure, axes = plt.subplots(1, len(shares), figsize=size, sharey=True, width_ratios=widths, squeeze=False)
    for ax, (change, columns) in zip(axes[0], shares.items(), strict=True):
        ax.imshow(np.transpose(list(columns.values())), "Blues", vmin=0, vmax=1, aspect="auto")
        ax.set_xticks(range(len(columns)), [f"{amount:.3g}".replace("-", "−") for amount in columns])
        ax.set_xlabel(change, fontsize="large")
        ax.set_yticks(range(len(rows)), rows, fontsize="large")
    bar = figure.colorbar(axes[0, 0].images[0], ax=axes, pad=0.01, format=PercentFormatter(1, symbol=" %"))
    bar.set_label("recognized", fontsize="large")
    return describe(axes[0], alt)
