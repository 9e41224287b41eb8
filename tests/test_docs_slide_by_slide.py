"""The table of the lecture's slides names headings that exist, and every chapter."""

import re

import pytest
from chapter_code import CHAPTERS, prose

PAGE = (CHAPTERS[0].parents[1] / "docs" / "slide_by_slide.md").read_text(encoding="utf-8")
ROWS = [
    line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line
]
# "[01](../notebooks/01_convolution.ipynb), *One heading*, *another*; [02](...)"
PLACE = re.compile(r"\[(\d\d)\]\(\.\./notebooks/([^)]+)\)((?:, \*[^*]+\*)+)")


@pytest.mark.parametrize("place", [row[-1].strip() for row in ROWS[1:]], ids=lambda place: place[:60])
def test_headings_exist(place):
    found = PLACE.findall(place)
    assert len(found) == place.count("[")
    for number, name, headings in found:
        chapter = next(path for path in CHAPTERS if path.name == name)
        assert name.startswith(number)
        lines = re.findall(r"(?m)^#{2,3} (.+)$", prose(chapter))
        for heading in re.findall(r"\*([^*]+)\*", headings):
            assert any(line.startswith(heading) for line in lines), heading


def test_every_chapter_is_named():
    assert {path.name for path in CHAPTERS} == set(re.findall(r"\.\./notebooks/([^)]+)\)", PAGE))


def test_the_lectures_slides_are_all_there():
    slides = [row[0].strip() for row in ROWS[1:] if row[0].strip()]
    assert slides == [
        "Deep Convolutional Networks",
        "Basics",
        "Structure",
        "The program",
        "The table of layers",
        "Famous CNN",
        "Important concepts",
        "Visualization of a CNN",
        "Fine tuning, transfer learning",
        "End of lecture",
    ]
