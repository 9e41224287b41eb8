"""The GELU in one pass is GELU: values and slopes, in both dtypes, compiled or not."""

import importlib
import math

from utils.layers import fused_gelu

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

# `utils.layers` exports the function under the name of its module.
fused_activation = importlib.import_module("utils.layers.fused_gelu")
X = np.concatenate([np.linspace(-8, 8, 2_001), [-40.0, 40.0, 0.0]]).astype("float32")


def value_and_slope(function, x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y, tape.gradient(y, x)


def test_it_is_x_times_the_normal_distribution():
    value, slope = value_and_slope(fused_gelu, X)
    normal = scipy.stats.norm
    # The error function's last digit, times x.
    tolerance = 1e-6 + 1e-7 * np.abs(X)
    assert (np.abs(value - X * normal.cdf(X)) <= tolerance).all()
    assert (np.abs(slope - normal.cdf(X) - X * normal.pdf(X)) <= tolerance).all()


def test_it_equals_keras_inside_a_graph_with_any_batch():
    @tf.function(input_signature=[tf.TensorSpec((None, 3))])
    def both(x):
        return value_and_slope(fused_gelu, x), value_and_slope(keras.activations.gelu, x)

    for num_rows in (1, 7):
        ours, theirs = both(tf.random.stateless_normal((num_rows, 3), (0, num_rows)))
        for got, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(got, expected, atol=2e-6)


def test_bfloat16_is_rounded_once():
    x = tf.cast(X, tf.bfloat16)
    value, slope = value_and_slope(fused_gelu, x)
    assert value.dtype == slope.dtype == tf.bfloat16
    exact = value_and_slope(fused_gelu, tf.cast(x, tf.float32))
    for rounded, expected in zip((value, slope), exact, strict=True):
        np.testing.assert_array_equal(rounded, tf.cast(expected, tf.bfloat16))


def test_the_upstream_gradient_is_multiplied():
    x, upstream = tf.constant([0.0, 1.0]), tf.constant([3.0, -2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fused_gelu(x)
    below = (1 + math.erf(math.sqrt(0.5))) / 2
    slopes = [0.5, below + math.exp(-0.5) / math.sqrt(2 * math.pi)]
    found = tape.gradient(y, x, output_gradients=upstream)
    np.testing.assert_allclose(found, np.array(slopes) * upstream, rtol=1e-6)


def test_where_nothing_compiles_keras_computes(monkeypatch):
    def fails(x):
        raise tf.errors.UnimplementedError(None, None, "no compiler")

    monkeypatch.setattr(fused_activation, "_forward", fails)
    fused_activation._compiles.cache_clear()
    try:
        np.testing.assert_array_equal(fused_gelu(X), keras.activations.gelu(X))
    finally:
        monkeypatch.undo()
        fused_activation._compiles.cache_clear()
    assert fused_activation._compiles()


@pytest.mark.parametrize("shape", [(4,), (2, 3, 3, 5)])
def test_shapes_stay(shape):
    value, slope = value_and_slope(fused_gelu, np.ones(shape, "float32"))
    assert value.shape == slope.shape == shape
