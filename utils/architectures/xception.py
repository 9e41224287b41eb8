"""Xception: the idea of inception taken to its limit, filtering each map alone and then mixing all maps.

Source: F. Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017,
section 4 and figure 5. A batch normalization follows each convolution; there is no ReLU between
the depthwise and the pointwise half, which section 4.7 found to help.
"""

from pathlib import Path

from utils.architectures.weights import load_weights
from utils.layers import image_input

import keras
from keras import layers


def xception(
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (299, 299, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build Xception: 36 convolutions in 14 blocks, 12 of them with a residual connection.

    Args:
        include_top: whether pooling and classifier follow.
        weights: None, "imagenet", or the path of a file. The ImageNet weights expect images
            that went through `keras.applications.xception.preprocess_input`.
        input_shape: height, width, channels; at least 71x71.
        classes, classifier_activation: of the last layer; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 22,910,480
        parameters, 54,528 of them moving statistics, and 8.4 billion multiply-adds by default.

    Raises:
        ValueError: there are no such weights, or they do not fit.
        ConnectionError: the download failed.
    """
    inputs = image_input(input_shape)
    x = _stem(inputs)
    x = strided_block(x, (128, 128), "block2", first_relu=False)
    x = strided_block(x, (256, 256), "block3")
    x = strided_block(x, (728, 728), "block4")
    for index in range(5, 13):
        x = middle_block(x, f"block{index}")
    x = strided_block(x, (728, 1024), "block13")
    for index, filters in enumerate((1536, 2048), 1):
        x = separable_bn(x, filters, f"block14_sepconv{index}")
        x = layers.Activation("relu", name=f"block14_sepconv{index}_act")(x)
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, dtype="float32", name="predictions")(x)
    model = keras.Model(inputs, x, name="xception")
    return load_weights(model, weights, application=keras.applications.Xception, include_top=include_top)


def _stem(x):
    """Apply two ordinary convolutions, as three color channels are too few to be filtered alone."""
    for index, (filters, strides) in enumerate(((32, 2), (64, 1)), 1):
        name = f"block1_conv{index}"
        x = layers.Conv2D(filters, 3, strides=strides, use_bias=False, name=name)(x)
        x = layers.BatchNormalization(name=f"{name}_bn")(x)
        x = layers.Activation("relu", name=f"{name}_act")(x)
    return x


def strided_block(x, filters: tuple[int, int], name: str, *, first_relu: bool = True):
    """Apply two separable convolutions, then halve the size; a 1x1 convolution makes the shortcut fit."""
    shortcut = layers.Conv2D(
        filters[1], 1, strides=2, padding="same", use_bias=False, name=f"{name}_shortcut"
    )(x)
    shortcut = layers.BatchNormalization(name=f"{name}_shortcut_bn")(shortcut)
    for index, width in enumerate(filters, 1):
        if index > 1 or first_relu:
            x = layers.Activation("relu", name=f"{name}_sepconv{index}_act")(x)
        x = separable_bn(x, width, f"{name}_sepconv{index}")
    x = layers.MaxPooling2D(3, 2, padding="same", name=f"{name}_pool")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def middle_block(x, name: str):
    """Add the result of three separable convolutions to their input."""
    shortcut = x
    for index in (1, 2, 3):
        x = layers.Activation("relu", name=f"{name}_sepconv{index}_act")(x)
        x = separable_bn(x, 728, f"{name}_sepconv{index}")
    return layers.Add(name=f"{name}_add")([x, shortcut])


def separable_bn(x, filters: int, name: str):
    """Apply a 3x3 filter to each map alone, 1x1 filters across the maps, and batch normalization."""
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}_bn")(x)
