"""The decks in a browser: whole, within their page, read from the last row, without a network."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from course.build.decks import deck
from course.build.formulas import typesetting
from course.build.slides import slides_of

import nbformat
import pytest
from axe import violations
from browser import Reader
from built_pages import PATIENCE, Page, build, reading
from chapter_code import CHAPTERS
from playwright.sync_api import expect
from slide_cells import PREDICT, chapter, code, figure, printed, text

LECTURE_MINUTES = 90
SMALLEST_LETTERS = 24  # of 720 pixels
SEEN = ".slides > section.present > section.present"
chapters = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
# For each slide: its heading; how far it reaches to the right and down, and its smallest letters, in its own
# pixels. Letters of formulas and figures are not counted: the first have sizes of their own by their design.
MEASURE = """() => {
  const found = [];
  for (const slide of Reveal.getSlides()) {
    const {h, v} = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    let right = 0, bottom = 0, letters = Infinity;
    for (const part of slide.querySelectorAll('*')) {
      if (part.closest('aside, mjx-assistive-mml')) continue;
      const box = part.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      const style = getComputedStyle(part);
      const cut = style.overflowX !== 'visible' && part.scrollWidth > part.clientWidth + 1;
      right = Math.max(right, cut ? box.left + part.scrollWidth : box.right);
      bottom = Math.max(bottom, box.bottom);
      const isText = [...part.childNodes].some(node => node.nodeType === 3 && node.data.trim());
      if (isText && !part.closest('mjx-container')) letters = Math.min(letters, parseFloat(style.fontSize));
    }
    const heading = slide.querySelector('h1, h2')?.innerText ?? '';
    found.push({place: `${h}.${v}`, heading, right, bottom, letters});
  }
  return found;
}"""


@pytest.fixture(scope="module")
def slides(tmp_path_factory) -> Path:
    return build("slides", tmp_path_factory.mktemp("built") / "slides")


@pytest.fixture(scope="module")
def reader(slides) -> Iterator[Reader]:
    with reading(slides) as reader:
        reader.page.set_viewport_size({"width": 1280, "height": 720})
        yield reader


@pytest.fixture(scope="module")
def trial(tmp_path_factory, slides) -> str:
    """A deck of all that a slide can show, as full as may be; its name among the decks."""
    path = tmp_path_factory.mktemp("trial") / "99_trial.ipynb"
    nbformat.write(full_chapter(), path)
    built = build("slides", path.parent / "built", path)
    return (built / "99_trial.html").rename(slides / "99_trial.html").stem


def full_chapter() -> nbformat.NotebookNode:
    line, words = "x = " + 75 * "y" + "\n", "A claim of about ten words is what a hall follows. "
    table = nbformat.v4.new_output("display_data", {"text/html": "<table><tr><th>a</th></tr></table>"})
    return chapter(
        text("## Words\n\nProse.", "slide", minutes=3, notes="Ask first.", words=4 * words),
        text("## All prose, with a [link](https://example.org)", "slide", words=24 * words),
        text("## Code", "slide"),
        code(12 * line, printed("line\n"), show_code=True),
        text("## Output", "slide"),
        code("f()", printed(30 * (20 * "long " + "\n")), table),
        text("## Figure\n\nProse.", "slide", words=2 * words),
        code("f()", printed("one\ntwo\n"), figure(700, 200)),
        code("g()", figure(300, 900), kind="subslide"),
        code("h()", figure(), figure(), figure(), kind="subslide"),
        text("## Formula `f(x)`", "slide", words=r"$$\frac{a}{b}$$" + "\n\n- $x$\n- two\n\n1. `three`\n"),
        text(PREDICT, "subslide"),
        code("f()", printed("the answer\n"), kind="fragment"),
    )


def show(reader: Reader, name: str) -> None:
    """Open a deck, and wait until it is drawn."""
    reader.page.goto(f"{reader.address}/{name}.html")
    reader.page.wait_for_function("window.Reveal?.isReady()")


def go_to(reader: Reader, heading: str, nth: int = 0) -> None:
    """Go to the slide of a heading, or to a later one of the same heading."""
    reader.page.evaluate(
        """([heading, nth]) => {
          const isIt = slide => slide.querySelector('h1, h2').textContent === heading;
          const {h, v} = Reveal.getIndices(Reveal.getSlides().filter(isIt)[nth]);
          Reveal.slide(h, v);
        }""",
        [heading, nth],
    )


def cells(chapter: Path) -> list[dict]:
    return json.loads(chapter.read_text(encoding="utf-8"))["cells"]


def kind(cell: dict) -> str:
    return cell["metadata"]["slideshow"]["slide_type"]


def asides(page: Path) -> list[str]:
    return re.findall(r'<aside class="notes">(.*?)</aside>', page.read_text(encoding="utf-8"), re.S)


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
    """The time of every section, in order, and behind it what the speaker should know."""
    found = asides(slides / f"{chapter.stem}.html")
    starts = [cell for cell in cells(chapter) if kind(cell) == "slide"]
    assert re.findall(r"<strong>([\d.]+) min.</strong>", "".join(found)) == [
        f"{minutes(cell):g}" for cell in starts
    ]
    assert len(found) == sum(bool(slide.notes) for slide in slides_of(nbformat.read(chapter, as_version=4)))


def test_prose_is_in_the_notes_and_not_on_the_slide(reader, trial):
    show(reader, trial)
    go_to(reader, "Words")
    slide = reader.page.evaluate("Reveal.getCurrentSlide().querySelector('.page').innerText")
    notes = reader.page.evaluate("Reveal.getCurrentSlide().querySelector('aside').textContent").split()
    assert "Prose" not in slide and notes == ["3", "min.", "Ask", "first.", "Prose."]


def test_the_speaker_sees_the_notes(reader):
    show(reader, CHAPTERS[0].stem)
    with reader.page.expect_popup() as popup:
        reader.page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.wait_for(timeout=PATIENCE)
    first = cells(CHAPTERS[0])[0]["metadata"]["lecture"]["notes"]
    assert first[:30] in notes.inner_text()
    popup.value.close()


# The decks


@chapters
def test_reader_matter_is_left_out(slides, chapter):
    page = slides / f"{chapter.stem}.html"
    text = page.read_text(encoding="utf-8")
    assert "What you need" not in text and not re.search(r"<em>About \d+ minutes", text)
    addresses = [link for link in Page(page).links if not link.startswith("#")]
    assert [link for link in addresses if not link.startswith("https://")] == []


@chapters
def test_every_picture_has_alternative_text(slides, chapter):
    pictures = Page(slides / f"{chapter.stem}.html").pictures
    assert pictures and [source[:60] for source, alt in pictures if len(alt or "") < 20] == []


def check(measured: list[dict]) -> None:
    """Each slide has a heading, nothing is clipped, and the last row reads it."""
    assert [slide["place"] for slide in measured if not slide["heading"].strip()] == []
    assert [slide for slide in measured if slide["right"] > 1280 or slide["bottom"] > 720] == []
    assert [slide for slide in measured if slide["letters"] < SMALLEST_LETTERS] == []


@chapters
def test_every_slide_has_a_heading_is_whole_and_read_from_the_last_row(reader, chapter):
    show(reader, chapter.stem)
    measured = reader.page.evaluate(MEASURE)
    assert len(measured) >= 15
    check(measured)


def test_every_slide_of_the_whole_lecture_is_whole_and_read_from_the_last_row(reader):
    reader.page.goto(f"{reader.address}/index.html")
    reader.page.get_by_role("link", name="The whole lecture").click()
    reader.page.wait_for_function("window.Reveal?.isReady()")
    measured = reader.page.evaluate(MEASURE)
    assert len(measured) >= 40
    check(measured)


def test_a_slide_as_full_as_may_be_is_whole_and_read_from_the_last_row(reader, trial):
    show(reader, trial)
    measured = reader.page.evaluate(MEASURE)
    assert len(measured) == 12
    check(measured)


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ("<h2>a</h2><p style='height: 800px'>tall</p>", "bottom"),
        ("<h2>a</h2><pre style='overflow: auto; white-space: pre'>" + 300 * "wide" + "</pre>", "right"),
        ("<h2>a</h2><p><small style='font-size: 23px'>small</small></p>", "letters"),
        ("<p>no heading</p>", "heading"),
    ],
)
def test_a_slide_that_is_not_is_noticed(reader, wrong, names):
    show(reader, CHAPTERS[0].stem)
    reader.page.evaluate("html => { Reveal.getSlides()[1].querySelector('.page').innerHTML = html; }", wrong)
    measured = reader.page.evaluate(MEASURE)
    faults = {
        "bottom": measured[1]["bottom"] > 720,
        "right": measured[1]["right"] > 1280,
        "letters": measured[1]["letters"] < SMALLEST_LETTERS,
        "heading": not measured[1]["heading"],
    }
    assert [name for name, is_there in faults.items() if is_there] == [names]
    check([measured[0], *measured[2:]])


def test_letters_of_a_slide_follow_what_it_holds(reader, trial):
    show(reader, trial)
    sizes = {}
    for heading in ("Words", "All prose, with a link", "Code"):
        go_to(reader, heading)
        sizes[heading] = reader.page.evaluate(
            "parseFloat(getComputedStyle(Reveal.getCurrentSlide().querySelector('.words, pre')).fontSize)"
        )
    assert sizes["Words"] > sizes["All prose, with a link"] >= SMALLEST_LETTERS == sizes["Code"]


def test_a_figure_is_as_large_as_its_slide_allows(reader, trial):
    """Its shape is kept; a high one fills the height, a low one the width."""
    show(reader, trial)
    boxes = []
    for nth in (0, 1, 2):
        go_to(reader, "Figure", nth)
        boxes.append(reader.page.locator(f"{SEEN} img").first.bounding_box())
    low, high, one_of_three = boxes
    assert low["width"] > 1100 and low["height"] >= 330
    assert high["height"] > 550
    assert one_of_three["width"] > 500 and one_of_three["height"] > 250
    shapes = "[...document.querySelectorAll('.figures img')].map(one => getComputedStyle(one).objectFit)"
    assert set(reader.page.evaluate(shapes)) == {"contain"}


@chapters
def test_formulas_are_drawn(reader, chapter):
    show(reader, chapter.stem)
    assert reader.page.locator("section mjx-container").count() > 0
    assert reader.page.locator("mjx-merror").count() == 0
    text = reader.page.evaluate("document.querySelector('.slides').textContent")
    assert not re.search(r"\$\$|\\(?:frac|sum|text)\b", text)


def test_what_a_cell_prints_is_text_and_never_markup():
    with typesetting() as typesetter:
        page = deck(chapter(code("f()", printed("<b>first</b>\n"), kind="slide")), typesetter)
    assert "&lt;b&gt;first&lt;/b&gt;" in page


# Questions


def test_the_answer_comes_after_a_click_and_the_question_alone(reader, trial):
    show(reader, trial)
    go_to(reader, "Formula f(x)", 1)
    seen = reader.page.locator(SEEN)
    assert seen.locator(".steps li").all_inner_texts() == ["Vote", "Discuss with your neighbor", "Vote again"]
    expect(seen.locator(".answer")).not_to_be_visible()
    expect(seen.locator("pre")).to_have_count(0)
    reader.page.keyboard.press("Space")
    expect(seen.locator(".answer")).to_be_visible()
    reader.page.keyboard.press("Space")
    expect(seen.locator("pre")).not_to_be_visible()
    reader.page.keyboard.press("Space")
    expect(seen.locator("pre")).to_be_visible()


# Keyboard, paper, phone


def test_keys_lead_through_the_deck(reader):
    show(reader, CHAPTERS[0].stem)
    places = []
    for key in ("Space", "ArrowRight", "ArrowLeft"):
        reader.page.keyboard.press(key)
        places.append(tuple(reader.page.evaluate("Object.values(Reveal.getIndices()).slice(0, 2)")))
    assert places == [(0, 1), (1, 0), (0, 1)]


def test_the_tabulator_visits_nothing_on_slides_that_are_not_seen(reader, trial):
    show(reader, trial)
    where = "document.activeElement.closest('section')?.querySelector('h1, h2').innerText ?? ''"
    visited = {press_tab(reader, where) for _ in range(8)}
    assert visited == {""}  # controls alone: the title has no link, and that of a later slide is not reached
    go_to(reader, "All prose, with a link")
    assert "All prose, with a link" in {press_tab(reader, where) for _ in range(8)}


def press_tab(reader: Reader, question: str) -> str:
    reader.page.keyboard.press("Tab")
    return reader.page.evaluate(question)


@pytest.mark.parametrize("name", [CHAPTERS[0].stem, "99_trial"])
def test_paper_takes_one_slide_a_page(reader, trial, name):
    page = reader.page
    page.goto(f"{reader.address}/{name}.html?print-pdf")
    page.wait_for_selector("body[data-printed=ready]", state="attached")
    num_slides = page.evaluate("Reveal.getSlides().length")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == num_slides
    pages = page.evaluate(
        "[...document.querySelectorAll('.pdf-page')].map(one => [one.offsetTop, one.offsetHeight])"
    )
    assert pages == [[719 * number, 719] for number in range(num_slides)]
    headings = page.evaluate(
        """[...document.querySelectorAll('.pdf-page')].map(one => {
          const box = one.querySelector('h1, h2').getBoundingClientRect();
          const paper = one.getBoundingClientRect();
          return [box.left - paper.left, box.top - paper.top];
        })"""
    )
    assert {left for left, _ in headings} == {48} and min(top for _, top in headings) >= 20


def test_answers_are_printed_for_everybody(reader, trial):
    reader.page.goto(f"{reader.address}/{trial}.html?print-pdf")
    reader.page.wait_for_selector("body[data-printed=ready]", state="attached")
    assert reader.page.locator(".answer").is_visible()
    assert violations(reader.page) == []


@pytest.fixture
def phone(reader) -> Iterator[Reader]:
    reader.page.set_viewport_size({"width": 390, "height": 844})
    yield reader
    reader.page.set_viewport_size({"width": 1280, "height": 720})


def test_a_phone_shows_all_slides_below_each_other(phone, trial):
    show(phone, trial)
    phone.page.wait_for_selector(".scroll-page .page")
    tops = phone.page.evaluate(
        "[...document.querySelectorAll('.scroll-page .page')].map(one => one.getBoundingClientRect().top)"
    )
    height = 390 * 720 / 1280
    assert tops == pytest.approx([number * height for number in range(len(tops))], abs=1)
    # reveal.js leaves empty slides before them, which were seen as a bar.
    stray = "[...document.querySelectorAll('.slides > section')].map(one => one.offsetHeight)"
    assert set(phone.page.evaluate(stray)) == {0}


def test_on_a_phone_an_answer_waits_for_a_touch(phone, trial):
    show(phone, trial)
    expect(phone.page.locator(".answer")).to_have_count(0)
    phone.page.get_by_role("button", name="Show the answer").click()
    expect(phone.page.locator(".answer")).to_be_visible()


def test_a_phone_shows_the_slide_that_the_address_names(phone):
    chapter = nbformat.read(CHAPTERS[0], as_version=4)
    starts = [number for number, slide in enumerate(slides_of(chapter)) if slide.opens_section]
    phone.page.goto("about:blank")
    phone.page.goto(f"{phone.address}/{CHAPTERS[0].stem}.html#/5")
    heading = phone.page.locator(".scroll-page h2").nth(starts[5] - 1)  # the title is no h2
    expect(heading).to_be_in_viewport(timeout=PATIENCE)
    assert 0 <= heading.bounding_box()["y"] < 20


# Last, after all that could have gone wrong


def test_the_console_has_no_error(reader):
    assert reader.errors == []


def test_the_browser_asked_no_other_machine(reader):
    assert reader.hosts == {"127.0.0.1"}
