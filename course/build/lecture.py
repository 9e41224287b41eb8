"""What the metadata `lecture` of a cell says about its slide.

A chapter is its own deck. The cell's metadata `slideshow` says where a slide begins (`slide`: a new
section, `subslide`: one more slide of it), what continues it (`-`), what appears on it after a click
(`fragment`), and what only a reader (`skip`) or only the speaker (`notes`) sees. Without further metadata,

- a slide shows the heading of the cell that begins it, and the outputs of its code cells;
- the prose of its cells becomes the speaker's notes;
- code is not shown;
- *Predict* (`course.questions` says how it is written) shows its question and choices, asks the
  hall to vote, and gives the first paragraph of its answer after a click. It has a slide of its own.

The metadata `lecture` changes this for one cell:

- `words`: Markdown that the slide shows, about 40 words. It may begin with a heading, which then stands
  on the slide instead of the cell's. `true` shows the cell's prose as it is.
- `show_code`: `true` shows the code, at most 12 lines.
- `minutes`: how long the section takes in a lecture.
- `notes`: Markdown for the speaker, before the prose.
- `vote`: `true` asks for a vote above any folded answer, `false` leaves it out of *Predict*.
"""

from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class Lecture:
    """What one cell is in a lecture; see the module for what each entry means."""

    words: str | bool = False
    show_code: bool = False
    minutes: float = 0
    notes: str = ""
    vote: bool | None = None

    @classmethod
    def of(cls, cell: dict[str, Any]) -> Self:
        """Read the metadata of a cell.

        Raises:
            ValueError: an entry is unknown, has the wrong type, or means nothing for a cell of this type.
        """
        lecture: dict[str, Any] = cell["metadata"].get("lecture", {})
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(lecture) - known):
            raise complaint(cell, f"knows no {', '.join(unknown)}; it may hold {', '.join(sorted(known))}")
        check_types(cell, lecture)
        return cls(**lecture)


def check_types(cell: dict[str, Any], given: dict[str, Any]) -> None:
    """Refuse a value that `Lecture` would not understand."""
    minutes = given.get("minutes", 1)
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes <= 0:
        raise complaint(cell, f"gives minutes as {minutes!r}: write a number above 0")
    if not isinstance(given.get("notes", ""), str):
        raise complaint(cell, "gives notes that are no text: write Markdown")
    if not isinstance(given.get("words", ""), str | bool):
        raise complaint(cell, "gives words that are neither Markdown nor true")
    for key, only in (("show_code", "code"), ("vote", "markdown")):
        if key in given and (not isinstance(given[key], bool) or cell["cell_type"] != only):
            raise complaint(cell, f"gives {key}: it is true or false, in a cell of type {only}")
    if given.get("words") is True and cell["cell_type"] == "code":
        raise complaint(cell, "asks for the words of a code cell: write them down, in Markdown")


def complaint(cell: dict[str, Any], text: str) -> ValueError:
    """Return the error that names a cell and what is wrong with its metadata `lecture`."""
    return ValueError(f"cell {cell.get('id', '?')}: its metadata `lecture` {text}")
