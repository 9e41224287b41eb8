"""Explorers that are alive on the site show what Python computes; without scripts the still picture stays."""

import json
from collections.abc import Iterator
from pathlib import Path

from course.build.explorers import state_of
from utils.convolution import conv2d
from utils.figures.controls import EXPLORER
from utils.figures.convolution_explorer import explore_convolution
from utils.figures.shift_explorer import explore_shift

import numpy as np
import pytest
from axe import violations
from browser import Reader
from built_pages import reading
from playwright.sync_api import Locator, expect

COURSE = Path(__file__).resolve().parents[1]
WINDOW, SHIFT = "01_convolution", "03_structure"


@pytest.fixture(scope="module")
def reader(site) -> Iterator[Reader]:
    with reading(site) as reader:
        yield reader


def explorer_on(reader: Reader, chapter: str) -> Locator:
    reader.page.goto(f"{reader.address}/notebooks/{chapter}.html")
    explorer = reader.page.locator(".explorer")
    expect(explorer.locator(".controls")).to_be_visible()
    return explorer


def given(chapter: str) -> dict:
    cells = json.loads((COURSE / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    return next(filter(None, (state_of(cell) for cell in cells if cell["cell_type"] == "code")))


def move(explorer: Locator, name: str, value: int) -> None:
    explorer.get_by_label(name, exact=False).first.fill(str(value))


def test_what_is_stored_is_what_the_explorers_were_given():
    window, shift = given(WINDOW), given(SHIFT)
    panel = explore_convolution(np.array(window["image"]), np.array(window["kernel"]))
    assert panel._repr_mimebundle_()[0][EXPLORER] == window
    panel = explore_shift(np.array(shift["picture"]), np.array(shift["kernel"]), shift["max_shift"])
    assert panel._repr_mimebundle_()[0][EXPLORER] == shift


@pytest.mark.parametrize(
    "settings", [(0, 1, 1), (1, 1, 1), (2, 2, 1), (1, 3, 2), (0, 2, 1), (2, 1, 3), (0, 1, 2)]
)
def test_the_window_shows_the_outputs_of_conv2d(reader, settings):
    explorer, arrays = explorer_on(reader, WINDOW), given(WINDOW)
    padding, stride, dilation = settings
    for name, value in zip(("padding", "stride", "dilation"), settings, strict=True):
        move(explorer, name, value)
    image, kernel = np.array(arrays["image"]), np.array(arrays["kernel"])
    expected = conv2d(
        np.pad(image, padding)[np.newaxis, :, :, np.newaxis],
        kernel[:, :, np.newaxis, np.newaxis],
        stride=stride,
        dilation=dilation,
    )[0, :, :, 0]
    rows = explorer.locator("figure", has_text="output").locator("tr").all()
    shown = [[float(cell) for cell in row.locator("td").all_inner_texts()] for row in rows]
    np.testing.assert_allclose(shown, expected)


def test_the_words_follow_the_window(reader):
    """The lecture's last output, 81 = 79 + 2; then the puzzle of the chapter."""
    explorer = explorer_on(reader, WINDOW)
    explorer.locator("figure", has_text="output").locator("td").last.click()
    expect(explorer.locator("p[role=status]")).to_have_text("Output at row 2, column 2: 79 · 1 + 2 · 1 = 81")
    explorer.locator("figure", has_text="output").locator("td").first.click()
    explorer.get_by_label("weight in row 0, column 1").fill("1")
    expect(explorer.locator("p[role=status]")).to_contain_text("= 44")
    assert violations(reader.page, within=".explorer") == []


def test_a_kernel_that_does_not_fit_is_said(reader):
    explorer = explorer_on(reader, WINDOW)
    move(explorer, "dilation", 3)
    expect(explorer.locator("p[role=status]")).to_contain_text("does not fit")
    move(explorer, "padding", 1)
    expect(explorer.locator("p[role=status]")).to_contain_text("Output at row 0, column 0")


def test_the_shift_says_what_python_says(reader):
    explorer, arrays = explorer_on(reader, SHIFT), given(SHIFT)
    panel = explore_shift(np.array(arrays["picture"]), np.array(arrays["kernel"]), arrays["max_shift"])
    for shift in range(arrays["max_shift"] + 1):
        move(explorer, "shift", shift)
        expect(explorer.locator("p[role=status]")).to_have_text(panel.describe(shift))
    assert violations(reader.page, within=".explorer") == []


def test_without_scripts_the_still_picture_stays(site):
    for chapter in (WINDOW, SHIFT):
        page = (site / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
        explorer = page[page.index('class="explorer"') :]
        assert explorer.index("<img") < explorer.index("look_inside/explorers.js")
