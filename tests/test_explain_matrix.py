"""Methods x models: for each form of one network each method gives what TensorFlow gives, or refuses it.

The network is written out in `plain`, with `tf.nn` and its weights alone; each method's right answer is
computed from that. The forms are the ways in which users write such a network with Keras.
"""

import tempfile
from collections.abc import Callable, Set
from functools import partial
from typing import NamedTuple

from utils.architectures.cost import depth, multiply_adds, network_cost
from utils.convolution import receptive_field
from utils.explain import (
    deconvnet,
    grad_cam,
    guided_backprop,
    heat_maps,
    input_gradient,
    maximize_filter,
    occlusion,
    receptive_boxes,
    saliency,
    smooth_grad,
    strongest_units,
    top_patches,
    unsteadiness,
)

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

SIDE, CLASS, UNIT, NUM_CLASSES = 10, 1, 2, 4
RNG = np.random.default_rng(48)  # half of the classes change when the images are shifted
IMAGES = np.kron(RNG.uniform(0, 0.7, (6, 2, 2, 3)), np.ones((1, SIDE // 2, SIDE // 2, 1)))
IMAGES = (IMAGES + RNG.uniform(0, 0.3, IMAGES.shape)).astype("float32")
MULTIPLY_ADDS = 9 * 3 * 5 * 100 + 9 * 5 * 6 * 25 + 6 * 4


def numbers(seed, *shape, scale=0.5):
    return np.random.default_rng(seed).normal(0.05, scale, shape).astype("float32")


WEIGHTS = [
    *(numbers(1, 3, 3, 3, 5), numbers(2, 5), numbers(3, 3, 3, 5, 6), numbers(4, 6)),
    *(numbers(5, 6, NUM_CLASSES, scale=2), numbers(6, NUM_CLASSES)),
]


# The network, and the right answers


def plain(images, relu=tf.nn.relu, weights=WEIGHTS):
    """Return the feature maps (N, 5, 5, 6) of the second layer, and the scores (N, classes)."""
    first, first_bias, second, second_bias, kernel, bias = weights
    maps = relu(tf.nn.conv2d(images, first, 1, "SAME") + first_bias)
    maps = tf.nn.max_pool2d(maps, 2, 2, "VALID")
    maps = relu(tf.nn.conv2d(maps, second, 1, "SAME") + second_bias)
    return maps, tf.reduce_mean(maps, axis=(1, 2)) @ kernel + bias


def center_second_layer_and_scores():
    """Choose the last biases so that the images have different strongest maps and classes."""
    WEIGHTS[3] -= np.mean(plain(IMAGES, tf.identity)[0], axis=(0, 1, 2))
    WEIGHTS[5] -= np.mean(plain(IMAGES)[1], axis=0)


center_second_layer_and_scores()


@tf.custom_gradient
def guided_relu(x):
    return tf.nn.relu(x), lambda upstream: upstream * tf.cast((upstream > 0) & (x > 0), upstream.dtype)


@tf.custom_gradient
def deconvnet_relu(x):
    return tf.nn.relu(x), lambda upstream: tf.nn.relu(upstream)


def gradient_of(function, images):
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = function(images)
    return tape.gradient(value, images).numpy()


def score_gradient(images, relu=tf.nn.relu):
    return gradient_of(lambda x: plain(x, relu)[1][:, CLASS], images)


def right_smooth_grad():
    rng, total = np.random.default_rng(0), 0
    deviations = 0.1 * np.ptp(IMAGES, axis=(1, 2, 3), keepdims=True)
    for _ in range(2):
        noisy = IMAGES + deviations * rng.standard_normal(IMAGES.shape)
        total = total + score_gradient(noisy.astype("float32")) / 2
    return abs(total).max(axis=-1)


def right_grad_cam():
    with tf.GradientTape() as tape:
        maps = tf.constant(plain(IMAGES)[0])
        tape.watch(maps)
        scores = tf.reduce_mean(maps, axis=(1, 2)) @ WEIGHTS[4] + WEIGHTS[5]
        chosen = scores[:, CLASS]
    weights = tape.gradient(chosen, maps).numpy().mean(axis=(1, 2), keepdims=True)
    cam = (weights * maps.numpy()).sum(axis=-1).clip(0)
    peaks = cam.max(axis=(1, 2), keepdims=True)
    return np.divide(cam, peaks, out=np.zeros_like(cam), where=peaks > 0)


def right_deconvnet(images=IMAGES):
    maps = plain(images)[0].numpy()
    start = np.zeros_like(maps)
    for own, target in zip(maps[..., UNIT], start, strict=True):
        place = np.unravel_index(own.argmax(), own.shape)
        target[(*place, UNIT)] = own[place]
    return gradient_of(lambda x: tf.reduce_sum(plain(x, deconvnet_relu)[0] * start), images)


def right_top_patches():
    maps = plain(IMAGES)[0].numpy()[..., UNIT].reshape(len(IMAGES), -1)
    best = np.argsort(-maps.max(axis=1), kind="stable")[:2]
    corners = 2 * np.stack(np.divmod(maps[best].argmax(axis=1), 5), axis=-1) - 3
    boxes = np.concatenate([corners, corners + 8], axis=1).clip(0, SIDE)
    return {"image_indices": [best], "projections": [right_deconvnet(IMAGES[best])], "boxes": [boxes]}


def right_maximize_filter():
    image = np.full((1, SIDE, SIDE, 3), 0.5, "float32")
    for _ in range(2):
        gradient = gradient_of(lambda x: tf.reduce_mean(plain(x)[0][..., UNIT], axis=(1, 2)), image)
        image = image + gradient / (np.sqrt(np.mean(gradient**2)) + 1e-5) / 255
    return image


def right_occlusion(end):
    scores = np.zeros((len(IMAGES), 2, 2))
    for p, q in np.ndindex(2, 2):
        occluded = IMAGES.copy()
        occluded[:, 5 * p : 5 * p + 5, 5 * q : 5 * q + 5] = 0.5
        scores[:, p, q] = end(plain(occluded)[1])[:, CLASS]
    return scores


def right_unsteadiness():
    before, after = (
        plain(images)[1].numpy().argmax(axis=1) for images in (IMAGES, np.roll(IMAGES, 3, axis=2))
    )
    return np.mean(before != after)


SOFTMAX, LOGITS, LOGARITHM = tf.nn.softmax, tf.identity, tf.nn.log_softmax
RIGHT = {
    "input_gradient": score_gradient(IMAGES),
    "saliency": abs(score_gradient(IMAGES)).max(axis=-1),
    "smooth_grad": right_smooth_grad(),
    "guided_backprop": score_gradient(IMAGES, guided_relu),
    "grad_cam": right_grad_cam(),
    "occlusion": right_occlusion(SOFTMAX),
    "deconvnet": right_deconvnet(),
    "top_patches": right_top_patches(),
    "maximize_filter": right_maximize_filter(),
    "strongest_units": plain(IMAGES)[0].numpy().sum(axis=(1, 2)).argmax(axis=1),
    "unsteadiness": right_unsteadiness(),
    "receptive_boxes": (1, 0, 9, 7),
    "receptive_field": (8, 2, -3),
    "costs": (MULTIPLY_ADDS, 3),
}


# The methods


def patches(model):
    top = top_patches(model, IMAGES, "maps", UNIT, k=2)
    return {name: getattr(top, name) for name in RIGHT["top_patches"]}


def field_of_maps(model):
    (rows,), (columns,) = (
        {field[1:] for field in receptive_field(model, SIDE, axis=axis) if field.name == "maps"}
        for axis in (0, 1)
    )
    assert rows == columns
    return rows


def costs(model):
    if None not in model.input_shape[1:]:
        assert network_cost(model).parameters == model.count_params()
    return multiply_adds(model), depth(model)


METHODS = {
    "input_gradient": lambda model: input_gradient(model, IMAGES, CLASS),
    "saliency": lambda model: saliency(model, IMAGES, CLASS),
    "smooth_grad": lambda model: smooth_grad(model, IMAGES, CLASS, num_samples=2, noise=0.1),
    "guided_backprop": lambda model: guided_backprop(model, IMAGES, CLASS),
    "grad_cam": lambda model: grad_cam(model, IMAGES, None, CLASS, resize=False),
    "occlusion": lambda model: occlusion(model, IMAGES, CLASS, size=5, stride=5).scores,
    "deconvnet": lambda model: deconvnet(model, IMAGES, "maps", UNIT),
    "top_patches": patches,
    "maximize_filter": lambda model: (
        maximize_filter(model, "maps", UNIT, num_steps=2, start=np.full((1, SIDE, SIDE, 3), 0.5)).images
    ),
    "strongest_units": lambda model: strongest_units(model, IMAGES, "maps"),
    "unsteadiness": lambda model: unsteadiness(model, IMAGES, shift=3),
    "receptive_boxes": lambda model: receptive_boxes(model, "maps", np.array((2, 1)), (SIDE, SIDE)),
    "receptive_field": field_of_maps,
    "costs": costs,
}
OF_SCORES = {"input_gradient", "saliency", "smooth_grad", "guided_backprop", "grad_cam"}
GOING_BACK = {*OF_SCORES, "deconvnet", "top_patches", "maximize_filter"}
WITH_RULES = {"guided_backprop", "deconvnet", "top_patches"}
OF_PLACES = {"top_patches", "receptive_boxes", "receptive_field"}


# The forms


def sequence(*behind, relu="relu", end="softmax", side=SIDE, first=None, before=()):
    """The network as a Sequential model; `relu` and `end` are activations of its layers."""
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            *before,
            first or layers.Conv2D(5, 3, padding="same", activation=relu),
            layers.MaxPooling2D(),
            layers.Conv2D(6, 3, padding="same", activation=relu, name="maps"),
            layers.GlobalAveragePooling2D(),
            end if isinstance(end, OwnHead) else layers.Dense(NUM_CLASSES, activation=end),
            *behind,
        ]
    )


def functional(relu=None, end=None):
    """The network as a functional model; `relu` and `end` are functions of a tensor, or layers."""
    relu, end = relu or layers.ReLU(), end or layers.Softmax()
    inputs = keras.Input((SIDE, SIDE, 3))
    x = relu(layers.Conv2D(5, 3, padding="same")(inputs))
    x = relu(layers.Conv2D(6, 3, padding="same")(layers.MaxPooling2D()(x)))
    x = layers.GlobalAveragePooling2D()(layers.Activation("linear", name="maps")(x))
    return keras.Model(inputs, end(layers.Dense(NUM_CLASSES)(x)))


def added():
    model = keras.Sequential()
    for layer in (keras.Input((SIDE, SIDE, 3)), *sequence().layers):
        model.add(layer)
    return model


def nested_functional():
    inputs, hidden = keras.Input((SIDE, SIDE, 3)), keras.Input((SIDE, SIDE, 3))
    first = layers.ReLU()(layers.Conv2D(5, 3, padding="same")(hidden))
    body = keras.Model(hidden, layers.MaxPooling2D()(first))
    maps = layers.Conv2D(6, 3, padding="same", activation="relu", name="maps")(body(inputs, training=False))
    pooled, scores = keras.Input((6,)), layers.Dense(NUM_CLASSES, "softmax")
    head = keras.Model(pooled, scores(pooled))
    return keras.Model(inputs, head(layers.GlobalAveragePooling2D()(maps)))


def nested_sequential():
    inputs = keras.Input((SIDE, SIDE, 3))
    first = keras.Sequential([layers.Conv2D(5, 3, padding="same"), layers.ReLU()])
    body = keras.Sequential([keras.Input((None, None, 3)), first, layers.MaxPooling2D()])
    maps = layers.Conv2D(6, 3, padding="same", activation="relu", name="maps")(body(inputs))
    head = keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(NUM_CLASSES, "softmax")])
    return keras.Model(inputs, head(maps))


