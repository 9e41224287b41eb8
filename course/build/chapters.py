"""What the pages say of each chapter: read from its notebook, the assignments, and docs/home.toml."""

import base64
import functools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.assignments.release import sources
from course.build.decks import COURSE, chapters
from course.questions import parse_questions

HOME = COURSE / "docs" / "home.toml"
WHOLE = (0.0, 0.0, 1.0, 1.0)
HEADING = re.compile(r"(?m)^#{1,6} (.+)$")
NEEDS = re.compile(r"(?m)^## What you need\n\s*(?:- )?(.+?)(?:[;.] |[;.]?$)")
TIMES = re.compile(r"[Aa]bout (\d+) minutes to work through(?:, and (\d+) for the exercises)?")
BELONGS = re.compile(r"It belongs to chapters? (\d\d)(?: (and|to) (\d\d))?")
SIZE = re.compile(r"(?m)^(\d+) tasks, (\d+) points, about (\d+) minutes\b")


@dataclass(frozen=True)
class Figure:
    """A stored figure of a chapter, and the part of it that is shown.

    Attributes:
        png: the file.
        part: left, top, right and bottom, as shares of its width and height.
    """

    png: bytes
    part: tuple[float, float, float, float]


@dataclass(frozen=True)
class Chapter:
    """What the home page and the chapter's own page say of a chapter.

    Attributes:
        stem: the name of its file.
        title: its heading.
        needs: what is to be known before, in a few words.
        minutes: how long a reader works on it.
        exercise_minutes: and on its exercises, or 0 where it does not say.
        num_questions: how many *Predict* and *Remember* it asks.
        result: one sentence with what is measured in it, or its second line where none is written.
        figure: what the home page shows of it, or None if it has no figure.
        look_inside: the view of the page Look inside that belongs to it, or "".
    """

    stem: str
    title: str
    needs: str
    minutes: int
    exercise_minutes: int
    num_questions: int
    result: str
    figure: Figure | None
    look_inside: str

    @property
    def number(self) -> str:
        """Its two digits."""
        return self.stem[:2]

    @property
    def assignment(self) -> str:
        """The number of the assignment that it belongs to, or "" if there is none."""
        return next((one.number for one in read_assignments() if self.number in one.chapters), "")


@dataclass(frozen=True)
class Assignment:
    """What the page of assignments says of one; `tasks` are their titles, `chapters` their numbers."""

    number: str
    title: str
    aim: str
    chapters: tuple[str, ...]
    tasks: tuple[str, ...]
    points: int
    minutes: int


def read_chapters() -> list[Chapter]:
    """Read all chapters that there are, in order."""
    return [read_chapter(path) for path in chapters()]


def read_chapter(path: Path) -> Chapter:
    """Read one chapter, and what docs/home.toml says of it."""
    told = tomllib.loads(HOME.read_text(encoding="utf-8"))
    return _chapter(path, told.get(path.name[:2], {}))


@functools.cache
def read_assignments() -> tuple[Assignment, ...]:
    """Read the assignments that there are, in order.

    Raises:
        ValueError: one does not say to which chapters it belongs, or how long it takes.
    """
    return tuple(_assignment(path) for path in sources().values())


def _chapter(path: Path, told: dict[str, Any]) -> Chapter:
    cells = _cells(path)
    text = _prose(cells)
    lines = text.partition("\n## ")[0].splitlines()
    needs, times = NEEDS.search(text), TIMES.search(text)
    return Chapter(
        stem=path.stem,
        title=lines[0].removeprefix("# "),
        needs=re.sub(r", \*[^*]+\*", "", needs[1]) if needs else "",
        minutes=int(times[1]) if times else 0,
        exercise_minutes=int(times[2] or 0) if times else 0,
        num_questions=len(parse_questions(text)),
        result=told.get("result", lines[2]),
        figure=_figure(cells, told),
        look_inside=told.get("look_inside", ""),
    )


def _figure(cells: list[dict[str, Any]], told: dict[str, Any]) -> Figure | None:
    """Return the figure that docs/home.toml names by its heading, or else the chapter's first."""
    found = list(figures(cells))
    for heading, png in found:
        if heading == told.get("figure"):
            left, top, right, bottom = told.get("part", WHOLE)
            return Figure(png, (left, top, right, bottom))
    return Figure(found[0][1], WHOLE) if found else None


def figures(cells: Iterable[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """Yield each stored figure behind the heading that it stands under: "Pooling", then "Pooling (2)"."""
    heading, number = "", 0
    for cell in cells:
        if cell["cell_type"] == "markdown" and (headings := HEADING.findall(cell["source"])):
            heading, number = headings[-1], 0
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                number += 1
                name = heading if number == 1 else f"{heading} ({number})"
                yield name, base64.b64decode("".join(output["data"]["image/png"]))


def _assignment(path: Path) -> Assignment:
    text = _prose(_cells(path))
    belongs, size, heading = BELONGS.search(text), SIZE.search(text), text.splitlines()[0]
    if not belongs or not size or not heading.startswith("# Assignment "):
        raise ValueError(f"{path.name} does not say to which chapters it belongs, or its points and minutes")
    first, word, last = belongs.groups()
    between = range(int(first), int(last) + 1) if word == "to" else [int(first), int(last or first)]
    return Assignment(
        number=path.parent.name[:2],
        title=heading.partition(": ")[2],
        aim=text.splitlines()[2],
        chapters=tuple(dict.fromkeys(f"{number:02}" for number in between)),
        tasks=tuple(re.findall(r"(?m)^## \d+\. (.+)$", text)),
        points=int(size[2]),
        minutes=int(size[3]),
    )


def _cells(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def _prose(cells: list[dict[str, Any]]) -> str:
    return "\n\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
