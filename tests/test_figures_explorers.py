"""The explorers with numbers of every type, and with what they cannot show."""

from utils.convolution import correlate2d
from utils.figures.convolution_explorer import explore_convolution
from utils.figures.patch_explorer import explore_patches
from utils.figures.windows import describe_window, draw_window

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from explain_models import conv, network, random_images
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "float16", "float32")


def numbers(shape: tuple[int, int], dtype: str):
    """Return a strategy for arrays whose products a float64 holds exactly."""
    if dtype == "bool":
        return arrays(dtype, shape)
    if dtype.startswith("float"):
        return arrays(dtype, shape, elements=st.integers(-255, 255))
    limits = np.iinfo(dtype)
    return arrays(dtype, shape, elements=st.integers(max(limits.min, -(2**16)), min(limits.max, 2**16)))


def written_sum(words: str) -> float:
    return float(words.rpartition("= ")[2].replace("−", "-"))


@pytest.mark.parametrize("dtype", DTYPES)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_sum_is_right_for_numbers_of_every_type(dtype, data):
    image, kernel = data.draw(numbers((4, 5), dtype)), data.draw(numbers((2, 3), dtype))
    expected = sum(
        int(pixel) * int(weight) for pixel, weight in zip(image[1:3, 2:].flat, kernel.flat, strict=True)
    )
    words = describe_window(image, kernel, 1, 2)
    assert written_sum(words) == expected
    assert words.count("×") == 6 and "−0 " not in f"{words} "


@pytest.mark.parametrize("dtype", DTYPES)
def test_picture_and_panel_say_the_same(dtype):
    image, kernel = np.full((3, 3), 255).astype(dtype), np.full((2, 2), 250).astype(dtype)
    expected = 4 * int(image[0, 0]) * int(kernel[0, 0])
    axes = draw_window(image, kernel)
    assert axes[2].get_title() == f"products, sum {expected}"
    np.testing.assert_array_equal(axes[3].images[0].get_array(), np.full((2, 2), expected))
    explorer = explore_convolution(image, kernel)
    assert written_sum(explorer.sum.value) == expected
    assert explorer.sum.value == describe_window(image, kernel, 0, 0)
    plt.close("all")


def test_the_example_of_bytes_by_hand():
    image, kernel = np.full((3, 3), 170, "uint8"), np.array([[9, 9], [9, 0]], "uint8")
    assert describe_window(image, kernel, 0, 0).endswith("= 4590")
    assert describe_window(image, kernel, 0, 0).endswith(f"= {correlate2d(image, kernel)[0, 0]:g}")


@pytest.mark.parametrize(
    ("number", "written"), [(2, "2"), (-0.0, "0"), (1234567, "1234567"), (0.1, "0.1"), (1 / 3, "0.333333")]
)
def test_how_numbers_are_written(number, written):
    words = describe_window(np.array([[number]]), np.ones((1, 1)), 0, 0)
    assert words == f"Output (0, 0) = {written} × 1 = {written}"


@pytest.mark.parametrize("dilation", [2, 3])
def test_no_picture_stays_below_a_message(dilation):
    explorer = explore_convolution(np.ones((4, 4)), np.ones((3, 3)))
    assert explorer.picture.png
    explorer.dilation.value = dilation
    assert "does not fit" in explorer.sum.value
    assert explorer.sum.value.endswith("choose a smaller dilation, or more padding.")  # controls
    assert explorer.picture.png == b"" and explorer.picture.value == ""
    data, metadata = explorer._repr_mimebundle_()
    assert "image/png" not in data and metadata == {}
    assert data["text/plain"] == explorer.sum.value


def test_a_kernel_that_never_fits_has_its_message_from_the_start():
    explorer = explore_convolution(np.ones((2, 2)), np.ones((5, 5)))
    assert "does not fit" in explorer.sum.value and explorer.picture.value == ""
    explorer.padding.value = 2
    assert explorer.picture.png


# Patches


@pytest.fixture
def patches():
    shape = (8, 8, 3)
    model = network(
        conv(3, seed=1, name="conv1"),
        conv(4, seed=2, name="conv2"),
        keras.layers.Flatten(name="flat"),
        shape=shape,
    )
    return explore_patches(model, random_images(5, shape) / 2 + 0.5, ["conv2", "flat", "conv1"], k=2)


def test_a_layer_that_cannot_be_searched_leaves_no_picture(patches):
    assert patches.picture.png and "conv1" in patches.words.value
    patches.layer.value = "flat"
    assert "flat" in patches.words.value and patches.picture.png == b""
    patches.unit.value = 1  # nor does another map bring the old one back
    assert patches.picture.png == b"" and "flat" in patches.words.value
    data, _ = patches._repr_mimebundle_()
    assert "image/png" not in data and data["text/plain"] == patches.words.value
    patches.layer.value = "conv2"
    assert patches.picture.png and patches.unit.value == 1 and "Map 1 of conv2" in patches.words.value
