"""Max-pooling that remembers where each maximum was, and its way back."""

from typing import Any

import tensorflow as tf
from keras import layers


def max_pool_with_switches(
    feature_maps: tf.Tensor, pool_size: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the maximum of each window, and its switch: the place it was found at.

    Args:
        feature_maps: (N, H, W, C), channels last.
        padding: "valid" or "same".

    Returns:
        two tensors (N, h, w, C). A switch is the index of an element in the flattened
        `feature_maps`; of equal maxima, as of several zeros, the first in reading order.
    """
    return tf.nn.max_pool_with_argmax(
        feature_maps, pool_size, strides, padding.upper(), include_batch_in_index=True
    )


def unpool(pooled: tf.Tensor, switches: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
    """Put each value back at its switch, into zeros of `shape`.

    Where overlapping windows share a maximum their values are added. This is what the gradient of
    max-pooling does; the paper (section 2.1) does not say.
    """
    flat = tf.scatter_nd(tf.reshape(switches, (-1, 1)), tf.reshape(pooled, (-1,)), [tf.reduce_prod(shape)])
    return tf.reshape(flat, shape)


def pool_and_unpool(layer: layers.MaxPooling2D, feature_maps: tf.Tensor) -> tf.Tensor:
    """Pool as `layer` does; going back, unpool by the switches.

    Raises:
        ValueError: the layer has its channels first.
    """
    if layer.data_format != "channels_last":
        raise ValueError(f"{layer.name!r} has its channels first: build it channels_last.")

    (height, width), (down, right) = layer.pool_size, layer.strides

    @tf.custom_gradient
    def pool(signal) -> Any:
        pooled, switches = max_pool_with_switches(signal, (height, width), (down, right), layer.padding)
        shape = tf.shape(signal, out_type=switches.dtype)
        return pooled, lambda upstream: unpool(upstream, switches, shape)

    return pool(feature_maps)
