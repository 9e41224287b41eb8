"""correlate2d, convolve2d and the lecture's kernels, against SciPy and the laws of convolution."""

from utils import convolution
from utils.convolution import LECTURE_KERNELS, LECTURE_SCALE, convolve2d, correlate2d

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from convolution_cases import plane
from hypothesis import given
from hypothesis import strategies as st

SIDES = st.integers(1, 6)
ODD_SIDES = st.sampled_from([1, 3, 5])


@given(height=SIDES, width=SIDES, kernel_height=SIDES, kernel_width=SIDES)
@pytest.mark.parametrize("name", ["correlate2d", "convolve2d"])
def test_valid_and_full_equal_scipy(name, height, width, kernel_height, kernel_width):
    kernel = plane(kernel_height, kernel_width, seed=1)
    ours, theirs = getattr(convolution, name), getattr(scipy.signal, name)
    image = plane(height + kernel_height, width + kernel_width)
    for mode in ("valid", "full"):
        np.testing.assert_allclose(ours(image, kernel, mode), theirs(image, kernel, mode), atol=1e-10)


@given(height=SIDES, width=SIDES, kernel_height=ODD_SIDES, kernel_width=ODD_SIDES)
@pytest.mark.parametrize("name", ["correlate2d", "convolve2d"])
def test_same_equals_scipy(name, height, width, kernel_height, kernel_width):
    image, kernel = plane(height, width), plane(kernel_height, kernel_width, seed=1)
    theirs = getattr(scipy.signal, name)(image, kernel, "same")
    np.testing.assert_allclose(getattr(convolution, name)(image, kernel, "same"), theirs, atol=1e-10)


@given(height=SIDES, width=SIDES, kernel_height=SIDES, kernel_width=SIDES)
def test_convolution_is_correlation_with_the_turned_kernel(height, width, kernel_height, kernel_width):
    image, kernel = plane(height, width), plane(kernel_height, kernel_width, seed=1)
    turned = np.rot90(kernel, 2)
    np.testing.assert_array_equal(convolve2d(image, kernel, "full"), correlate2d(image, turned, "full"))


@given(a=st.tuples(SIDES, SIDES), b=st.tuples(SIDES, SIDES), c=st.tuples(SIDES, SIDES))
def test_full_convolution_commutes_and_associates(a, b, c):
    a, b, c = plane(*a, seed=1), plane(*b, seed=2), plane(*c, seed=3)
    np.testing.assert_allclose(convolve2d(a, b, "full"), convolve2d(b, a, "full"), atol=1e-12)
    np.testing.assert_allclose(
        convolve2d(convolve2d(a, b, "full"), c, "full"),
        convolve2d(a, convolve2d(b, c, "full"), "full"),
        atol=1e-12,
    )


def test_correlation_neither_commutes_nor_equals_convolution():
    image, kernel = plane(5, 5), plane(3, 3, seed=1)
    assert not np.allclose(correlate2d(image, kernel, "full"), correlate2d(kernel, image, "full"))
    assert not np.allclose(correlate2d(image, kernel), convolve2d(image, kernel))


@given(down=st.integers(0, 4), right=st.integers(0, 4))
def test_shifted_image_gives_shifted_output(down, right):
    image, kernel = plane(5, 6), plane(3, 3, seed=1)
    shifted = np.pad(image, ((down, 0), (right, 0)))
    expected = np.pad(convolve2d(image, kernel, "full"), ((down, 0), (right, 0)))
    np.testing.assert_allclose(convolve2d(shifted, kernel, "full"), expected, atol=1e-12)


def test_one_bright_pixel_shows_the_kernel():
    kernel, image = plane(3, 3), np.zeros((5, 5))
    image[2, 2] = 1
    np.testing.assert_array_equal(convolve2d(image, kernel), kernel)
    np.testing.assert_array_equal(correlate2d(image, kernel), kernel[::-1, ::-1])


@pytest.mark.parametrize(
    ("image", "kernel", "mode", "message"),
    [
        (np.ones((5, 5)), np.ones((6, 3)), "valid", r"\(6, 3\) does not fit.*\(5, 5\)"),
        (np.ones((5, 5)), np.ones((3, 6)), "valid", r"\(3, 6\) does not fit.*\(5, 5\)"),
        (np.ones((5, 5)), np.ones((3, 2)), "same", r"\(3, 2\) has no center.*odd"),
        (np.ones((5, 5)), np.ones((2, 3)), "same", r"\(2, 3\) has no center.*odd"),
        (np.ones((5, 5, 3)), np.ones((3, 3)), "valid", r"\(5, 5, 3\).*conv2d"),
        (np.ones((5, 5)), np.ones((3, 3, 1, 1)), "valid", r"\(3, 3, 1, 1\)"),
        (np.ones((0, 5)), np.ones((1, 1)), "valid", r"\(0, 5\)"),
        (np.ones((5, 5)), np.ones((3, 3)), "wrap", "wrap"),
        (np.ones((5, 5), complex), np.ones((3, 3)), "valid", "complex128"),
        (np.full((5, 5), "1"), np.ones((3, 3)), "valid", "real numbers"),
    ],
)
def test_planes_that_do_not_fit_are_refused(image, kernel, mode, message):
    for function in (correlate2d, convolve2d):
        with pytest.raises(ValueError, match=message):
            function(image, kernel, mode)


# The lecture


def test_lecture_kernels_sum_to_what_the_lecture_shows():
    sums = {name: int(kernel.sum()) for name, kernel in LECTURE_KERNELS.items()}
    assert sums == {
        "identity": 9,
        "edge detection": 0,
        "blur": 9,
        "sharpen": 9,
        "lighten": 12,
        "darken": 6,
        "random kernel 1": 9,
        "random kernel 2": 8,
    }
    assert {kernel.shape for kernel in LECTURE_KERNELS.values()} == {(3, 3)}


def test_scaled_lecture_kernels_do_what_their_names_say():
    image = np.random.default_rng(0).integers(0, 256, (6, 6))
    inside = image[1:-1, 1:-1]
    results = {name: correlate2d(image, LECTURE_SCALE * kernel) for name, kernel in LECTURE_KERNELS.items()}
    np.testing.assert_allclose(results["identity"], inside)
    np.testing.assert_allclose(results["lighten"], inside * 4 / 3)
    np.testing.assert_allclose(results["darken"], inside * 2 / 3)
    # Sharpening adds the difference to the four neighbours, which edge detection takes away.
    np.testing.assert_allclose(results["sharpen"], inside - results["edge detection"] / 3)
    np.testing.assert_allclose(results["blur"], scipy.ndimage.uniform_filter(image / 1.0, 3)[1:-1, 1:-1])


def test_lecture_kernels_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        LECTURE_KERNELS["blur"][0, 0] = 0
