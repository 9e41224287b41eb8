"""ResNet-50: blocks that learn what to add to their input, so that depth does no harm.

Source: K. He, X. Zhang, S. Ren and J. Sun, "Deep Residual Learning for Image Recognition", CVPR
2016, sections 3.3 and 4.1, table 1 and figure 5 (right). As there, the stride is in the first 1x1
convolution of a block. Convolutions keep their biases, as in keras.applications, which has the
weights, although the batch normalization after them makes biases superfluous.
"""

from pathlib import Path

from utils.architectures.weights import load_weights
from utils.layers import image_input

import keras
from keras import layers

# Table 1: filters of the 3x3 convolutions, and number of blocks, of each stage.
STAGES = {"conv2": (64, 3), "conv3": (128, 4), "conv4": (256, 6), "conv5": (512, 3)}


def resnet50(
    *,
    include_top: bool = True,
    weights: str | Path | None = None,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build ResNet-50: a stem, and 16 bottleneck blocks of three convolutions each.

    Args:
        include_top: whether pooling and classifier follow.
        weights: None, "imagenet", or the path of a file. The ImageNet weights expect images
            that went through `keras.applications.resnet50.preprocess_input`.
        input_shape: height, width, channels; at least 32x32.
        classes, classifier_activation: of the last layer; None gives logits.

    Returns:
        an uncompiled model, images to probabilities (N, classes) or to features; 25,636,712
        parameters, 53,120 of them moving statistics, and 3.9 billion multiply-adds by default.

    Raises:
        ValueError: there are no such weights, or they do not fit.
        ConnectionError: the download failed.
    """
    inputs = image_input(input_shape)
    x = _stem(inputs)
    for stage, (filters, num_blocks) in STAGES.items():
        x = bottleneck_block(
            x, filters, f"{stage}_block1", strides=1 if stage == "conv2" else 2, project=True
        )
        for index in range(2, num_blocks + 1):
            x = bottleneck_block(x, filters, f"{stage}_block{index}")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = layers.Dense(classes, activation=classifier_activation, dtype="float32", name="predictions")(x)
    model = keras.Model(inputs, x, name="resnet50")
    return load_weights(model, weights, application=keras.applications.ResNet50, include_top=include_top)


def _stem(x):
    """Bring 224 pixels down to 56; explicit padding adds the same number of zeros on both sides."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = conv_bn(x, 64, 7, "conv1", strides=2, padding="valid")
    x = layers.Activation("relu", name="conv1_relu")(x)
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, 2, name="pool1_pool")(x)


def bottleneck_block(x, filters: int, name: str, *, strides: int = 1, project: bool = False):
    """Narrow by 1x1, filter by 3x3, widen by 1x1, and add the result to the input.

    With `project` a 1x1 convolution brings the input to the shape of the result.
    """
    shortcut = conv_bn(x, 4 * filters, 1, f"{name}_0", strides=strides) if project else x
    x = conv_bn(x, filters, 1, f"{name}_1", strides=strides)
    x = layers.Activation("relu", name=f"{name}_1_relu")(x)
    x = conv_bn(x, filters, 3, f"{name}_2")
    x = layers.Activation("relu", name=f"{name}_2_relu")(x)
    x = conv_bn(x, 4 * filters, 1, f"{name}_3")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def conv_bn(x, filters: int, kernel_size: int, name: str, *, strides=1, padding="same"):
    """Apply convolution and batch normalization, but not ReLU, which in a block may follow the sum."""
    options = {"strides": strides, "padding": padding, "name": f"{name}_conv"}
    x = layers.Conv2D(filters, kernel_size, **options)(x)
    return layers.BatchNormalization(epsilon=1.001e-5, name=f"{name}_bn")(x)
