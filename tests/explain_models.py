"""Small random networks for the tests of utils.explain, in float64."""

import keras
import numpy as np
from keras import initializers, layers

IMAGE_SHAPE = (12, 14, 3)


def random_images(num_images=4, shape=IMAGE_SHAPE, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (num_images, *shape))


def normal(seed, scale=0.4):
    return initializers.RandomNormal(stddev=scale, seed=seed)


def conv(filters, kernel_size=3, *, seed, name=None, bias=0.2, **options):
    return layers.Conv2D(
        filters,
        kernel_size,
        kernel_initializer=normal(seed),
        bias_initializer=normal(seed + 100, bias) if bias else "zeros",
        name=name,
        dtype="float64",
        **options,
    )


def max_pool(name, pool_size=2, strides=None, padding="valid"):
    return layers.MaxPooling2D(pool_size, strides, padding, name=name, dtype="float64")


def dense(units, *, seed, **options):
    return layers.Dense(
        units,
        kernel_initializer=normal(seed),
        bias_initializer=normal(seed + 100),
        dtype="float64",
        **options,
    )


def image_input(shape=IMAGE_SHAPE):
    return keras.Input(shape, dtype="float64")


def network(*stack, shape=IMAGE_SHAPE):
    return keras.Sequential([image_input(shape), *stack])


def small_network(activation="relu", padding="same", strides=1, pool_size=2, pool_strides=2):
    """Two convolutions, each followed by max-pooling, and a softmax over 4 classes."""
    return network(
        conv(5, seed=1, name="conv1", activation=activation, padding=padding, strides=strides),
        max_pool("pool1", pool_size, pool_strides, padding),
        conv(6, seed=2, name="conv2", activation=activation, padding=padding),
        max_pool("pool2", 2, 2, "same"),
        layers.Flatten(name="flatten", dtype="float64"),
        dense(4, seed=3, activation="softmax", name="predictions"),
    )


def feature_maps(model, layer, images):
    return keras.Model(model.inputs[0], model.get_layer(layer).output)(images).numpy()
