"""The static site: built by its one command, whole, light, and the same without a network."""

import base64
import hashlib
import itertools
import json
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from browser import Reader
from built_pages import COURSE, PATIENCE, REPOSITORY, Page, first_visit, reading
from chapter_code import CHAPTERS
from playwright.sync_api import expect

PAGE_BYTES = 2_000_000
PAINT_MILLISECONDS = 1_000
chapters = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


def page_of(site: Path, chapter: Path) -> Path:
    return site / "notebooks" / f"{chapter.stem}.html"


def of_this_site(pages: dict[Path, Page], kind: str) -> Iterator[tuple[Path, str]]:
    """Yield page and address of all links, or of all that is loaded, that stays on the site."""
    for path, page in pages.items():
        for address in getattr(page, kind):
            if not urlsplit(address).scheme:
                yield path, address


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html")}


# Whole


@chapters
def test_every_chapter_has_a_page_with_its_title(site, chapter):
    title = "".join(json.loads(chapter.read_text(encoding="utf-8"))["cells"][0]["source"]).splitlines()[0]
    text = re.sub(r"<[^>]+>|’", "", page_of(site, chapter).read_text(encoding="utf-8"))
    assert title.removeprefix("# ").replace("'", "") in text


def test_every_link_within_the_site_leads_somewhere(pages):
    dead = []
    for path, address in of_this_site(pages, "links"):
        target, fragment = urldefrag(unquote(address))
        file = (path.parent / target.partition("?")[0]).resolve() if target else path
        file = file / "index.html" if file.is_dir() else file
        is_view = "=" in fragment  # of the page Look inside, which reads it
        if not file.is_file() or (file in pages and not is_view and fragment not in pages[file].names):
            dead.append(f"{path.name}: {address}")
    assert dead == []


def test_everything_that_is_loaded_is_there(pages):
    files = [(path, address.partition("?")[0]) for path, address in of_this_site(pages, "loads")]
    assert [
        f"{path.name}: {file}" for path, file in files if not (path.parent / unquote(file)).is_file()
    ] == []


def test_nothing_is_loaded_from_elsewhere(pages):
    addresses = [address for page in pages.values() for address in page.loads]
    assert [address for address in addresses if urlsplit(address).scheme not in ("", "data")] == []


@chapters
def test_pictures_are_those_of_the_notebook_with_their_alternative_text(site, pages, chapter):
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    expected = []
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if "image/png" in output.get("data", {}):
            png = base64.b64decode("".join(output["data"]["image/png"]))
            alt = output["metadata"]["image/png"]["alt"]
            expected.append((hashlib.sha256(png).hexdigest(), " ".join(alt.split())))
    pictures = [picture for picture in pages[page_of(site, chapter)].pictures if "/_images/" in picture[0]]
    assert [(Path(source).stem, " ".join(alt.split())) for source, alt in pictures] == expected


@chapters
def test_page_is_light(site, pages, chapter):
    """Its text and all its pictures, also those that a browser loads only when they are scrolled to."""
    page = page_of(site, chapter)
    pictures = {page.parent / source for source, _ in pages[page].pictures}
    assert page.stat().st_size + sum(picture.stat().st_size for picture in pictures) < PAGE_BYTES


@chapters
def test_page_offers_download_and_binder(site, pages, chapter):
    """And nothing where the chapter's first import would fail, as in Colab."""
    links = pages[page_of(site, chapter)].links
    path = f"notebooks/{chapter.name}"
    assert any(link.endswith(f"_sources/{path}") for link in links)
    assert [link for link in links if "colab" in link] == []
    assert f"https://mybinder.org/v2/gh/{REPOSITORY}/main?urlpath=lab/tree/{path}" in links


@pytest.mark.parametrize(
    ("origin", "page", "address"),
    [
        (
            "git@github.com:Some/deep-cnn.git",
            "https://github.com/Some/deep-cnn",
            "https://some.github.io/deep-cnn/",
        ),
        (
            "https://github.com/some/course",
            "https://github.com/some/course",
            "https://some.github.io/course/",
        ),
        ("https://example.org/course.git", "", ""),
        ("", "", ""),
    ],
)
def test_buttons_lead_to_the_repository_and_without_one_there_are_none(monkeypatch, origin, page, address):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    done = subprocess.CompletedProcess([], 0, stdout=f"{origin}\n")
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: done)
    conf = runpy.run_path(str(COURSE / "course" / "build" / "conf.py"))
    assert conf["repository"]() == page and conf["html_baseurl"] == address
    assert ("launch_buttons" in conf["html_theme_options"]) == bool(page)


