"""The layer of utils.convolution, against loops, SciPy, finite differences and its laws."""

import subprocess
import sys

from utils.convolution import conv2d, conv2d_backward, correlate2d, im2col, output_size

import numpy as np
import pytest
import scipy.signal
from convolution_cases import central_differences, conv2d_cases, plane, relative_error
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


def loops(images, kernel, bias, *, stride, padding, dilation, groups):
    """Convolve by the definition, one product at a time."""
    (n, height, width, _), (kh, kw, in_group, filters) = images.shape, kernel.shape
    sizes = [output_size(*axis) for axis in axes_of(images, kernel, stride, padding, dilation)]
    befores = [before(*axis) for axis in axes_of(images, kernel, stride, padding, dilation)]
    output = np.zeros((n, *sizes, filters)) + bias
    for image, y, x, f, i, j, c in np.ndindex(n, *sizes, filters, kh, kw, in_group):
        row = y * stride[0] + i * dilation[0] - befores[0]
        column = x * stride[1] + j * dilation[1] - befores[1]
        if 0 <= row < height and 0 <= column < width:
            channel = f // (filters // groups) * in_group + c
            output[image, y, x, f] += images[image, row, column, channel] * kernel[i, j, c, f]
    return output


def axes_of(images, kernel, stride, padding, dilation):
    paddings = padding if isinstance(padding, tuple) else (padding, padding)
    return zip(images.shape[1:3], kernel.shape[:2], stride, paddings, dilation, strict=True)


def before(input_size, kernel_size, stride, padding, dilation):
    """Zeros before the first pixel; for "same" as TensorFlow's documentation gives them."""
    if padding == "same":
        extent = (kernel_size - 1) * dilation + 1
        rest = input_size % stride
        return max(extent - (rest if rest else stride), 0) // 2
    return 0 if padding == "valid" else padding


@given(conv2d_cases())
def test_conv2d_equals_loops(case):
    images, kernel, bias, options = case
    found = conv2d(images, kernel, bias, **options)
    np.testing.assert_allclose(found, loops(images, kernel, bias, **options), atol=1e-10)


