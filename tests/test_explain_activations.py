"""Activations are what they do: every spelling of the same function is recognized, no other is."""

import functools

from utils.convolution.steps import walk
from utils.explain.activations import kind_of, split_activation
from utils.explain.behavior import Kind, behavior
from utils.layers import fused_gelu, scaled_tanh

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops


class Rectifier:
    """A callable object."""

    def __call__(self, x):
        return tf.maximum(x, tf.zeros_like(x))


class OwnRelu(layers.Layer):
    def call(self, x):
        return tf.nn.relu(x)


class OwnPReLU(layers.Layer):
    """Has a weight, once it is built; trying it on numbers would build it."""

    def build(self, shape):
        self.slope = self.add_weight(shape=shape[1:])

    def call(self, x):
        return ops.maximum(x, 0) + ops.minimum(x, 0) * self.slope


def softmax_by_hand(x):
    powers = ops.exp(x - ops.max(x, axis=-1, keepdims=True))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


relu = keras.activations.relu
SPELLINGS = {
    Kind.LINEAR: [None, "linear", keras.activations.linear, lambda x: x, tf.identity, layers.Identity()],
    Kind.RELU: [
        *(
            "relu",
            "relu6",
            relu,
            keras.activations.get("relu"),
            ops.relu,
            tf.nn.relu,
            tf.nn.relu6,
            Rectifier(),
        ),
        *(
            functools.partial(relu),
            functools.partial(relu, negative_slope=0.0),
            functools.partial(relu, max_value=2.0),
        ),
        *(lambda x: relu(x), lambda x: ops.maximum(x, 0), lambda x: x * tf.cast(x > 0, x.dtype)),
        *(layers.ReLU(), layers.ReLU(6.0), layers.LeakyReLU(0.0), layers.Activation(layers.ReLU())),
        *(layers.Activation("relu"), layers.Activation(layers.Activation(layers.ReLU())), OwnRelu()),
    ],
    Kind.SOFTMAX: [
        *("softmax", "log_softmax", keras.activations.softmax, ops.softmax, tf.nn.softmax, softmax_by_hand),
        *(functools.partial(keras.activations.softmax, axis=-1), lambda x: tf.nn.softmax(x)),
        *(layers.Softmax(), layers.Softmax(axis=1), layers.Activation(layers.Softmax())),
    ],
    Kind.SIGMOID: [
        "sigmoid",
        ops.sigmoid,
        tf.sigmoid,
        lambda x: 1 / (1 + ops.exp(-x)),
        layers.Activation("sigmoid"),
    ],
    Kind.OTHER: [
        *("gelu", "swish", "tanh", "elu", "leaky_relu", "hard_sigmoid", "softplus", "exponential", "mish"),
        *(functools.partial(keras.activations.gelu, approximate=True), scaled_tanh, fused_gelu),
        *(functools.partial(relu, negative_slope=0.1), functools.partial(relu, threshold=1.0)),
        *(layers.ReLU(negative_slope=0.1), layers.ReLU(threshold=1.0), layers.LeakyReLU(), layers.PReLU()),
        *(layers.ELU(), layers.Softmax(axis=0), lambda x: 2 * ops.tanh(x), lambda x: x * ops.sigmoid(x)),
    ],
    Kind.UNKNOWN: [
        *(tf.nn.elu, lambda x: tf.tanh(x), lambda x: ops.relu(x) - 1, lambda x: ops.maximum(x, 0.5), ops.abs),
        *(lambda x: tf.nn.softmax(x / 2), layers.LSTM(3), layers.Lambda(tf.tanh), OwnPReLU()),
    ],
}
CASES = [(kind, spelling) for kind, spellings in SPELLINGS.items() for spelling in spellings]


def numbered(cases: list[tuple]) -> list[str]:
    """Return an identifier for each case, the same in every process: names of layers are not."""
    return [f"{kind.name}-{number}" for number, (kind, _) in enumerate(cases)]


@pytest.mark.parametrize(("kind", "spelling"), CASES, ids=numbered(CASES))
def test_every_spelling_is_recognized(kind, spelling):
    spelling = keras.activations.get(spelling) if isinstance(spelling, str) else spelling
    assert kind_of(spelling)[0] is kind


@pytest.mark.parametrize(("kind", "spelling"), CASES, ids=numbered(CASES))
def test_so_is_it_as_the_activation_of_a_layer(kind, spelling):
    if spelling is not None and not isinstance(spelling, layers.Layer):
        (step,) = walk(keras.Sequential([keras.Input((4,)), layers.Dense(3, spelling)])).steps
        assert split_activation(step).kind is kind


