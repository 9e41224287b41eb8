"""Pooling of utils.convolution, against loops, finite differences and its laws."""

from utils.convolution import max_pool2d, max_pool2d_backward

import numpy as np
import pytest
from convolution_cases import central_differences, relative_error
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def pooling_cases(draw):
    """Draw images without equal values, and arguments of a pooling that fit."""
    pool_size, stride = (draw(st.tuples(*[st.integers(1, 3)] * 2)) for _ in range(2))
    stride = draw(st.sampled_from([stride, None]))
    zeros = st.integers(0, min(pool_size) - 1)
    padding = draw(st.one_of(st.sampled_from(["valid", "same"]), zeros))
    height, width = (draw(st.integers(side, side + 4)) for side in pool_size)
    num_images, channels, seed = (draw(st.integers(1, 2)) for _ in range(3))
    shape = (num_images, height, width, channels)
    images = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape) - 10.0
    return images, {"pool_size": pool_size, "stride": stride, "padding": padding}


def window_lists(images, pooled_shape, pool_size, stride, padding):
    """Yield (output index, values, flat places) of every window, from the definition."""
    stride = stride or pool_size
    height, width = images.shape[1:3]
    befores = [0, 0]
    for axis in range(2):
        if padding == "same":
            rest = images.shape[1 + axis] % stride[axis]
            befores[axis] = max(pool_size[axis] - (rest or stride[axis]), 0) // 2
        elif padding != "valid":
            befores[axis] = padding
    for image, y, x, channel in np.ndindex(pooled_shape):
        top, left = y * stride[0] - befores[0], x * stride[1] - befores[1]
        rows = [row for row in range(top, top + pool_size[0]) if 0 <= row < height]
        columns = [column for column in range(left, left + pool_size[1]) if 0 <= column < width]
        places = [(row, column) for row in rows for column in columns]
        values = [images[image, row, column, channel] for row, column in places]
        yield (image, y, x, channel), values, [row * width + column for row, column in places]


@given(pooling_cases())
def test_max_pooling_and_switches_equal_loops(case):
    images, options = case
    pooled, switches = max_pool2d(images, **options)
    for index, values, places in window_lists(images, pooled.shape, **options):
        assert pooled[index] == max(values)
        assert switches[index] == places[int(np.argmax(values))]


@given(pooling_cases())
def test_gradients_equal_central_differences(case):
    images, options = case
    pooled, switches = max_pool2d(images, **options)
    weights = np.random.default_rng(0).normal(size=pooled.shape)

    expected = central_differences(lambda x: (max_pool2d(x, **options)[0] * weights).sum(), images)
    found = max_pool2d_backward(weights, switches, images.shape)
    assert relative_error(found, expected) < 1e-7


@given(pooling_cases())
def test_switches_put_each_maximum_back_where_it_stood(case):
    images, _ = case
    pooled, switches = max_pool2d(images, 2, padding="same")
    unpooled = max_pool2d_backward(pooled, switches, images.shape)
    kept = unpooled != 0
    np.testing.assert_array_equal(unpooled[kept], images[kept])
    assert np.count_nonzero(kept) == np.count_nonzero(pooled)


def test_of_equal_values_the_first_wins():
    # With "same" the window of output 0 reaches over the edge: padding never wins.
    pooled, switches = max_pool2d(np.zeros((1, 3, 3, 1)), 3, 2, "same")
    assert pooled.ravel().tolist() == [0, 0, 0, 0]
    assert switches.ravel().tolist() == [0, 1, 3, 4]
    gradient = max_pool2d_backward(np.ones((1, 2, 2, 1)), switches, (1, 3, 3, 1))
    assert gradient.ravel().tolist() == [1, 1, 0, 1, 1, 0, 0, 0, 0]


def test_a_pixel_that_wins_twice_collects_both_gradients():
    images = np.zeros((1, 3, 3, 1))
    images[0, 1, 1] = 1
    _, switches = max_pool2d(images, 2, 1)
    gradient = max_pool2d_backward(np.ones((1, 2, 2, 1)), switches, images.shape)
    assert gradient[0, 1, 1, 0] == gradient.sum() == 4


def test_a_nan_is_the_maximum_and_stands_where_it_stood():
    images = np.zeros((1, 4, 4, 1))
    images[0, 1, 0] = np.nan
    pooled, switches = max_pool2d(images)
    assert np.isnan(pooled).ravel().tolist() == [True, False, False, False]
    assert switches[0, 0, 0, 0] == 4


def test_minus_infinity_is_a_value_like_others():
    pooled, switches = max_pool2d(np.full((1, 3, 3, 1), -np.inf), 3, 2, "same")
    assert np.all(pooled == -np.inf)
    assert np.all((switches >= 0) & (switches < 9))


def test_types():
    for given_type, expected in [(np.uint8, np.float64), (np.float32, np.float32)]:
        images = np.ones((1, 4, 4, 1), given_type)
        pooled, switches = max_pool2d(images)
        assert pooled.dtype == expected
        assert max_pool2d_backward(pooled, switches, images.shape).dtype == expected
        assert switches.dtype.kind == "i"


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((4, 4), {}, r"\(4, 4\).*newaxis"),
        ((1, 4, 4, 1), {"pool_size": 5}, "5 pixels .* does not fit into 4"),
        ((1, 4, 4, 1), {"pool_size": 0}, "pool_size .* at least 1, not 0"),
        ((1, 4, 4, 1), {"stride": 0}, "stride .* at least 1, not 0"),
        ((1, 4, 4, 1), {"padding": 2}, r"padding 2 must be smaller than pool_size \(2, 2\)"),
        ((1, 4, 4, 1), {"padding": "full"}, "'full'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(shape, options, message):
    with pytest.raises(ValueError, match=message):
        max_pool2d(np.ones(shape), **options)


def test_gradients_of_another_shape_are_refused():
    gradient = np.ones((1, 2, 2, 3))
    with pytest.raises(ValueError, match=r"\(1, 2, 2, 3\).*do not belong together"):
        max_pool2d_backward(gradient, np.zeros((1, 2, 2, 1), int), (1, 4, 4, 1))
    with pytest.raises(ValueError, match=r"\(1, 4, 4, 1\).*do not belong together"):
        max_pool2d_backward(gradient, np.zeros((1, 2, 2, 3), int), (1, 4, 4, 1))
