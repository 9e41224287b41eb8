"""Integers, labels, images and features are taken in every usual form, and nothing else is."""

from utils.checks import (
    check_bytes,
    check_features,
    check_labels,
    check_pixels,
    check_shown,
    is_integer,
    require_integer,
    require_pixel_range,
)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("value", [2, 3, np.uint8(2), np.int64(7), 10**30])
def test_integers_that_are_large_enough_pass(value):
    assert is_integer(value, 2)
    require_integer("size", value, 2)


@pytest.mark.parametrize("value", [1, -5, 2.0, np.float32(3), "3", None, [3], np.array([3]), True, np.True_])
def test_everything_else_is_refused_by_name(value):
    assert not is_integer(value, 2)
    with pytest.raises(ValueError, match="size must be an integer of at least 2, got "):
        require_integer("size", value, 2)


def test_true_is_no_integer_even_where_1_would_pass():
    assert is_integer(1, 0) and not is_integer(True, 0)


# Labels


@given(
    labels=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    dtype=st.sampled_from(["uint8", "int32", "int64", "float32", "float64"]),
    form=st.sampled_from(["(N,)", "(N, 1)", "one-hot", "list"]),
)
def test_labels_come_out_in_one_form(labels, dtype, form):
    given_labels = {
        "(N,)": np.array(labels, dtype),
        "(N, 1)": np.array(labels, dtype)[:, None],
        "one-hot": np.eye(10, dtype=dtype)[labels],
        "list": labels,
    }[form]
    found = check_labels(given_labels, num_images=len(labels), num_classes=10)
    assert found.shape == (len(labels),) and found.dtype.kind in "iu" and found.tolist() == labels


def test_truth_values_are_labels_and_one_hot():
    assert check_labels(np.array([True, False])).tolist() == [1, 0]
    assert check_labels(np.eye(3, dtype=bool)).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], r"must be integers from 0 of shape \(N,\)"),
        (3, "must be integers"),
        (["cat", "dog"], "must be integers"),
        (np.zeros((2, 2, 1), int), r"got int64 \(2, 2, 1\)"),
        ([0.5, 1], "argmax"),
        ([0.0, np.nan], "NaN"),
        ([np.inf, 1], "NaN"),
        ([[0.2, 0.8], [0.9, 0.1]], r"scores.argmax\(axis=1\)"),
        ([[1, 1], [0, 1]], "one-hot"),
        ([[0, 0], [0, 1]], "one-hot"),
        ([-1, 0, 1], "must go from 0 to 2; got -1 to 1"),
        ([0, 1, 3], "must go from 0 to 2; got 0 to 3"),
        ([0, 1], "as many answers as images: got 2 for 3"),
        (np.array([None, 1, 2]), "must be integers"),
        ([1j, 0, 1], "must be integers"),
    ],
)
def test_what_is_no_label_is_refused_with_its_name(labels, message):
    with pytest.raises(ValueError, match=message) as caught:
        check_labels(labels, name="answers", num_images=3, num_classes=3)
    assert "answers" in str(caught.value)


# Images

IMAGES = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)
WRONG_SHAPES = {
    "one": (IMAGES[0], r"\(4, 5, 3\). One image: pictures\[np.newaxis\]"),
    "channels first": (np.moveaxis(IMAGES, -1, 1), r"np.moveaxis\(pictures, 1, -1\)"),
    "channels second": (np.moveaxis(IMAGES, -1, 2), "Channels come last"),
    "two channels": (IMAGES[..., :2], "Channels come last"),
    "none": (IMAGES[:0], r"got \(0, 4, 5, 3\)"),
    "no pixels": (IMAGES[:, :0], r"got \(2, 0, 5, 3\)"),
    "number": (np.uint8(3), r"got \(\)"),
}


