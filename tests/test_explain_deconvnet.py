"""The deconvnet against NumPy, against gradients, and against wrong deconvnets."""

from utils.convolution import (
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from utils.explain import deconvnet, max_pool_with_switches, receptive_boxes, unpool
from utils.explain.deconvnet import call_deconvnet, project
from utils.explain.network import Network
from utils.explain.relu_rules import calling_with, deconvnet_rule, gradient_rule, guided_rule

import keras
import numpy as np
import pytest
import tensorflow as tf
from explain_models import (
    IMAGE_SHAPE,
    conv,
    dense,
    feature_maps,
    image_input,
    max_pool,
    network,
    random_images,
    small_network,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

WINDOWS = given(
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.sampled_from(["valid", "same"]),
    size=st.tuples(st.integers(4, 9), st.integers(4, 9)),
)


def project_from(model, layer, images, start):
    """Send `start`, feature maps of `layer`, down to the pixels."""
    looked_into = Network(model)
    step = looked_into.find(layer)
    return project(looked_into, step, tf.constant(images), lambda _: tf.constant(start)).numpy()


def one_hot_maximum(maps, unit):
    """Keep each image's maximum of one feature map and put zeros elsewhere."""
    kept = np.zeros_like(maps)
    for image, target in zip(maps[..., unit], kept, strict=True):
        place = np.unravel_index(image.argmax(), image.shape)
        target[(*place, unit)] = image[place]
    return kept


# The filter step


@settings(max_examples=15, deadline=None)
@WINDOWS
def test_filters_go_down_as_the_adjoint_of_the_convolution(kernel_size, stride, padding, size):
    model = network(
        conv(3, kernel_size, seed=0, name="conv", strides=stride, padding=padding, bias=0),
        shape=(*size, 2),
    )
    images = random_images(2, (*size, 2))
    maps = model(images).numpy()
    start = np.random.default_rng(1).normal(size=maps.shape)
    down = project_from(model, "conv", images, start)
    assert np.vdot(maps, start) == pytest.approx(np.vdot(images, down), rel=1e-12)
    kernel = model.layers[0].get_weights()[0]
    expected = tf.nn.conv2d_transpose(start, kernel, images.shape, stride, padding.upper())
    np.testing.assert_allclose(down, expected, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    size=st.tuples(st.integers(4, 9), st.integers(4, 9)),
)
def test_filters_go_down_flipped_and_swapped(kernel_size, stride, size):
    model = network(conv(3, kernel_size, seed=0, name="conv", strides=stride, bias=0), shape=(*size, 2))
    images = random_images(2, (*size, 2))
    start = np.random.default_rng(1).normal(size=(2, *model.output_shape[1:]))
    kernel = model.layers[0].get_weights()[0]

    stuffed = np.zeros((2, *(side - kernel_size + 1 for side in size), 3))
    stuffed[:, ::stride, ::stride] = start  # zeros between, for the stride
    turned = kernel[::-1, ::-1].swapaxes(2, 3)
    expected = conv2d(stuffed, turned, padding=kernel_size - 1)
    np.testing.assert_allclose(project_from(model, "conv", images, start), expected, atol=1e-12)
    if kernel_size > 1:
        wrong = conv2d(stuffed, kernel.swapaxes(2, 3), padding=kernel_size - 1)
        assert abs(wrong - expected).max() > 1e-3


# The unpooling step


@settings(max_examples=15, deadline=None)
@WINDOWS
def test_unpooling_is_the_gradient_of_max_pooling(kernel_size, stride, padding, size):
    images = tf.constant(np.random.default_rng(0).normal(size=(2, *size, 3)))
    pooled, switches = max_pool_with_switches(images, (kernel_size, kernel_size), (stride, stride), padding)
    values = np.random.default_rng(1).normal(size=pooled.shape)
    with tf.GradientTape() as tape:
        tape.watch(images)
        expected_pooled = tf.nn.max_pool2d(images, kernel_size, stride, padding.upper())
    np.testing.assert_array_equal(pooled, expected_pooled)
    expected = tape.gradient(expected_pooled, images, output_gradients=values)
    found = unpool(tf.constant(values), switches, tf.constant(images.shape, tf.int64))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    _, numpy_switches = max_pool2d(images.numpy(), kernel_size, stride, padding)
    by_hand = max_pool2d_backward(values, numpy_switches, images.shape)
    np.testing.assert_allclose(found, by_hand, atol=1e-12)


def test_pooling_what_was_unpooled_changes_nothing():
    images = np.random.default_rng(0).uniform(0.1, 1, size=(2, 6, 6, 3))
    pooled, switches = max_pool_with_switches(tf.constant(images), (2, 2), (2, 2), "valid")
    back = unpool(pooled, switches, tf.constant(images.shape, tf.int64)).numpy()
    np.testing.assert_array_equal(max_pool_with_switches(back, (2, 2), (2, 2), "valid")[0], pooled)
    is_maximum = images == np.kron(pooled.numpy(), np.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(back, np.where(is_maximum, images, 0))


def test_overlapping_windows_that_share_a_maximum_add_up():
    image = tf.constant([[[[1.0], [5.0], [2.0]]]])
    pooled, switches = max_pool_with_switches(image, (1, 2), (1, 1), "valid")
    back = unpool(pooled, switches, tf.constant(image.shape, tf.int64))
    np.testing.assert_array_equal(back[0, 0, :, 0], [0, 10, 0])


# The rectification step

SIGNAL = np.array([[1.0, -1.0], [2.0, -3.0]])  # what came into the ReLU on the way up
UPSTREAM = np.array([[-2.0, 3.0], [4.0, -5.0]])  # what comes back from above
GOING_BACK = {
    gradient_rule: [[-2, 0], [4, 0]],
    deconvnet_rule: [[0, 3], [4, 0]],
    guided_rule: [[0, 0], [4, 0]],
}


def go_back(rule):
    signal = tf.constant(SIGNAL)
    with tf.GradientTape() as tape:
        tape.watch(signal)
        value = rule(tf.nn.relu, signal)
    np.testing.assert_array_equal(value, SIGNAL.clip(0))
    return tape.gradient(value, signal, output_gradients=tf.constant(UPSTREAM)).numpy()


@pytest.mark.parametrize("rule", GOING_BACK)
def test_three_relu_rules_on_a_worked_example(rule):
    for other, expected in GOING_BACK.items():
        if other is rule:
            np.testing.assert_array_equal(go_back(rule), expected)
        else:  # no rule passes for another
            assert not np.array_equal(go_back(rule), expected)


def test_three_relu_rules_agree_where_signal_and_upstream_are_positive():
    agreed = np.logical_and(SIGNAL > 0, UPSTREAM > 0)
    for rule in GOING_BACK:
        np.testing.assert_array_equal(go_back(rule)[agreed], UPSTREAM[agreed])


# All steps together


def reference_deconvnet(model, images, unit, *, pool_size, padding, strides, mask=None):
    """Project the maximum of a map of pool2 with NumPy alone: the paper's steps, written out.

    `mask` replaces the rectification by another rule: a function of the signal R coming down and
    the ReLU's input z.
    """
    mask = mask or (lambda signal, z: signal * (signal > 0))
    (k1, b1), (k2, b2) = (model.get_layer(name).get_weights() for name in ("conv1", "conv2"))
    z1 = conv2d(images, k1, b1, stride=strides, padding=padding)
    p1, s1 = max_pool2d(z1.clip(0), pool_size, 2, padding)
    z2 = conv2d(p1, k2, b2, padding=padding)
    p2, s2 = max_pool2d(z2.clip(0), 2, 2, "same")

    signal = one_hot_maximum(p2, unit)
    signal = max_pool2d_backward(signal, s2, z2.shape)  # unpool
    signal = mask(signal, z2)  # rectify
    signal = conv2d_backward(signal, p1, k2, stride=1, padding=padding)[0]  # filter
    signal = max_pool2d_backward(signal, s1, z1.shape)
    signal = mask(signal, z1)
    return conv2d_backward(signal, images, k1, stride=strides, padding=padding)[0]


CASES = [("same", 1, 2), ("same", 1, 3), ("valid", 1, 2), ("same", 2, 3), ("valid", 1, 3)]


@pytest.mark.parametrize(("padding", "strides", "pool_size"), CASES)
def test_deconvnet_equals_the_steps_written_out(padding, strides, pool_size):
    model = small_network(padding=padding, strides=strides, pool_size=pool_size)
    images = random_images()
    options = {"padding": padding, "strides": strides, "pool_size": pool_size}
    for unit in range(6):
        expected = reference_deconvnet(model, images, unit, **options)
        np.testing.assert_allclose(deconvnet(model, images, "pool2", unit), expected, atol=1e-12)
    assert abs(expected).max() > 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda signal, z: signal * (z > 0),
        lambda signal, z: signal * (z > 0) * (signal > 0),
        lambda signal, z: signal,
    ],
    ids=["masked by the forward ReLU", "guided", "not rectified"],
)
def test_deconvnet_is_none_of_the_wrong_ones(wrong):
    model, images = small_network(), random_images()
    options = {"padding": "same", "strides": 1, "pool_size": 2}
    expected = reference_deconvnet(model, images, 2, **options, mask=wrong)
    found = deconvnet(model, images, "pool2", 2)
    assert abs(found - expected).max() > 1e-3 * abs(found).max()


def test_deconvnet_of_a_linear_network_is_activation_times_gradient():
    inputs = image_input()
    left = conv(4, seed=1, padding="same", strides=2)(inputs)
    right = layers.AveragePooling2D(2, dtype="float64")(conv(4, seed=2, padding="same")(inputs))
    both = layers.Add(dtype="float64")([left, right])
    normalized = layers.BatchNormalization(dtype="float64", name="normalized")(both)
    outputs = conv(3, seed=3, name="top")(layers.Dropout(0.5, dtype="float64")(normalized))
    model = keras.Model(inputs, outputs)
    model.get_layer("normalized").set_weights([np.full(4, value) for value in (1.5, 0.3, 0.2, 2.0)])
    images = tf.constant(random_images())
    with tf.GradientTape() as tape:
        tape.watch(images)
        activation = model(images)[:, 2, 3, 1]
    expected = activation[:, None, None, None] * tape.gradient(activation, images)
    np.testing.assert_allclose(deconvnet(model, images, "top", 1, (2, 3)), expected, atol=1e-12)


def test_first_layer_is_activation_times_gradient_where_it_is_active():
    model, images = small_network(), tf.constant(random_images())
    with tf.GradientTape() as tape:
        tape.watch(images)
        activations = keras.Model(model.inputs[0], model.get_layer("conv1").output)(images)
        strongest = tf.reduce_max(activations[..., 2], axis=(1, 2))
    expected = strongest[:, None, None, None] * tape.gradient(strongest, images)
    np.testing.assert_allclose(deconvnet(model, images, "conv1", 2), expected, atol=1e-12)


def test_projection_is_homogeneous_but_not_linear():
    model, images = small_network(), random_images()
    start = np.random.default_rng(0).normal(size=feature_maps(model, "conv2", images).shape)
    projected = project_from(model, "conv2", images, start)
    scaled = project_from(model, "conv2", images, 2.5 * start)
    np.testing.assert_allclose(scaled, 2.5 * projected, atol=1e-12)
    assert abs(project_from(model, "conv2", images, -start) + projected).max() > 1e-3


def test_projection_is_zero_outside_the_receptive_field():
    model, images = small_network(), random_images()
    found = sum(abs(deconvnet(model, images, "conv2", unit, (2, 4))) for unit in range(6))
    top, left, bottom, right = receptive_boxes(model, "conv2", np.array((2, 4)), IMAGE_SHAPE[:2])
    assert found[:, top:bottom, left:right].max() > 0
    found[:, top:bottom, left:right] = 0
    assert not found.any()


def test_bias_has_no_part_going_down():
    images = random_images()
    with_bias, without = (
        network(conv(5, seed=1, bias=bias, padding="same"), conv(6, seed=2, bias=bias, name="top"))
        for bias in (0.5, 0)
    )
    start = np.random.default_rng(0).normal(size=(4, *with_bias.output_shape[1:]))
    np.testing.assert_array_equal(
        project_from(with_bias, "top", images, start), project_from(without, "top", images, start)
    )


def test_contrast_normalization_is_not_undone():
    images = random_images()
    normalized = network(layers.LayerNormalization(dtype="float64"), conv(4, seed=1, name="top"))
    plain = network(conv(4, seed=1, name="top"))
    start = np.random.default_rng(0).normal(size=(4, *plain.output_shape[1:]))
    np.testing.assert_array_equal(
        project_from(normalized, "top", images, start), project_from(plain, "top", images, start)
    )
    # On the way up it does normalize: the switches and activations are those of the model.
    maps = feature_maps(normalized, "top", images)
    projected = project_from(plain, "top", images, one_hot_maximum(maps, 2))
    np.testing.assert_allclose(deconvnet(normalized, images, "top", 2), projected, atol=1e-12)


# Forms of one model


def functional_form(kind):
    """Build `small_network` with its ReLUs and layers put together in another way."""
    relu = {
        "layers.ReLU": layers.ReLU(dtype="float64"),
        "layers.Activation": layers.Activation("relu", dtype="float64"),
        "keras.ops": keras.ops.relu,
    }.get(kind)
    activation = "relu" if relu is None else None

    def first(inputs):
        maps = conv(5, seed=1, activation=activation, padding="same")(inputs)
        return max_pool("pool1")(relu(maps) if relu else maps)

    inputs = image_input()
    if kind == "nested":
        hidden = image_input()
        maps = keras.Model(hidden, first(hidden))(inputs)
    else:
        maps = first(inputs)
    maps = conv(6, seed=2, activation=activation, padding="same")(maps)
    maps = max_pool("pool2", 2, 2, "same")(relu(maps) if relu else maps)
    flat = layers.Flatten(dtype="float64")(maps)
    return keras.Model(inputs, dense(4, seed=3, activation="softmax")(flat))


@pytest.mark.parametrize("kind", ["functional", "nested", "layers.ReLU", "layers.Activation", "keras.ops"])
def test_all_forms_of_a_model_give_the_same_projection(kind):
    images = random_images()
    expected = deconvnet(small_network(), images, "pool2", 3)
    found = deconvnet(functional_form(kind), images, "pool2", 3)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert abs(expected).max() > 0


def test_layers_of_nested_models_and_other_ways_to_choose():
    model, images = small_network(), random_images(2)
    expected = deconvnet(model, images, "pool1", 1)
    for layer in (1, -5, np.int64(1), model.get_layer("pool1")):
        np.testing.assert_array_equal(deconvnet(model, images, layer, 1), expected)
    nested = functional_form("nested")
    inner = nested.layers[1]
    for layer in ("pool1", inner, inner.name, 1):
        np.testing.assert_allclose(deconvnet(nested, images, layer, 1), expected, atol=1e-12)


def test_position_is_the_strongest_unless_given():
    model, images = small_network(), random_images(1)
    (strongest,) = np.argwhere((maps := feature_maps(model, "conv2", images)[0, ..., 1]) == maps.max())
    expected = deconvnet(model, images, "conv2", 1)
    np.testing.assert_array_equal(deconvnet(model, images, "conv2", 1, strongest), expected)
    elsewhere = (strongest + 1) % maps.shape
    assert not np.array_equal(deconvnet(model, images, "conv2", 1, elsewhere), expected)


def test_each_image_can_have_a_unit_of_its_own():
    model, images = small_network(), random_images(4)
    units = np.array([5, 0, 3, 0])
    expected = [
        deconvnet(model, image[np.newaxis], "pool2", unit)[0]
        for image, unit in zip(images, units, strict=True)
    ]
    np.testing.assert_allclose(deconvnet(model, images, "pool2", units), expected, atol=1e-12)
    with pytest.raises(ValueError, match="one for each of 4 images"):
        deconvnet(model, images, "pool2", units[:3])


def test_batches_are_compiled_once_and_change_nothing(monkeypatch):
    model, images = small_network(), random_images(11)
    expected = deconvnet(model, images, "pool2", 1)
    calls, run = [], Network.run
    monkeypatch.setattr(Network, "run", lambda *args: (calls.append(1), run(*args))[1])
    found = deconvnet(model, images, "pool2", 1, batch_size=2)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(calls) == 2, "one trace: up to find the maximum, and up again to come down"


def test_float32_networks_give_float32():
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D()]
    )
    found = deconvnet(model, random_images(2, (8, 8, 3)), -1, 0)  # float64 images are converted
    assert found.dtype == np.float32


