"""utils.convolution against Keras and TensorFlow, in float64."""

from utils.convolution import (
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
    receptive_field,
)

import numpy as np
import pytest
from convolution_cases import conv2d_cases
from hypothesis import given, settings
from hypothesis import strategies as st

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")
layers = keras.layers


def keras_conv(images, kernel, *, stride, padding, dilation, groups):
    """Convolve with Keras where it can, and compose the rest from what it can.

    Keras takes no integer padding, no stride together with a dilation, and groups only on a GPU.
    """
    parts = zip(tf.split(images, groups, axis=-1), tf.split(kernel, groups, axis=-1), strict=True)
    maps = [_keras_conv(*part, stride, padding, dilation) for part in parts]
    return tf.concat(maps, axis=-1)


def _keras_conv(images, kernel, stride, padding, dilation):
    if not isinstance(padding, str):
        vertical, horizontal = np.broadcast_to(padding, 2)
        images = tf.pad(images, [(0, 0), (vertical, vertical), (horizontal, horizontal), (0, 0)])
        padding = "valid"
    if max(stride) == 1 or max(dilation) == 1:
        return keras.ops.conv(images, kernel, stride, padding, dilation_rate=dilation)
    if padding == "same":
        images, padding = tf.pad(images, _same_zeros(images, kernel, stride, dilation)), "valid"
    output = keras.ops.conv(images, kernel, 1, padding, dilation_rate=dilation)
    return output[:, :: stride[0], :: stride[1]]


def _same_zeros(images, kernel, stride, dilation):
    zeros = [(0, 0)]
    for axis in range(2):
        size, extent = images.shape[1 + axis], (kernel.shape[axis] - 1) * dilation[axis] + 1
        total = max((-(-size // stride[axis]) - 1) * stride[axis] + extent - size, 0)
        zeros.append((total // 2, total - total // 2))
    return [*zeros, (0, 0)]


@given(conv2d_cases())
def test_conv2d_equals_keras(case):
    images, kernel, _, options = case
    np.testing.assert_allclose(
        conv2d(images, kernel, **options), keras_conv(images, kernel, **options), atol=1e-10
    )


@settings(max_examples=20)
@given(conv2d_cases())
def test_gradients_equal_tensorflow(case):
    images, kernel, _, options = case
    images, kernel = tf.constant(images), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([images, kernel])
        output = keras_conv(images, kernel, **options)
    grad_output = np.random.default_rng(0).normal(size=output.shape)
    expected = tape.gradient(output, [images, kernel], output_gradients=grad_output)
    found = conv2d_backward(grad_output, images.numpy(), kernel.numpy(), **options)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-10)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-10)
    np.testing.assert_allclose(found[2], grad_output.sum(axis=(0, 1, 2)), atol=1e-10)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2])
def test_gradient_of_the_images_is_the_transposed_convolution(padding, stride):
    rng = np.random.default_rng(0)
    images, kernel = rng.normal(size=(2, 9, 9, 3)), rng.normal(size=(3, 3, 3, 4))
    grad_output = rng.normal(size=conv2d(images, kernel, stride=stride, padding=padding).shape)
    expected = tf.nn.conv2d_transpose(grad_output, kernel, images.shape, stride, padding.upper())
    found, _, _ = conv2d_backward(grad_output, images, kernel, stride=stride, padding=padding)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_conv2d_equals_a_layer_with_bias():
    keras.utils.set_random_seed(0)
    layer = layers.Conv2D(8, 3, strides=2, padding="same", bias_initializer="normal")
    images = np.random.default_rng(0).normal(size=(2, 9, 8, 3)).astype("float32")
    expected = keras.ops.convert_to_numpy(layer(images))
    kernel, bias = layer.get_weights()
    output = conv2d(images, kernel, bias, stride=2, padding="same")
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, expected, atol=1e-5)


def test_as_many_groups_as_channels_is_a_depthwise_convolution():
    rng = np.random.default_rng(0)
    images, kernel = rng.normal(size=(2, 7, 7, 4)), rng.normal(size=(3, 3, 4, 1))
    expected = keras.ops.depthwise_conv(images, kernel, padding="same")
    found = conv2d(images, kernel.reshape(3, 3, 1, 4), padding="same", groups=4)
    np.testing.assert_allclose(found, expected, atol=1e-10)


POOLINGS = given(
    pool_size=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    size=st.tuples(st.integers(3, 8), st.integers(3, 8)),
)


@POOLINGS
def test_max_pooling_equals_tensorflow(pool_size, stride, padding, size):
    images = tf.constant(np.random.default_rng(0).normal(size=(2, *size, 3)))
    with tf.GradientTape() as tape:
        tape.watch(images)
        expected = tf.nn.max_pool2d(images, pool_size, stride, padding.upper())
    pooled, switches = max_pool2d(images.numpy(), pool_size, stride, padding)
    np.testing.assert_array_equal(pooled, expected)
    grad_output = np.random.default_rng(1).normal(size=pooled.shape)
    np.testing.assert_allclose(
        max_pool2d_backward(grad_output, switches, images.shape),
        tape.gradient(expected, images, output_gradients=grad_output),
        atol=1e-12,
    )


def test_switches_equal_tensorflow():
    images = np.random.default_rng(0).normal(size=(2, 6, 7, 3))
    _, expected = tf.nn.max_pool_with_argmax(images, 3, 2, "VALID")  # (row * W + column) * C + c
    _, switches = max_pool2d(images, 3, 2)
    np.testing.assert_array_equal(switches * 3 + np.arange(3), expected)


def test_receptive_fields_of_a_keras_model_equal_its_gradients():
    model = keras.Sequential(
        [
            keras.Input((21, 24, 1)),
            layers.Conv2D(2, 3, padding="same", name="first"),
            layers.ReLU(name="activation"),
            layers.AveragePooling2D(2, name="pooling"),
            layers.Conv2D(1, (3, 2), strides=(2, 1), dilation_rate=1, padding="same", name="last"),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    for layer in model.layers:
        layer.set_weights([np.ones_like(weights) for weights in layer.get_weights()])
    vertical, horizontal = receptive_field(model), receptive_field(model, axis=1)
    assert [field.name for field in vertical] == ["first", "activation", "pooling", "last"]
    positions = keras.Model(model.inputs, model.get_layer("last").output)
    images = tf.ones((1, 21, 24, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        unit = positions(images)[0, 2, 5, 0]
    rows, columns = np.nonzero(tape.gradient(unit, images)[0, ..., 0])
    for seen, field, index in ((rows, vertical[-1], 2), (columns, horizontal[-1], 5)):
        first = field.start + index * field.jump
        assert (seen.min(), seen.max()) == (first, first + field.size - 1)
