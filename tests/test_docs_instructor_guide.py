"""The instructor guide: plans take every chapter and add up; votes are in the decks."""

import itertools
import re

from course.build.whole_lecture import Plan, read_plan

import pytest
from guide_pages import (
    APPENDIX,
    DOCS,
    NEW_NUMBERS,
    NUMBERS,
    assignment_minutes,
    minutes_of,
    page,
    rows,
    section,
    votes_of,
)

GUIDE = page("instructor_guide.md")
TERM, HALF_TERM = rows(GUIDE, "A term of 15 weeks"), rows(GUIDE, "Seven weeks")
PLANNED = [number for number in NUMBERS if number != APPENDIX]


def hours_stated_for(text: str) -> float:
    """Return the hours in parentheses, as in "read the paper (1 h)"."""
    return sum(float(number) for number in re.findall(r"\(([\d.]+) h\)", text))


def hours_of(chapters: list[str], handed_in: str, at_home: str, worked_through: list[str]) -> float:
    """Return the hours of a student: lectures, chapters, an assignment, and what else is to do."""
    lectures = sum(minutes_of(number).lecture for number in chapters)
    alone = sum(sum(minutes_of(number)[1:]) for number in worked_through)
    assignment = sum(map(assignment_minutes, re.findall(r"assignment (\d\d)", handed_in)))
    return (lectures + alone + assignment) / 60 + hours_stated_for(at_home)


def are_all_comparable(chapters: list[str]) -> bool:
    return set(chapters) <= NEW_NUMBERS


# One lecture


def places(slides: tuple[str, ...]) -> str:
    """Return places of slides as the guide writes them: chapters, with their headings in italics."""
    parted = [re.sub(r" \(\d+\)$", "", place).split(": ", 1) for place in slides]
    return "; ".join(
        f"{chapter}, " + ", ".join(dict.fromkeys(f"*{heading}*" for _, heading in group))
        for chapter, group in itertools.groupby(parted, key=lambda place: place[0])
    )


def plan_as_table(plan: Plan) -> list[list[str]]:
    ends = list(itertools.accumulate(part.minutes for part in plan.parts))
    return [
        [f"{end - part.minutes} to {end}", part.name, places(part.slides)]
        for part, end in zip(plan.parts, ends, strict=True)
    ]


def test_the_lecture_is_that_of_its_deck_and_lasts_ninety_minutes():
    plan = read_plan()
    assert sum(part.minutes for part in plan.parts) == 90
    assert rows(GUIDE, "One lecture of 90 minutes") == plan_as_table(plan)


def test_what_is_left_out_first_is_in_the_lecture():
    text = section(GUIDE, "One lecture of 90 minutes")
    sentence = " ".join(re.search(r"leave out ([^:]+):", text)[1].split())
    headings = " ".join(place for part in read_plan().parts for place in part.slides)
    names = re.findall(r"\*([^*]+)\*", sentence)
    assert names and [name for name in names if name not in headings] == []


# A term


def test_the_weeks_of_a_term_take_every_chapter_in_order():
    assert [week[0] for week in TERM] == [str(number) for number in range(1, 16)]
    lectures = [week[1] for week in TERM if re.fullmatch(r"\d\d", week[1])]
    assert lectures == PLANNED


@pytest.mark.parametrize("week", [row for row in TERM if row[1] in NEW_NUMBERS], ids=lambda row: row[1])
def test_a_week_of_the_term_adds_up(week):
    _, chapter, minutes, at_home, handed_in, hours = week
    assert abs(int(minutes) - minutes_of(chapter).lecture) <= 5
    assert abs(float(hours) - hours_of([chapter], handed_in, at_home, [chapter])) <= 0.5


def test_a_week_without_a_chapter_adds_up():
    for _, _, minutes, at_home, handed_in, hours in (row for row in TERM if not row[1].isdigit()):
        assert minutes == ""
        assert abs(float(hours) - hours_of([], handed_in, at_home, [])) <= 0.5


def test_a_term_carries_about_six_hours_a_week():
    total = sum(float(week[-1]) for week in TERM)
    a_week = {6: "six", 6.5: "six and a half"}[round(2 * total / 15) / 2]
    assert f"Together {total:g} hours, about {a_week} a week" in GUIDE


# Seven weeks


def chapters_in(cell: str) -> list[str]:
    return re.findall(r"\d\d", cell)


def test_seven_weeks_take_every_chapter_in_order():
    assert [week[0] for week in HALF_TERM] == list("1234567")
    assert [number for week in HALF_TERM for number in chapters_in(week[1])] == PLANNED


@pytest.mark.parametrize("week", HALF_TERM, ids=lambda row: f"week {row[0]}")
def test_one_of_the_seven_weeks_adds_up(week):
    _, lectures, minutes, at_home, handed_in, all_hours, half_hours = week
    chapters, in_bold = chapters_in(lectures), re.findall(r"\*\*(\d\d)\*\*", lectures)
    assert len(chapters) <= 2 and len(in_bold) == 1
    if not are_all_comparable(chapters):
        return
    assert abs(int(minutes) - sum(minutes_of(number).lecture for number in chapters)) <= 10
    assert abs(float(all_hours) - hours_of(chapters, handed_in, at_home, chapters)) <= 0.5
    assert abs(float(half_hours) - hours_of(chapters, "", "", in_bold)) <= 0.5


def test_the_hours_of_seven_weeks_are_added_up():
    everything, half = (sum(float(week[column]) for week in HALF_TERM) for column in (-2, -1))
    assert f"Together {everything:g} hours for all, or {half:g} for half." in GUIDE


# Both


@pytest.mark.parametrize("weeks", [TERM, HALF_TERM], ids=["term", "seven weeks"])
def test_assignments_are_handed_in_in_order(weeks):
    column = 4
    folders = sorted((DOCS.parent / "notebooks" / "assignments" / "source").iterdir())
    *planned, _ = [f"assignment {path.name[:2]}" for path in folders if path.is_dir()]
    assert [week[column] for week in weeks if week[column]] == planned
    assert "assignment 08" in section(GUIDE, "A term of 15 weeks")


def test_ten_votes_are_in_the_decks():
    votes = rows(GUIDE, "Ten votes")
    assert len(votes) == 10
    missing = [(deck, slide) for deck, slide, _, _ in votes if slide.strip("*") not in votes_of(deck)]
    assert missing == []
