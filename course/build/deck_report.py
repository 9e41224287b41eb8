"""What the slides of each deck hold: `python -m course.build slides --report`.

A hall follows one claim, a figure and about 40 words. Words are those of headings, prose, code and outputs.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from course.build.decks import chapters
from course.build.slides import Slide, slides_of
from course.build.whole_lecture import NAME, read_plan, whole_lecture

import nbformat

MANY_WORDS = 80


@dataclass(frozen=True)
class DeckStatistics:
    """Counts of one deck, or of several together.

    Attributes:
        num_slides: all of them.
        median_words: on a slide.
        p90_words: nine slides of ten have no more.
        figure_share: of the slides, those with a figure.
        num_code: slides that show code.
        num_without_heading: slides whose claim is missing.
        num_bare: slides that show a heading alone.
    """

    num_slides: int
    median_words: float
    p90_words: int
    figure_share: float
    num_code: int
    num_without_heading: int
    num_bare: int


def statistics_of(slides: Sequence[Slide]) -> DeckStatistics:
    """Count what the slides hold.

    Raises:
        ValueError: there are none.
    """
    if not slides:
        raise ValueError("no slides to count")
    words = sorted(slide.words for slide in slides)
    return DeckStatistics(
        num_slides=len(slides),
        median_words=median(words),
        p90_words=words[math.ceil(0.9 * len(words)) - 1],
        figure_share=sum(slide.has_figure for slide in slides) / len(slides),
        num_code=sum(any(part.kind == "code" for part in slide.parts) for slide in slides),
        num_without_heading=sum(not slide.heading for slide in slides),
        num_bare=sum(not slide.parts for slide in slides),
    )


def report(notebooks: Iterable[Path]) -> str:
    """Return a table with a line for each deck, and below it the slides with many words or with none.

    Args:
        notebooks: chapters; with all of them, the deck of the whole lecture is counted, too.
    """
    paths = list(notebooks)
    decks = {path.stem: slides_of(nbformat.read(path, as_version=4)) for path in paths}
    width = max(map(len, decks))
    lines = [f"{'':{width}}  slides  words: median  p90  figures  code  no heading  heading alone"]
    lines += [f"{name:{width}}  {row(statistics_of(slides))}" for name, slides in decks.items()]
    if len(decks) > 1:
        together = [slide for slides in decks.values() for slide in slides]
        lines.append(f"{'all':{width}}  {row(statistics_of(together))}")
    if paths == chapters():
        lines.append(f"{NAME:{width}}  {row(statistics_of(whole_lecture(read_plan(), paths)))}")
    placed = [
        (f"{name}, slide {number}", slide)
        for name, slides in decks.items()
        for number, slide in enumerate(slides, 1)
    ]
    full = [(place, slide) for place, slide in placed if slide.words > MANY_WORDS]
    if full:
        lines += ["", f"Over {MANY_WORDS} words:"]
        lines += [f"{place}: {slide.words} words, {slide.heading}" for place, slide in full]
    # The title is a heading alone in every deck.
    bare = [(place, slide) for place, slide in placed if not slide.parts and not place.endswith("slide 1")]
    if bare:
        lines += ["", "Heading alone:", *(f"{place}: {slide.heading}" for place, slide in bare)]
    return "\n".join(lines)


def row(counts: DeckStatistics) -> str:
    """Return the counts of a deck as a line of the table."""
    return (
        f"{counts.num_slides:6}  {counts.median_words:13g}  {counts.p90_words:3}  {counts.figure_share:7.0%}"
        f"  {counts.num_code:4}  {counts.num_without_heading:10}  {counts.num_bare:13}"
    )