def test_there_is_no_page_that_shows_nothing(site):
    """The theme brings templates and an index that would be empty."""
    assert list(site.glob("_static/*.html")) == [] and not (site / "genindex.html").exists()


def test_chapters_follow_each_other(site, pages):
    for chapter, successor in itertools.pairwise(CHAPTERS):
        assert f"{successor.stem}.html" in pages[page_of(site, chapter)].links
        assert f"{chapter.stem}.html" in pages[page_of(site, successor)].links


def test_the_folder_leads_to_the_home_page(site):
    assert 'url=docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")
    assert (site / "docs" / "index.html").is_file()


def test_every_deck_is_on_the_site(pages, site):
    decks = pages[site / "slides" / "index.html"].links
    assert [deck for deck in decks if deck[:2].isdigit()] == [f"{chapter.stem}.html" for chapter in CHAPTERS]


# In a browser


def test_the_first_visit_of_every_page_is_light_and_soon_seen(site, reader):
    """All that the browser loads, with an empty cache; a busy machine has three tries to show it."""
    folders = ("docs", "notebooks", "slides")
    paths = [path.relative_to(site).as_posix() for name in folders for path in (site / name).glob("*.html")]
    assert len(paths) > 2 * len(CHAPTERS)
    visits = {path: first_visit(reader, path) for path in paths}
    assert {path: visit["bytes"] for path, visit in visits.items() if visit["bytes"] > PAGE_BYTES} == {}
    late = [path for path in paths if visits[path]["paint"] > PAINT_MILLISECONDS]
    again = {path: min(first_visit(reader, path)["paint"] for _ in range(2)) for path in late}
    assert {path: paint for path, paint in again.items() if paint > PAINT_MILLISECONDS} == {}


def test_search_finds_a_chapter(reader):
    page = reader.page
    page.goto(f"{reader.address}/index.html")
    page.wait_for_url("**/docs/index.html")
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input[type=search]").fill("im2col")
    page.keyboard.press("Enter")
    result = page.locator("#search-results li a", has_text="Filter in color and in steps").first
    expect(result).to_be_visible(timeout=PATIENCE)
    result.click()
    page.wait_for_url("**/notebooks/02_filters.html*")


def test_from_a_folder_the_search_lists_without_excerpts_and_without_an_error(site, reader):
    """Without a server, a page may not read another one."""
    reader.page.goto(f"{(site / 'search.html').as_uri()}?q=im2col")
    result = reader.page.locator("#search-results li", has_text="Filter in color and in steps").first
    expect(result).to_be_visible(timeout=PATIENCE)
    assert [error for error in reader.errors if "file:" in error] == []


def test_themes_change_the_colors(reader):
    page, brightness = reader.page, {}
    page.goto(f"{reader.address}/docs/glossary.html")
    for theme in ("dark", "light", "dark"):
        page.locator("button.theme-switch-button:visible").click()
        page.locator(f'button.theme-change-button[data-mode="{theme}"]:visible').click()
        page.reload()  # and the choice is kept
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness[theme] = sum(map(int, re.findall(r"\d+", color)[:3])) / 3
    assert brightness["dark"] < 60 and brightness["light"] > 200
    page.evaluate("localStorage.clear()")


