"""The residual networks for CIFAR-10, and the plain ones beside them.

Source: K. He, X. Zhang, S. Ren and J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016,
section 4.2.
"""

from utils.layers import FusedBatchNormalization, image_input

import keras
from keras import layers


def cifar_resnet(*, depth: int = 20, width: int = 16, shortcuts: bool = True) -> keras.Model:
    """Build 6n + 2 layers: three stages of n blocks of two 3x3 convolutions, at 32, 16 and 8 pixels a side.

    Args:
        depth: 6n + 2, such as 20, 32, 44, 56, 110.
        width: maps of the first stage; each following stage has twice as many.
        shortcuts: without them, the same convolutions follow each other. A shortcut has no weights: where
            the size is halved, it keeps every second pixel, and the new maps are 0.

    Returns:
        an uncompiled model, images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10); by default
        272,474 parameters.

    Raises:
        ValueError: the depth is not 6n + 2.
    """
    blocks, rest = divmod(depth - 2, 6)
    if rest or blocks < 1:
        raise ValueError(f"depth is 6n + 2, such as 20 or 56; not {depth}.")
    inputs = image_input((32, 32, 3))
    x = layers.Rescaling(4.0, offset=-2.0)(inputs)
    x = layers.ReLU()(_convolve(x, width, 1))
    for stage in range(3):
        for index in range(blocks):
            x = _block(x, width * 2**stage, 2 if stage and index == 0 else 1, shortcuts)
    x = layers.GlobalAveragePooling2D()(x)
    # Under mixed precision the probabilities are still computed in float32.
    outputs = layers.Dense(10, activation="softmax", dtype="float32", name="predictions")(x)
    return keras.Model(inputs, outputs, name="cifar_resnet")


def _block(x, filters: int, strides: int, shortcuts: bool):
    change = layers.ReLU()(_convolve(x, filters, strides))
    change = _convolve(change, filters, 1)
    if not shortcuts:
        return layers.ReLU()(change)
    if strides == 2:
        x = layers.AveragePooling2D(1, strides=2)(x)  # of one pixel: takes every second
        x = layers.Concatenate()([x, layers.Rescaling(0.0)(x)])
    return layers.ReLU()(layers.Add()([x, change]))


def _convolve(x, filters: int, strides: int):
    x = layers.Conv2D(filters, 3, strides, "same", use_bias=False, kernel_initializer="he_normal")(x)
    return FusedBatchNormalization(momentum=0.9)(x)
