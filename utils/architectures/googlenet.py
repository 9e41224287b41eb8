"""GoogLeNet: filters of several sizes side by side, made affordable by 1x1 convolutions.

Source: C. Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 5, table 1 and
figures 2b and 3. The table's numbers of operations match the layers; those of parameters only roughly.
"""

from pathlib import Path
from typing import NamedTuple

from utils.architectures.weights import load_weights
from utils.layers import LocalResponseNormalization, image_input

import keras
from keras import layers


class Widths(NamedTuple):
    """How many maps each convolution of a module makes: a row of table 1."""

    conv1x1: int
    reduce3x3: int
    conv3x3: int
    reduce5x5: int
    conv5x5: int
    project: int


MODULES = {
    "3a": Widths(64, 96, 128, 16, 32, 32),
    "3b": Widths(128, 128, 192, 32, 96, 64),
    "4a": Widths(192, 96, 208, 16, 48, 64),
    "4b": Widths(160, 112, 224, 24, 64, 64),
    "4c": Widths(128, 128, 256, 24, 64, 64),
    "4d": Widths(112, 144, 288, 32, 64, 64),
    "4e": Widths(256, 160, 320, 32, 128, 128),
    "5a": Widths(256, 160, 320, 32, 128, 128),
    "5b": Widths(384, 192, 384, 48, 128, 128),
}


def googlenet(
    *,
    auxiliary_heads: bool = False,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build GoogLeNet: 22 layers with weights, nine inception modules.

    Args:
        auxiliary_heads: whether 4a and 4d each get a classifier of their own, for training; the
            paper weighs their losses 0.3 and drops them afterwards.
        include_top: whether pooling and classifier follow; auxiliary heads need it.
        weights: None, or the path of a file; keras.applications has none.
        input_shape: height, width, channels; the paper subtracts the mean pixel.
        classes, classifier_activation: of the last layer of each classifier; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 6,998,552
        parameters and 1.58 billion multiply-adds by default. With auxiliary heads it has three
        outputs, the main one first, and 13,378,280 parameters.

    Raises:
        ValueError: auxiliary heads without the top, or there are no such weights.
    """
    if auxiliary_heads and not include_top:
        raise ValueError("Auxiliary heads classify too: they need include_top=True.")
    inputs = image_input(input_shape)
    x, heads = _stem(inputs), []
    for name, widths in MODULES.items():
        if name in ("4a", "5a"):
            x = layers.MaxPooling2D(3, 2, padding="same", name=f"pool{int(name[0]) - 1}")(x)
        x = inception_module(x, widths, f"inception_{name}")
        if auxiliary_heads and name in ("4a", "4d"):
            heads.append(auxiliary_head(x, classes, classifier_activation, f"aux_{name}"))
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(0.4, name="dropout")(x)
        x = _linear(x, classes, classifier_activation, "predictions")
    model = keras.Model(inputs, [x, *heads] if heads else x, name="googlenet")
    return load_weights(model, weights)


def _stem(x):
    """Bring 224 pixels down to 28 before the first module; normalization is AlexNet's."""
    x = _convolution(x, 64, 7, "conv1", strides=2)
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool1")(x)
    x = LocalResponseNormalization(name="norm1")(x)
    x = _convolution(x, 64, 1, "conv2_reduce")
    x = _convolution(x, 192, 3, "conv2")
    x = LocalResponseNormalization(name="norm2")(x)
    return layers.MaxPooling2D(3, 2, padding="same", name="pool2")(x)


def inception_module(x, widths: Widths, name: str):
    """Filter `x` in four ways side by side, and stack the resulting maps (figure 2b)."""
    branch1x1 = _convolution(x, widths.conv1x1, 1, f"{name}_1x1")
    branch3x3 = _convolution(x, widths.reduce3x3, 1, f"{name}_3x3_reduce")
    branch3x3 = _convolution(branch3x3, widths.conv3x3, 3, f"{name}_3x3")
    branch5x5 = _convolution(x, widths.reduce5x5, 1, f"{name}_5x5_reduce")
    branch5x5 = _convolution(branch5x5, widths.conv5x5, 5, f"{name}_5x5")
    pooled = layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_pool")(x)
    pooled = _convolution(pooled, widths.project, 1, f"{name}_project")
    return layers.Concatenate(name=name)([branch1x1, branch3x3, branch5x5, pooled])


def auxiliary_head(x, classes: int, activation: str | None, name: str):
    """Classify from the middle of the network, so that the gradient starts there too."""
    x = layers.AveragePooling2D(5, 3, name=f"{name}_pool")(x)
    x = _convolution(x, 128, 1, f"{name}_conv")
    x = layers.Flatten(name=f"{name}_flatten")(x)
    x = layers.Dense(1024, activation="relu", name=f"{name}_fc")(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    return _linear(x, classes, activation, f"{name}_predictions")


def _convolution(x, filters: int, kernel_size: int, name: str, strides: int = 1):
    return layers.Conv2D(filters, kernel_size, strides=strides, padding="same", activation="relu", name=name)(
        x
    )


def _linear(x, classes: int, activation: str | None, name: str):
    return layers.Dense(classes, activation=activation, dtype="float32", name=name)(x)
