"""What someone who studies alone relies on: times, a quiz with explanations, words that are explained."""

import re
from pathlib import Path

from course.questions import parse_questions

import pytest
from chapter_code import CHAPTERS, NEW, OLD, load, prose

GLOSSARY = CHAPTERS[0].parents[1] / "docs" / "glossary.md"
# Sections that say what others hold take no time of their own.
UNTIMED = {"What you will learn", "What you need", "Recap", "Further reading"}
QUESTION = re.compile(
    r"(?ms)^\*\*(\d+)\.\*\* (.+?)\n\n((?:- [a-e]\) [^\n]+\n)+)\n"
    r"<details>\n<summary>Answer</summary>\n\n\*\*([a-e])\)\*\* (.+?)\n\n</details>"
)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def text(request) -> str:
    return text_of(request.param)


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def old(request) -> str:
    """The text of a chapter that states times and asks questions in a form of its own."""
    return text_of(request.param)


def text_of(chapter: Path) -> str:
    return re.sub(r"(?ms)^```.*?^```", "", prose(chapter))


# What the reader does


@pytest.mark.parametrize("chapter", NEW, ids=lambda path: path.stem)
def test_the_reader_acts_at_four_places_or_more(chapter):
    asked = parse_questions(prose(chapter))
    turns = [cell for cell in load(chapter) if cell["source"].startswith("# Your turn.")]
    assert turns and len(turns) + sum(question.kind == "predict" for question in asked) >= 4


@pytest.mark.parametrize("chapter", NEW[1:], ids=lambda path: path.stem)
def test_a_chapter_begins_with_three_questions_about_earlier_ones(chapter):
    kinds = [question.kind for question in parse_questions(prose(chapter))]
    assert kinds[:3] == 3 * ["remember"] and "remember" not in kinds[3:]


@pytest.mark.parametrize("chapter", NEW, ids=lambda path: path.stem)
def test_every_exercise_has_a_cell_to_type_in(chapter):
    cells = load(chapter)
    numbers = [m[1] for cell in cells if (m := re.match(r"\*\*(\d+)\. ", cell["source"]))]
    assert numbers == re.findall(r"(?m)^\*\*(\d+)\. ", prose(chapter))
    empty = [cell["source"] for cell in cells if cell["source"].startswith("# Your answer to exercise")]
    assert empty == [f"# Your answer to exercise {number}" for number in numbers]


def test_the_right_choice_of_a_prediction_is_not_always_the_same():
    asked = [question for chapter in NEW for question in parse_questions(prose(chapter))]
    assert len({question.answer for question in asked if question.choices}) >= 3


def sections(text: str) -> dict[str, str]:
    """Return the sections of a chapter, by heading."""
    parts = re.split(r"(?m)^## (.+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


# Times


def minutes(text: str) -> dict[str, int | None]:
    """Return how long each section says that it takes."""
    found = {
        name: re.match(r"\s*\*About (\d+) minutes?\.\*\n", part) for name, part in sections(text).items()
    }
    return {name: int(time.group(1)) if time else None for name, time in found.items()}


def test_every_section_says_how_long_it_takes(old):
    silent = {name for name, time in minutes(old).items() if time is None}
    assert silent == UNTIMED & silent, "put a line '*About N minutes.*' under the heading"


def test_the_chapter_says_how_long_all_sections_take(old):
    total = re.search(r"[Aa]bout (\d+) minutes to work through", sections(old)["What you need"])
    assert total, "say under 'What you need': about N minutes to work through"
    assert int(total.group(1)) == sum(time or 0 for time in minutes(old).values())


# Quiz


def questions(text: str) -> list[tuple[str, ...]]:
    """Return number, question, choices, right letter and explanation of each question."""
    return QUESTION.findall(sections(text).get("Check yourself", ""))


def test_every_chapter_asks_questions_with_explained_answers(old):
    found = questions(old)
    assert [int(number) for number, *_ in found] == list(range(1, len(found) + 1))
    assert len(found) >= 4, "a section 'Check yourself' with questions, choices, and a folded answer to each"
    assert sections(old)["Check yourself"].count("<details>") == len(found)
    for _, _, choices, letter, explanation in found:
        letters = re.findall(r"(?m)^- ([a-e])\)", choices)
        assert letters == list("abcde"[: len(letters)]) and len(letters) >= 3
        assert letter in letters
        assert len(explanation) >= 60, "say why"


def test_the_right_choice_is_not_always_the_same(old):
    assert len({letter for *_, letter, _ in questions(old)}) >= 3


# Glossary


def anchor(heading: str) -> str:
    """Return the fragment of a heading, as GitHub, JupyterLab and the site make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def terms() -> list[str]:
    return re.findall(r"(?m)^### (.+)$", GLOSSARY.read_text(encoding="utf-8"))


def test_glossary_is_in_order_without_doubles():
    lower = [term.lower() for term in terms()]
    assert lower == sorted(set(lower))


def test_glossary_explains_every_term():
    parts = re.split(r"(?m)^### .+$", GLOSSARY.read_text(encoding="utf-8"))[1:]
    short = [term for term, part in zip(terms(), parts, strict=True) if len(part.split()) < 6]
    assert short == []


def test_glossary_leads_to_chapters_that_exist():
    text = GLOSSARY.read_text(encoding="utf-8")
    links = re.findall(r"\[[Cc]hapter (\d\d)\]\(\.\./notebooks/([^)]+)\)", text)
    assert {name for _, name in links} == {chapter.name for chapter in CHAPTERS}
    assert [name for number, name in links if not name.startswith(number)] == []


def test_chapter_links_its_words_to_the_glossary(text):
    links = re.findall(r"\]\(\.\./docs/glossary\.md#([^)]+)\)", text)
    assert len(set(links)) >= 5, "link the new words of the chapter under 'What you need'"
    assert [link for link in links if link not in set(map(anchor, terms()))] == []