def test_model_is_not_changed():
    model, images = small_network(), random_images(2)
    config, weights, before = model.get_config(), model.get_weights(), model(images).numpy()
    output = model.get_layer("conv1").output
    deconvnet(model, images, "pool2", 0)
    assert model.get_config() == config
    assert model.get_layer("conv1").output is output
    for now, then in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(model(images), before)


def test_later_changes_of_the_weights_are_seen():
    model, images = small_network(), random_images(2)
    before = deconvnet(model, images, "pool2", 0)
    model.set_weights([2 * weights for weights in model.get_weights()])
    assert not np.allclose(deconvnet(model, images, "pool2", 0), before)


def test_other_activations_are_refused():
    model = network(conv(4, seed=1, activation="gelu", name="curved"), conv(4, seed=2, name="top"))
    with pytest.raises(ValueError, match="'curved' has 'gelu'"):
        deconvnet(model, random_images(1), "top", 0)
    leaky = network(layers.ReLU(negative_slope=0.1, dtype="float64"), conv(4, seed=2, name="top"))
    with pytest.raises(ValueError, match="leaky_relu"):
        deconvnet(leaky, random_images(1), "top", 0)


def test_call_deconvnet_computes_what_the_model_computes():
    model, images = small_network(pool_size=3), random_images()
    looked_into = Network(model)
    step = looked_into.find("pool2")
    (found,) = looked_into.run(tf.constant(images), [step], call_deconvnet)
    np.testing.assert_allclose(found, feature_maps(model, "pool2", images), atol=1e-12)
    (found,) = looked_into.run(tf.constant(images), [step], calling_with(guided_rule))
    np.testing.assert_allclose(found, feature_maps(model, "pool2", images), atol=1e-12)
