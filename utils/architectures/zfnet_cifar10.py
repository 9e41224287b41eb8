"""A network in the style of Zeiler and Fergus, small enough for the 32x32 images of CIFAR-10.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, section 3 and figure 3. The order of the layers, the overlapping pooling of 3x3 windows
with stride 2, and the dropout in the dense part are theirs; widths and kernels are smaller.
"""

from utils.layers import ClipRMS, LocalContrastNormalization, image_input

import keras
from keras import layers


def zfnet_cifar10(
    *,
    filters: tuple[int, int, int, int, int] = (64, 128, 160, 160, 96),
    first_kernel_size: int = 5,
    first_strides: int = 1,
    contrast_normalization: bool = False,
    max_rms: float | None = None,
    dropout: float = 0.5,
) -> keras.Model:
    """Build five convolutions with ReLU, three max-poolings and two dense layers.

    Args:
        filters: number of filters of each convolution.
        first_kernel_size: height and width of the filters of layer 1; the others are 3x3.
        first_strides: stride of layer 1; a large kernel and stride leave dead and aliased filters.
        contrast_normalization: whether local contrast normalization follows pooling 1 and 2.
        max_rms: bound on the root mean square of each filter, or None for no bound; the paper's 0.1
            is for inputs within [-128, 128].
        dropout: share of the dense layer's inputs, and of its outputs, dropped in training.

    Returns:
        an uncompiled model, images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10);
        1,424,170 parameters and 60.0 million multiply-adds per image by default.
    """

    def convolution(index: int, kernel_size: int = 3, strides: int = 1) -> layers.Layer:
        return layers.Conv2D(
            filters[index - 1],
            kernel_size,
            strides=strides,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            kernel_constraint=None if max_rms is None else ClipRMS(max_rms),
            name=f"conv{index}",
        )

    def pooling(index: int) -> list[layers.Layer]:
        stage: list[layers.Layer] = [layers.MaxPooling2D(3, 2, padding="same", name=f"pool{index}")]
        if contrast_normalization and index < 5:
            stage.append(LocalContrastNormalization(name=f"norm{index}"))
        return stage

    return keras.Sequential(
        [
            image_input((32, 32, 3)),
            # The paper subtracts the mean image; here gray becomes 0, the value of the padding.
            layers.Rescaling(4.0, offset=-2.0, name="center"),
            convolution(1, first_kernel_size, first_strides),
            *pooling(1),
            convolution(2),
            *pooling(2),
            convolution(3),
            convolution(4),
            convolution(5),
            *pooling(5),
            layers.Flatten(name="flatten"),
            layers.Dropout(dropout, name="dropout6"),
            layers.Dense(512, activation="relu", kernel_initializer="he_normal", name="dense6"),
            layers.Dropout(dropout, name="dropout7"),
            # Under mixed precision the probabilities are still computed in float32.
            layers.Dense(10, activation="softmax", dtype="float32", name="predictions"),
        ],
        name="zfnet_cifar10",
    )
