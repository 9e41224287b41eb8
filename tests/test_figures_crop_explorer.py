"""The explorer of a crop: which pixels the networks receive, and what is said of their answers."""

import base64

from utils.figures.crop_explorer import explore_crop

import keras
import numpy as np
import pytest

PHOTO = np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8)
NAMES = ["red", "green", "blue"]


@pytest.fixture(scope="module")
def color_network():
    """A network whose answer is the strongest mean color: it can be asked where it has looked."""
    inputs = keras.Input((8, 8, 3))
    means = keras.layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, keras.layers.Softmax()(means))


@pytest.fixture
def explorer(color_network):
    return explore_crop(PHOTO, {"colors": color_network}, NAMES)


def test_the_whole_shorter_side_at_first(explorer):
    assert explorer.frame(100, 0, 0) == (0, 0, 64)
    assert explorer.frame(100, 50, 50) == (0, 16, 64)
    assert explorer.frame(100, 100, 100) == (0, 32, 64)
    assert explorer.frame(50, 100, 100) == (32, 64, 32)


@pytest.mark.parametrize("size", [20, 50, 99, 100])
@pytest.mark.parametrize(("left", "top"), [(0, 0), (100, 100), (33, 67)])
def test_the_frame_stays_in_the_photograph(explorer, size, left, top):
    row, column, side = explorer.frame(size, left, top)
    assert 0 <= row <= row + side <= 64 and 0 <= column <= column + side <= 96 and side >= 1


def test_a_crop_is_the_mean_of_its_blocks(explorer):
    row, column, side = explorer.frame(50, 25, 75)
    assert side == 32
    blocks = PHOTO[row : row + 32, column : column + 32].reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(explorer.crop(50, 25, 75), blocks / 255, atol=1 / 255)


def test_the_answer_is_of_the_pixels_in_the_frame(color_network):
    """Left half red, right half blue: the frame decides."""
    photo = np.zeros((40, 80, 3), np.uint8)
    photo[:, :40, 0] = photo[:, 40:, 2] = 255
    explorer = explore_crop(photo, {"colors": color_network}, NAMES)
    assert "colors: red" in explorer.describe(100, 0, 50)
    assert "colors: blue" in explorer.describe(100, 100, 50)
    explorer.left.value = 100
    assert explorer.words.value == explorer.describe(100, 100, 50)


def test_floats_are_taken_like_bytes(color_network):
    bytes_, floats = (explore_crop(p, {"n": color_network}, NAMES) for p in (PHOTO, PHOTO / 255))
    np.testing.assert_array_equal(bytes_.crop(70, 30, 30), floats.crop(70, 30, 30))


def test_a_still_picture_shows_three_crops(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"].count("Crop of") == 3
