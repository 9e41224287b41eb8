"""The whole lecture as one deck, in its own order, of the chapters' slides: docs/lecture/whole_lecture.toml.

A slide is named by its chapter and its heading, for a cell's id changes with each word of the cell.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course.build.cells import Part
from course.build.slides import Slide, slides_of

import nbformat

PLAN = Path(__file__).resolve().parents[2] / "docs" / "lecture" / "whole_lecture.toml"
NAME = "whole_lecture"
# "01: Filter a photograph (2)"
PLACE = re.compile(r"(?P<chapter>\d\d): (?P<heading>.+?)(?: \((?P<number>\d+)\))?")
MINUTES_OF_A_CHAPTER = re.compile(r"\A\*\*[\d.]+ min\.\*\*\s*")


@dataclass(frozen=True)
class LecturePart:
    """What one slide of the lecture becomes.

    Attributes:
        name: the title of that slide.
        minutes: for all of it, questions of the hall included.
        slides: places in the chapters, such as "01: Filter a photograph", or one of several of this
            heading, "01: Filter a photograph (2)".
    """

    name: str
    minutes: int
    slides: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The lecture: its title, words below it, and its parts."""

    title: str
    words: str
    parts: tuple[LecturePart, ...]


def read_plan(path: Path = PLAN) -> Plan:
    """Return the plan that a file holds.

    Raises:
        TypeError: an entry is missing or unknown.
    """
    held: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    parts = (LecturePart(**part | {"slides": tuple(part["slides"])}) for part in held.pop("parts"))
    return Plan(**held, parts=tuple(parts))


def whole_lecture(plan: Plan, notebooks: Sequence[Path]) -> list[Slide]:
    """Return the slides of the lecture: a title, then for each part those that its places name.

    Args:
        plan: parts and places.
        notebooks: all chapters.

    Raises:
        ValueError: a place names no slide.
    """
    named = {place[:2] for part in plan.parts for place in part.slides}
    decks = {
        path.name[:2]: slides_of(nbformat.read(path, as_version=4))
        for path in notebooks
        if path.name[:2] in named
    }
    lecture = [Slide(plan.title, opens_section=True, parts=[Part("words", plan.words)])]
    for part in plan.parts:
        lecture += slides_of_part(part, decks)
    return lecture


def slides_of_part(part: LecturePart, decks: Mapping[str, Sequence[Slide]]) -> list[Slide]:
    """Return the slides of a part; the speaker reads where each is from, and on the first one the time."""
    found = [
        replace(slide, opens_section=False, notes=notes_of(place, slide))
        for place in part.slides
        for slide in slides_at(place, decks)
    ]
    time = f"**{part.minutes} min.** {part.name}."
    return [replace(found[0], opens_section=True, notes=[time, *found[0].notes]), *found[1:]]


def slides_at(place: str, decks: Mapping[str, Sequence[Slide]]) -> Sequence[Slide]:
    """Return the slides of a heading, or the one of them that `place` counts.

    Raises:
        ValueError: there is none.
    """
    at = PLACE.fullmatch(place)
    if not at:
        raise ValueError(f"{PLAN.name}: {place!r} is not written as '01: Heading' or '01: Heading (2)'")
    deck = decks.get(at["chapter"], [])
    found = [slide for slide in deck if slide.heading == at["heading"]]
    if at["number"]:
        found = found[int(at["number"]) - 1 :][:1]
    if not found:
        headings = "; ".join(dict.fromkeys(slide.heading for slide in deck)) or "none"
        raise ValueError(f"{PLAN.name}: no slide is {place!r}. Slides of this chapter: {headings}")
    return found


def notes_of(place: str, slide: Slide) -> list[str]:
    """Return the notes of a slide, without the minutes that its chapter plans, but with its chapter."""
    notes = [MINUTES_OF_A_CHAPTER.sub("", note) for note in slide.notes]
    return [f"*Chapter {place[:2]}.*", *filter(None, notes)]
