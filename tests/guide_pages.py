"""What pages for lecturers state, and what the chapters say of themselves: minutes, headings, votes."""

import functools
import json
import re
from pathlib import Path
from typing import NamedTuple

from course.build.cells import VOTE
from course.build.slides import Slide, slides_of
from course.working_time import working_minutes

import nbformat
from chapter_code import CHAPTERS, NEW, load, prose

DOCS = CHAPTERS[0].parents[1] / "docs"
NUMBERS = [chapter.name[:2] for chapter in CHAPTERS]
# Chapters in the form of the others; what is planned for the rest is not compared yet.
NEW_NUMBERS = {chapter.name[:2] for chapter in NEW}
APPENDIX = "15"


class Minutes(NamedTuple):
    """How long a chapter takes: in a lecture, alone, and the exercises alone."""

    lecture: float
    alone: int
    exercises: int


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, line by line, without its head."""
    lines = [line for line in section(text, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def section(text: str, heading: str) -> str:
    """Return what stands below a heading of level 2."""
    found = re.search(rf"(?ms)^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text)
    assert found, f"no heading {heading}"
    return found[1]


def chapter_of(number: str) -> Path:
    return next(path for path in CHAPTERS if path.name.startswith(number))


@functools.cache
def section_minutes(number: str) -> dict[str, float]:
    """Return the minutes of each section in a lecture, by heading."""
    planned = {}
    for cell in load(chapter_of(number)):
        if minutes := cell["metadata"].get("lecture", {}).get("minutes"):
            planned[cell["source"].splitlines()[0].lstrip("# ")] = minutes
    return planned


@functools.cache
def minutes_of(number: str) -> Minutes:
    notebook = json.loads(chapter_of(number).read_text(encoding="utf-8"))
    return Minutes(sum(section_minutes(number).values()), *working_minutes(notebook))


@functools.cache
def assignment_minutes(number: str) -> int:
    """Return how long an assignment says that it takes."""
    (path,) = (DOCS.parent / "notebooks" / "assignments" / "source").glob(f"{number}_*/*.ipynb")
    return int(re.search(r"(?m)^\d+ tasks, \d+ points, about (\d+) minutes", prose(path))[1])


@functools.cache
def deck_of(number: str) -> list[Slide]:
    return slides_of(nbformat.read(chapter_of(number), as_version=4))


@functools.cache
def votes_of(number: str) -> list[str]:
    """Return the headings of the slides that ask a hall to vote among choices."""
    steps = "\n".join(VOTE)
    return [
        slide.heading
        for slide in deck_of(number)
        if any(part.kind == "steps" and part.text == steps for part in slide.parts)
    ]
