"""Events on a line of years, with a card for each."""

from collections.abc import Mapping

from utils.figures.style import describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def draw_timeline(events: Mapping[float, tuple[str, str]], *, alt: str, ax: Axes | None = None) -> Axes:
    """Draw a line of years to scale, with evenly spaced cards below it, each joined to its year.

    Args:
        events: year, with a fraction for the day, to name and a text of short lines.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.

    Raises:
        ValueError: there are fewer than two events.
    """
    years = sorted(events)
    if len(years) < 2:
        raise ValueError(f"A line of years needs two events or more, not {len(years)}.")
    if ax is None:
        _, ax = plt.subplots(figsize=(1.35 * len(years), 2.4))
    ax.plot([years[0] - 0.5, years[-1] + 0.5], [1, 1], color="#555555")
    for year, x in zip(years, np.linspace(years[0], years[-1], len(years)), strict=True):
        name, text = events[year]
        ax.plot([year, year, x], [1, 0.75, 0.2], color="#a9cbe8", zorder=1)
        ax.plot(year, 1, "o", color="#2b5880")
        ax.text(x, 0.1, f"{name}\n{int(year)}", ha="center", va="top", weight="bold", fontsize="small")
        ax.text(x, -0.3, text, ha="center", va="top", fontsize="small")
    _show_only_years(ax, years)
    return describe(ax, alt)


def _show_only_years(ax: Axes, years: list[float]) -> None:
    margin = (years[-1] - years[0]) / len(years) / 1.5
    first = 5 * -(-int(years[0]) // 5)
    ax.set(xlim=(years[0] - margin, years[-1] + margin), ylim=(-0.8, 1.2))
    ax.set(xticks=range(first, int(years[-1]) + 2, 5), yticks=[])
    ax.xaxis.set_ticks_position("top")
    ax.spines[:].set_visible(False)