def nested_whole():
    inputs = keras.Input((SIDE, SIDE, 3))
    return keras.Model(inputs, sequence()(inputs))


def branched():
    """The network with the filters of its second layer in two branches that are joined."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.MaxPooling2D()(layers.Conv2D(5, 3, padding="same", activation="relu")(inputs))
    branches = [layers.Conv2D(filters, 3, padding="same") for filters in (2, 4)]
    maps = layers.ReLU(name="maps")(layers.Concatenate()([branch(x) for branch in branches]))
    outputs = layers.Dense(NUM_CLASSES, "softmax")(layers.GlobalAveragePooling2D()(maps))
    model = keras.Model(inputs, outputs)
    first, first_bias, second, second_bias, kernel, bias = WEIGHTS
    model.layers[1].set_weights([first, first_bias])
    branches[0].set_weights([second[..., :2], second_bias[:2]])
    branches[1].set_weights([second[..., 2:], second_bias[2:]])
    model.layers[-1].set_weights([kernel, bias])
    return model


class Subclass(keras.Model):
    """A functional model of a class of its own."""


def subclass():
    model = functional()
    return Subclass(model.inputs, model.outputs)


class OwnRelu(layers.Layer):
    def call(self, x):
        return tf.nn.relu(x)


class OwnReluOfKeras(layers.Layer):
    def call(self, x, training=None):
        return ops.maximum(x, 0)


class OwnConvolution(layers.Layer):
    """A layer of layers, with a ReLU inside."""

    def build(self, shape):
        self.convolution = layers.Conv2D(5, 3, padding="same", activation="relu")
        self.convolution.build(shape)

    def call(self, x):
        return self.convolution(x)


class OwnInTensorFlow(layers.Layer):
    """A layer with weights, and with a ReLU that nobody sees."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(3, 3, shape[-1], 5))
        self.bias = self.add_weight(shape=(5,))

    def call(self, x):
        maps = tf.nn.conv2d(x, tf.convert_to_tensor(self.kernel), 1, "SAME")
        return tf.nn.relu(maps + tf.convert_to_tensor(self.bias))