@given(conv2d_cases(paddings=st.integers(0, 2)))
def test_conv2d_equals_scipy(case):
    images, kernel, _, options = case
    stride, groups = options["stride"], options["groups"]
    filters, in_group = kernel.shape[-1], kernel.shape[2]
    spread = np.zeros(
        [(k - 1) * d + 1 for k, d in zip(kernel.shape, options["dilation"], strict=False)]
        + [in_group, filters]
    )
    spread[:: options["dilation"][0], :: options["dilation"][1]] = kernel
    padded = np.pad(images, [(0, 0)] + [(options["padding"],) * 2] * 2 + [(0, 0)])
    expected = np.stack(
        [
            sum(
                scipy.signal.correlate(
                    padded[..., f // (filters // groups) * in_group + c],
                    spread[np.newaxis, :, :, c, f],
                    "valid",
                )
                for c in range(in_group)
            )
            for f in range(filters)
        ],
        axis=-1,
    )[:, :: stride[0], :: stride[1]]
    np.testing.assert_allclose(conv2d(images, kernel, **options), expected, atol=1e-10)


@given(conv2d_cases())
def test_gradients_equal_central_differences(case):
    images, kernel, bias, options = case
    weights = np.random.default_rng(0).normal(size=conv2d(images, kernel, **options).shape)

    def loss(images=images, kernel=kernel, bias=bias):
        return float((conv2d(images, kernel, bias, **options) * weights).sum())

    gradients = conv2d_backward(weights, images, kernel, **options)
    for name, gradient in zip(("images", "kernel", "bias"), gradients, strict=True):
        array = getattr(case, name)
        assert gradient.shape == array.shape
        expected = central_differences(lambda value, name=name: loss(**{name: value}), array)
        assert relative_error(gradient, expected) < 1e-7


@given(conv2d_cases())
def test_backward_is_the_adjoint_of_forward(case):
    images, kernel, _, options = case
    output = conv2d(images, kernel, **options)
    grad_output = np.random.default_rng(0).normal(size=output.shape)
    grad_images, grad_kernel, _ = conv2d_backward(grad_output, images, kernel, **options)
    product = np.vdot(output, grad_output)
    tolerance = 1e-12 * np.linalg.norm(output) * np.linalg.norm(grad_output)
    assert abs(np.vdot(images, grad_images) - product) <= tolerance
    assert abs(np.vdot(kernel, grad_kernel) - product) <= tolerance


@given(conv2d_cases())
def test_im2col_turns_convolution_into_one_product(case):
    images, kernel, _, options = case
    images, kernel = images[..., : kernel.shape[2]], kernel
    options = {**options, "groups": 1}
    output = conv2d(images, kernel, **options)
    options.pop("groups")
    columns = im2col(images, kernel.shape[:2], **options)
    assert columns.shape == (output[..., 0].size, kernel[..., 0].size)
    product = columns @ kernel.reshape(-1, kernel.shape[-1])
    np.testing.assert_allclose(product.reshape(output.shape), output, atol=1e-12)


def test_conv2d_of_one_plane_is_correlate2d():
    image, kernel = plane(7, 6), plane(3, 3, seed=1)
    for padding in ("valid", "same"):
        output = conv2d(image[np.newaxis, ..., np.newaxis], kernel[..., None, None], padding=padding)
        np.testing.assert_allclose(output[0, ..., 0], correlate2d(image, kernel, padding), atol=1e-12)


def test_same_accepts_an_even_kernel_as_keras_does():
    image = np.arange(4.0).reshape(1, 1, 4, 1)
    output = conv2d(image, np.ones((1, 2, 1, 1)), padding="same")
    assert output.ravel().tolist() == [1, 3, 5, 3]  # the odd zero stands at the end


def test_a_group_sees_only_its_channels():
    images = np.random.default_rng(0).normal(size=(1, 5, 5, 4))
    kernel = np.random.default_rng(1).normal(size=(3, 3, 2, 4))
    output = conv2d(images, kernel, groups=2)
    images[..., 2:] = 0
    changed = np.any(conv2d(images, kernel, groups=2) != output, axis=(0, 1, 2))
    assert changed.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("images", "kernel", "options", "message"),
    [
        ((5, 5), (3, 3, 1, 1), {}, r"\(N, H, W, C\), not \(5, 5\).*newaxis"),
        ((1, 5, 5, 1), (3, 3), {}, r"not \(3, 3\).*newaxis"),
        ((0, 5, 5, 1), (3, 3, 1, 1), {}, r"\(0, 5, 5, 1\)"),
        ((1, 5, 5, 3), (3, 3, 1, 8), {}, r"\(1, 5, 5, 3\).*\(3, 3, 1, 8\)"),
        ((1, 5, 5, 4), (3, 3, 2, 3), {"groups": 2}, r"\(3, 3, 2, 3\) in 2 groups"),
        ((1, 5, 5, 4), (3, 3, 2, 4), {"groups": 0}, "in 0 groups"),
        ((1, 5, 5, 1), (6, 6, 1, 1), {}, "6 pixels .* does not fit into 5 pixels"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"dilation": 3}, "7 pixels .* does not fit into 5"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"stride": 0}, "stride .* at least 1, not 0"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"stride": (1, 0)}, r"stride .* not \(1, 0\)"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"stride": 1.5}, "stride .* not 1.5"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"stride": (1, 1, 1)}, "one or two integers"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"dilation": 0}, "dilation .* not 0"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"padding": -1}, "padding .* at least 0, not -1"),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"padding": "full"}, "'full'"),
    ],
)
def test_arguments_of_the_layer_that_do_not_fit_are_refused(images, kernel, options, message):
    with pytest.raises(ValueError, match=message):
        conv2d(np.ones(images), np.ones(kernel), **options)
    with pytest.raises(ValueError, match=message):
        conv2d_backward(np.ones((1, 3, 3, 1)), np.ones(images), np.ones(kernel), **options)


