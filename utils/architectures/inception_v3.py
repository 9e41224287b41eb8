"""Inception v3: inception modules whose large filters are replaced by several smaller ones.

Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016,
sections 3 and 6, figures 5 to 7 and 10. Where the paper leaves a choice, this is the network of
keras.applications, which has the weights: the modules at 35x35 keep one 5x5 filter, batch
normalization has no scale, as the ReLU after it makes it superfluous, and there is no auxiliary head.
"""

from pathlib import Path

from utils.architectures.weights import load_weights
from utils.layers import image_input

import keras
from keras import layers


def inception_v3(
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (299, 299, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build Inception v3: 94 convolutions in a stem and eleven modules.

    Args:
        include_top: whether pooling and classifier follow.
        weights: None, "imagenet", or the path of a file. The ImageNet weights expect images
            that went through `keras.applications.inception_v3.preprocess_input`.
        input_shape: height, width, channels; at least 75x75.
        classes, classifier_activation: of the last layer; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 23,851,784
        parameters, 34,432 of them moving statistics, and 5.7 billion multiply-adds by default.

    Raises:
        ValueError: there are no such weights, or they do not fit.
        ConnectionError: the download failed.
    """
    inputs = image_input(input_shape)
    x = _stem(inputs)
    for index, filters in enumerate((32, 64, 64)):
        x = module_35(x, filters, f"mixed{index}")
    x = reduction_35(x, "mixed3")
    for index, filters in enumerate((128, 160, 160, 192), 4):
        x = module_17(x, filters, f"mixed{index}")
    x = reduction_17(x, "mixed8")
    x = module_8(x, "mixed9")
    x = module_8(x, "mixed10")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, dtype="float32", name="predictions")(x)
    model = keras.Model(inputs, x, name="inception_v3")
    return load_weights(model, weights, application=keras.applications.InceptionV3, include_top=include_top)


def _stem(x):
    """Bring 299 pixels down to 35 before the first module."""
    x = conv_bn(x, 32, 3, "stem_conv1", strides=2, padding="valid")
    x = conv_bn(x, 32, 3, "stem_conv2", padding="valid")
    x = conv_bn(x, 64, 3, "stem_conv3")
    x = layers.MaxPooling2D(3, 2, name="stem_pool1")(x)
    x = conv_bn(x, 80, 1, "stem_conv4", padding="valid")
    x = conv_bn(x, 192, 3, "stem_conv5", padding="valid")
    return layers.MaxPooling2D(3, 2, name="stem_pool2")(x)


def module_35(x, pool_filters: int, name: str):
    """Mix at 35x35 (figure 5), with two 3x3 in a row instead of a 5x5."""
    branch1x1 = conv_bn(x, 64, 1, f"{name}_1x1")
    branch5x5 = _chain(x, [(48, 1), (64, 5)], f"{name}_5x5")
    double3x3 = _chain(x, [(64, 1), (96, 3), (96, 3)], f"{name}_double3x3")
    pooled = _pooled(x, pool_filters, name)
    return layers.Concatenate(name=name)([branch1x1, branch5x5, double3x3, pooled])


def reduction_35(x, name: str):
    """Halve 35x35 to 17x17 by strided convolutions and pooling side by side (figure 10)."""
    branch3x3 = conv_bn(x, 384, 3, f"{name}_3x3", strides=2, padding="valid")
    double3x3 = _chain(x, [(64, 1), (96, 3)], f"{name}_double3x3")
    double3x3 = conv_bn(double3x3, 96, 3, f"{name}_double3x3_3", strides=2, padding="valid")
    pooled = layers.MaxPooling2D(3, 2, name=f"{name}_pool")(x)
    return layers.Concatenate(name=name)([branch3x3, double3x3, pooled])


def module_17(x, filters: int, name: str):
    """Mix at 17x17 (figure 6), with a row of 7 and a column of 7 instead of a 7x7."""
    row, column = (1, 7), (7, 1)
    branch1x1 = conv_bn(x, 192, 1, f"{name}_1x1")
    branch7x7 = _chain(x, [(filters, 1), (filters, row), (192, column)], f"{name}_7x7")
    double7x7 = _chain(
        x,
        [(filters, 1), (filters, column), (filters, row), (filters, column), (192, row)],
        f"{name}_double7x7",
    )
    pooled = _pooled(x, 192, name)
    return layers.Concatenate(name=name)([branch1x1, branch7x7, double7x7, pooled])


def reduction_17(x, name: str):
    """Halve 17x17 to 8x8, in the style of figure 10."""
    branch3x3 = conv_bn(x, 192, 1, f"{name}_3x3_1")
    branch3x3 = conv_bn(branch3x3, 320, 3, f"{name}_3x3_2", strides=2, padding="valid")
    branch7x7 = _chain(x, [(192, 1), (192, (1, 7)), (192, (7, 1))], f"{name}_7x7")
    branch7x7 = conv_bn(branch7x7, 192, 3, f"{name}_7x7_4", strides=2, padding="valid")
    pooled = layers.MaxPooling2D(3, 2, name=f"{name}_pool")(x)
    return layers.Concatenate(name=name)([branch3x3, branch7x7, pooled])


def module_8(x, name: str):
    """Mix at 8x8 (figure 7), with a row of 3 and a column of 3 side by side."""
    branch1x1 = conv_bn(x, 320, 1, f"{name}_1x1")
    branch3x3 = _fork(conv_bn(x, 384, 1, f"{name}_3x3"), f"{name}_3x3")
    double3x3 = _fork(_chain(x, [(448, 1), (384, 3)], f"{name}_double3x3"), f"{name}_double3x3")
    pooled = _pooled(x, 192, name)
    return layers.Concatenate(name=name)([branch1x1, branch3x3, double3x3, pooled])


def _chain(x, convolutions, name: str):
    """Apply convolutions, each (filters, kernel_size), one after the other."""
    for index, (filters, kernel_size) in enumerate(convolutions, 1):
        x = conv_bn(x, filters, kernel_size, f"{name}_{index}")
    return x


def _fork(x, name: str):
    row = conv_bn(x, 384, (1, 3), f"{name}_row")
    column = conv_bn(x, 384, (3, 1), f"{name}_column")
    return layers.Concatenate(name=f"{name}_fork")([row, column])


def _pooled(x, filters: int, name: str):
    x = layers.AveragePooling2D(3, 1, padding="same", name=f"{name}_pool")(x)
    return conv_bn(x, filters, 1, f"{name}_project")


def conv_bn(x, filters: int, kernel_size, name: str, *, strides=1, padding="same"):
    """Apply convolution, batch normalization and ReLU; the normalization's shift serves as the bias."""
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding=padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(scale=False, name=f"{name}_bn")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x)