class OwnHead(layers.Layer):
    """A layer that ends with a softmax of its own."""

    def build(self, shape):
        self.dense = layers.Dense(NUM_CLASSES)
        self.dense.build(shape)

    def call(self, x):
        return ops.softmax(self.dense(x))


def compiled():
    model = sequence()
    model.compile(loss=lambda true, found: ops.mean(found - true), optimizer="adam")
    return model


def reloaded():
    model = nested_functional()
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        return keras.saving.load_model(f"{folder}/model.keras")


def in_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        return sequence()
    finally:
        keras.config.set_dtype_policy(before)


def by_comparison(x):
    return ops.where(x > 0, x, 0.0)


def by_absolute_value(x):
    return (x + ops.abs(x)) / 2


def half_softmax(x):
    return tf.nn.softmax(x / 2)


def always_dropped(x):
    return layers.Softmax()(layers.Dropout(0.5)(x, training=True))


class Form(NamedTuple):
    """A way to write the network.

    Attributes:
        build: returns the model.
        end: what it does to the scores.
        refused: the methods that must refuse it; all others must be right.
        tolerance: relative to the largest number.
    """

    build: Callable
    end: Callable = SOFTMAX
    refused: Set[str] = frozenset()
    tolerance: float = 1e-5


relu, softmax = keras.activations.relu, keras.activations.softmax
AUGMENTATIONS = {
    "RandomFlip": layers.RandomFlip,
    "RandomTranslation": partial(layers.RandomTranslation, 0.3, 0.3),
    "RandomRotation": partial(layers.RandomRotation, 0.3),
    "RandomZoom": partial(layers.RandomZoom, 0.3),
    "RandomContrast": partial(layers.RandomContrast, 0.5),
    "RandomBrightness": partial(layers.RandomBrightness, 0.5),
}


