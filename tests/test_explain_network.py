"""How layers are chosen, and what is said when they cannot be."""

from utils.explain import deconvnet
from utils.explain.network import Network

import keras
import numpy as np
import pytest
import tensorflow as tf
from explain_models import (
    IMAGE_SHAPE,
    conv,
    dense,
    image_input,
    max_pool,
    network,
    random_images,
    small_network,
)
from keras import layers


def test_running_the_steps_equals_calling_the_model():
    inputs = image_input()
    inner = network(conv(3, seed=0, padding="same"), layers.ReLU(dtype="float64"))
    # One model called twice, a sum of tensors, arguments by name, and a constant.
    twice = inner(inner(inputs)) + inner(inputs)
    scaled = keras.ops.multiply(x1=twice, x2=keras.ops.maximum(inputs, 0.5))
    model = keras.Model(inputs, layers.Flatten(dtype="float64")(scaled))
    images = random_images()
    looked_into = Network(model)
    (found,) = looked_into.run(tf.constant(images), [looked_into.last])
    np.testing.assert_array_equal(found, model(images))


def test_only_the_needed_layers_are_run():
    looked_into, called = Network(small_network()), []

    def call(step, *args, **kwargs):
        called.append(step.operation.name)
        return step.operation(*args, **kwargs)

    looked_into.run(tf.constant(random_images(1)), [looked_into.find("pool1")], call)
    assert called == ["conv1", "pool1"]


def test_unknown_layers_are_refused_with_what_there_is():
    model, images = small_network(), random_images(1)
    choice = "'conv1', 'pool1', 'conv2', 'pool2', 'flatten', 'predictions'"
    for layer in ("conv3", 6, -7, conv(3, seed=0, name="stranger")):
        with pytest.raises(ValueError, match=choice):
            deconvnet(model, images, layer, 0)


def test_layers_without_positions_are_refused_with_those_that_have_some():
    model, images = small_network(), random_images(1)
    for layer in ("flatten", "predictions", -1):
        with pytest.raises(ValueError, match="without positions") as error:
            deconvnet(model, images, layer, 0)
        assert str(error.value).endswith("'conv1', 'pool1', 'conv2', 'pool2'.")


def test_models_without_feature_maps_are_refused():
    model = network(layers.Flatten(dtype="float64", name="flat"), dense(4, seed=0, name="scores"))
    with pytest.raises(ValueError, match=r"only 'flat', 'scores': there is nothing to project"):
        deconvnet(model, random_images(1), "flat", 0)


def test_layers_called_twice_and_repeated_names_are_refused():
    inputs = image_input()
    shared = conv(3, seed=0, padding="same", name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    with pytest.raises(ValueError, match="'shared' stands for 2 outputs"):
        deconvnet(model, random_images(1), "shared", 0)
    first = network(max_pool("pool"))
    second = network(max_pool("pool"), shape=(6, 7, 3))
    model = keras.Model(inputs, second(first(inputs)))
    with pytest.raises(ValueError, match="'pool' stands for 2 outputs"):
        deconvnet(model, random_images(1), "pool", 0)
    deconvnet(model, random_images(1), first.layers[0], 0)  # by itself it is one


def test_long_lists_of_layers_are_cut():
    model = network(*(layers.ReLU(dtype="float64", name=f"relu{n}") for n in range(40)))
    with pytest.raises(ValueError, match=r"'relu39' and 25 before these"):
        deconvnet(model, random_images(1), "other", 0)


@pytest.mark.parametrize("unit", [6, -1, 1.5, [1, 2]])
def test_units_out_of_range_are_refused(unit):
    with pytest.raises(ValueError, match=r"0 to 5|integer"):
        deconvnet(small_network(), random_images(1), "conv2", unit)


@pytest.mark.parametrize("position", [(6, 0), (0, 7), (-1, 0), (0,), 3, (0.5, 1)])
def test_positions_outside_the_map_are_refused(position):
    with pytest.raises(ValueError, match=r"in the \(6, 7\) map of 'conv2'"):
        deconvnet(small_network(), random_images(1), "conv2", 0, position)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((1, *IMAGE_SHAPE), "uint8"), "floats in the range .*uint8"),
        (np.zeros((1, *IMAGE_SHAPE), int), "floats"),
        (np.zeros(IMAGE_SHAPE), r"One image: images\[np.newaxis\]"),
        (np.zeros((1, 12, 12, 3)), r"\(None, 12, 14, 3\).*got \(1, 12, 12, 3\)"),
        (np.zeros((1, 12, 14, 1)), "must be a batch of shape"),
        (np.zeros((0, *IMAGE_SHAPE)), r"got \(0, 12, 14, 3\)"),
    ],
)
def test_other_images_are_refused(images, message):
    with pytest.raises(ValueError, match=message):
        deconvnet(small_network(), images, "conv2", 0)


def test_models_that_cannot_be_looked_into_are_refused():
    class Own(keras.Model):
        def call(self, images):
            return images

    for model in (Own(), keras.Sequential([layers.Conv2D(2, 3)])):
        with pytest.raises(ValueError, match="must be a Sequential or functional model"):
            Network(model)
    inputs = [image_input(), image_input()]
    with pytest.raises(ValueError, match="2 inputs and 1 outputs"):
        Network(keras.Model(inputs, layers.Add(dtype="float64")(inputs)))


def test_channels_first_is_refused():
    inputs = keras.Input((3, 8, 8), dtype="float64")
    pool = layers.MaxPooling2D(data_format="channels_first", dtype="float64", name="pool")
    with pytest.raises(ValueError, match="'pool' has its channels first"):
        deconvnet(keras.Model(inputs, pool(inputs)), random_images(1, (3, 8, 8)), "pool", 0)
