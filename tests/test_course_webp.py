"""Figures of the pages as WebP: small, and the pixels of the notebooks."""

import base64
import io

from course.build.webp import LARGE, as_address, as_webp, save_as_webp

import numpy as np
import skimage
from matplotlib.figure import Figure
from PIL import Image


def png_of(picture: Image.Image | np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(picture)).save(buffer, "PNG")
    return buffer.getvalue()


def drawn() -> bytes:
    figure = Figure(figsize=(8, 4))
    figure.subplots().plot(np.random.default_rng(0).normal(size=50).cumsum(), label="a walk")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def pixels(file: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(file)) as opened:
        return np.asarray(opened.convert("RGBA"), float)


def test_a_drawn_figure_keeps_each_pixel_in_fewer_bytes():
    png = drawn()
    webp = as_webp(png)
    assert Image.open(io.BytesIO(webp)).format == "WEBP" and len(webp) < 0.7 * len(png)
    np.testing.assert_array_equal(pixels(webp), pixels(png))


def test_what_is_transparent_stays_so():
    shape = np.zeros((40, 40, 4), np.uint8)
    shape[10:20, 10:30] = (200, 30, 30, 255)
    np.testing.assert_array_equal(pixels(as_webp(png_of(shape)))[..., 3], shape[..., 3])


def test_a_large_photograph_loses_a_little_and_noise_that_would_lose_much_nothing():
    photograph = png_of(skimage.data.astronaut())
    webp = as_webp(photograph)
    error = np.sqrt(((pixels(webp) - pixels(photograph)) ** 2).mean())
    assert len(webp) < len(photograph) / 4 and 0 < error < 5
    noise = png_of(np.random.default_rng(0).integers(0, 2, (1500, 1500), dtype=np.uint8) * 255)
    assert len(as_webp(noise)) > LARGE
    np.testing.assert_array_equal(pixels(as_webp(noise)), pixels(noise))


def test_a_slide_holds_the_smaller_file():
    png = drawn()
    kind, data = as_address(base64.b64encode(png).decode()).removeprefix("data:image/").split(";base64,")
    assert kind == "webp" and base64.b64decode(data) == as_webp(png)
    dot = png_of(np.zeros((1, 1), np.uint8))
    _, data = as_address(base64.b64encode(dot).decode()).split(";base64,")
    assert len(base64.b64decode(data)) == min(len(dot), len(as_webp(dot)))


def test_pages_name_the_new_files_and_other_pictures_stay(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_images" / "0a1b.png").write_bytes(drawn())
    page = tmp_path / "notebooks" / "page.html"
    text = '<img src="../_images/0a1b.png"> <img src="../_static/0a1b.png"> 0a1b.png'
    page.write_text(text, encoding="utf-8")
    save_as_webp(tmp_path)
    assert [path.name for path in (tmp_path / "_images").iterdir()] == ["0a1b.webp"]
    assert page.read_text(encoding="utf-8") == text.replace("_images/0a1b.png", "_images/0a1b.webp")
    save_as_webp(tmp_path)  # of a site that is built again, only the new figures are PNG
    assert page.read_text(encoding="utf-8") == text.replace("_images/0a1b.png", "_images/0a1b.webp")
