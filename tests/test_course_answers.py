"""Questions of chapters are answered on their pages; what was answered stays in the browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from course.questions import Question, parse_questions

import pytest
from axe import violations
from browser import Reader
from built_pages import reading
from chapter_code import NEW, prose
from playwright.sync_api import Locator, expect

CHAPTER = NEW[0]
ASKED = {chapter.stem: parse_questions(prose(chapter)) for chapter in NEW}
chapters = pytest.mark.parametrize("chapter", NEW, ids=lambda path: path.stem)

# Choose each answer of each question in turn, and note what is said.
CHOOSE_ALL = """all => all.map(question => ({
  numbers: question.querySelectorAll('.number').length,
  says: [...question.querySelectorAll('.choice')].map(choice => {
    choice.click();
    return question.querySelector('.feedback').textContent.trim();
  }),
}))"""


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


@pytest.fixture(autouse=True)
def nothing_answered(reader):
    """Leave a browser that knows no answers."""
    yield
    reader.page.evaluate("localStorage.clear()")


def show(reader: Reader, chapter: Path) -> Locator:
    reader.page.goto(f"{reader.address}/notebooks/{chapter.stem}.html")
    return reader.page.locator(".question")


def is_number(question: Question) -> bool:
    return not question.choices and question.number is not None


def first(chapter: Path, kind: str) -> int:
    """Return the place of the first question with choices, a number or words."""
    for place, question in enumerate(ASKED[chapter.stem]):
        found = "choices" if question.choices else "number" if is_number(question) else "words"
        if found == kind:
            return place
    raise LookupError(kind)


def chapter_with(kind: str) -> Path:
    for chapter in NEW:
        try:
            first(chapter, kind)
        except LookupError:
            continue
        return chapter
    raise LookupError(kind)


def letters(text: str) -> str:
    """Return a text without what Markdown, formulas and lines add."""
    return re.sub(r"\W|\$[^$]*\$", "", text)


@chapters
def test_every_choice_is_a_button_that_says_why_and_every_number_has_a_field(reader, chapter):
    shown, asked = show(reader, chapter), ASKED[chapter.stem]
    found = shown.evaluate_all(CHOOSE_ALL)
    assert [one["numbers"] for one in found] == [int(is_number(question)) for question in asked]
    for question, one in zip(asked, found, strict=True):
        verdicts = ["Right." if letter == question.answer else "Not so." for letter in question.choices]
        assert [says[: len(verdict)] for says, verdict in zip(one["says"], verdicts, strict=True)] == verdicts
        assert min((len(letters(says)) for says in one["says"]), default=99) > len("Notso") + 3


def test_a_wrong_choice_gets_its_reason_and_the_right_one_its_own(reader):
    place = first(CHAPTER, "choices")
    question, shown = ASKED[CHAPTER.stem][place], show(reader, CHAPTER).nth(place)
    wrong = next(letter for letter in question.choices if letter != question.answer)
    shown.locator(".choice", has_text=re.compile(rf"^\s*{wrong}\.")).click()
    expect(shown.locator(".feedback.wrong")).to_contain_text("Not so.")
    assert letters(question.reasons[wrong])[:20] in letters(shown.locator(".feedback").inner_text())
    assert violations(reader.page, within=".question") == []
    shown.locator(".choice", has_text=re.compile(rf"^\s*{question.answer}\.")).click()
    expect(shown.locator(".feedback.right")).to_contain_text("Right.")
    expect(shown.locator(".choice[aria-pressed=true]")).to_have_count(1)
    assert letters(question.why)[:20] in letters(shown.locator(".feedback").inner_text())


def test_a_number_is_compared(reader):
    chapter = chapter_with("number")
    place = first(chapter, "number")
    question, shown = ASKED[chapter.stem][place], show(reader, chapter).nth(place)
    field, check = shown.get_by_label("Your number"), shown.get_by_role("button", name="Check")
    check.click()
    expect(shown.locator(".feedback")).to_contain_text("Type a number")
    field.fill("-12345")
    check.click()
    expect(shown.locator(".feedback")).to_have_text("Not so.")
    field.fill(f"{question.number:,g}")
    field.press("Enter")
    expect(shown.locator(".feedback.right")).to_contain_text("Right.")


def test_a_usual_wrong_number_gets_its_reason(reader):
    chapter, place, question = next(
        (chapter, place, question)
        for chapter in NEW
        for place, question in enumerate(ASKED[chapter.stem])
        if question.number is not None and question.reasons
    )
    wrong, reason = next(iter(question.reasons.items()))
    shown = show(reader, chapter).nth(place)
    shown.get_by_label("Your number").fill(wrong)
    shown.get_by_role("button", name="Check").click()
    expect(shown.locator(".feedback.wrong")).to_contain_text("Not so.")
    assert letters(reason)[:15] in letters(shown.locator(".feedback").inner_text())


def test_answers_stay_until_they_are_forgotten(reader):
    page, total = reader.page, len(ASKED[CHAPTER.stem])
    place = first(CHAPTER, "choices")
    question = ASKED[CHAPTER.stem][place]
    answered = page.locator("article .answered")
    shown = show(reader, CHAPTER)
    expect(answered).to_have_text(f"0 of {total} questions answered")
    shown.nth(place).locator(".choice", has_text=re.compile(rf"^\s*{question.answer}\.")).click()
    page.reload()
    expect(answered).to_contain_text(f"1 of {total} questions answered")
    expect(shown.nth(place).locator(".feedback.right")).to_contain_text("Right.")
    page.goto(f"{reader.address}/docs/index.html")
    told = page.locator(f'.answered[data-page="{CHAPTER.stem}"]')
    expect(told).to_have_text(f"1 of {total} questions answered")
    assert page.locator(".answered:visible").count() == 1
    show(reader, CHAPTER)
    page.get_by_role("button", name="Forget my answers").click()
    expect(answered).to_have_text(f"0 of {total} questions answered")
    assert json.loads(page.evaluate("localStorage.getItem('deep-cnn: answers')")) == {}


def test_answers_in_words_count_when_they_are_opened(reader):
    chapter = chapter_with("words")
    shown = show(reader, chapter).nth(first(chapter, "words"))
    shown.locator("summary").click()
    expect(reader.page.locator("article .answered")).to_contain_text("1 of")


def test_what_a_browser_keeps_and_nobody_understands_does_no_harm(reader):
    show(reader, CHAPTER)
    reader.page.evaluate("localStorage.setItem('deep-cnn: answers', '[not JSON')")
    reader.page.reload()
    expect(reader.page.locator("article .answered")).to_contain_text("0 of")


def test_without_scripts_questions_are_folded_text(reader):
    context = reader.page.context.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{reader.address}/notebooks/{CHAPTER.stem}.html")
    place = first(CHAPTER, "choices")
    question: Question = ASKED[CHAPTER.stem][place]
    shown = page.locator(".question").nth(place)
    assert shown.locator("button, input").count() == 0
    assert shown.locator("ul").first.locator("li").count() == len(question.choices)
    assert not shown.locator("details p").first.is_visible()
    assert page.locator("article .answered:visible").count() == 0
    context.close()


def test_the_keyboard_answers(reader):
    place = first(CHAPTER, "choices")
    shown = show(reader, CHAPTER).nth(place)
    shown.locator(".choice").first.focus()
    reader.page.keyboard.press("Enter")
    assert shown.locator(".choice[aria-pressed=true]").count() == 1


# Last, after all that could have gone wrong


def test_the_console_has_no_error(reader):
    assert reader.errors == []
