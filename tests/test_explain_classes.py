"""Saliency, SmoothGrad, guided backpropagation and Grad-CAM against what they must equal."""

from utils.explain import grad_cam, guided_backprop, input_gradient, saliency, smooth_grad

import keras
import numpy as np
import pytest
import tensorflow as tf
from explain_models import (
    conv,
    dense,
    image_input,
    max_pool,
    network,
    normal,
    random_images,
    small_network,
)
from keras import layers


def smooth(model, images, classes=None):
    return smooth_grad(model, images, classes, num_samples=3)


METHODS = {
    "input_gradient": input_gradient,
    "saliency": saliency,
    "smooth_grad": smooth,
    "guided_backprop": guided_backprop,
    "grad_cam": lambda model, images, classes=None: grad_cam(model, images, None, classes),
}
methods = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def logits_of(model):
    """The same network without its softmax, with the same weights."""
    config = model.get_config()
    config["layers"][-1]["config"]["activation"] = "linear"
    logits = keras.Sequential.from_config(config)
    logits.set_weights(model.get_weights())
    return logits


def linear_classifier():
    return network(layers.Flatten(dtype="float64"), dense(4, seed=1, activation="softmax"))


# The gradient


def test_gradient_equals_central_differences_of_the_score():
    model, images = small_network(), random_images(1)
    logits, gradient, step = logits_of(model), input_gradient(model, images, 2)[0], 1e-6
    rng = np.random.default_rng(0)
    for _ in range(30):
        place = tuple(rng.integers(images.shape[1:]))
        moved = np.repeat(images, 2, axis=0)
        moved[(0, *place)] += step
        moved[(1, *place)] -= step
        above, below = logits(moved).numpy()[:, 2]
        assert gradient[place] == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-8)


@methods
def test_softmax_is_left_out(method):
    model, images = small_network(), random_images()
    np.testing.assert_allclose(method(model, images, 1), method(logits_of(model), images, 1), atol=1e-12)


def test_gradient_of_the_probability_is_another_one():
    model, images = small_network(), tf.constant(random_images())
    with tf.GradientTape() as tape:
        tape.watch(images)
        probability = model(images)[:, 1]
    wrong = tape.gradient(probability, images).numpy()
    right = input_gradient(model, images, 1)
    cosines = (
        (wrong * right).sum((1, 2, 3))
        / np.linalg.norm(wrong.reshape(4, -1), axis=1)
        / np.linalg.norm(right.reshape(4, -1), axis=1)
    )
    assert cosines.min() < 0.99


@methods
def test_predicted_class_is_taken_where_none_is_given(method):
    model, images = small_network(), random_images(6)
    predicted = model(images).numpy().argmax(axis=1)
    assert len(set(predicted)) > 1
    np.testing.assert_array_equal(method(model, images), method(model, images, predicted))


def test_saliency_is_the_largest_channel():
    model, images = small_network(), random_images()
    gradient = input_gradient(model, images, 0)
    np.testing.assert_array_equal(saliency(model, images, 0), abs(gradient).max(axis=-1))
    assert not np.allclose(abs(gradient).max(axis=-1), gradient.max(axis=-1))


@methods
def test_batches_change_nothing(method):
    model, images = small_network(), random_images(5)
    if method is smooth:  # Its noise depends on the order of drawing.
        method = lambda *args: smooth_grad(*args, num_samples=2, noise=0)  # noqa: E731
    each = [method(model, images[index : index + 1], 1)[0] for index in range(5)]
    many = np.concatenate([images] * 15)  # more than one batch: compiled
    np.testing.assert_allclose(
        method(model, many, 1), np.tile(each, (15, *(1,) * (np.ndim(each) - 1))), atol=1e-9
    )


# SmoothGrad


def test_smooth_grad_without_noise_is_saliency():
    model, images = small_network(), random_images()
    expected = saliency(model, images)
    np.testing.assert_allclose(smooth_grad(model, images, num_samples=4, noise=0), expected)
    assert not np.allclose(smooth_grad(model, images, num_samples=4, noise=0.3), expected)


