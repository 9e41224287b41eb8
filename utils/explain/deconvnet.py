"""The deconvnet: which pixels made one unit of a convolutional network so active.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, section 2.1. What it leaves open is decided here:

- A bias, and the offset of batch normalization, have no part going down.
- Contrast normalization is not undone: the signal passes it unchanged. The other layers that divide
  by something computed from the image are treated alike.
- Windows of overlapping pooling that share a maximum add up there.
- Any other layer without a ReLU goes down by its gradient. For a linear layer that is its
  transpose; for a convolution, the same filters turned by half a circle (`conv2d_transpose`).
  Where paths of a network meet, going down, they add up.
"""

from utils.architectures.zfnet_cifar10 import LocalContrastNormalization
from utils.convolution import kinds
from utils.convolution.graph import Step
from utils.explain.activations import split_activation
from utils.explain.behavior import Kind
from utils.explain.inputs import BATCH_SIZE, check_images, check_units, in_batches, require_gradient
from utils.explain.network import LayerChoice, Network
from utils.explain.relu_rules import deconvnet_rule, skip_going_back
from utils.explain.unpooling import pool_and_unpool
from utils.layers import LocalResponseNormalization

import keras
import numpy as np
import tensorflow as tf
from keras import layers

NOT_UNDONE = (
    *(LocalContrastNormalization, LocalResponseNormalization, layers.LayerNormalization),
    *(layers.GroupNormalization, layers.RMSNormalization, layers.UnitNormalization),
)


def deconvnet(
    model: keras.Model,
    images: np.ndarray,
    layer: LayerChoice,
    unit: int | np.ndarray,
    position: tuple[int, int] | None = None,
    *,
    batch_size: int = BATCH_SIZE,
) -> np.ndarray:
    """Project one unit's activation down to the pixels, with the switches of each image.

    Args:
        model: Sequential or functional, nested or not, with ReLU as its only activation up to
            `layer`; it is not changed.
        images: (N, H, W, C), floats in the model's range.
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        unit: number of the feature map, or one number per image (N,).
        position: (row, column) in the map; None for where it is strongest, in each image.
        batch_size: images at a time.

    Returns:
        (N, H, W, C), floats around 0; zero outside the unit's receptive field.

    Raises:
        ValueError: no such layer, unit or position, another activation than ReLU on the way or
            one that is not known, images that are not the model's, or a model in float16.
    """
    network = Network(model)
    step = network.find_feature_maps(layer)
    network.check_gradients(step)
    images = check_images(network, images)
    units = check_units(step, unit)
    if np.shape(unit) not in ((), (len(images),)):
        raise ValueError(
            f"unit must be one integer or one for each of {len(images)} images, got {unit!r}; "
            "call once per unit."
        )
    units = np.broadcast_to(units, len(images))

    def project_strongest(images, units):
        (feature_maps,) = network.run(images, [step])
        return project_units(network, step, images, units, strongest(feature_maps, units))

    if position is None:
        return in_batches(project_strongest, images, units, batch_size=batch_size)[0]
    positions = np.repeat([_check_position(network, step, images, position)], len(images), axis=0)
    return in_batches(
        lambda *batch: project_units(network, step, *batch),
        images,
        units,
        positions,
        batch_size=batch_size,
    )[0]


def project_units(
    network: Network, step: Step, images: tf.Tensor, units: tf.Tensor, positions: tf.Tensor
) -> tf.Tensor:
    """Project for each image the activation of its own unit at its own position.

    Args:
        units: (N,), integers.
        positions: (N, 2), rows and columns.
    """

    def keep_one(feature_maps):
        shape = tf.shape(feature_maps)
        rows = tf.one_hot(positions[:, 0], shape[1], dtype=feature_maps.dtype)
        columns = tf.one_hot(positions[:, 1], shape[2], dtype=feature_maps.dtype)
        channels = tf.one_hot(units, shape[3], dtype=feature_maps.dtype)
        return feature_maps * tf.einsum("nh,nw,nc->nhwc", rows, columns, channels)

    return project(network, step, images, keep_one)


def project(network: Network, step: Step, images: tf.Tensor, start) -> tf.Tensor:
    """Project feature maps down to the pixels.

    Args:
        start: function of the layer's feature maps that returns what goes down, of their shape.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        (feature_maps,) = network.run(images, [step], call_deconvnet)
    projection = tape.gradient(feature_maps, images, output_gradients=start(feature_maps))
    return require_gradient(projection, step)


def call_deconvnet(step: Step, *args, **kwargs):
    """Call a layer so that its way back is the deconvnet's."""
    operation = step.operation
    if kinds.is_of(operation, (layers.MaxPooling2D,)):
        return pool_and_unpool(operation, args[0])
    if isinstance(operation, NOT_UNDONE):
        return skip_going_back(args[0], tf.stop_gradient(operation(*args, **kwargs)))
    parts = split_activation(step)
    if parts.kind is Kind.LINEAR:
        return operation(*args, **kwargs)
    if parts.kind is not Kind.RELU:
        raise ValueError(
            f"A deconvnet is defined for ReLU alone, but {step.name!r} has {parts.label!r}: "
            "choose a layer before it, or another method, such as saliency."
        )
    return deconvnet_rule(parts.activation, parts.before(*args, **kwargs))


def strongest(feature_maps: tf.Tensor, units: tf.Tensor) -> tf.Tensor:
    """Return the position (N, 2) of the maximum of each image's own unit."""
    maps = tf.gather(tf.transpose(feature_maps, (0, 3, 1, 2)), units, axis=1, batch_dims=1)
    width = tf.shape(maps, out_type=tf.int64)[2]
    place = tf.argmax(tf.reshape(maps, (tf.shape(maps)[0], -1)), axis=1)
    return tf.stack([place // width, tf.math.floormod(place, width)], axis=1)


def _check_position(network, step, images, position) -> tuple[int, int]:
    (feature_maps,) = network.run(tf.constant(images[:1]), [step])
    sizes = tuple(feature_maps.shape[1:3])
    is_pair = np.shape(position) == (2,) and np.issubdtype(np.asarray(position).dtype, np.integer)
    if not is_pair or not all(0 <= p < size for p, size in zip(position, sizes, strict=True)):
        raise ValueError(
            f"position must be (row, column) in the {sizes} map of {step.name!r}, got {position!r}."
        )
    return tuple(position)
