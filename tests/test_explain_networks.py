"""The methods on whole networks, of the course and of Keras, on heads of other kinds, and what is refused."""

from utils import architectures
from utils.explain import (
    deconvnet,
    grad_cam,
    guided_backprop,
    heat_maps,
    input_gradient,
    maximize_filter,
    occlusion,
    randomize_downward,
    receptive_boxes,
    saliency,
    smooth_grad,
    strongest_units,
    top_patches,
    unsteadiness,
)
from utils.explain.activations import split_activation
from utils.explain.behavior import Kind
from utils.explain.class_scores import Classes
from utils.explain.network import Network
from utils.explain.receptive_box import boxes
from utils.pretrained import efficientnet_lite0

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


def random_images(shape, num_images=2):
    return np.random.default_rng(0).uniform(0, 1, (num_images, *shape)).astype("float32")


def of_keras(name):
    return lambda: getattr(keras.applications, name)(weights=None, input_shape=(64, 64, 3))


# Networks of the course and of Keras, and whether all their activations are ReLUs.
NETWORKS = {
    "lecture_cifar10": (architectures.lecture_cifar10, True),
    "zfnet_cifar10": (architectures.zfnet_cifar10, True),
    "lenet1": (architectures.lenet1, False),
    "lenet5": (architectures.lenet5, False),
    "small_alexnet": (architectures.small_alexnet, True),
    "small_resnet": (architectures.small_resnet, True),
    "speedrun": (architectures.speedrun, False),
    "efficientnet_lite0": (lambda: efficientnet_lite0(weights=None, input_shape=(64, 64, 3)), True),
    "MobileNet": (of_keras("MobileNet"), True),
    "MobileNetV3Small": (of_keras("MobileNetV3Small"), False),
    "EfficientNetB0": (of_keras("EfficientNetB0"), False),
}


def scores_by_keras(model, also):
    """Return a model of the same layers that gives the scores before the softmax, and a layer's maps."""
    last = model.layers[-1]
    if isinstance(last, layers.Dense) and last.activation is keras.activations.softmax:
        bias = 0 if last.bias is None else last.bias
        scores = ops.matmul(last.input, last.kernel) + bias
    elif last.name == "predictions":
        scores = last.input
    else:
        scores = last.output
    return keras.Model(model.inputs, [scores, also])


def last_maps(model):
    """Return the last layer of a model whose maps are larger than 1x1."""
    shapes = [(layer, layer.output.shape) for layer in model.layers]
    return [layer for layer, shape in shapes if len(shape) == 4 and shape[1:3] != (1, 1)][-1]


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_are_not_refused_and_their_scores_are_explained(name):
    build, has_only_relus = NETWORKS[name]
    model = build()
    images, layer = random_images(model.input_shape[1:]), last_maps(model)
    reference = scores_by_keras(model, layer.output)
    pixels = tf.constant(images)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(pixels)
        scores, maps = reference(pixels, training=False)
        chosen = scores[:, 3]
    expected = tape.gradient(chosen, pixels).numpy()
    found = input_gradient(model, images, 3)
    np.testing.assert_allclose(found, expected, atol=1e-4 * abs(expected).max())
    np.testing.assert_array_equal(saliency(model, images, 3), abs(found).max(axis=-1))

    weights = tape.gradient(chosen, maps).numpy().mean(axis=(1, 2), keepdims=True)
    cam = (weights * maps.numpy()).sum(axis=-1).clip(0)
    peaks = cam.max(axis=(1, 2), keepdims=True)
    cam = np.divide(cam, peaks, out=np.zeros_like(cam), where=peaks > 0)
    np.testing.assert_allclose(grad_cam(model, images, layer.name, 3, resize=False), cam, atol=2e-3)
    units = strongest_units(model, images, layer.name)
    np.testing.assert_array_equal(units, maps.numpy().sum(axis=(1, 2)).argmax(axis=1))
    assert guided_backprop(model, images, 3).shape == images.shape

    boxes = receptive_boxes(model, layer.name, np.array((1, 1)), images.shape[1:3])
    assert (boxes[:2] < boxes[2:]).all()
    if not has_only_relus:
        with pytest.raises(ValueError, match="A deconvnet is defined for ReLU alone"):
            top_patches(model, images, layer.name, units, k=1)
        return
    top = top_patches(model, images, layer.name, units[:1], k=1)
    top_row, left, bottom, right = top.boxes[0, 0]
    outside = np.ones(images.shape[1:3], bool)
    outside[top_row:bottom, left:right] = False
    assert np.isfinite(top.projections).all() and not top.projections[0, 0][outside].any()


