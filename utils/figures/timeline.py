"""Events on a line of years, with a card for each."""

from collections.abc import Mapping, Sequence

from utils.figures.style import describe

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

FONT = 11  # points
UPPER, LOWER = 1.75, 0.0  # heights of the two lines, in inches
CARD = 0.22  # from a line to its cards, in inches


def draw_timeline(
    events: Mapping[float, tuple[str, str]], *, alt: str, zoom: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a line of years to scale with a dot for each event; a second line enlarges the last years.

    Args:
        events: year, with a fraction for the day, to name and a text of short lines.
        alt: alternative text of the figure.
        zoom: the year with which the second line begins, which holds the cards of all later events;
            None for a single line.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.

    Raises:
        ValueError: there are fewer than two events.
    """
    years = sorted(events)
    if len(years) < 2:
        raise ValueError(f"A line of years needs two events or more, not {len(years)}.")
    first, last = years[0] - 0.5, years[-1] + 0.5
    if ax is None:
        _, ax = plt.subplots(figsize=(10, 4.1 if zoom else 2.2))
    early = [year for year in years if zoom is None or year < zoom]
    _draw_line(ax, UPPER, (first, last), years, every=5)
    _draw_cards(ax, UPPER, (first, last), {year: events[year] for year in early}, sides=(1,))
    if zoom is not None:
        late = [year for year in years if year >= zoom]
        _draw_line(ax, LOWER, (zoom, last), late, every=1)
        _draw_cards(ax, LOWER, (zoom, last), {year: events[year] for year in late}, sides=(1, -1))
        left = (zoom - first) / (last - first)
        ax.fill([left, 1, 1, 0], [UPPER, UPPER, LOWER, LOWER], color="#a9cbe8", alpha=0.25, lw=0)
    ax.set(xlim=(-0.02, 1.02), ylim=(-1.15 if zoom else UPPER - 0.4, UPPER + 1.05))
    ax.axis("off")
    return describe(ax, alt)


def _draw_line(
    ax: Axes, height: float, span: tuple[float, float], years: Sequence[float], every: int
) -> None:
    """Draw a line from 0 to 1 that stands for a span of years, with its ticks and a dot for each year."""
    ax.plot([0, 1], [height, height], color="#555555", lw=1.5)
    for year in range(every * -(-int(span[0]) // every), int(span[1]) + 1, every):
        if year >= span[0]:
            ax.plot([_place(year, span)] * 2, [height - 0.05, height], color="#555555")
            label = {"ha": "center", "va": "top", "fontsize": FONT, "color": "#555555"}
            tick = ax.text(_place(year, span), height - 0.07, str(year), zorder=3, **label)
            tick.set_path_effects([withStroke(linewidth=4, foreground="white")])
    ax.plot([_place(year, span) for year in years], [height] * len(years), "o", color="#2b5880", ms=8)


def _draw_cards(ax: Axes, height: float, span: tuple[float, float], events: Mapping, sides: Sequence) -> None:
    """Write name and text of each event above the line, or in turn above and below it."""
    for index, (year, (name, text)) in enumerate(events.items()):
        side, x = sides[index % len(sides)], _place(year, span)
        near = height + (CARD if side > 0 else -CARD - 0.18)
        ax.plot([x, x], [height, near], color="#2b5880", lw=1, zorder=1)
        lines = [f"{name}, {int(year)}", *text.split("\n")]
        for number, line in enumerate(reversed(lines) if side > 0 else lines):
            weight = "bold" if line == lines[0] else "normal"
            place = near + side * (0.02 + 0.2 * number)
            va = "bottom" if side > 0 else "top"
            ha = "left" if x < 0.07 else "right" if x > 0.93 else "center"
            ax.text(x, place, line, ha=ha, va=va, fontsize=FONT, weight=weight)


def _place(year: float, span: tuple[float, float]) -> float:
    return (year - span[0]) / (span[1] - span[0])
