"""The instructor guide: its plans fill their time, and name sections and chapters that exist."""

import itertools
import re

import pytest
from chapter_code import CHAPTERS, prose

COURSE = CHAPTERS[0].parents[1]
GUIDE = (COURSE / "docs" / "instructor_guide.md").read_text(encoding="utf-8")
NUMBERS = [chapter.stem[:2] for chapter in CHAPTERS]


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, line by line, without its head."""
    section = re.search(rf"(?ms)^## {heading}\n(.*?)(?=^## |\Z)", GUIDE).group(1)
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def headings(chapter: str) -> list[str]:
    path = next(path for path in CHAPTERS if path.stem.startswith(chapter))
    return re.findall(r"(?m)^#{2,3} (.+)$", prose(path))


def test_the_lecture_lasts_ninety_minutes_without_a_gap():
    times = [tuple(map(int, row[0].split(" to "))) for row in rows("One lecture of 90 minutes")]
    assert times[0][0] == 0 and times[-1][1] == 90
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(times))


@pytest.mark.parametrize("row", rows("One lecture of 90 minutes"), ids=lambda row: row[0])
def test_the_lecture_shows_sections_that_exist(row):
    for part in row[-1].split("; "):
        chapter, _, names = part.partition(", ")
        assert chapter in NUMBERS
        for name in re.findall(r"\*([^*]+)\*", names):
            assert any(heading.startswith(name) for heading in headings(chapter)), name


def test_weeks_take_the_chapters_and_the_assignments_in_order():
    weeks = rows("Thirteen weeks")
    assert [row[0] for row in weeks] == [*map(str, range(1, 14)), "more"]
    for number, (_, lecture, _, _) in zip(NUMBERS, weeks, strict=True):
        assert number in lecture
    folders = (COURSE / "notebooks" / "assignments" / "source").iterdir()
    assignments = [f"assignment {path.name[:2]}" for path in sorted(folders)]
    assert [row[-1] for row in weeks if row[-1]] == assignments


def test_there_is_a_question_for_every_chapter():
    asked = re.findall(r"(?m)^- \*\*(\d\d)\.\*\* .+\?", GUIDE)
    assert set(asked) == set(NUMBERS)


def test_papers_of_every_chapter_are_named_where_to_go_next():
    table = (COURSE / "docs" / "next.md").read_text(encoding="utf-8")
    assert {row[:2] for row in re.findall(r"(?m)^\| (\d\d \| .+)$", table)} == set(NUMBERS)
