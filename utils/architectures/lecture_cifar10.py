"""The lecture's network for CIFAR-10, and the larger one from the page that it was taken from.

Source: J. Brownlee, "Object Recognition with Convolutional Neural Networks in the Keras Deep
Learning Library", machinelearningmastery.com, 2016 and March 2017. The page, and the lecture's
slide, put the channels first, as Theano did:

    layer           output shape          parameters
    convolution     (None, 32, 32, 32)           896
    dropout         (None, 32, 32, 32)             0
    convolution     (None, 32, 32, 32)         9,248
    max-pooling     (None, 32, 16, 16)             0
    flatten         (None, 8192)                   0
    dense           (None, 512)            4,194,816
    dropout         (None, 512)                    0
    dense           (None, 10)                 5,130

Here they are last, as TensorFlow computes on a processor: the pooling gives (None, 16, 16, 32).
A count depends on numbers of channels and units only, so all counts are the same. What differs is
the order in which `Flatten` reads: row r of the first dense kernel belongs to (channel, row,
column) there and to (row, column, channel) here, a permutation of its 8,192 rows.
"""

import math

from utils.layers import image_input

import keras
from keras import layers
from keras.constraints import MaxNorm
from keras.initializers import RandomUniform


def lecture_cifar10(*, max_norm: float | None = 3.0, keras_1_weights: bool = False) -> keras.Model:
    """Build the lecture's network: two convolutions, one pooling, two dense layers.

    Args:
        max_norm: bound on the norm of each unit's incoming weights, on the layers where the page
            sets it, with the page's own axis (see the note below); None for no bound.
        keras_1_weights: whether the first weights of the convolutions are drawn as Keras 1.0.3 drew
            them, within sqrt(6 / (9 * inputs + outputs)); today's bound is
            sqrt(6 / (9 * inputs + 9 * outputs)).

    Returns:
        an uncompiled model, images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10);
        4,210,090 parameters, 14.5 million multiply-adds per image.

    `MaxNorm(3)` keeps Keras's default `axis=0`. On a dense kernel (inputs, units) that bounds each
    unit's weights, as meant. On a convolution kernel (height, width, inputs, filters) it bounds
    columns of 3 numbers and so does nothing; `axis=[0, 1, 2]` would bound each filter.
    """
    bound = _bound(max_norm)
    return keras.Sequential(
        [
            image_input((32, 32, 3)),
            _convolution(3, 32, keras_1_weights, bound),
            layers.Dropout(0.2),
            _convolution(32, 32, keras_1_weights, bound),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(512, activation="relu", kernel_constraint=bound),
            layers.Dropout(0.5),
            # Under mixed precision the probabilities are still computed in float32.
            layers.Dense(10, activation="softmax", dtype="float32"),
        ],
        name="lecture_cifar10",
    )


def lecture_cifar10_large(*, max_norm: float | None = 3.0, keras_1_weights: bool = False) -> keras.Model:
    """Build the page's larger network: six convolutions in three stages, three dense layers.

    Args:
        max_norm: bound on the norm of each unit's incoming weights in the two hidden dense layers;
            None for no bound. The page sets none on these convolutions.
        keras_1_weights: as in `lecture_cifar10`.

    Returns:
        an uncompiled model, images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10);
        2,915,114 parameters, 41.3 million multiply-adds per image: fewer parameters than
        `lecture_cifar10`, nearly three times the arithmetic.
    """
    bound = _bound(max_norm)
    return keras.Sequential(
        [
            image_input((32, 32, 3)),
            *_stage(3, 32, keras_1_weights),
            *_stage(32, 64, keras_1_weights),
            *_stage(64, 128, keras_1_weights),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1024, activation="relu", kernel_constraint=bound),
            layers.Dropout(0.2),
            layers.Dense(512, activation="relu", kernel_constraint=bound),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ],
        name="lecture_cifar10_large",
    )


def _bound(max_norm: float | None) -> MaxNorm | None:
    # Keras takes any number here; its default is an integer.
    return None if max_norm is None else MaxNorm(max_norm)  # pyright: ignore[reportArgumentType]


def _convolution(
    inputs: int, filters: int, keras_1_weights: bool, bound: MaxNorm | None = None
) -> layers.Layer:
    limit = math.sqrt(6 / (9 * inputs + filters))
    initializer = RandomUniform(-limit, limit) if keras_1_weights else "glorot_uniform"
    return layers.Conv2D(
        filters,
        3,
        padding="same",
        activation="relu",
        kernel_initializer=initializer,  # pyright: ignore[reportArgumentType] (not only names)
        kernel_constraint=bound,
    )


def _stage(inputs: int, filters: int, keras_1_weights: bool) -> list[layers.Layer]:
    """Return two convolutions with dropout between them, and a pooling that halves height and width."""
    return [
        _convolution(inputs, filters, keras_1_weights),
        layers.Dropout(0.2),
        _convolution(filters, filters, keras_1_weights),
        layers.MaxPooling2D(2),
    ]