FUNCTIONS = {
    Kind.LINEAR: [
        lambda x: x + 0.0,
        lambda x: -x,
        lambda x: ops.cast(x, "float64"),
        lambda x: ops.reshape(x, (-1, 2)),
    ],
    Kind.RELU: [ops.relu, relu, ops.relu6, lambda x: ops.maximum(x, 0), lambda x: ops.maximum(x1=0.0, x2=x)],
    Kind.SOFTMAX: [ops.softmax, ops.log_softmax],
    Kind.SIGMOID: [ops.sigmoid],
    Kind.OTHER: [ops.tanh, ops.gelu, ops.square, ops.exp, lambda x: ops.softmax(x, axis=1), ops.leaky_relu],
    Kind.UNKNOWN: [
        *(lambda x: ops.where(x > 0, x, 0.0), lambda x: ops.maximum(x, ops.zeros_like(x)), ops.abs, ops.sign),
        *(lambda x: ops.maximum(x, 0.1), lambda x: ops.clip(x, -1, 1), lambda x: ops.sort(x)),
    ],
}


@pytest.mark.parametrize(
    ("kind", "function"), [(kind, function) for kind, some in FUNCTIONS.items() for function in some]
)
def test_calls_of_keras_ops_are_recognized(kind, function):
    inputs = keras.Input((3, 4, 2))
    steps = walk(keras.Model(inputs, function(inputs))).steps
    assert split_activation(steps[-1]).kind is kind or kind in {split_activation(step).kind for step in steps}


@pytest.mark.parametrize(
    ("kind", "layer"),
    [
        *(
            (Kind.RELU, layer)
            for layer in (layers.ReLU(), layers.Lambda(tf.nn.relu), layers.Lambda(ops.relu))
        ),
        *((Kind.SOFTMAX, layer) for layer in (layers.Softmax(), layers.Lambda(tf.nn.softmax))),
        *(
            (Kind.LINEAR, layer)
            for layer in (layers.Flatten(), layers.Lambda(lambda x: x + x), layers.Rescaling(3.0))
        ),
        (Kind.OTHER, layers.Lambda(lambda x: ops.tanh(x))),
        (Kind.UNKNOWN, layers.Lambda(lambda x: tf.tanh(x))),
        (Kind.UNKNOWN, layers.Lambda(lambda x: ops.relu(x) + x)),
    ],
)
def test_layers_that_are_functions_are_recognized(kind, layer):
    assert split_activation(walk(keras.Sequential([keras.Input((3, 4)), layer])).steps[0]).kind is kind


def test_what_an_own_layer_does_depends_on_its_axis():
    (step,) = walk(
        keras.Sequential([keras.Input((3, 4, 2)), layers.Lambda(lambda x: tf.nn.softmax(x, 1))])
    ).steps
    assert split_activation(step).kind is Kind.UNKNOWN


def test_an_activation_that_is_exchanged_later_is_seen():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax"), layers.Activation("relu")])
    dense, last = walk(model).steps
    model.layers[0].activation, model.layers[1].activation = (
        keras.activations.linear,
        keras.activations.sigmoid,
    )
    assert (split_activation(dense).kind, split_activation(last).kind) == (Kind.LINEAR, Kind.SIGMOID)


@settings(max_examples=40, deadline=None)
@given(slope=st.floats(-3, 3), below=st.floats(-3, 3), knee=st.floats(-3, 3))
def test_of_all_functions_with_a_knee_only_the_relu_is_one(slope, below, knee):
    found = behavior(lambda x: tf.where(x > knee, slope * (x - knee), below * (x - knee)))
    is_plain = np.isclose(slope, 1, atol=1e-6) and np.isclose(knee, 0, atol=1e-6)
    if is_plain and np.isclose(below, 0, atol=1e-6):
        assert found is Kind.RELU
    elif is_plain and np.isclose(below, 1, atol=1e-6):
        assert found is Kind.LINEAR
    elif max(abs(slope - 1), abs(knee), abs(below)) > 1e-3:
        assert found is not Kind.RELU


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_recognition_is_the_same_in_other_precisions(policy):
    for kind, layer in (
        *((Kind.RELU, layers.Lambda(tf.nn.relu, dtype=policy)), (Kind.RELU, layers.ReLU(dtype=policy))),
        *(
            (Kind.SOFTMAX, layers.Lambda(tf.nn.softmax, dtype=policy)),
            (Kind.SIGMOID, layers.Lambda(tf.sigmoid)),
        ),
        (Kind.OTHER, layers.Lambda(ops.gelu, dtype=policy)),
    ):
        model = keras.Sequential([keras.Input((8,)), layer])
        assert split_activation(walk(model).steps[0]).kind is kind


def test_a_recognized_activation_is_split_off():
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    for layer in (
        *(layers.Conv2D(4, 3, activation=layers.ReLU()), layers.SeparableConv2D(4, 3, activation="relu")),
        *(layers.Dense(4, activation=tf.nn.relu), layers.Conv2DTranspose(4, 3, activation="relu")),
        layers.SpectralNormalization(layers.Conv2D(4, 3, activation="relu")),
    ):
        (step,) = walk(keras.Sequential([keras.Input((6, 6, 3)), layer])).steps
        parts = split_activation(step)
        before = parts.before(images, training=False)
        assert np.min(before) < 0
        np.testing.assert_array_equal(parts.activation(before), layer(images, training=False))
    assert np.min(layer(images)) == 0, "the layer itself has kept its activation"
