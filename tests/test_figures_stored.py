"""What a notebook stores of a figure: sharp on a fine screen, small, and with no color that is wrong."""

import io

from utils.figures import describe, style
from utils.figures.style import DENSITY, MOST_BYTES, PHOTOGRAPH_DENSITY, picture_to_store, store_few_colors

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

ALT = "What a person who cannot see it needs to know."


@pytest.fixture(autouse=True)
def close():
    style.use_course_style()
    yield
    plt.close("all")


@pytest.fixture
def chart():
    ax = plt.subplots(figsize=(6, 3))[1]
    ax.plot([1, 3, 2], lw=3, label="a curve")
    ax.fill_between([0, 1, 2], 1, 2, alpha=0.25)
    ax.legend()
    return describe(ax, ALT)


@pytest.fixture
def photograph():
    ax = plt.subplots(figsize=(6, 3))[1]
    noise = np.random.default_rng(0).integers(0, 256, (40, 80, 3), dtype=np.uint8)
    ax.imshow(noise, interpolation="bilinear")
    return describe(ax, ALT)


def stored(ax):
    """Return the picture, its bytes, what is stored with it, and how matplotlib alone draws it."""
    ax.figure.savefig(io.BytesIO(), bbox_inches="tight")  # the first drawing still moves letters a little
    given = picture_to_store(ax.figure)
    assert given is not None
    png, metadata = given
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, dpi=DENSITY * ax.figure.dpi, bbox_inches="tight")
    drawn = Image.open(buffer).convert("RGBA")
    on_white = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    return Image.open(io.BytesIO(png)), len(png), metadata, on_white


def test_a_figure_has_twice_the_pixels_of_its_size_on_the_page(chart):
    picture, _, metadata, _ = stored(chart)
    assert metadata["alt"] == ALT
    assert (metadata["width"], metadata["height"]) == (picture.width // 2, picture.height // 2)
    assert 550 < metadata["width"] < 650


def test_a_chart_looks_the_same_in_few_colors(chart):
    picture, size, _, drawn = stored(chart)
    assert picture.mode == "P"
    change = np.abs(np.asarray(picture.convert("RGB"), int) - np.asarray(drawn))
    assert change.mean() < 0.1
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG", optimize=True)
    assert size < 0.7 * len(buffer.getvalue())


def test_photographs_have_fewer_pixels_of_256_colors_that_mix(photograph):
    picture, size, metadata, drawn = stored(photograph)
    shown = metadata["width"], metadata["height"]
    assert picture.size == pytest.approx([PHOTOGRAPH_DENSITY * side for side in shown], abs=1)
    assert picture.mode == "P" and size < MOST_BYTES
    smaller = drawn.resize(picture.size, Image.Resampling.LANCZOS)
    change = np.asarray(picture.convert("RGB").reduce(5), int) - np.asarray(smaller.reduce(5))
    assert np.abs(change).mean() < 3
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255), "as white as the page"


@pytest.mark.parametrize("num_colors", [None, 128])
def test_the_ground_is_as_white_as_the_page_beside_shades_that_are_nearly_white(num_colors):
    ax = plt.subplots(figsize=(6, 3))[1]
    noise = np.random.default_rng(0).normal(0, 0.02, (224, 448, 3))
    ax.imshow((np.linspace(0.8, 1, 448)[:, np.newaxis] + noise).clip(0, 1), interpolation="bilinear")
    if num_colors:
        store_few_colors(ax, num_colors, dither=True)
    picture, *_, drawn = stored(describe(ax, ALT))
    assert picture.mode == "P"
    pixels = np.asarray(picture.convert("RGB"))
    assert (pixels[:8] == 255).all() and (pixels[:, :8] == 255).all()
    assert (pixels == 255).all(axis=-1).mean() == pytest.approx(
        (np.asarray(drawn.resize(picture.size)) == 255).all(axis=-1).mean(), abs=0.03
    )


def test_thumbnails_that_need_few_bytes_keep_every_pixel_and_color():
    ax = plt.subplots(figsize=(6, 3))[1]
    ax.imshow(np.random.default_rng(0).integers(0, 256, (20, 40, 3), dtype=np.uint8), interpolation="nearest")
    picture, size, _, drawn = stored(describe(ax, ALT))
    assert size < MOST_BYTES
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), np.asarray(drawn))


def test_a_rare_color_stays():
    """A single red mark of a few pixels on shades of gray and blue."""
    ax = plt.subplots(figsize=(3, 1.5))[1]
    ax.imshow(np.random.default_rng(1).random((30, 60)), cmap="PuBu", interpolation="bicubic")
    ax.plot(30, 15, "s", color="#ff0000", ms=3)
    picture, *_, drawn = stored(describe(ax, ALT))
    shown, wanted = (np.asarray(one.convert("RGB"), int) for one in (picture, drawn))
    is_red = (wanted == [255, 0, 0]).all(axis=-1)
    assert is_red.sum() > 20
    assert np.abs(shown - wanted)[is_red].max() < 40, "and still looks red"


@pytest.mark.parametrize("dither", [False, True])
def test_a_figure_with_few_colors_has_no_more(photograph, dither):
    picture, *_ = stored(store_few_colors(photograph, 16, dither=dither))
    assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) <= 16
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_what_is_transparent_becomes_white_and_a_figure_without_words_has_none(chart):
    chart.figure.set_facecolor((0, 0, 0, 0))
    chart.set_facecolor((0, 0, 0, 0))
    del chart.figure.alt_text
    picture, _, metadata, _ = stored(chart)
    assert "alt" not in metadata
    assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255)


def test_an_empty_figure_gives_nothing():
    assert picture_to_store(plt.figure()) is None