def test_a_bias_or_gradient_of_another_shape_is_refused():
    images, kernel = np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 2))
    with pytest.raises(ValueError, match=r"bias has shape \(1,\).* 2 filters"):
        conv2d(images, kernel, np.ones(1))
    with pytest.raises(ValueError, match=r"\(1, 5, 5, 2\).*conv2d returns \(1, 3, 3, 2\)"):
        conv2d_backward(np.ones((1, 5, 5, 2)), images, kernel)


# Types and values


def test_uint8_never_wraps_around():
    white = np.full((1, 4, 4, 3), 255, np.uint8)
    kernel = np.full((3, 3, 3, 1), 255, np.uint8)
    assert np.all(conv2d(white, kernel) == 27.0 * 255 * 255)
    assert np.all(correlate2d(white[0, ..., 0], kernel[..., 0, 0]) == 9.0 * 255 * 255)
    assert np.all(correlate2d(white[0, ..., 0], -np.ones((3, 3), int)) == -9.0 * 255)


FLOAT32, FLOAT64, UINT8 = np.float32, np.float64, np.uint8


@pytest.mark.parametrize(
    ("images", "kernel", "expected"),
    [
        (FLOAT32, FLOAT32, FLOAT32),
        (FLOAT64, FLOAT64, FLOAT64),
        (FLOAT32, FLOAT64, FLOAT64),
        (FLOAT32, np.int64, FLOAT32),
        (np.float16, np.float16, FLOAT32),
        (UINT8, UINT8, FLOAT64),
        (bool, np.int32, FLOAT64),
    ],
)
def test_float_types_are_kept_and_integers_become_float64(images, kernel, expected):
    images, kernel = np.ones((1, 5, 5, 1), images), np.ones((3, 3, 1, 1), kernel)
    output = conv2d(images, kernel)
    assert output.dtype == expected
    assert correlate2d(images[0, ..., 0], kernel[..., 0, 0]).dtype == expected
    assert {grad.dtype for grad in conv2d_backward(output, images, kernel)} == {np.dtype(expected)}


@given(conv2d_cases(), st.data())
def test_a_nan_reaches_exactly_the_outputs_whose_window_contains_it(case, data):
    images, kernel, _, options = case
    place = data.draw(st.tuples(*(st.integers(0, size - 1) for size in images.shape)))
    probe = np.zeros_like(images)
    probe[place] = 1
    seen = loops(probe, np.ones_like(kernel), 0, **options) != 0
    images[place] = np.nan
    # A weight of zero sees it as well: nothing times NaN is NaN.
    for weights in (kernel, np.zeros_like(kernel)):
        np.testing.assert_array_equal(np.isnan(conv2d(images, weights, **options)), seen)


def test_a_nan_in_a_plane_reaches_its_nine_windows():
    image = np.zeros((7, 7))
    image[3, 3] = np.nan
    expected = np.zeros((5, 5), bool)
    expected[1:4, 1:4] = True
    np.testing.assert_array_equal(np.isnan(correlate2d(image, np.zeros((3, 3)))), expected)


@given(hnp.arrays(np.float64, (1, 4, 4, 1), elements=st.floats(-1e3, 1e3)))
def test_arguments_are_not_changed(images):
    kernel, copy = np.ones((3, 3, 1, 1)), images.copy()
    output = conv2d(images, kernel, padding="same")
    conv2d_backward(output, images, kernel, padding="same")
    output += 1
    np.testing.assert_array_equal(images, copy)


def test_output_sizes_of_published_networks():
    assert output_size(32, 5) == 28  # LeNet-5, C1
    assert output_size(227, 11, stride=4) == 55  # AlexNet, first layer
    assert output_size(224, 3, padding=1) == 224  # VGG
    assert output_size(224, 7, stride=2, padding="same") == 112  # GoogLeNet, first layer
    assert output_size(299, 3, stride=2) == 149  # Inception-v3, first layer
    assert output_size(64, 3, dilation=4) == 56
    with pytest.raises(ValueError, match="does not fit"):
        output_size(4, 5)


def test_import_needs_numpy_only():
    code = (
        "import sys, utils.convolution; others = {'tensorflow', 'keras', 'matplotlib', 'scipy'}; "
        "print(*others.intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
