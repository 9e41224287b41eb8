"""AlexNet: the network that won ImageNet in 2012.

Source: A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet Classification with Deep Convolutional
Neural Networks", NIPS 2012, section 3:

    layer    output shape      two towers    one tower
    conv1    (55, 55, 96)          34,944       34,944
    conv2    (27, 27, 256)        307,456      614,656
    conv3    (13, 13, 384)        885,120      885,120
    conv4    (13, 13, 384)        663,936    1,327,488
    conv5    (13, 13, 256)        442,624      884,992
    fc6      (4096,)           37,752,832   37,752,832
    fc7      (4096,)           16,781,312   16,781,312
    fc8      (1000,)            4,097,000    4,097,000
    total                      60,965,224   62,378,344

The paper prints images of 224 pixels; 55 windows of 11 with stride 4 take 227.
"""

from pathlib import Path
from typing import Any

from utils.architectures.weights import load_weights
from utils.layers import LocalResponseNormalization, image_input

import keras
from keras import layers


def alexnet(
    towers: int = 2,
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (227, 227, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build AlexNet with its layers in `towers` groups, as the paper's two GPUs held them.

    Args:
        towers: number of groups in conv2, conv4 and conv5; a group sees only its own maps. The paper
            has 2; 1 connects all maps.
        include_top: whether the three dense layers follow.
        weights: None, or the path of a file; keras.applications has none.
        input_shape: height, width, channels; the paper subtracts the mean pixel.
        classes, classifier_activation: of the last layer; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 60,965,224
        parameters and 724 million multiply-adds by default. Normalization, as in the paper's
        formula, runs across all maps of a layer, not within a tower.

    Raises:
        ValueError: the maps cannot be divided among the towers, or there are no such weights.
    """
    inputs = image_input(input_shape)
    x = _convolution(inputs, 96, 11, "conv1", strides=4, padding="valid")
    x = LocalResponseNormalization(name="norm1")(x)
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    x = _convolution(x, 256, 5, "conv2", groups=towers, bias=1)
    x = LocalResponseNormalization(name="norm2")(x)
    x = layers.MaxPooling2D(3, 2, name="pool2")(x)
    x = _convolution(x, 384, 3, "conv3")
    x = _convolution(x, 384, 3, "conv4", groups=towers, bias=1)
    x = _convolution(x, 256, 3, "conv5", groups=towers, bias=1)
    x = layers.MaxPooling2D(3, 2, name="pool5")(x)
    if include_top:
        x = _classifier(x, classes, classifier_activation)
    return load_weights(keras.Model(inputs, x, name="alexnet"), weights)


def _convolution(x, filters, kernel_size, name, *, strides=1, padding="same", groups=1, bias=0):
    """Apply a convolution and ReLU."""
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        groups=groups,
        activation="relu",
        name=name,
        **_first_weights(bias),
    )(x)


def _classifier(x, classes: int, activation: str | None):
    """Apply three dense layers, which hold 96 % of the parameters, with dropout on the first two."""
    x = layers.Flatten(name="flatten")(x)
    for index in (6, 7):
        x = layers.Dense(4096, activation="relu", name=f"fc{index}", **_first_weights(bias=1))(x)
        x = layers.Dropout(0.5, name=f"dropout{index}")(x)
    return layers.Dense(
        classes, activation=activation, dtype="float32", name="fc8", **_first_weights(bias=0)
    )(x)


def _first_weights(bias: float) -> dict[str, Any]:
    """Return the options of a layer that give it the paper's first weights (section 5)."""
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.01),
        "bias_initializer": keras.initializers.Constant(bias),
    }
