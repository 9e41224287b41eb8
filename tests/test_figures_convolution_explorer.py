"""The explorers: their arithmetic, their picture, and what stands in without a kernel."""

import base64
import io
import json

from utils.convolution import LECTURE_KERNELS, correlate2d
from utils.figures.controls import EXPLORER
from utils.figures.convolution_explorer import OWN, explore_convolution
from utils.figures.windows import describe_window, draw_window

import numpy as np
import pytest
from PIL import Image

IMAGE = np.arange(30).reshape(5, 6) % 7
KERNEL = np.array([[1, 0, 2], [0, 5, 0], [2, 0, 1]])


@pytest.fixture
def explorer():
    return explore_convolution(IMAGE, KERNEL)


def shown_sum(explorer) -> float:
    return float(explorer.sum.value.rpartition("= ")[2].replace("−", "-"))


def test_moving_the_window_shows_each_output(explorer):
    expected = correlate2d(IMAGE, KERNEL)
    for row, column in [(0, 1), (2, 3), (1, 0)]:
        explorer.row.value, explorer.column.value = row, column
        assert shown_sum(explorer) == expected[row, column]
        assert explorer.sum.value.count("×") == 9


def test_the_sliders_end_where_the_output_ends(explorer):
    assert (explorer.row.max, explorer.column.max) == (2, 3)
    explorer.padding.value = 1
    assert (explorer.row.max, explorer.column.max) == (4, 5)
    explorer.row.value = 4
    explorer.stride.value = 2
    assert (explorer.row.max, explorer.column.max) == (2, 2)
    assert explorer.row.value == 2
    explorer.dilation.value = 3
    assert (explorer.row.max, explorer.column.max) == (0, 0)


def test_editing_a_weight_changes_sum_and_picture(explorer):
    before, picture = shown_sum(explorer), explorer.picture.value
    explorer.weights[1, 1].value = 6
    assert shown_sum(explorer) == before + IMAGE[1, 1]
    assert explorer.picture.value != picture


@pytest.mark.parametrize("name", LECTURE_KERNELS)
def test_the_kernels_of_the_lecture_can_be_taken(explorer, name, monkeypatch):
    drawn = []
    show = explorer.picture.show
    monkeypatch.setattr(explorer.picture, "show", lambda *picture: (drawn.append(1), show(*picture)))
    explorer.preset.value = name
    assert shown_sum(explorer) == correlate2d(IMAGE, LECTURE_KERNELS[name])[0, 0]
    assert len(drawn) == 1, "one picture, not one for each weight"


def test_the_name_of_the_kernel_follows_its_weights(explorer):
    assert explorer.preset.value == OWN
    explorer.preset.value = "blur"
    explorer.weights[0, 0].value = 2
    assert explorer.preset.value == OWN and explorer.kernel[0, 0] == 2
    explorer.weights[0, 0].value = 1
    assert explorer.preset.value == "blur"


def test_kernels_of_another_size_are_not_offered():
    assert explore_convolution(IMAGE, np.ones((2, 2))).preset.options == (OWN,)


def click(explorer, panel: int, row: int, column: int) -> None:
    """Click into the picture, as the browser tells of it, on a pixel of one of its panels."""
    ax = draw_window(IMAGE, explorer.kernel, **explorer.settings)[panel]
    ax.figure.draw_without_rendering()  # which gives the panels their shapes
    x, y = ax.transData.transform((column, row))
    explorer.picture._handle_custom_msg([x / ax.figure.bbox.width, 1 - y / ax.figure.bbox.height], [])


OF_OUTPUTS, OF_PIXELS = 3, 0


@pytest.mark.parametrize(("row", "column"), [(0, 0), (2, 3), (1, 2)])
def test_a_click_on_an_output_shows_its_window(explorer, row, column):
    click(explorer, OF_OUTPUTS, row, column)
    assert (explorer.row.value, explorer.column.value) == (row, column)
    assert shown_sum(explorer) == correlate2d(IMAGE, KERNEL)[row, column]


