"""The fused normalization gives Keras's numbers: outputs, gradients, moving statistics."""

from utils.layers import FusedBatchNormalization

import keras
import numpy as np
import pytest
import tensorflow as tf

SHAPE = (6, 5, 4, 3)
OPTIONS = [
    {},
    {"momentum": 0.6, "epsilon": 1e-5},
    {"scale": False},
    {"center": False},
    {"trainable": False},
]


@pytest.fixture
def inputs() -> tf.Tensor:
    generator = np.random.default_rng(0)
    return tf.constant(generator.normal(3, 2, SHAPE).astype("float32"))


def pair(options) -> tuple[keras.layers.Layer, keras.layers.Layer]:
    layers = keras.layers.BatchNormalization(**options), FusedBatchNormalization(**options)
    generator = np.random.default_rng(1)
    for layer in layers:
        layer.build(SHAPE)
    for ours, theirs in zip(layers[1].weights, layers[0].weights, strict=True):
        values = generator.uniform(0.5, 2, ours.shape)
        ours.assign(values)
        theirs.assign(values)
    return layers


def forward_and_backward(layer, inputs, training):
    weights = [weight.value for weight in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=training)
        loss = tf.reduce_sum(outputs**2 * tf.range(1.0, SHAPE[-1] + 1) + tf.sin(outputs))
    return [outputs, *tape.gradient(loss, [inputs, *weights]), *[w.value for w in layer.weights]]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_it_equals_keras(inputs, options, training):
    theirs, ours = (forward_and_backward(layer, inputs, training) for layer in pair(options))
    for expected, got in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-4)


def test_the_moving_statistics_move(inputs):
    layer = pair({})[1]
    before = [weight.numpy() for weight in layer.non_trainable_weights]
    layer(inputs, training=True)
    assert all((b != w.numpy()).all() for b, w in zip(before, layer.non_trainable_weights, strict=True))


def test_it_is_near_in_bfloat16(inputs):
    layer = pair({"dtype": "mixed_bfloat16"})[1]
    outputs = layer(tf.cast(inputs, "bfloat16"), training=True)
    assert outputs.dtype == "bfloat16" and layer.moving_mean.dtype == "float32"
    exact = pair({})[1](inputs, training=True)
    np.testing.assert_allclose(tf.cast(outputs, "float32"), exact, atol=0.05)


def test_it_is_saved_and_loaded(inputs, tmp_path):
    model = keras.Sequential([keras.Input(SHAPE[1:]), FusedBatchNormalization(momentum=0.7)])
    model(inputs, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[0], FusedBatchNormalization) and loaded.layers[0].momentum == 0.7
    np.testing.assert_array_equal(loaded(inputs), model(inputs))


@pytest.mark.parametrize(("axis", "shape"), [(1, SHAPE), (-1, (4, 8)), (-1, (4, 8, 8))])
def test_what_it_cannot_do_is_refused(axis, shape):
    with pytest.raises(ValueError, match="use BatchNormalization"):
        FusedBatchNormalization(axis=axis).build(shape)