def test_smooth_grad_of_a_linear_network_is_saliency():
    model, images = linear_classifier(), random_images()
    found = smooth_grad(model, images, 2, num_samples=3, noise=0.5)
    np.testing.assert_allclose(found, saliency(model, images, 2), atol=1e-12)


def test_smooth_grad_repeats_with_its_seed():
    model, images = small_network(), random_images(1)
    first, again, other = (smooth_grad(model, images, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


# Guided backpropagation


def test_guided_backprop_is_masked_both_ways():
    """Two dense layers, written out: only positive signals pass, and only active units."""
    model = network(
        layers.Flatten(dtype="float64"),
        dense(20, seed=1, activation="relu"),
        dense(20, seed=2, activation="relu"),
        dense(4, seed=3),
    )
    images = random_images(2)
    (k1, b1), (k2, b2), (k3, _) = (layer.get_weights() for layer in model.layers[1:])
    z1 = images.reshape(2, -1) @ k1 + b1
    z2 = z1.clip(0) @ k2 + b2
    signal = k3[:, 1] * (z2 > 0) * (k3[:, 1] > 0)
    signal = signal @ k2.T
    guided = signal * (z1 > 0) * (signal > 0)
    found = guided_backprop(model, images, 1)
    np.testing.assert_allclose(found.reshape(2, -1), guided @ k1.T, atol=1e-12)
    deconvnet_rule = signal * (signal > 0)
    assert not np.allclose(found.reshape(2, -1), deconvnet_rule @ k1.T)
    assert not np.allclose(found, input_gradient(model, images, 1))


def test_guided_backprop_without_relu_is_the_gradient():
    model, images = small_network(activation="linear"), random_images()
    np.testing.assert_allclose(guided_backprop(model, images), input_gradient(model, images), atol=1e-12)


# Grad-CAM


def cam_network(bias=0.0):
    return network(
        conv(6, seed=1, activation="relu", name="maps"),
        layers.GlobalAveragePooling2D(dtype="float64"),
        dense(4, seed=2, activation="softmax"),
    )


def class_activation_maps(model, images, chosen):
    maps = keras.Model(model.inputs[0], model.get_layer("maps").output)(images).numpy()
    kernel, bias = model.layers[-1].get_weights()
    return maps @ kernel[:, chosen], bias[chosen]


def normalized(maps):
    maps = maps.clip(0)
    return maps / maps.max(axis=(1, 2), keepdims=True)


def test_grad_cam_of_a_cam_network_is_its_cam():
    model, images = cam_network(), random_images()
    for chosen in range(4):
        cam, bias = class_activation_maps(model, images, chosen)
        logits = logits_of(model)(images).numpy()[:, chosen]
        np.testing.assert_allclose(cam.mean(axis=(1, 2)) + bias, logits)
        if (cam.max(axis=(1, 2)) > 0).all():
            found = grad_cam(model, images, "maps", chosen, resize=False)
            np.testing.assert_allclose(found, normalized(cam), atol=1e-12)
    other_class, _ = class_activation_maps(model, images, (chosen + 1) % 4)
    assert abs(found - other_class).max() > 1e-3


def test_resized_grad_cam_is_the_bilinear_enlargement():
    model, images = cam_network(), random_images()
    small = grad_cam(model, images, "maps", resize=False)
    large = grad_cam(model, images, "maps")
    assert small.shape == (4, 10, 12) and large.shape == (4, 12, 14)
    expected = tf.image.resize(small[..., np.newaxis], (12, 14))[..., 0]
    np.testing.assert_allclose(large, expected, atol=1e-6)


def test_map_without_a_positive_place_is_zero():
    model, images = cam_network(), random_images()
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([-abs(kernel), bias])
    np.testing.assert_array_equal(grad_cam(model, images), np.zeros((4, 12, 14)))


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2", "pool2", 0, None])
def test_grad_cam_of_any_layer_equals_its_equations(layer):
    model, images = small_network(), random_images()
    index = {None: 3, 0: 0}.get(layer) if layer in (None, 0) else model.layers.index(model.get_layer(layer))
    below = keras.Model(model.inputs[0], model.layers[index].output)
    maps = below(images)
    with tf.GradientTape() as tape:
        tape.watch(maps)
        value = maps
        for above in logits_of(model).layers[index + 1 :]:
            value = above(value)
        score = value[:, 1]
    weights = tape.gradient(score, maps).numpy().mean(axis=(1, 2), keepdims=True)
    cam = (weights * maps.numpy()).sum(axis=-1).clip(0)
    peaks = cam.max(axis=(1, 2), keepdims=True)
    expected = np.divide(cam, peaks, out=np.zeros_like(cam), where=peaks > 0)
    np.testing.assert_allclose(grad_cam(model, images, layer, 1, resize=False), expected, atol=1e-9)
    assert expected.max() > 0


def test_layer_beside_the_way_to_the_score_is_refused():
    inputs = image_input()
    outputs = dense(3, seed=0)(layers.Flatten(dtype="float64")(inputs))
    aside = conv(2, seed=1, name="aside")(inputs)
    flat = layers.GlobalAveragePooling2D(dtype="float64")(aside)
    model = keras.Model(
        inputs,
        layers.Add(dtype="float64")([outputs, keras.ops.stop_gradient(dense(3, seed=2)(flat))]),
    )
    with pytest.raises(ValueError, match="No class score depends on the output of 'aside'"):
        grad_cam(model, random_images(1), "aside")


# All of them


@methods
def test_random_weights_change_the_maps(method):
    """Adebayo et al. 2018: a method that survives this shows the image, not the network."""
    model, images = small_network(), random_images()
    before = method(model, images, 1)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(scale=0.4, size=w.shape) for w in model.get_weights()])
    assert not np.allclose(before, method(model, images, 1), atol=1e-3)


