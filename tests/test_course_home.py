"""The home page: every chapter at a glance, with a result that it holds; the card of a shared link."""

import html
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from course.build.chapters import HOME, Figure, figures, read_assignments, read_chapters
from course.build.home import duration
from course.build.pictures import CARD_SIZE, SIZE, draw_card, framed
from course.build.sharing import MOST_CHARACTERS, description_of, tags

import pytest
from axe import violations
from browser import Reader
from built_pages import COURSE, Page, first_visit, reading
from chapter_code import CHAPTERS, load
from docutils import nodes
from PIL import Image

HOME_PAGE = "docs/index.html"
PAGE_BYTES = 2_000_000
TOLD = tomllib.loads(HOME.read_text(encoding="utf-8"))
NUM_CUT = "all => all.filter(one => one.scrollHeight > one.clientHeight + 1).length"
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
chapters = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


# What is told of a chapter


def everything_in(chapter: Path) -> str:
    """Return a chapter's prose, code, outputs and descriptions of figures."""
    parts = []
    for cell in load(chapter):
        parts.append(cell["source"])
        for output in cell.get("outputs", []):
            parts.append("".join(output.get("text", output.get("data", {}).get("text/plain", ""))))
            parts.append(output.get("metadata", {}).get("image/png", {}).get("alt", ""))
    return "\n".join(parts)


@chapters
def test_the_result_of_a_chapter_is_a_sentence_whose_numbers_stand_in_it(chapter):
    told = TOLD.get(chapter.name[:2])
    assert told, f"say in docs/home.toml what chapter {chapter.name[:2]} measures, and which figure shows it"
    numbers = NUMBER.findall(re.sub(r"layer \d", "", told["result"]))
    assert numbers and told["result"].endswith(".") and len(told["result"]) <= 110
    assert [one for one in numbers if one not in NUMBER.findall(everything_in(chapter))] == []


@chapters
def test_the_figure_of_a_chapter_is_there(chapter):
    told = TOLD[chapter.name[:2]]
    assert told["figure"] in dict(figures(load(chapter)))
    left, top, right, bottom = told.get("part", (0, 0, 1, 1))
    assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def test_nothing_is_told_of_a_chapter_that_does_not_exist():
    assert set(TOLD) <= {chapter.name[:2] for chapter in CHAPTERS}


def test_every_chapter_says_what_it_needs_and_how_long_it_takes():
    for chapter in read_chapters():
        assert 2 <= len(chapter.needs.split()) <= 12 and "*" not in chapter.needs, chapter.stem
        assert 60 <= chapter.minutes <= 400, chapter.stem


def test_every_assignment_belongs_to_chapters_and_says_what_it_asks():
    found = read_assignments()
    assert [one.number for one in found] == [f"{number:02}" for number in range(1, len(found) + 1)]
    assert all(one.chapters and one.tasks and one.points and one.minutes for one in found)
    first, fourth = found[0], found[3]
    assert first.chapters == ("01", "02") and fourth.chapters == ("06", "07", "08")
    assert all(chapter.assignment for chapter in read_chapters())


def test_a_chapter_of_which_nothing_is_told_shows_its_opening_and_its_first_figure(monkeypatch, tmp_path):
    """So that a new chapter is on the page before anybody has written about it."""
    (tmp_path / "home.toml").touch()
    monkeypatch.setattr("course.build.chapters.HOME", tmp_path / "home.toml")
    first = read_chapters()[0]
    assert first.result == load(CHAPTERS[0])[0]["source"].splitlines()[2]
    assert first.figure and first.figure.part == (0, 0, 1, 1)


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 min"), (180, "3 h"), (200, "3 h 20 min")])
def test_minutes_are_said_as_hours(minutes, words):
    assert duration(minutes) == words


# Pictures


def picture(width: int, height: int, color: str) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (width, height), color).save(held, "PNG")
    return held.getvalue()


