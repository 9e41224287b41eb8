"""The ideas of the famous networks at the size of CIFAR-10, for a comparison under one recipe.

Each takes images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10), and has at most 1.5
million parameters. They follow the order of layers and the building blocks of their models in
this package, not their widths. Those of 2014 and later use batch normalization after each
convolution, as their authors do from 2015 on; the two earlier ones do without.
"""

from utils.layers import FusedBatchNormalization, LocalResponseNormalization, image_input

import keras
from keras import layers


def small_lenet() -> keras.Model:
    """Build LeNet-5's sequence with ReLU, wider maps and average pooling; 126,942 parameters."""
    inputs, x = _centered_inputs()
    for filters in (16, 32):
        x = layers.Conv2D(filters, 5, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    for units in (120, 84):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
    return _classifier(inputs, x, "small_lenet")


def small_alexnet() -> keras.Model:
    """Build AlexNet's five convolutions, overlapping pooling, response normalization and dropout."""
    inputs, x = _centered_inputs()
    x = _plain(x, 64, 5)
    x = LocalResponseNormalization()(x)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _plain(x, 128)
    x = LocalResponseNormalization()(x)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _plain(_plain(_plain(x, 192), 192), 128)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(256, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.25)(x)
    return _classifier(inputs, x, "small_alexnet")


def small_vgg() -> keras.Model:
    """Build VGG's pairs of 3x3 convolutions between poolings, and one linear layer at the end."""
    inputs, x = _centered_inputs()
    for filters in (48, 96, 192, 192):
        x = _normalized(_normalized(x, filters), filters)
        x = layers.MaxPooling2D()(x)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_vgg")


def small_inception() -> keras.Model:
    """Build Inception modules, two at each of three sizes, with two 3x3 for a 5x5 as in Inception v2."""
    inputs, x = _centered_inputs()
    x = _normalized(x, 64)
    x = layers.MaxPooling2D()(x)
    for width in (32, 48, 64):
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


def small_xception() -> keras.Model:
    """Build Xception's three flows from separable convolutions, with shortcuts beside them."""
    inputs, x = _centered_inputs()
    x = _normalized(x, 32)
    for filters in (64, 128, 256):  # the entry flow, which halves the size
        shortcut = _shortcut(x, filters, strides=2)
        x = _separable(_separable(x, filters), filters, relu=False)
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
        x = layers.ReLU()(layers.Add()([x, shortcut]))
    shortcut = x  # the middle flow, which keeps the size
    x = _separable(_separable(x, 256), 256, relu=False)
    x = layers.ReLU()(layers.Add()([x, shortcut]))
    x = _separable(x, 512)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_xception")


def small_resnet() -> keras.Model:
    """Build residual blocks of two 3x3 convolutions, two at each of three sizes."""
    inputs, x = _centered_inputs()
    x = _normalized(x, 32)
    for filters, strides in ((32, 1), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1)):
        x = _residual_block(x, filters, strides)
    return _classifier(inputs, layers.GlobalAveragePooling2D()(x), "small_resnet")


def _residual_block(x, filters: int, strides: int):
    """Add the result of two convolutions to their input."""
    shortcut = x
    if strides != 1 or x.shape[-1] != filters:
        shortcut = _shortcut(x, filters, strides)
    x = _normalized(x, filters, strides=strides)
    x = _normalize(_convolution(x, filters, 3))
    return layers.ReLU()(layers.Add()([x, shortcut]))


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
