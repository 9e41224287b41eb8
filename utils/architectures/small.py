"""The ideas of the famous networks at the size of CIFAR-10, for a comparison under one recipe.

Each takes images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10), and has by default at most
1.5 million parameters. They follow the order of layers and the building blocks of their models in this
package, not their widths, which are arguments, so that networks of equal work can be compared. Those of
2014 and later use batch normalization after each convolution, as their authors do from 2015 on.
"""

from collections.abc import Sequence

from utils.layers import FusedBatchNormalization, LocalResponseNormalization, image_input

import keras
from keras import layers


def small_lenet(filters: Sequence[int] = (16, 32)) -> keras.Model:
    """Build LeNet-5's sequence with ReLU, wider maps and average pooling; 121,182 parameters."""
    inputs, x = _centered_inputs()
    for num_maps in filters:
        x = layers.Conv2D(num_maps, 5, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    for units in (120, 84):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
    return _classifier(inputs, x, "small_lenet")


def small_alexnet(
    filters: Sequence[int] = (64, 128, 192, 192, 128), units: int = 256, normalization: str = "response"
) -> keras.Model:
    """Build AlexNet's five convolutions, overlapping pooling, normalization and dropout.

    Args:
        filters: of the five convolutions.
        units: of each of the two dense layers.
        normalization: "response" after the first two convolutions, as published, or "batch" in all five.

    Raises:
        ValueError: there is no such normalization.
    """
    if normalization not in ("response", "batch"):
        raise ValueError(f'normalization is "response" or "batch", not {normalization!r}.')
    convolve = _normalized if normalization == "batch" else _plain
    inputs, x = _centered_inputs()
    for index, num_maps in enumerate(filters):
        x = convolve(x, num_maps, 5 if index == 0 else 3)
        if normalization == "response" and index < 2:
            x = LocalResponseNormalization()(x)
        if index in (0, 1, 4):
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.25)(x)
    return _classifier(inputs, x, "small_alexnet")


def small_vgg(filters: Sequence[int] = (48, 96, 192, 192), normalization: bool = True) -> keras.Model:
    """Build VGG's pairs of 3x3 convolutions between poolings, and one linear layer at the end."""
    convolve = _normalized if normalization else _plain
    inputs, x = _centered_inputs()
    for num_maps in filters:
        x = convolve(convolve(x, num_maps), num_maps)
        x = layers.MaxPooling2D()(x)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_vgg")


def small_inception(stem: int = 64, widths: Sequence[int] = (32, 48, 64)) -> keras.Model:
    """Build Inception modules, two at each of three sizes, with two 3x3 for a 5x5 as in Inception v2."""
    inputs, x = _centered_inputs()
    x = _normalized(x, stem)
    x = layers.MaxPooling2D()(x)
    for width in widths:
        x = _inception_module(_inception_module(x, width), width)
        x = layers.MaxPooling2D()(x)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_inception")


def _inception_module(x, width: int):
    """Apply four branches side by side, which give 4.5 times `width` maps."""
    branches = [
        _normalized(x, width, 1),
        _normalized(_normalized(x, width, 1), 2 * width),
        _normalized(_normalized(_normalized(x, width // 2, 1), width), width),
        _normalized(layers.AveragePooling2D(3, 1, padding="same")(x), width // 2, 1),
    ]
    return layers.Concatenate()(branches)


def small_xception(stem: int = 32, filters: Sequence[int] = (64, 128, 256)) -> keras.Model:
    """Build Xception's three flows from separable convolutions, with shortcuts beside them."""
    inputs, x = _centered_inputs()
    x = _normalized(x, stem)
    for num_maps in filters:  # the entry flow, which halves the size
        shortcut = _shortcut(x, num_maps, strides=2)
        x = _separable(_separable(x, num_maps), num_maps, relu=False)
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    shortcut = x  # the middle flow, which keeps the size
    x = _separable(_separable(x, filters[-1]), filters[-1], relu=False)
    x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = _separable(x, 2 * filters[-1])
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_xception")


def small_resnet(
    filters: Sequence[int] = (32, 64, 128), blocks: int = 2, shortcuts: bool = True
) -> keras.Model:
    """Build residual blocks of two 3x3 convolutions, `blocks` at each of the sizes.

    Args:
        filters: maps at each size; the first convolution has as many as the first size.
        blocks: at each size.
        shortcuts: without them, the same convolutions follow each other.
    """
    inputs, x = _centered_inputs()
    x = _normalized(x, filters[0])
    for size, num_maps in enumerate(filters):
        for index in range(blocks):
            strides = 2 if size and index == 0 else 1
            x = _residual_block(x, num_maps, strides) if shortcuts else _two(x, num_maps, strides)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_resnet")


def _residual_block(x, filters: int, strides: int):
    """Add the result of two convolutions to their input."""
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = _shortcut(x, filters, strides)
    x = _normalized(x, filters, strides=strides)
    x = _normalize(_convolution(x, filters, 3))
    return layers.ReLU()(layers.Add()([x, shortcut]))


def _two(x, filters: int, strides: int):
    """Apply the two convolutions of a block, with nothing beside them."""
    return _normalized(_normalized(x, filters, strides=strides), filters)


def _shortcut(x, filters: int, strides: int):
    """Bring maps to the shape of a block's result by a 1x1 convolution."""
    # Pooling over one pixel picks every second one. A strided convolution would do the same, but on a
    # CPU TensorFlow 2.21's gradient of such a filter reads memory that is not its own.
    x = layers.AveragePooling2D(1, strides)(x)
    return _normalize(_convolution(x, filters, 1))


def _centered_inputs():
    """Return an input for images in [0, 1], and the images scaled to [-2, 2], with gray at 0."""
    inputs = image_input((32, 32, 3))
    return inputs, layers.Rescaling(4.0, offset=-2.0)(inputs)


def _classifier(inputs, x, name: str) -> keras.Model:
    # Under mixed precision the probabilities are still computed in float32.
    outputs = layers.Dense(10, activation="softmax", dtype="float32", name="predictions")(x)
    return keras.Model(inputs, outputs, name=name)


def _plain(x, filters: int, kernel_size: int = 3):
    """Apply a convolution with bias, and ReLU."""
    return layers.Conv2D(
        filters, kernel_size, padding="same", activation="relu", kernel_initializer="he_normal"
    )(x)


def _convolution(x, filters: int, kernel_size: int, strides: int = 1):
    """Apply a convolution without a bias, as the normalization that follows has one."""
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)


def _normalize(x):
    return FusedBatchNormalization(momentum=0.9)(x)


def _normalized(x, filters: int, kernel_size: int = 3, strides: int = 1):
    """Apply convolution, batch normalization and ReLU."""
    return layers.ReLU()(_normalize(_convolution(x, filters, kernel_size, strides)))


def _separable(x, filters: int, relu: bool = True):
    """Convolve each map alone by 3x3, then across the maps by 1x1, with nothing in between."""
    x = layers.SeparableConv2D(
        filters,
        3,
        padding="same",
        use_bias=False,
        depthwise_initializer="he_normal",
        pointwise_initializer="he_normal",
    )(x)
    x = _normalize(x)
    return layers.ReLU()(x) if relu else x
