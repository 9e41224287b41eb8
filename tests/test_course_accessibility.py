"""For everybody: axe-core on every page in both themes, colors that all can tell apart, alt text."""

import ast
import itertools
import json
import re
from collections.abc import Iterator

import pytest
from axe import violations, violations_of_color
from browser import Reader
from built_pages import COURSE, Page, reading
from chapter_code import CHAPTERS, prose
from IPython.core.inputtransformer2 import TransformerManager

DOCUMENTS = sorted((COURSE / "docs").glob("*.md"))
# Uniform in lightness, or of two hues that every eye tells apart; "gray" for photographs.
SAFE_MAPS = {
    "RdBu_r",  # colorbrewer2.org: safe for color-blind readers
    "viridis",
    "cividis",
    "magma",
    "inferno",
    "plasma",
    "gray",
    "gray_r",
    "Greys",
    "Purples",  # from white to one dark color: read by their brightness alone
    "PuOr",
    "PuOr_r",
    "Blues",
}
FRAMED = """<div class="question predict"><p><strong>Predict.</strong> How many?</p>
<ul><li><p><strong>a.</strong> One <code class="literal">x</code></p></li></ul>
<details><summary>Answer</summary><p><strong>a.</strong> Because.</p></details></div>"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
PAGES = [
    *(f"notebooks/{chapter.stem}.html" for chapter in CHAPTERS),
    *(f"docs/{document.stem}.html" for document in DOCUMENTS),
    "search.html",
    "slides/index.html",
]


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


# Pages


@pytest.mark.parametrize("page", PAGES)
def test_page_has_no_violation(reader, page):
    reader.page.emulate_media(color_scheme="light")
    reader.page.goto(f"{reader.address}/{page}")
    reader.page.evaluate("document.querySelectorAll('article details').forEach(one => one.open = true)")
    assert violations(reader.page) == []
    light = reader.page.evaluate(BACKGROUND)
    # In the theme "auto", the page follows the system without being loaded again.
    reader.page.emulate_media(color_scheme="dark")
    reader.page.wait_for_function(f"light => {BACKGROUND} !== light", arg=light)
    assert violations_of_color(reader.page) == []


def test_a_framed_question_has_no_violation(reader):
    """In both themes, open and folded."""
    page = reader.page
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{reader.address}/{PAGES[0]}")
        page.evaluate(
            "html => document.querySelector('article h1').insertAdjacentHTML('afterend', html)", FRAMED
        )
        for is_open in (False, True):
            page.evaluate("is => { document.querySelector('.question details').open = is; }", is_open)
            assert violations(page, within=".question") == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_deck_has_no_violation(reader, chapter):
    """All slides at once, as they are printed."""
    reader.page.goto(f"{reader.address}/slides/{chapter.stem}.html?view=print")
    reader.page.wait_for_selector("body[data-printed=ready]", state="attached")
    assert violations(reader.page) == []


def test_violations_are_found(reader):
    reader.page.set_content(
        "<html lang='en'><title>Bad</title><main><h1>Bad</h1><h3>Worse</h3>"
        "<img src='data:,'><p style='color: #aaa; background: #fff'>pale</p></main></html>"
    )
    rules = {violation.partition(":")[0] for violation in violations(reader.page)}
    assert {"image-alt", "color-contrast", "heading-order"} <= rules
    colors = {violation.partition(":")[0] for violation in violations_of_color(reader.page)}
    assert colors == {"color-contrast"}


@pytest.mark.parametrize("wrong", ["color: #aaa", "opacity: 0.4", "background: #777"])
def test_one_pale_word_among_many_is_found(reader, wrong):
    """Also where the same word in the same color is fine elsewhere, and it comes last."""
    words = 50 * "<span style='color: #333'>right</span> "
    reader.page.set_content(
        "<html lang='en'><title>Code</title><main><h1>Code</h1>"
        f"<pre>{words}</pre><pre>{words}<span style='color: #333; {wrong}'>wrong</span></pre></main></html>"
    )
    (found,) = violations_of_color(reader.page)
    assert "wrong" in found
    assert len(reader.page.locator("pre").last.inner_text()) == len(51 * "right ") - 1  # as it was before


def test_every_page_has_one_title_and_no_level_of_headings_is_left_out(site):
    for path in site.rglob("*.html"):
        levels = Page(path).headings
        if "slides" in path.parts or not levels:
            continue
        # The theme prints a heading "Contents" of its own before the title, on paper alone.
        levels = levels[levels.index(1, 1) :] if levels.count(1) == 2 else levels
        assert levels.count(1) == 1, path.name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path.name


# Notebooks: what JupyterLab and GitHub show


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_headings_of_a_chapter_leave_out_no_level(chapter):
    text = re.sub(r"(?ms)^```.*?^```", "", prose(chapter))
    levels = [len(marks) for marks in re.findall(r"(?m)^(#+) ", text)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_pictures_in_the_text_are_described(chapter):
    text = prose(chapter)
    assert re.findall(r"!\[\s*\]\(", text) == []
    assert [tag for tag in re.findall(r"<img[^>]*>", text) if not re.search(r'alt="[^"]{10,}"', tag)] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_links_say_where_they_lead(chapter):
    words = re.findall(r"(?<!!)\[([^\]]+)\]\(", re.sub(r"(?ms)^```.*?^```", "", prose(chapter)))
    assert [word for word in words if word.lower() in {"here", "this", "link", "click here", "more"}] == []


# Colors


def color_maps(source: str) -> set[str]:
    """Return the names of the color maps that a piece of code asks for."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    values = (word.value for call in calls for word in call.keywords if word.arg == "cmap")
    return {part.value for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)}


def sources() -> dict[str, str]:
    """Return all code that may draw: the chapters' and that of utils."""
    transform = TransformerManager().transform_cell
    found = {path.name: path.read_text(encoding="utf-8") for path in (COURSE / "utils").rglob("*.py")}
    for chapter in CHAPTERS:
        cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
        code = [transform("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
        found[chapter.name] = "\n".join(code)
    return found


def test_color_maps_are_safe():
    used = {name: color_maps(source) - SAFE_MAPS for name, source in sources().items()}
    assert {name: maps for name, maps in used.items() if maps} == {}


def test_an_unsafe_color_map_is_found():
    assert color_maps("ax.imshow(a, cmap='jet' if b else 'viridis')") == {"jet", "viridis"}
    assert "jet" not in SAFE_MAPS
