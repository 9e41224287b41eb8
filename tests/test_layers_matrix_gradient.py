"""The gradient of a kernel by matrix products: TensorFlow's, chapter 02's, and by hand."""

from utils.convolution import conv2d_backward
from utils.layers.matrix_gradient import LARGEST_SIDE, MatrixGradientConv2D, convolve, kernel_gradient

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

generator = np.random.default_rng(0)


def outputs_and_gradients(function, *inputs):
    """Return the outputs, and the gradients of a sum of them with weights that all differ."""
    inputs = [tf.convert_to_tensor(value) for value in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = function(*inputs)
        factors = tf.reshape(tf.range(tf.size(outputs)), tf.shape(outputs)) % 7
        loss = tf.reduce_sum(tf.cast(factors, outputs.dtype) * outputs)
    return [outputs, *tape.gradient(loss, inputs)]


@settings(max_examples=40, deadline=None)
@given(
    *(st.integers(1, 6) for _ in range(2)),
    *(st.integers(1, 5) for _ in range(2)),
    *(st.integers(1, 3) for _ in range(3)),
)
def test_it_equals_tensorflow(height, width, rows, columns, num_images, channels, filters):
    maps = generator.normal(size=(num_images, height, width, channels))
    kernel = generator.normal(size=(rows, columns, channels, filters))
    ours = outputs_and_gradients(convolve, maps, kernel)
    theirs = outputs_and_gradients(lambda m, k: tf.nn.conv2d(m, k, 1, "SAME"), maps, kernel)
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-9)


def test_it_equals_the_backward_pass_of_chapter_02():
    maps = generator.normal(size=(2, 5, 5, 3))
    kernel, upstream = generator.normal(size=(3, 3, 3, 4)), generator.normal(size=(2, 5, 5, 4))
    by_hand = conv2d_backward(upstream, maps, kernel, padding="same")[1]
    np.testing.assert_allclose(kernel_gradient(maps, upstream, (3, 3)), by_hand, atol=1e-10)


def test_one_place_by_hand():
    """One image of one pixel: only the middle of the kernel ever meets it."""
    found = kernel_gradient(tf.constant([[[[2.0]]]]), tf.constant([[[[3.0]]]]), (3, 3))
    np.testing.assert_array_equal(found[:, :, 0, 0], [[0, 0, 0], [0, 6, 0], [0, 0, 0]])


OPTIONS = [
    {},
    {"strides": 2},
    {"padding": "valid"},
    {"dilation_rate": 2},
    {"groups": 2},
    {"use_bias": False, "kernel_size": 2},
]


@pytest.mark.parametrize("side", [LARGEST_SIDE, LARGEST_SIDE + 2])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_layer_is_conv2d(options, side, monkeypatch):
    keras.utils.set_random_seed(0)
    options = {"filters": 4, "kernel_size": 3, "padding": "same", "dtype": "mixed_bfloat16"} | options
    ours, theirs = MatrixGradientConv2D(**options), layers.Conv2D(**options)
    for layer in (ours, theirs):
        layer.build((None, side, side, 2))
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        mine.assign(other.value)
    calls = []
    name = "utils.layers.matrix_gradient.convolve"
    monkeypatch.setattr(name, lambda *args: calls.append(1) or convolve(*args))
    images = generator.normal(size=(2, side, side, 2)).astype("float32")
    found = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.cast(layer(images), tf.float32) ** 2)
        found.append([loss, *tape.gradient(loss, layer.trainable_variables)])
    for got, expected in zip(*found, strict=True):
        scale = np.abs(expected).max()
        np.testing.assert_allclose(got, expected, atol=0.02 * scale)
    other_way = side > LARGEST_SIDE or set(options) & {"strides", "dilation_rate", "groups"}
    assert bool(calls) == (not other_way and options["padding"] == "same")


def test_float32_is_left_to_the_library(monkeypatch):
    monkeypatch.setattr("utils.layers.matrix_gradient.convolve", lambda *args: pytest.fail("called"))
    assert MatrixGradientConv2D(3, 3, padding="same")(np.ones((1, 4, 4, 2), "float32")).shape == (1, 4, 4, 3)


def test_sizes_that_are_not_known_are_left_to_the_library():
    model = keras.Sequential(
        [keras.Input((None, None, 2)), MatrixGradientConv2D(3, 3, padding="same", dtype="mixed_bfloat16")]
    )
    assert model(np.ones((1, 4, 5, 2), "float32")).shape == (1, 4, 5, 3)