def test_the_dark_theme_leaves_the_colors_of_figures_alone(reader):
    page = reader.page
    page.emulate_media(color_scheme="dark")
    page.goto(f"{reader.address}/notebooks/{CHAPTERS[0].stem}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    figures = page.locator("article img")
    filters = figures.evaluate_all("figures => figures.map(one => getComputedStyle(one).filter)")
    assert set(filters) == {"none"}
    page.emulate_media(color_scheme="light")


@chapters
def test_chapter_is_drawn(reader, chapter):
    page = reader.page
    page.goto(f"{reader.address}/notebooks/{chapter.stem}.html")
    formulas = page.locator(".math mjx-container")
    assert formulas.count() == page.locator(".math").count() > 0
    assert page.locator("mjx-merror").count() == 0
    boxes = formulas.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert min(boxes) > 5
    page.evaluate("document.fonts.ready")
    fonts = "[...document.fonts].filter(one => one.status === 'loaded').map(one => one.family)"
    assert "MJXTEX-I" in page.evaluate(fonts)
    pictures = page.locator("article img")
    pictures.evaluate_all(
        "images => Promise.all(images.map(i => { i.loading = 'eager'; return i.decode(); }))"
    )
    widths = pictures.evaluate_all("images => images.map(i => i.naturalWidth)")
    assert min(widths, default=100) > 50
    figures = page.locator("article img[src*='_images']")
    densities = figures.evaluate_all(
        "images => images.map(i => i.naturalWidth / i.getBoundingClientRect().width)"
    )
    assert min(densities, default=2) > 1.15, "photographs; all else is stored at twice the density"
    # A solution is folded away until it is asked for.
    solution = page.locator("article details", has_text="Solution").first
    assert solution.get_attribute("open") is None
    solution.locator("summary").press("Enter")
    assert solution.get_attribute("open") is not None


@chapters
def test_imports_are_folded(reader, chapter):
    page = reader.page
    page.goto(f"{reader.address}/notebooks/{chapter.stem}.html")
    folded = page.locator("article details.fold", has_text="Imports").first
    code = folded.locator("pre")
    assert not code.is_visible()
    folded.locator("summary").press("Enter")
    assert code.is_visible() and re.match(r"(import|from) ", code.inner_text().strip())


def test_a_line_of_code_fits_the_column(reader):
    """88 characters, as chapters have at most, on a screen of 1366 pixels."""
    page = reader.page
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{reader.address}/notebooks/{CHAPTERS[0].stem}.html")
    code = page.locator("article .cell_input pre:visible").first
    scrolls = """(pre, count) => {
      pre.textContent = 'x'.repeat(count);
      return pre.scrollWidth > pre.clientWidth;
    }"""
    assert [code.evaluate(scrolls, count) for count in (88, 110)] == [False, True]
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_search_page_hides_nothing_that_is_typed(reader):
    page = reader.page
    page.goto(f"{reader.address}/search.html?q=kernel")
    field = page.locator(".bd-search-container input[type=search]")
    padding = field.evaluate("one => parseFloat(getComputedStyle(one).paddingLeft)")
    icon, box = page.locator(".bd-search-container form i").bounding_box(), field.bounding_box()
    assert icon["x"] + icon["width"] < box["x"] + padding


LONG = "12_explaining"  # its contents are longer than a screen of 768 pixels
CUT = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
MARKED = "#pst-page-toc-nav a.active"


def test_the_contents_follow_the_reader_and_stay_in_sight(reader):
    """Also after a jump, which passes over headings; the theme alone loses the reader then."""
    page = reader.page
    page.set_viewport_size({"width": 1366, "height": 500})
    page.goto(f"{reader.address}/notebooks/{LONG}.html")
    headings = page.locator("article h2")
    for place in (headings.count() // 2, headings.count() - 2, 1):
        headings.nth(place).evaluate("one => scrollTo(0, one.getBoundingClientRect().top + scrollY - 100)")
        title = headings.nth(place).evaluate("one => one.firstChild.textContent")
        expect(page.locator(MARKED)).to_have_count(1)
        expect(page.locator(MARKED)).to_have_text(title)
        expect(page.locator(MARKED)).to_have_attribute("aria-current", "true")
        expect(page.locator(MARKED)).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_on_paper_no_code_is_cut(reader):
    """In a window of its own: another session of the browser's tools would take the paper away."""
    page = reader.page.context.browser.new_page(viewport={"width": 700, "height": 1000})  # about A4
    page.emulate_media(media="print")
    cut = []
    for chapter in (CHAPTERS[0], CHAPTERS[-1]):
        page.goto(f"{reader.address}/notebooks/{chapter.stem}.html")
        assert page.evaluate("matchMedia('print').matches")
        cut += page.locator("article pre:visible").evaluate_all(CUT)
        right = "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
        assert page.locator("article :is(pre, img):visible").evaluate_all(right) <= 700
    page.close()
    assert cut == []


def test_next_leads_on_and_says_which_chapter(reader):
    page = reader.page
    page.goto(f"{reader.address}/notebooks/{CHAPTERS[0].stem}.html")
    expect(page.locator("a.right-next .prev-next-title")).to_have_text(re.compile(r"^02 "))
    page.locator("a.right-next").click()
    page.wait_for_url(f"**/notebooks/{CHAPTERS[1].stem}.html")
    page.locator("a.left-prev").click()
    page.wait_for_url(f"**/notebooks/{CHAPTERS[0].stem}.html")


def test_a_narrow_screen_does_not_scroll_sideways(reader):
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 800})
    wide = []
    for chapter in CHAPTERS:
        page.goto(f"{reader.address}/notebooks/{chapter.stem}.html")
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(chapter.stem)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert wide == []


# Last, after all that could have gone wrong


def test_the_console_has_no_error(reader):
    assert reader.errors == []


def test_the_browser_asked_no_other_machine(reader):
    assert reader.hosts == {"127.0.0.1"}
