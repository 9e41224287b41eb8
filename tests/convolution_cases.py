"""Convolutions that hypothesis draws, for the tests of `utils.convolution`."""

from typing import NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

settings.register_profile("course", deadline=None, max_examples=40)
settings.load_profile("course")


class Case(NamedTuple):
    """The arguments of one `conv2d`."""

    images: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray
    options: dict


@st.composite
def conv2d_cases(draw, paddings=None) -> Case:
    """Draw arguments of `conv2d` that fit together; `paddings` restricts the padding."""
    kernel_size, stride, dilation = (draw(st.tuples(*[st.integers(1, 3)] * 2)) for _ in range(3))
    groups = draw(st.integers(1, 3))
    in_group, out_group, num_images = (draw(st.integers(1, 2)) for _ in range(3))
    integers = st.one_of(st.integers(0, 2), st.tuples(st.integers(0, 2), st.integers(0, 2)))
    if paddings is None:
        paddings = st.one_of(st.sampled_from(["valid", "same"]), integers)
    padding = draw(paddings)
    extent = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    height, width = (draw(st.integers(side, side + 4)) for side in extent)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Case(
        rng.normal(size=(num_images, height, width, groups * in_group)),
        rng.normal(size=(*kernel_size, in_group, groups * out_group)),
        rng.normal(size=groups * out_group),
        {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
    )


def plane(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return (height, width) normal random numbers."""
    return np.random.default_rng(seed).normal(size=(height, width))


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    """Return |found - expected| / max(|found|, |expected|), in the Euclidean norm."""
    scale = max(np.linalg.norm(found), np.linalg.norm(expected), 1e-300)
    return float(np.linalg.norm(found - expected) / scale)


def central_differences(function, array: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Return d function(array) / d array, one element at a time."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        shift = np.zeros_like(array)
        shift[index] = step
        gradient[index] = (function(array + shift) - function(array - shift)) / (2 * step)
    return gradient
