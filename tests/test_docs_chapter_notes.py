"""The notes on each chapter: none is missing, and what they name is in the chapter and its deck."""

import re

import pytest
from guide_pages import NEW_NUMBERS, NUMBERS, chapter_of, load, minutes_of, page, section_minutes, votes_of

NOTES = page("chapter_notes.md")
CHAPTERS = re.findall(r"(?m)^## (\d\d) (.+)$", NOTES)
ITEMS = ["Aim", "Ask", "Vote", "Mistakes", "Leave out", "Time"]


def items(number: str) -> dict[str, str]:
    """Return what the notes say of a chapter: each item by its name, on one line."""
    text = re.search(rf"(?ms)^## {number} .+?\n(.*?)(?=^## |\Z)", NOTES)[1]
    parts = re.findall(r"(?ms)^- \*\*([^*]+)\.\*\* (.*?)(?=^- \*\*|\Z)", text)
    return {name: " ".join(words.split()) for name, words in parts}


new = pytest.mark.parametrize("number", [number for number, _ in CHAPTERS if number in NEW_NUMBERS])


def test_every_chapter_has_its_notes():
    assert [number for number, _ in CHAPTERS] == NUMBERS


@new
def test_a_chapter_bears_its_title(number):
    title = load(chapter_of(number))[0]["source"].splitlines()[0].removeprefix("# ")
    assert dict(CHAPTERS)[number] == title


@pytest.mark.parametrize("number", [number for number, _ in CHAPTERS])
def test_notes_say_all_that_a_lecturer_asks(number):
    found = items(number)
    assert [name for name in ITEMS if name in found or name == "Vote"] == ITEMS
    assert "?" in found["Ask"]


@new
def test_votes_are_those_of_the_deck(number):
    said = re.findall(r"\*([^*]+)\*", items(number)["Vote"])
    assert said == list(dict.fromkeys(votes_of(number)))


@new
def test_what_is_left_out_takes_the_minutes_that_are_named(number):
    planned, words = section_minutes(number), items(number)["Leave out"]
    counted = re.match(r"((?:\*[^*]+\*(?:, )?)+) \((\d+) minutes\)", words)
    names = re.findall(r"\*([^*]+)\*", counted[1])
    assert sum(planned[name] for name in names) == int(counted[2])
    assert all(name in planned for name in re.findall(r"\*([^*]+)\*", words))


@new
def test_the_time_is_that_of_the_chapter(number):
    stated = re.match(
        r"(\d+) minutes in the hall; (\d+) alone, (\d+) for the exercises", items(number)["Time"]
    )
    hall, alone, exercises = map(int, stated.groups())
    expected = minutes_of(number)
    assert abs(hall - expected.lecture) <= 5 and abs(alone - expected.alone) <= 20
    assert exercises == expected.exercises