@pytest.mark.parametrize("check", [check_bytes, check_pixels])
@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_what_is_no_batch_is_refused(check, name):
    images, message = WRONG_SHAPES[name]
    with pytest.raises(ValueError, match=message):
        check(images, name="pictures")


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., :1], IMAGES.tolist() and IMAGES.copy(order="F")])
def test_bytes_pass_as_they_are(images):
    np.testing.assert_array_equal(check_bytes(images), images)
    np.testing.assert_array_equal(check_pixels(images), images)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint16", "int8", "bool"])
def test_other_types_are_no_bytes(dtype):
    with pytest.raises(
        ValueError, match=f"images must be uint8 from 0 to 255.* got {dtype}: .* divided by 255"
    ):
        check_bytes(IMAGES.astype(dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint16"])
def test_pixels_from_0_to_255_pass_in_every_type(dtype):
    np.testing.assert_array_equal(check_pixels(IMAGES.astype(dtype)), IMAGES)
    assert (check_pixels(np.zeros((1, 2, 2, 3), dtype)) == 0).all()  # black in every scale


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (IMAGES / 255, "got 0 to 0.4.*: .* 255 [*] images"),
        (IMAGES / 127.5 - 1, "got -1 to"),
        (IMAGES - 127.0, "got -127 to"),
        ((IMAGES / 255 - 0.45) / 0.23, "got -1.957 to"),
        (IMAGES.astype(int) * 257, r"to 3\.?05"),
        (np.where(IMAGES == 7, 1e5, 0), "to 1e"),
        (np.where(IMAGES == 7, np.nan, IMAGES), "NaN"),
        (np.where(IMAGES == 7, np.inf, IMAGES), "infinite"),
        (IMAGES > 7, "numbers from 0 to 255, got bool"),
        (IMAGES.astype(str), "numbers from 0 to 255"),
    ],
    ids=["over 255", "-1 to 1", "mean 0", "standard", "16 bits", "1e5", "nan", "inf", "bool", "text"],
)
def test_pixels_on_another_scale_are_refused(pixels, message):
    with pytest.raises(ValueError, match=message):
        check_pixels(pixels)
    with pytest.raises(ValueError, match=message):
        require_pixel_range(pixels.reshape(-1, 3))


@pytest.mark.parametrize(
    "images",
    [IMAGES, IMAGES[..., 0], IMAGES / 255, IMAGES[..., 0] > 7, IMAGES / 100, np.ones((8, 3, 3))],
    ids=["bytes", "gray", "floats", "mask", "a little beyond", "small kernels"],
)
def test_images_for_figures_pass(images):
    np.testing.assert_array_equal(check_shown(images), images)


def test_gray_images_lose_their_only_channel():
    assert check_shown(IMAGES[..., :1]).shape == (2, 4, 5)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES.astype(float), r"astype\('uint8'\)"),
        (IMAGES.astype(int), "got int64"),
        (IMAGES[0], "One image"),
        (np.full((2, 3, 3), np.nan), "finite"),
        (np.moveaxis(IMAGES, -1, 1), "np.moveaxis"),
        (IMAGES[:0], "must be a batch"),
        (IMAGES[0, 0], "must be a batch"),
    ],
    ids=["0 to 255", "integers", "one", "nan", "channels first", "none", "row"],
)
def test_what_cannot_be_shown_is_refused(images, message):
    with pytest.raises(ValueError, match=message):
        check_shown(images)


# Features


@pytest.mark.parametrize("dtype", ["float16", "float64", "int64", "uint8", "bool"])
def test_features_become_float32(dtype):
    found = check_features(np.eye(3, 4, dtype=dtype))
    assert found.dtype == np.float32 and (found == np.eye(3, 4)).all()


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros(3), r"shape \(N, D\)"),
        (np.zeros((0, 3)), r"shape \(N, D\)"),
        (np.zeros((2, 2, 2)), r"shape \(N, D\)"),
        ([["a"]], "must be numbers"),
        ([[np.nan, 1]], "NaN"),
        ([[np.inf, 1]], "finite"),
        ([[1e300, 1]], "too large"),
    ],
)
def test_what_are_no_features_is_refused(features, message):
    with pytest.raises(ValueError, match=message):
        check_features(features)