ONE_OF_EACH_FAMILY = (
    *(
        "ConvNeXtTiny",
        "DenseNet121",
        "EfficientNetB0",
        "EfficientNetV2B0",
        "InceptionResNetV2",
        "InceptionV3",
    ),
    *(
        "MobileNet",
        "MobileNetV2",
        "MobileNetV3Large",
        "NASNetMobile",
        "ResNet50",
        "ResNet50V2",
        "VGG16",
        "Xception",
    ),
)


@pytest.mark.parametrize("name", ONE_OF_EACH_FAMILY)
def test_all_activations_of_the_networks_of_keras_are_known(name):
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3))
        network = Network(model)
        kinds = {step.name: split_activation(step).kind for step in network.steps}
        assert Kind.UNKNOWN not in kinds.values()
        assert kinds[network.last.name] is Kind.SOFTMAX and Classes(network).num_classes == 1000
        step = network.find_feature_maps(None)
        assert boxes(network, step, (0, 0), (96, 96)).shape == (4,)


@pytest.mark.parametrize("name", ["MobileNet", "MobileNetV3Small"])
def test_a_head_on_single_positions_is_not_what_grad_cam_shows(name):
    model = NETWORKS[name][0]()
    images = random_images((64, 64, 3))
    maps = grad_cam(model, images, resize=False)
    assert maps.shape == (2, 2, 2) and np.ptp(maps) > 0.1
    single = [step for step in Network(model).steps if step.has_positions][-1]
    assert single.output_shape[1:3] == (1, 1)
    assert grad_cam(model, images, single.name, resize=False).shape == (2, 1, 1)


def test_maps_of_single_positions_are_taken_if_there_are_no_others():
    stack = [keras.Input((4, 4, 3)), layers.Conv2D(5, 4, name="conv"), layers.ReLU(name="relu")]
    model = keras.Sequential([*stack, layers.Flatten(), layers.Dense(3, "softmax")])
    assert Network(model).find_feature_maps(None).name == "relu"


# One output


def binary(end="sigmoid"):
    """Half of the images below are of class 1."""
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, end),
        ]
    )
    scores = keras.Model(model.inputs, model.layers[-2].output)(BINARY_IMAGES) @ model.layers[-1].kernel
    model.layers[-1].bias.assign([-np.median(scores)])
    return model


BINARY_IMAGES = random_images((6, 6, 1), 8)
SIGMOIDS = ["sigmoid", tf.sigmoid, layers.Activation("sigmoid"), lambda x: 1 / (1 + ops.exp(-x))]