def augmented(make):
    return sequence(before=[make()])


def all_augmentations():
    return [make() for make in AUGMENTATIONS.values()]


FORMS = {
    # The activation of a layer
    "relu: a string": Form(sequence),
    "relu: a function": Form(partial(sequence, relu=relu)),
    "relu: a layer": Form(partial(sequence, relu=layers.ReLU())),
    "relu: Activation of a layer": Form(partial(sequence, relu=layers.Activation(layers.ReLU()))),
    "relu: LeakyReLU without a slope": Form(partial(sequence, relu=layers.LeakyReLU(0.0))),
    "relu: a partial": Form(partial(sequence, relu=partial(relu, max_value=50.0))),
    "relu: a lambda": Form(partial(sequence, relu=lambda x: relu(x))),
    "relu: a lambda in TensorFlow": Form(partial(sequence, relu=lambda x: tf.maximum(x, 0.0))),
    "relu: tf.nn.relu": Form(partial(sequence, relu=tf.nn.relu)),
    "relu: keras.ops.relu": Form(partial(sequence, relu=ops.relu)),
    "relu: by comparison": Form(partial(sequence, relu=by_comparison)),
    # An activation behind a layer
    "ReLU": Form(functional),
    "Activation": Form(partial(functional, layers.Activation("relu"))),
    "Activation of a layer": Form(partial(functional, layers.Activation(layers.ReLU()))),
    "Lambda": Form(partial(functional, layers.Lambda(tf.nn.relu))),
    "own layer in TensorFlow": Form(partial(functional, OwnRelu())),
    "own layer": Form(partial(functional, OwnReluOfKeras())),
    "ops.relu": Form(partial(functional, ops.relu)),
    "ops.maximum": Form(partial(functional, partial(ops.maximum, 0.0))),
    "keras.activations.relu": Form(partial(functional, relu)),
    "by comparison": Form(partial(functional, by_comparison), refused=WITH_RULES),
    "by absolute value": Form(partial(functional, by_absolute_value), refused=WITH_RULES),
    # The last activation
    "softmax: a function": Form(partial(sequence, end=softmax)),
    "softmax: a layer": Form(partial(sequence, end=layers.Softmax())),
    "softmax: Activation of a layer": Form(partial(sequence, end=layers.Activation(layers.Softmax()))),
    "softmax: a partial": Form(partial(sequence, end=partial(softmax, axis=-1))),
    "softmax: tf.nn.softmax": Form(partial(sequence, end=tf.nn.softmax)),
    "softmax: a lambda": Form(partial(sequence, end=lambda x: tf.nn.softmax(x))),
    "softmax: its logarithm": Form(partial(sequence, end="log_softmax"), LOGARITHM),
    "softmax: none": Form(partial(sequence, end=None), LOGITS),
    "softmax: of half, in TensorFlow": Form(partial(sequence, end=half_softmax), half_softmax, OF_SCORES),
    "Softmax": Form(lambda: sequence(layers.Softmax(), end=None)),
    "softmax, then float32": Form(
        lambda: sequence(layers.Activation("softmax"), layers.Activation("linear"), end=None)
    ),
    "softmax, then shapes": Form(
        lambda: sequence(layers.Reshape((2, 2)), layers.Flatten(), layers.Dropout(0.5))
    ),
    "ops.softmax": Form(partial(functional, end=ops.softmax)),
    "softmax in a Lambda": Form(partial(functional, end=layers.Lambda(tf.nn.softmax))),
    "softmax in an own layer": Form(lambda: sequence(end=OwnHead()), refused=OF_SCORES),
    # The structure
    "filled by .add()": Form(added),
    "nested functional": Form(nested_functional),
    "nested Sequential": Form(nested_sequential),
    "one model in another": Form(nested_whole),
    "branches": Form(branched),
    "subclass of a functional model": Form(subclass),
    "saved and loaded": Form(reloaded),
    "compiled with an own loss": Form(compiled),
    "any size": Form(partial(sequence, side=None), refused={"costs"}),
    "dropout that always drops": Form(partial(functional, end=always_dropped)),
    # Augmentation inside
    **{f"augmented: {name}": Form(partial(augmented, make)) for name, make in AUGMENTATIONS.items()},
    "augmented: a model": Form(lambda: augmented(lambda: keras.Sequential(all_augmentations()))),
    "augmented: a Pipeline": Form(lambda: augmented(lambda: layers.Pipeline(all_augmentations()))),
    # Layers with a call of their own
    "a layer of layers": Form(lambda: sequence(first=OwnConvolution()), refused=WITH_RULES),
    "a layer in TensorFlow": Form(
        lambda: sequence(first=OwnInTensorFlow()), refused={*WITH_RULES, *OF_PLACES, "costs"}
    ),
    # Precisions
    "mixed_bfloat16": Form(partial(in_precision, "mixed_bfloat16"), tolerance=0.1),
    "mixed_float16": Form(partial(in_precision, "mixed_float16"), refused=GOING_BACK, tolerance=0.01),
    "float16": Form(partial(in_precision, "float16"), refused=GOING_BACK, tolerance=0.01),
}


