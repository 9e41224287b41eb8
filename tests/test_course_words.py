"""Words of the glossary in chapters: where they are linked, and what is shown beside them."""

import re
from collections.abc import Iterator
from pathlib import Path

from course.build.glossary_words import linked, may_be_linked

import pytest
from axe import violations
from browser import Reader
from built_pages import reading
from chapter_code import CHAPTERS
from docutils import nodes
from playwright.sync_api import expect

ROOT = Path(__file__).parent.parent
TERMS = {"kernel": "kernel", "batch": "batch", "batch normalization": "batch-normalization"}
CHAPTER = CHAPTERS[0]


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


# Where


def links(text: str, seen: set[str] | None = None) -> list[tuple[str, str]]:
    parts = linked(text, TERMS, set() if seen is None else seen, "glossary.html")
    assert not parts or "".join(part.astext() for part in parts) == text
    return [(one.astext(), one["refuri"]) for one in parts if isinstance(one, nodes.reference)]


def test_a_word_is_linked_where_it_is_used_first():
    seen = set()
    assert links("A Kernel, two kernels.", seen) == [("Kernel", "glossary.html#kernel")]
    assert links("Another kernel, and batches.", seen) == [("batches", "glossary.html#batch")]


def test_the_longest_word_wins_and_parts_of_words_are_none():
    assert links("Batch normalization") == [("Batch normalization", "glossary.html#batch-normalization")]
    assert links("After batch normalization", {"batch normalization"}) == []
    assert links("a sub-kernel, kernelled, kernel-wise") == []


def prose(within: type[nodes.Element], words: str = "a kernel") -> nodes.Text:
    text = nodes.Text(words)
    parts = nodes.section("", nodes.title("", "Section"), nodes.paragraph("", "", within("", "", text)))
    return next(one for one in parts.findall(nodes.Text) if one.astext() == words)


def test_running_prose_is_linked_and_code_links_and_choices_are_not():
    assert may_be_linked(prose(nodes.strong))
    assert not may_be_linked(prose(nodes.literal))
    assert not may_be_linked(prose(nodes.reference))
    assert not may_be_linked(prose(nodes.strong, "a. a kernel"))
    section = nodes.section("", nodes.title("", "What you need"), nodes.paragraph("", "a kernel"))
    assert not any(may_be_linked(one) for one in section.findall(nodes.Text))


def test_every_chapter_links_each_word_once(site):
    for chapter in CHAPTERS:
        page = (site / "notebooks" / f"{chapter.stem}.html").read_text(encoding="utf-8")
        places = re.findall(r'<a class="glossary-word[^>]*href="\.\./docs/glossary\.html#([^"]+)"', page)
        assert len(places) > 5 and len(places) == len(set(places)), chapter.stem


# What is shown


def first_word(reader: Reader):
    reader.page.goto(f"{reader.address}/notebooks/{CHAPTER.stem}.html")
    word = reader.page.locator("a.glossary-word", has_text="kernel").first
    word.scroll_into_view_if_needed()
    return word


def meaning_in_the_glossary(word: str) -> str:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entry = text.split(f"### {word}\n")[1].split("[Chapter")[0].replace("*", "")
    return " ".join([word, *entry.split()])


def test_a_pointer_shows_the_meaning_and_leaves_it(reader):
    word, card = first_word(reader), reader.page.locator("#word-card")
    expect(card).to_be_hidden()
    word.hover()
    meaning = meaning_in_the_glossary("Kernel")
    assert meaning.startswith("Kernel The small table of weights that slides over the image.")
    expect(card).to_have_text(meaning)
    card.hover()  # it stays under the pointer
    reader.page.wait_for_timeout(400)
    expect(card).to_be_visible()
    reader.page.mouse.move(0, 0)
    expect(card).to_be_hidden()


def test_the_keyboard_shows_the_meaning_and_escape_hides_it(reader):
    word, card = first_word(reader), reader.page.locator("#word-card")
    word.focus()
    expect(card).to_be_visible()
    assert word.get_attribute("aria-describedby") == "word-card"
    assert violations(reader.page, within="article p:has(.glossary-word), #word-card") == []
    reader.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert word.get_attribute("aria-describedby") is None


@pytest.mark.parametrize("width", [390, 1366])
def test_a_touch_shows_the_meaning_and_the_second_leads_to_the_glossary(reader, width):
    context = reader.page.context.browser.new_context(
        has_touch=True, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{reader.address}/notebooks/{CHAPTER.stem}.html")
    word, card = page.locator("a.glossary-word", has_text="kernel").first, page.locator("#word-card")
    word.tap()
    expect(card).to_be_visible()
    box = card.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.locator("article h1").tap()
    expect(card).to_be_hidden()
    word.tap()
    expect(card).to_be_visible()
    word.tap()
    page.wait_for_url("**/docs/glossary.html#kernel")
    context.close()


# Last, after all that could have gone wrong


def test_the_console_has_no_error(reader):
    assert reader.errors == []