@pytest.mark.parametrize("end", SIGMOIDS)
def test_one_sigmoid_output_has_two_classes(end):
    model = binary(end)
    probabilities = model.predict(BINARY_IMAGES, verbose=0)[:, 0]
    classes = (probabilities >= 0.5).astype(int)
    assert sorted(set(classes)) == [0, 1]
    pixels = tf.constant(BINARY_IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        hidden = keras.Model(model.inputs, model.layers[-2].output)(pixels)
        score = (hidden @ model.layers[-1].kernel)[:, 0]
    gradient = tape.gradient(score, pixels).numpy()
    np.testing.assert_allclose(input_gradient(model, BINARY_IMAGES, 1), gradient, atol=1e-6)
    np.testing.assert_allclose(input_gradient(model, BINARY_IMAGES, 0), -gradient, atol=1e-6)
    signs = (2 * classes - 1)[:, None, None, None]
    np.testing.assert_allclose(input_gradient(model, BINARY_IMAGES), signs * gradient, atol=1e-6)
    with pytest.raises(ValueError, match=r"has 2 classes, 0 to 1; got \[2\]"):
        saliency(model, BINARY_IMAGES, 2)


@pytest.mark.parametrize("method", [saliency, smooth_grad, guided_backprop, grad_cam])
def test_the_class_that_one_sigmoid_output_predicts_is_explained(method):
    model = binary()
    classes = (model.predict(BINARY_IMAGES, verbose=0)[:, 0] >= 0.5).astype(int)
    options = {"classes": classes}
    np.testing.assert_array_equal(method(model, BINARY_IMAGES), method(model, BINARY_IMAGES, **options))


def test_occlusion_of_one_sigmoid_output():
    model = binary()
    probabilities = model.predict(BINARY_IMAGES, verbose=0)[:, 0]
    chosen = probabilities >= 0.5
    found = occlusion(model, BINARY_IMAGES, size=3, stride=3)
    positive = occlusion(model, BINARY_IMAGES, 1, size=3, stride=3)
    negative = occlusion(model, BINARY_IMAGES, 0, size=3, stride=3)
    occluded = BINARY_IMAGES.copy()
    occluded[:, 3:6, :3] = 0.5
    expected = model.predict(occluded, verbose=0)[:, 0]
    np.testing.assert_allclose(positive.scores[:, 1, 0], expected, atol=1e-6)
    np.testing.assert_array_equal(positive.predictions[:, 1, 0], expected >= 0.5)
    np.testing.assert_allclose(negative.scores, 1 - positive.scores, atol=1e-6)
    np.testing.assert_allclose(negative.drops, -positive.drops, atol=1e-6)
    np.testing.assert_array_equal(
        found.scores, np.where(chosen[:, None, None], positive.scores, negative.scores)
    )
    assert set(found.predictions.ravel().tolist()) == {0, 1}


def test_unsteadiness_of_one_sigmoid_output():
    model = binary()
    before, after = (
        model.predict(images, verbose=0)[:, 0] >= 0.5
        for images in (BINARY_IMAGES, np.roll(BINARY_IMAGES, 2, axis=2))
    )
    assert 0 < np.mean(before != after) < 1
    assert unsteadiness(model, BINARY_IMAGES, shift=2) == np.mean(before != after)


def test_exactly_half_is_class_1():
    model = keras.Sequential(
        [keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1, "sigmoid", use_bias=False)]
    )
    model.set_weights([np.ones((4, 1), "float32")])
    images = np.zeros((1, 2, 2, 1), "float32")
    assert occlusion(model, images, size=1, stride=1, fill=0.0).predictions.tolist() == [[[1, 1], [1, 1]]]


def test_one_output_without_a_sigmoid_is_one_class_and_no_prediction():
    model = binary(None)
    assert not occlusion(model, BINARY_IMAGES, 0, size=3).predictions.any()
    assert input_gradient(model, BINARY_IMAGES, 0).any()
    with pytest.raises(ValueError, match="1 classes, 0 to 0"):
        saliency(model, BINARY_IMAGES, 1)
    with pytest.raises(ValueError, match="gives one number and no sigmoid"):
        unsteadiness(model, BINARY_IMAGES)


# What is refused


def small(*stack, shape=(6, 6, 1), **options):
    return keras.Sequential(
        [keras.Input(shape, **options), *stack, layers.Flatten(), layers.Dense(2, "softmax")]
    )


class OwnModel(keras.Model):
    def __init__(self):
        super().__init__(name="own_model")
        self.dense = layers.Dense(2)

    def call(self, images):
        return self.dense(ops.reshape(images, (-1, 36)))


def several_inputs():
    inputs = [keras.Input((6, 6, 1)), keras.Input((6, 6, 1))]
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(layers.add(inputs))), name="several")


def several_outputs():
    inputs = keras.Input((6, 6, 1))
    return keras.Model(
        inputs, [layers.Flatten()(inputs), layers.Dense(2)(layers.Flatten()(inputs))], name="several"
    )


def unbuilt():
    return keras.Sequential([layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)], name="unbuilt")


