"""A network that learns CIFAR-10 to 94 % in about ten passes over the training images.

Source: K. Jordan, "94 % on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024 (arXiv:2404.00498),
sections 3.1 to 3.3 and appendix A.
"""

from utils.layers import (
    FusedBatchNormalization,
    MatrixGradientConv2D,
    Whitening,
    default_uniform,
    dirac,
    fused_gelu,
    image_input,
)

import keras
from keras import layers

# Mean and standard deviation of the three colors over the training images.
CIFAR10_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR10_DEVIATION = (0.2470, 0.2435, 0.2616)
# Maps of the three groups, in units of the first; each group halves the size: 31, 15, 7, 3.
WIDENING = (1, 4, 4)
WHITENING_SIZE = 2
NORMALIZATION_MOMENTUM = 0.6  # of the source, for batches of 1,024


def speedrun(
    *,
    width: int = 64,
    activation: str = "gelu",
    whitening: bool = True,
    normalization: bool = True,
    normalization_momentum: float = NORMALIZATION_MOMENTUM,
    logits_scale: float = 1 / 9,
) -> keras.Model:
    """Build the network of the speedrun: whitening, three groups of two convolutions, a linear layer.

    Args:
        width: number of maps in the first group, at least 24; the other two have four times as many.
        activation: name of an activation in Keras; "gelu", the source's, is computed in one pass over
            memory (`utils.layers.fused_gelu`).
        whitening: whether the kernel of the first layer is computed from images
            (`laboratory.speedrun.whitening_kernel`, see `set_whitening`) and frozen, or learned.
        normalization: whether each convolution is normalized by batch; without it, each has a bias.
        normalization_momentum: of the moving mean and variance.
        logits_scale: factor on the inputs of the softmax.

    Returns:
        an uncompiled model, images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10);
        1,971,640 parameters as the source counts, without the moving mean and variance of the
        normalization; 118.1 million multiply-adds per image.

    As in the source, the normalization learns no scale; TensorFlow's kernel uses 1e-5 for its epsilon of
    1e-12. The 3x3 convolutions start as the identity on their inputs.
    """
    function = fused_gelu if activation == "gelu" else activation
    x = inputs = image_input((32, 32, 3))
    variance = [deviation**2 for deviation in CIFAR10_DEVIATION]
    x = layers.Normalization(mean=CIFAR10_MEAN, variance=variance, dtype="float32", name="colors")(x)
    first = Whitening if whitening else layers.Conv2D
    num_filters = 2 * 3 * WHITENING_SIZE**2
    x = first(
        num_filters,
        WHITENING_SIZE,
        kernel_initializer=default_uniform(),  # pyright: ignore[reportArgumentType] (not only names)
        name="whitening",
    )(x)
    x = layers.Activation(function)(x)
    for filters in [width * factor for factor in WIDENING]:
        x = layers.MaxPooling2D()(_convolution(x, filters, biased=not normalization))
        x = _finish(x, function, normalization, normalization_momentum)
        x = _convolution(x, filters, biased=not normalization)
        x = _finish(x, function, normalization, normalization_momentum)
    x = layers.Flatten()(layers.MaxPooling2D(3)(x))
    x = layers.Dense(
        10,
        use_bias=False,
        kernel_initializer=default_uniform(),  # pyright: ignore[reportArgumentType] (not only names)
        name="logits",
    )(x)
    # Under mixed precision the probabilities are still computed in float32.
    x = layers.Rescaling(logits_scale, dtype="float32")(x)
    outputs = layers.Softmax(dtype="float32", name="predictions")(x)
    return keras.Model(inputs, outputs, name="speedrun")


def _convolution(x, filters: int, biased: bool):
    return MatrixGradientConv2D(
        filters,
        3,
        padding="same",
        use_bias=biased,
        kernel_initializer=dirac,  # pyright: ignore[reportArgumentType] (not only names)
    )(x)


def _finish(x, activation, normalization: bool, momentum: float):
    if normalization:
        x = FusedBatchNormalization(momentum=momentum, epsilon=1e-12, scale=False)(x)
    return layers.Activation(activation)(x)


def set_whitening(model: keras.Model, kernel) -> None:
    """Set the kernel (2, 2, 3, 24) of the first layer of `model`, as `whitening_kernel` returns it."""
    model.get_layer("whitening").kernel.assign(kernel)
