"""VGG: many layers of 3x3 convolutions, and no larger ones.

Source: K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
Recognition", ICLR 2015, section 2 and table 1, configurations D (VGG16) and E (VGG19). Two 3x3
convolutions see what one of 5x5 sees, three what one of 7x7 does, with fewer parameters
(section 2.3).
"""

from pathlib import Path

from utils.architectures.weights import load_weights
from utils.layers import image_input

import keras
from keras import layers

FILTERS = (64, 128, 256, 512, 512)


def vgg16(
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build VGG16, configuration D: 13 convolutions and 3 dense layers.

    Args:
        include_top, weights, input_shape, classes, classifier_activation: as in `vgg19`.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 138,357,544
        parameters and 15.5 billion multiply-adds by default.
    """
    inputs = image_input(input_shape)
    x = _convolutions(inputs, num_convolutions=(2, 2, 3, 3, 3))
    if include_top:
        x = _classifier(x, classes, classifier_activation)
    model = keras.Model(inputs, x, name="vgg16")
    return load_weights(model, weights, application=keras.applications.VGG16, include_top=include_top)


def vgg19(
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build VGG19, configuration E: 16 convolutions and 3 dense layers.

    Args:
        include_top: whether the dense layers follow.
        weights: None, "imagenet", or the path of a file. The ImageNet weights expect images
            that went through `keras.applications.vgg19.preprocess_input`.
        input_shape: height, width, channels; at least 32x32.
        classes, classifier_activation: of the last layer; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 143,667,240
        parameters and 19.6 billion multiply-adds by default.

    Raises:
        ValueError: there are no such weights, or they do not fit.
        ConnectionError: the download failed.
    """
    inputs = image_input(input_shape)
    x = _convolutions(inputs, num_convolutions=(2, 2, 4, 4, 4))
    if include_top:
        x = _classifier(x, classes, classifier_activation)
    model = keras.Model(inputs, x, name="vgg19")
    return load_weights(model, weights, application=keras.applications.VGG19, include_top=include_top)


def averaging_vgg16(num_channels: int = 4) -> keras.Model:
    """Build VGG16's convolutions and poolings so that no influence of a pixel is canceled or blocked.

    All weights are positive, there are no rectifiers, and means are pooled in place of maxima.
    """
    positive = keras.initializers.RandomUniform(0.1, 1)
    model = keras.Sequential([keras.Input((224, 224, 3))])
    for num_convolutions in (2, 2, 3, 3, 3):
        for _ in range(num_convolutions):
            # Keras takes objects as well; its types forget them.
            convolution = layers.Conv2D(
                num_channels,
                3,
                padding="same",
                kernel_initializer=positive,  # pyright: ignore[reportArgumentType]
            )
            model.add(convolution)
        model.add(layers.AveragePooling2D(2))
    return model


def _convolutions(x, num_convolutions: tuple[int, ...]):
    for index, (filters, number) in enumerate(zip(FILTERS, num_convolutions, strict=True), 1):
        x = vgg_block(x, filters, number, name=f"block{index}")
    return x


def vgg_block(x, filters: int, num_convolutions: int, name: str):
    """Apply 3x3 convolutions with ReLU, then halve height and width."""
    for index in range(1, num_convolutions + 1):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv{index}")(x)
    return layers.MaxPooling2D(2, name=f"{name}_pool")(x)


def _classifier(x, classes: int, activation: str | None):
    """Apply three dense layers, the first of which holds 71 % of VGG19's parameters."""
    x = layers.Flatten(name="flatten")(x)
    for index in (1, 2):
        x = layers.Dense(4096, activation="relu", name=f"fc{index}")(x)
        x = layers.Dropout(0.5, name=f"dropout{index}")(x)  # section 3.1
    return layers.Dense(classes, activation=activation, dtype="float32", name="predictions")(x)
