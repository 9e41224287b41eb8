"""The decks of slides: whole, within their page, with notes for the speaker, without a network."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from course.build.formulas import typesetting
from course.build.slides import deck

import pytest
from browser import Reader
from built_pages import PATIENCE, Page, build, reading
from chapter_code import CHAPTERS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

LECTURE_MINUTES = 90
chapters = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
# For each slide: its first words, and how far it reaches to the right and down, in its own pixels.
MEASURE = """() => {
  const found = [];
  for (const slide of Reveal.getSlides()) {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    let right = 0, bottom = 0;
    for (const part of slide.querySelectorAll('*')) {
      if (part.closest('aside, mjx-assistive-mml')) continue;
      const box = part.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      const cut = getComputedStyle(part).overflowX !== 'visible' && part.scrollWidth > part.clientWidth + 1;
      const zoom = part.currentCSSZoom ?? 1;
      right = Math.max(right, cut ? box.left + zoom * part.scrollWidth : box.right);
      bottom = Math.max(bottom, box.bottom);
    }
    found.push([`${h}.${v} ${slide.innerText.slice(0, 40)}`, right, bottom]);
  }
  return found;
}"""

# How far the letters of each slide have grown.
SIZES = """() => Reveal.getSlides().map(slide => {
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v);
  return Number(slide.style.getPropertyValue('--grow'));
})"""


@pytest.fixture(scope="module")
def slides(tmp_path_factory) -> Path:
    return build("slides", tmp_path_factory.mktemp("built") / "slides")


@pytest.fixture(scope="module")
def reader(slides) -> Iterator[Reader]:
    with reading(slides) as reader:
        reader.page.set_viewport_size({"width": 1280, "height": 720})
        yield reader


def show(reader: Reader, chapter: Path) -> None:
    """Open a deck, and wait until it is drawn."""
    reader.page.goto(f"{reader.address}/{chapter.stem}.html")
    reader.page.wait_for_function("window.Reveal?.isReady()")


def cells(chapter: Path) -> list[dict]:
    return json.loads(chapter.read_text(encoding="utf-8"))["cells"]


def kind(cell: dict) -> str:
    return cell["metadata"]["slideshow"]["slide_type"]


# For the speaker


@chapters
def test_every_section_tells_the_speaker_what_and_how_long(chapter):
    starts = [cell for cell in cells(chapter) if kind(cell) == "slide"]
    silent = [cell["id"] for cell in starts if len(cell["metadata"].get("lecture", {}).get("notes", "")) < 20]
    assert silent == [], 'write "lecture": {"minutes": 5, "notes": "..."} into the metadata of these cells'
    others = [cell["id"] for cell in cells(chapter) if kind(cell) != "slide" and minutes(cell)]
    assert others == [], "a time belongs to the cell that starts a section"


def minutes(cell: dict) -> float:
    return cell["metadata"].get("lecture", {}).get("minutes", 0)


@chapters
def test_chapter_fits_into_a_lecture(chapter):
    assert LECTURE_MINUTES / 2 <= sum(map(minutes, cells(chapter))) <= LECTURE_MINUTES


@chapters
def test_notes_are_in_the_deck(slides, chapter):
    asides = re.findall(
        r'<aside class="notes">(.*?)</aside>',
        (slides / f"{chapter.stem}.html").read_text(encoding="utf-8"),
        re.S,
    )
    starts = [cell for cell in cells(chapter) if kind(cell) == "slide"]
    assert len(asides) == len(starts)
    for aside, cell in zip(asides, starts, strict=True):
        assert f"<strong>{minutes(cell):g} min.</strong>" in aside


# The decks


@chapters
def test_reader_matter_is_left_out(slides, chapter):
    text = (slides / f"{chapter.stem}.html").read_text(encoding="utf-8")
    assert "What you need" not in text and not re.search(r"<em>About \d+ minutes", text)
    addresses = [link for link in Page(slides / f"{chapter.stem}.html").links if not link.startswith("#")]
    assert [link for link in addresses if not link.startswith("https://")] == []


@chapters
def test_every_picture_has_alternative_text(slides, chapter):
    pictures = Page(slides / f"{chapter.stem}.html").pictures
    assert pictures and [source[:60] for source, alt in pictures if len(alt or "") < 20] == []


@chapters
def test_no_slide_is_larger_than_its_page(reader, chapter):
    show(reader, chapter)
    measured = reader.page.evaluate(MEASURE)
    assert len(measured) >= 15
    assert [slide for slide, right, bottom in measured if right > 1280 or bottom > 720] == []


@chapters
def test_letters_are_large_enough_for_a_hall(reader, chapter):
    """Code has 16 pixels of 720 at least by design, 14 where a slide is full, more where there is room."""
    show(reader, chapter)
    sizes = reader.page.evaluate(SIZES)
    assert min(sizes) >= 0.9
    assert sum(size > 1 for size in sizes) > len(sizes) / 3


def test_letters_of_a_slide_follow_what_it_holds(reader):
    show(reader, CHAPTERS[0])
    size = "([html, index]) => { const slide = Reveal.getSlides()[index]; slide.innerHTML = html; " + (
        "Reveal.slide(0, 0); Reveal.slide(1, 0); return slide.style.getPropertyValue('--grow'); }"
    )
    index = reader.page.evaluate("Reveal.getSlides().findIndex(slide => Reveal.getIndices(slide).h === 1)")
    sizes = [
        float(reader.page.evaluate(size, [f"<div class='jp-Cell'>{html}</div>", index]))
        for html in ("<p>short</p>", "<p style='height: 550px'>tall</p>", "<pre>" + 110 * "w" + "</pre>")
    ]
    assert sizes[0] == 1.4 and 1 <= sizes[1] <= 1.2 and 0.9 <= sizes[2] < 1.4


def test_a_slide_without_a_heading_names_its_section(reader):
    show(reader, CHAPTERS[0])
    name = reader.page.locator(".section-name")
    second = "Reveal.getSlides().find(slide => !slide.querySelector('h1, h2, h3'))"
    reader.page.evaluate(f"const {{h, v}} = Reveal.getIndices({second}); Reveal.slide(h, v)")
    heading = reader.page.evaluate("Reveal.getCurrentSlide().parentElement.querySelector('h2').textContent")
    assert name.inner_text() == heading.rstrip("¶") != ""
    reader.page.evaluate("Reveal.slide(2, 0)")
    assert name.inner_text() == ""


def test_what_a_cell_prints_is_one_block():
    """The kernel may send it in parts, which would stand apart."""
    parts = [new_output("stream", text="first\n"), new_output("stream", text="second\n")]
    lecture = {"slideshow": {"slide_type": "slide"}}
    cells = [
        new_markdown_cell("# Title", metadata=lecture),
        new_code_cell("print()", outputs=parts, metadata=lecture),
    ]
    with typesetting() as typesetter:
        assert "first\nsecond" in deck(new_notebook(cells=cells), typesetter)


def test_a_large_slide_is_noticed(reader):
    show(reader, CHAPTERS[0])
    fill = "(html) => { Reveal.getSlides()[1].innerHTML = html; }"
    for html in (
        "<p style='height: 800px'>tall</p>",
        "<pre style='overflow: auto'>" + 300 * "wide" + "</pre>",
    ):
        reader.page.evaluate(fill, html)
        measured = reader.page.evaluate(MEASURE)
        assert [right > 1280 or bottom > 720 for _, right, bottom in measured[:3]] == [False, True, False]


@chapters
def test_formulas_are_drawn(reader, chapter):
    show(reader, chapter)
    assert reader.page.locator("section mjx-container").count() > 0
    assert reader.page.locator("mjx-merror").count() == 0
    text = reader.page.evaluate("document.querySelector('.slides').textContent")
    assert not re.search(r"\$\$|\\(?:frac|sum|text)\b", text)


def test_keys_lead_through_the_deck(reader):
    show(reader, CHAPTERS[0])
    places = []
    for key in ("Space", "ArrowRight", "ArrowLeft"):
        reader.page.keyboard.press(key)
        places.append(tuple(reader.page.evaluate("Object.values(Reveal.getIndices()).slice(0, 2)")))
    assert places == [(0, 1), (1, 0), (0, 1)]


def test_the_speaker_sees_the_notes(reader):
    show(reader, CHAPTERS[0])
    with reader.page.expect_popup() as popup:
        reader.page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.wait_for(timeout=PATIENCE)
    first = cells(CHAPTERS[0])[0]["metadata"]["lecture"]["notes"]
    assert first[:30] in notes.inner_text()
    popup.value.close()


def test_the_console_has_no_error(reader):
    assert reader.errors == []


def test_the_browser_asked_no_other_machine(reader):
    assert reader.hosts == {"127.0.0.1"}