def build(name):
    keras.utils.set_random_seed(0)
    model = FORMS[name].build()
    if name != "branches":
        model.set_weights(WEIGHTS)
    return model


def assert_close(values, expected, tolerance, method):
    if tolerance > 1e-3 and np.ndim(expected) > 1:  # In half precision single ReLUs may turn.
        cosine = np.vdot(values, expected) / np.linalg.norm(values) / np.linalg.norm(expected)
        assert cosine > 1 - tolerance, method
    else:
        scale = max(np.max(np.abs(expected)), 0.1)
        np.testing.assert_allclose(values, expected, atol=tolerance * scale, err_msg=method)


@pytest.mark.parametrize("name", FORMS)
def test_every_method_is_right_or_refuses(name):
    form, model = FORMS[name], build(name)
    before = model.get_weights()
    for method, apply in METHODS.items():
        if method in form.refused:
            # By the name of the model, or of a layer in it.
            with pytest.raises(ValueError, match=r"^.*'\w+'"):
                apply(model)
            continue
        found = apply(model)
        right = right_occlusion(form.end) if method == "occlusion" else RIGHT[method]
        for part, expected in (right if isinstance(right, dict) else {"": right}).items():
            values = found[part] if part else found
            assert_close(values, expected, form.tolerance, method)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    "name", ["relu: a lambda", "nested Sequential", "augmented: a model", "by comparison"]
)
def test_maps_side_by_side_are_right_or_refused(name):
    model = build(name)
    if FORMS[name].refused:
        with pytest.raises(ValueError, match="'greater"):
            heat_maps(model, IMAGES, CLASS, "maps", size=9)
        return
    found = heat_maps(model, IMAGES, CLASS, "maps", size=9)
    guided = abs(RIGHT["guided_backprop"]).max(axis=-1)
    assert_close(found["guided backprop"], guided, 1e-5, "guided backprop")
    assert_close(found["saliency"], RIGHT["saliency"], 1e-5, "saliency")


def test_the_matrix_is_full():
    """What is reported of the matrix: its size, and the cells that are refused."""
    refused = {name: sorted(form.refused) for name, form in FORMS.items() if form.refused}
    assert all(method in METHODS for methods in refused.values() for method in methods)
    num_refused = sum(map(len, refused.values()))
    assert (len(FORMS), len(METHODS), num_refused) == (60, 14, 42), refused


def test_wrong_answers_would_be_noticed():
    """The right answers differ from those of the faults that the forms once showed."""
    assert abs(RIGHT["guided_backprop"] - RIGHT["input_gradient"]).max() > 0.1
    probability = gradient_of(lambda x: tf.nn.softmax(plain(x)[1])[:, CLASS], IMAGES)
    assert abs(RIGHT["input_gradient"] - probability).max() > 0.1 * abs(probability).max()
    flipped = score_gradient(IMAGES[:, ::-1, ::-1])
    assert abs(RIGHT["input_gradient"] - flipped).max() > 0.1
    assert RIGHT["unsteadiness"] not in (0, 1) and len(set(RIGHT["strongest_units"])) > 1
