"""Twenty questions for before and after the course: a page of its own, answered like those of chapters."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from course.questions import parse_questions

import pytest
from browser import Reader
from built_pages import COURSE, reading
from chapter_code import CHAPTERS, prose
from playwright.sync_api import expect
from sphinx.cmd.build import build_main

PAGE = COURSE / "docs" / "before_and_after.md"
QUESTIONS = parse_questions(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Iterator[Reader]:
    """The page alone, built with what the site adds to questions."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "index.md").write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(COURSE)!r})\n"
        'extensions = ["myst_nb", "course.build.folding"]\n'
        f"html_static_path = [{str(PAGE.parent / 'static')!r}]\n"
        'html_js_files = [("questions.js", {"defer": "defer"})]\n',
        encoding="utf-8",
    )
    assert build_main(["--quiet", "--fail-on-warning", str(folder), str(folder / "built")]) == 0
    with reading(Path(folder / "built")) as reader:
        yield reader


def test_twenty_questions_with_choices():
    assert len(QUESTIONS) == 20 and all(len(question.choices) >= 3 for question in QUESTIONS)
    assert len({question.text for question in QUESTIONS}) == 20


def test_nothing_but_knowledge_helps():
    """No letter is the better guess, nor is the longest choice."""
    assert min(Counter(question.answer for question in QUESTIONS).values()) >= 5
    lengths = [{letter: len(text) for letter, text in question.choices.items()} for question in QUESTIONS]
    pairs = zip(QUESTIONS, lengths, strict=True)
    assert sum(max(length, key=length.__getitem__) == question.answer for question, length in pairs) <= 10


def test_no_chapter_asks_the_same():
    asked = {question.text for chapter in CHAPTERS for question in parse_questions(prose(chapter))}
    assert asked and not asked & {question.text for question in QUESTIONS}


def test_each_choice_is_a_button_that_says_why(reader):
    reader.page.goto(f"{reader.address}/index.html")
    shown, answered = reader.page.locator(".question"), reader.page.locator(".answered")
    expect(shown).to_have_count(20)
    expect(answered).to_have_text("0 of 20 questions answered")
    for place, question in enumerate(QUESTIONS):
        for number, letter in enumerate(question.choices):
            shown.nth(place).locator(".choice").nth(number).click()
            word = "Right." if letter == question.answer else "Not so."
            expect(shown.nth(place).locator(".feedback")).to_contain_text(word)
    expect(answered).to_contain_text("20 of 20 questions answered")
    reader.page.get_by_role("button", name="Forget my answers").click()
    expect(answered).to_have_text("0 of 20 questions answered")