REFUSED = {
    "own_model": OwnModel,
    "several": several_inputs,
    "several outputs": several_outputs,
    "unbuilt": unbuilt,
    "integers": lambda: small(layers.Rescaling(1 / 255), dtype="uint8"),
    "vectors": lambda: keras.Sequential([keras.Input((36,)), layers.Dense(2)]),
    "channels first": lambda: small(layers.MaxPooling2D(data_format="channels_first"), shape=(2, 6, 6)),
    "the images back": lambda: (lambda x: keras.Model(x, x))(keras.Input((6, 6, 1))),
}
METHODS = {
    "saliency": saliency,
    "smooth_grad": smooth_grad,
    "guided_backprop": guided_backprop,
    "grad_cam": grad_cam,
    "occlusion": lambda model, images: occlusion(model, images, size=3),
    "unsteadiness": unsteadiness,
    "deconvnet": lambda model, images: deconvnet(model, images, 0, 0),
    "top_patches": lambda model, images: top_patches(model, images, 0, 0, k=1),
    "maximize_filter": lambda model, images: maximize_filter(model, 0, 0, num_steps=1),
    "strongest_units": lambda model, images: strongest_units(model, images, 0),
    "receptive_boxes": lambda model, images: receptive_boxes(model, 0, (0, 0), (6, 6)),
    "heat_maps": lambda model, images: heat_maps(model, images, 0, 0, size=3),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", REFUSED)
def test_models_that_the_methods_cannot_take_are_refused_by_name(name, method):
    model = REFUSED[name]()
    with pytest.raises(ValueError, match=rf"{model.name}|max_pooling2d"):
        METHODS[method](model, random_images((6, 6, 1)))


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"receptive_boxes", "maximize_filter"}))
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_images_that_are_not_finite_are_refused(method, wrong):
    images = random_images((6, 6, 1))
    images[1, 2, 3] = wrong
    with pytest.raises(ValueError, match="images must be finite"):
        METHODS[method](small(layers.Conv2D(2, 3, activation="relu")), images)


# Other functions that read a model


class Head(layers.Layer):
    """Ends with a softmax, whose shape is changed once more."""

    def build(self, shape):
        self.dense = layers.Dense(2)
        self.dense.build(shape)

    def call(self, x):
        return ops.reshape(ops.softmax(self.dense(x)), (-1, 2))


def test_a_softmax_hidden_in_the_last_layer_is_refused_where_it_must_be_left_out():
    stack = [layers.Conv2D(2, 3, activation="relu"), layers.Flatten()]
    model = keras.Sequential([keras.Input((6, 6, 1)), *stack, Head(name="head")])
    images = random_images((6, 6, 1))
    for method in (saliency, smooth_grad, guided_backprop, grad_cam):
        with pytest.raises(ValueError, match="not known whether 'head' ends with a softmax"):
            method(model, images, 0)
    predicted = model.predict(images, verbose=0).argmax(axis=1)
    scores = occlusion(model, images, size=3, stride=3).scores
    np.testing.assert_array_equal(scores, occlusion(model, images, predicted, size=3, stride=3).scores)
    assert unsteadiness(model, images) in (0, 0.5, 1)


def test_layers_of_nested_models_are_destroyed_one_by_one():
    inner = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Conv2D(2, 3, name="a"), layers.Conv2D(2, 3, name="b")]
    )
    model = small(inner)
    before = inner.get_weights()
    names = []
    for name, destroyed in randomize_downward(model):
        names.append(name)
        kept = [
            np.array_equal(*pair) for pair in zip(destroyed.get_weights(), model.get_weights(), strict=True)
        ]
        assert kept.count(False) >= len(names)
    assert names == [model.layers[-1].name, "b", "a"]
    for now, then in zip(inner.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_models_that_cannot_be_copied_are_refused_by_name():
    model = small(layers.Conv2D(2, 3, activation=lambda x: x))
    with pytest.raises(ValueError, match=rf"{model.name}.* cannot be copied"):
        next(randomize_downward(model))


def test_a_layer_without_a_gradient_is_refused_by_name():
    inputs = keras.Input((6, 6, 1))
    rounded = layers.Conv2D(2, 3, name="conv")(ops.stop_gradient(inputs))
    model = keras.Model(inputs, layers.Dense(2, name="scores")(layers.Flatten()(rounded)))
    images = random_images((6, 6, 1))
    with pytest.raises(ValueError, match="'scores' has no gradient"):
        saliency(model, images)
    with pytest.raises(ValueError, match="'conv' has no gradient"):
        deconvnet(model, images, "conv", 0)
    with pytest.raises(ValueError, match="'conv' has no gradient"):
        maximize_filter(model, "conv", 0)