@pytest.mark.parametrize(
    ("settings", "pixel", "output"),
    [
        ({}, (1, 1), (0, 0)),
        ({}, (3, 2), (2, 1)),
        ({}, (0, 5), (0, 3)),
        ({"padding": 1}, (1, 1), (0, 0)),
        ({"padding": 1, "stride": 2}, (3, 5), (1, 2)),
        ({"padding": 2, "dilation": 2}, (4, 3), (2, 1)),
    ],
)
def test_a_click_on_a_pixel_moves_the_window_there(explorer, settings, pixel, output):
    for name, value in settings.items():
        getattr(explorer, name).value = value
    click(explorer, OF_PIXELS, *pixel)
    assert (explorer.row.value, explorer.column.value) == output


def test_a_click_elsewhere_moves_nothing_and_is_answered(explorer):
    explorer.row.value, num_drawn = 2, explorer.picture.num_drawn
    explorer.picture._handle_custom_msg([0.999, 0.999], [])
    assert explorer.row.value == 2 and explorer.picture.num_drawn > num_drawn


def test_a_window_that_does_not_fit_says_so_and_recovers(explorer):
    explorer.dilation.value = 3
    assert "does not fit" in explorer.sum.value
    assert explorer.picture.value == "" and explorer.picture.png == b""
    explorer.dilation.value = 1
    assert explorer.picture.value.startswith("<img ")
    assert shown_sum(explorer) == correlate2d(IMAGE, KERNEL)[0, 0]


def test_a_still_picture_stands_in_with_its_words(explorer):
    live_png = explorer.picture.png
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert metadata["image/png"]["alt"] == data["text/plain"] == explorer.sum.value
    still, live = (Image.open(io.BytesIO(png)) for png in (base64.b64decode(data["image/png"]), live_png))
    size = metadata["image/png"]["width"]
    assert size / live.width == pytest.approx(100 / 72, rel=0.01), "as large as other figures"
    assert still.width == pytest.approx(2 * size, abs=1), "and as sharp"


def test_numbers_are_stored_as_jupyterlab_would_write_them(explorer):
    """Or it would change the notebook when it saves it."""
    explorer.weights[0, 1].value = 0.5
    given = explorer._repr_mimebundle_()[0][EXPLORER]
    assert json.dumps(given["kernel"]) == "[[1, 0.5, 2], [0, 5, 0], [2, 0, 1]]"
    assert given["image"] == IMAGE.tolist() and "." not in json.dumps(given["image"])


def test_pictures_and_fields_have_words(explorer):
    assert f'alt="{explorer.sum.value}"' in explorer.picture.value
    assert explorer.weights[2, 1].description == "weight in row 2, column 1"


def test_the_picture_frames_the_window_and_its_output():
    axes = draw_window(IMAGE, KERNEL, 1, 0, padding=1, stride=2, dilation=2)
    frames = [patch.get_xy() for patch in axes[0].patches if patch.get_linestyle() == "solid"]
    corners = [(column - 0.5, row - 0.5) for row in (2, 4, 6) for column in (0, 2, 4)]
    assert sorted(frames) == sorted(corners)
    assert [patch.get_xy() for patch in axes[3].patches] == [(-0.5, 0.5)]
    assert [ax.get_title() for ax in axes] == [
        "image 5 × 6 (dashed), padding 1",
        "kernel 3 × 3,\ndilation 2",
        f"products, sum {describe_window(IMAGE, KERNEL, 1, 0, 1, 2, 2).split()[-1]}",
        "output 2 × 2, stride 2",
    ]
    assert axes[0].figure.alt_text == describe_window(IMAGE, KERNEL, 1, 0, 1, 2, 2)


def test_padding_is_zero_in_the_sum():
    assert describe_window(IMAGE, KERNEL, 0, 0, padding=2) == (
        "Output (0, 0) = 0 × 1 + 0 × 0 + 0 × 2 + 0 × 0 + 0 × 5 + 0 × 0 + 0 × 2 + 0 × 0 + 0 × 1 = 0"
    )


def test_an_output_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"no output \(3, 0\): the output is \(3, 4\)"):
        draw_window(IMAGE, KERNEL, 3, 0)
    with pytest.raises(ValueError, match="does not fit"):
        draw_window(IMAGE, np.ones((7, 7)))
