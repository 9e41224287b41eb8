"""The whole lecture as one deck: the chapters' own slides, in the order of its plan."""

import re

from course.build import deck_report
from course.build.deck_report import statistics_of
from course.build.slides import Slide, slides_of
from course.build.whole_lecture import NAME, LecturePart, Plan, read_plan, whole_lecture

import nbformat
import pytest
from chapter_code import CHAPTERS
from slide_cells import PREDICT, chapter, code, figure, text


@pytest.fixture
def notebooks(tmp_path):
    """Two chapters, the second of them with three slides of one heading."""
    first = chapter(text("## One", "slide", minutes=5, notes="Ask first.", words="few words"), text("Prose."))
    second = chapter(
        text("## Two", "slide", words="two"),
        code("f()", figure(), kind="subslide"),
        text(PREDICT, "subslide"),
        text("## Three", "slide", words="three"),
    )
    paths = [tmp_path / "01_first.ipynb", tmp_path / "02_second.ipynb"]
    for path, notebook in zip(paths, (first, second), strict=True):
        nbformat.write(notebook, path)
    return paths


def plan(*parts: tuple[str, ...]) -> Plan:
    return Plan("Lecture", "Words", tuple(LecturePart("Part", 7, places) for places in parts))


def test_slides_follow_the_plan_and_a_part_opens_a_section(notebooks):
    slides = whole_lecture(plan(("02: Three", "01: One"), ("02: Two",)), notebooks)
    assert [(slide.heading, slide.opens_section) for slide in slides] == [
        ("Lecture", True),
        ("Three", True),
        ("One", False),
        ("Two", True),
        ("Two", False),
        ("Two", False),
    ]
    own = [slide for slide in slides_of(nbformat.read(notebooks[1], as_version=4)) if slide.heading == "Two"]
    assert [shown(slide) for slide in slides[3:]] == [shown(slide) for slide in own]


def shown(slide: Slide) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(part.kind, part.text, tuple(one.alt for one in part.pictures)) for part in slide.parts]


@pytest.mark.parametrize(("number", "kind"), [(1, "words"), (2, "pictures"), (3, "answer")])
def test_one_of_several_slides_can_be_named(notebooks, number, kind):
    _, slide = whole_lecture(plan((f"02: Two ({number})",)), notebooks)
    assert slide.parts[-1].kind == kind


def test_the_speaker_reads_the_minutes_of_the_lecture_and_the_chapter(notebooks):
    _, slide = whole_lecture(plan(("01: One",)), notebooks)
    assert slide.notes == ["**7 min.** Part.", "*Chapter 01.*", "Ask first.", "Prose."]


def test_the_report_counts_the_lecture_beside_all_chapters(notebooks, monkeypatch):
    monkeypatch.setattr(deck_report, "read_plan", lambda: plan(("02: Three",)))
    assert NAME not in deck_report.report(notebooks)
    monkeypatch.setattr(deck_report, "chapters", lambda: notebooks)
    (line,) = (line for line in deck_report.report(notebooks).splitlines() if line.startswith(NAME))
    assert line.split()[1] == "2"  # the title, and the one that is named


@pytest.mark.parametrize("place", ["01: Gone", "02: Two (4)", "03: One", "One"])
def test_a_place_without_a_slide_is_named(notebooks, place):
    with pytest.raises(ValueError, match=re.escape(repr(place))):
        whole_lecture(plan((place,)), notebooks)


def test_an_unknown_entry_of_the_plan_is_refused(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text('title = "a"\nwords = "b"\n[[parts]]\nname = "c"\nminute = 5\nslides = ["01: d"]\n')
    with pytest.raises(TypeError, match="minute"):
        read_plan(path)


def test_the_lecture_is_one_that_a_hall_follows():
    """Its parts are the lecture's slides (docs/slide_by_slide.md); most slides show a figure, six ask."""
    lecture = read_plan()
    page = (CHAPTERS[0].parents[1] / "docs" / "slide_by_slide.md").read_text(encoding="utf-8")
    table = [line.split(" | ")[0].strip("| ") for line in page.splitlines() if line.startswith("| ")]
    *names, last = [name for name in table[1:] if name.strip("- ")]
    assert [part.name for part in lecture.parts] == names
    assert last == "End of lecture"  # a closing word, for which there is no slide
    slides = whole_lecture(lecture, CHAPTERS)
    counts = statistics_of(slides)
    assert counts.num_without_heading == counts.num_bare == 0
    assert counts.median_words <= 45 and counts.p90_words <= 80 and counts.figure_share >= 0.55
    assert sum(slide.asks for slide in slides) == 6
    assert 40 <= len(slides) <= 60
