"""The slides of a chapter: one claim each, and what is shown for it; `lecture` says how they are written.

- A slide without a heading of its own bears that of the slide before. If one of the two shows nothing,
  they are one slide.
- What does not fit below a heading, in letters of 24 pixels, continues on a further slide.
- A question stands alone: what comes next might give the answer away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from course.build.cells import COLUMNS, Part, Piece, piece_of

# Below the heading, in lines of 24 pixels; a figure is never smaller than this.
ROOM = 18
FIGURE_ROOM = 11
HEADING_COLUMNS = 50  # what is longer takes a second line, as high as two of 24 pixels
SLIDE_TYPES = {"slide", "subslide", "fragment", "-", "skip", "notes"}


@dataclass
class Slide:
    """What a hall sees at once, and what the speaker reads meanwhile.

    Attributes:
        heading: one line of Markdown.
        opens_section: whether it begins a section of the chapter.
        inherits: whether the heading is that of the slide before.
        parts: what is shown below the heading, in order.
        notes: paragraphs of Markdown for the speaker.
        asks: whether it is a question, with its answer after a click.
    """

    heading: str
    opens_section: bool = False
    inherits: bool = False
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asks: bool = False

    @property
    def words(self) -> int:
        """How many words stand on it, those of code and of outputs among them."""
        return sum(len(text.split()) for text in [self.heading, *(part.text for part in self.parts)])

    @property
    def has_figure(self) -> bool:
        """Whether it shows a picture."""
        return any(part.kind == "pictures" for part in self.parts)


def slides_of(notebook: dict[str, Any]) -> list[Slide]:
    """Return the slides of a chapter, whose first cell holds its title.

    Raises:
        ValueError: a cell is not understood; the message names it.
    """
    return [part for slide in joined(cut_at_cells(notebook["cells"])) for part in split(slide)]


def cut_at_cells(cells: Iterable[dict[str, Any]]) -> list[Slide]:
    """Begin slides where the cells say so."""
    slides: list[Slide] = []
    for cell in cells:
        kind = kind_of(cell)
        if kind == "skip" or cell["cell_type"] == "raw":
            continue
        piece = of_kind(piece_of(cell), kind)
        if not slides or kind in ("slide", "subslide") or must_part(slides[-1], piece):
            slides.append(begun(piece, kind, slides))
        elif piece.heading:
            raise ValueError(
                f"cell {cell.get('id', '?')} has the heading {piece.heading!r}, but continues a slide: "
                "let it begin one (slide or subslide), or write the heading in bold"
            )
        slides[-1].parts += piece.parts
        slides[-1].notes += piece.notes
        slides[-1].asks |= piece.asks
    return slides


def of_kind(piece: Piece, kind: str) -> Piece:
    """Return what a cell brings when it is for the speaker alone, or appears after a click."""
    if kind == "notes":
        return Piece(notes=piece.notes)
    if kind == "fragment":
        piece.parts = [replace(part, after_click=True) for part in piece.parts]
    return piece


def kind_of(cell: dict[str, Any]) -> str:
    """Return what the metadata `slideshow` says of a cell; without any, it continues its slide."""
    kind = cell["metadata"].get("slideshow", {}).get("slide_type", "-")
    if kind not in SLIDE_TYPES:
        raise ValueError(f"cell {cell.get('id', '?')}: the slide type {kind!r} is none of {SLIDE_TYPES}")
    return kind


def must_part(slide: Slide, piece: Piece) -> bool:
    """Return whether what a cell shows may not stand on a slide, for one of the two is a question."""
    return bool(piece.parts) and (slide.asks or (piece.asks and bool(slide.parts)))


def begun(piece: Piece, kind: str, slides: list[Slide]) -> Slide:
    """Return a new slide with the heading of its first cell, or else of the slide before."""
    inherits = not piece.heading and bool(slides)
    heading = slides[-1].heading if inherits else piece.heading
    return Slide(heading, opens_section=kind == "slide" or not slides, inherits=inherits)


def joined(slides: list[Slide]) -> list[Slide]:
    """Make one slide of two of the same heading, if one of them shows nothing; the title takes no figure."""
    kept = slides[:1]
    for slide in slides[1:]:
        last = kept[-1]
        is_waiting = not last.parts and len(kept) > 1
        if slide.inherits and (is_waiting or not slide.parts):
            last.parts += slide.parts
            last.notes += slide.notes
            last.asks |= slide.asks
        else:
            kept.append(slide)
    return kept


def split(slide: Slide) -> Iterator[Slide]:
    """Make several slides of one that holds too much; a question stays whole."""
    here, used = slide, 0.0
    parts, here.parts = slide.parts, []
    available = ROOM - 2 * (len(slide.heading) // HEADING_COLUMNS)
    for part in parts:
        needed = room(part)
        if here.parts and used + needed > available and not slide.asks:
            yield here
            here, used = Slide(slide.heading, inherits=True), 0.0
        here.parts.append(part)
        used += needed
    yield here


def room(part: Part) -> float:
    """Return how much of a slide a part needs, in lines of 24 pixels."""
    if part.kind == "pictures":
        return FIGURE_ROOM
    if part.kind == "html":
        return 1.5 * part.text.count("<tr")
    lines = [1 + len(line) // COLUMNS for line in part.text.splitlines()]
    return sum(lines) + 1