@methods
def test_sequential_functional_and_nested_forms_agree(method):
    images = random_images()
    inputs = image_input()
    hidden = image_input()
    first = max_pool("pool1")(conv(5, seed=1, padding="same")(hidden))
    maps = layers.ReLU(dtype="float64")(keras.Model(hidden, first)(inputs))
    maps = layers.Activation("relu", dtype="float64")(conv(6, seed=2, padding="same")(maps))
    flat = layers.Flatten(dtype="float64")(max_pool("pool2", 2, 2, "same")(maps))
    scores = dense(4, seed=3)(flat)
    functional = keras.Model(inputs, layers.Softmax(dtype="float64")(scores))
    np.testing.assert_allclose(method(functional, images, 1), method(small_network(), images, 1), atol=1e-12)


@methods
def test_model_is_not_changed(method):
    model, images = small_network(), random_images(2)
    config, before = model.get_config(), model(images).numpy()
    method(model, images)
    assert model.get_config() == config
    np.testing.assert_array_equal(model(images), before)


@methods
def test_float32_model_gives_float32(method):
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, activation="relu", kernel_initializer=normal(0)),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid", kernel_initializer=normal(1)),
        ]
    )
    assert method(model, random_images(2, (8, 8, 3))).dtype == np.float32


@methods
def test_bad_input_is_refused(method):
    model, images = small_network(), random_images(2)
    for classes in (4, -1, [0, 4]):
        with pytest.raises(ValueError, match="4 classes, 0 to 3"):
            method(model, images, classes)
    for classes in ([0, 1, 2], 1.0, "cat"):
        with pytest.raises(ValueError, match="classes must be an integer"):
            method(model, images, classes)
    with pytest.raises(ValueError, match=r"images must be floats.*uint8"):
        method(model, (255 * images).astype("uint8"), 0)
    with pytest.raises(ValueError, match="must be a batch of shape"):
        method(model, images[0], 0)
    maps_only = network(conv(3, seed=0))
    with pytest.raises(ValueError, match="no class scores"):
        method(maps_only, images, 0)


def test_bad_noise_is_refused():
    model, images = small_network(), random_images(1)
    with pytest.raises(ValueError, match="num_samples must be an integer of at least 1"):
        smooth_grad(model, images, num_samples=0)
    with pytest.raises(ValueError, match="noise must not be negative"):
        smooth_grad(model, images, noise=-0.1)