def test_of_a_figure_the_part_is_shown_whole_in_a_white_frame():
    both = Image.new("RGB", (400, 100), "red")
    both.paste(Image.new("RGB", (200, 100), "blue"), (200, 0))
    held = io.BytesIO()
    both.save(held, "PNG")
    shown = framed(Figure(held.getvalue(), (0.5, 0, 1, 1)), SIZE)
    assert shown.size == SIZE
    assert shown.getpixel((SIZE[0] // 2, SIZE[1] // 2)) == (0, 0, 255)
    assert shown.getpixel((SIZE[0] // 2, 2)) == (255, 255, 255)  # twice as wide as high: white above


@pytest.mark.parametrize("count", [0, 1, 6, 15])
def test_a_card_is_drawn_of_any_number_of_figures(count):
    shown = [framed(Figure(picture(160, 90, "red"), (0, 0, 1, 1)), SIZE)] * count
    card = draw_card(shown)
    assert card.size == CARD_SIZE
    assert (card.getpixel((680, 110)) == (255, 0, 0)) == (count >= 1)
    assert (card.getpixel((1010, 520)) == (255, 0, 0)) == (count >= 6)


def test_pictures_on_the_site_are_small(site):
    files = [*(site / "_static" / "home").iterdir()]
    names = {f"{chapter.name[:2]}.webp" for chapter in CHAPTERS}
    assert {path.name for path in files} == names | {"card.jpg"}
    assert max(path.stat().st_size for path in files if path.suffix == ".webp") < 80_000
    with Image.open(site / "_static" / "home" / "card.jpg") as card:
        assert card.size == CARD_SIZE


# What a shared link shows


def test_a_description_is_whole_sentences():
    document = nodes.document("", None)
    document += nodes.paragraph("", "A sentence\nof words. " + "And another one, rather long. " * 10)
    described = description_of(document)
    assert described.startswith("A sentence of words. And") and described.endswith("long.")
    assert len(described) <= MOST_CHARACTERS
    one = nodes.document("", None)
    one += nodes.paragraph("", "word " * 100)
    assert description_of(one).endswith("word…") and len(description_of(one)) <= MOST_CHARACTERS
    assert description_of(nodes.document("", None)) == ""


def test_without_an_address_of_the_site_a_link_shows_words_alone():
    told = tags("A & B", 'Say "yes".', "", "docs/index.html")
    assert 'content="A &amp; B"' in told and "og:image" not in told and "og:url" not in told


@pytest.mark.parametrize("page", ["index.html", HOME_PAGE, f"notebooks/{CHAPTERS[0].stem}.html"])
def test_a_shared_link_shows_title_words_and_picture(site, page):
    text = (site / page).read_text(encoding="utf-8")
    told = {
        name: html.unescape(value)
        for name, value in re.findall(r'<meta property="(og:\w+)" content="([^"]*)"', text)
    }
    title = (
        "Build a convolution by hand"
        if page.startswith("notebooks")
        else "Deep Convolutional Neural Networks"
    )
    assert told["og:title"] == title and 60 <= len(told["og:description"]) <= MOST_CHARACTERS
    assert told["og:image"] == "https://someone.github.io/deep-cnn/_static/home/card.jpg"
    path = told["og:url"].removeprefix("https://someone.github.io/deep-cnn/")
    assert (site / path).is_file()


# The page


def test_commands_are_those_of_the_readme():
    def commands(page: str) -> list[str]:
        return re.findall(r"(?m)^```sh\n(.+)\n```$", (COURSE / page).read_text(encoding="utf-8"))

    assert commands("docs/index.md") == commands("README.md")[:2]


@chapters
def test_a_card_leads_to_the_chapter_its_slides_and_its_assignment(site, chapter):
    links = Page(site / HOME_PAGE).links
    assignment = next(one.number for one in read_assignments() if chapter.name[:2] in one.chapters)
    assert f"../notebooks/{chapter.stem}.html" in links and f"../slides/{chapter.stem}.html" in links
    assert f"assignments.html#assignment-{assignment}" in links
    links = Page(site / "notebooks" / f"{chapter.stem}.html").links
    assert {f"../slides/{chapter.stem}.html", f"../docs/assignments.html#assignment-{assignment}"} <= set(
        links
    )


def test_home_and_the_chapters_of_the_network_lead_into_it(site):
    assert "../look_inside/index.html" in Page(site / HOME_PAGE).links
    views = {number: told["look_inside"] for number, told in TOLD.items() if "look_inside" in told}
    assert set(views) == {"03", "11", "12"}
    for number, view in views.items():
        [page] = (site / "notebooks").glob(f"{number}_*.html")
        assert f"../look_inside/index.html#{view}" in Page(page).links


@pytest.mark.parametrize("width", [390, 1366, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_home_page_is_whole_at_every_width(reader, width, scheme):
    page = reader.page
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{reader.address}/{HOME_PAGE}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cards = page.locator("ol.chapters > li")
    assert cards.count() == len(CHAPTERS)
    lefts = {round(card.bounding_box()["x"]) for card in cards.all()}
    assert len(lefts) == (1 if width == 390 else 3)
    assert cards.evaluate_all(NUM_CUT) == 0
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_first_visit_of_the_home_page_is_light_with_all_its_pictures(reader):
    first_visit(reader, HOME_PAGE)
    images = reader.page.locator("article img")
    images.evaluate_all("all => Promise.all(all.map(one => { one.loading = 'eager'; return one.decode(); }))")
    total = reader.page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)"
    )
    assert 100_000 < total < PAGE_BYTES


@pytest.mark.parametrize("width", [390, 1280])
def test_no_button_of_the_home_page_is_dead(reader, width):
    """It has no side bars to open; the search stands above the page."""
    page = reader.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{reader.address}/{HOME_PAGE}")
    assert page.locator(".primary-toggle:visible, .secondary-toggle:visible").count() == 0
    page.locator("button.search-button:visible").click()
    assert page.locator("#pst-search-dialog input[type=search]").is_visible()
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_home_page_is_titled_once(reader):
    reader.page.goto(f"{reader.address}/{HOME_PAGE}")
    assert reader.page.title() == "Deep Convolutional Neural Networks"


# Last, after all that could have gone wrong


def test_the_console_has_no_error(reader):
    assert reader.errors == []


def test_the_browser_asked_no_other_machine(reader):
    assert reader.hosts == {"127.0.0.1"}
