"""Grad-CAM: the feature maps of a layer, weighted by what they do for the score of a class."""

from typing import Any

from utils.convolution.graph import Step
from utils.explain.class_scores import Classes
from utils.explain.inputs import BATCH_SIZE, check_images, in_batches
from utils.explain.network import LayerChoice, Network

import keras
import numpy as np
import tensorflow as tf


def grad_cam(
    model: keras.Model,
    images: np.ndarray,
    layer: LayerChoice | None = None,
    classes=None,
    *,
    resize: bool = True,
    batch_size: int = BATCH_SIZE,
) -> np.ndarray:
    """Compute class activation maps by gradients.

    Args:
        model: Sequential or functional, to (N, classes); a last softmax or sigmoid is left out.
        images: (N, H, W, C), floats in the model's range.
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units); None for
            the last such layer whose maps are larger than 1x1.
        classes: as in `input_gradient`.
        resize: whether the maps are enlarged, bilinearly, to the size of the images.
        batch_size: images at a time.

    Returns:
        (N, H, W), or (N, h, w) without `resize`; floats in [0, 1], the maximum of each map before
        resizing is 1. A map without a positive place is all 0.

    Raises:
        ValueError: no such layer or class, a layer that the score does not depend on, images that
            are not the model's, or a model in float16.

    Source: R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via
        Gradient-Based Localization", ICCV 2017, equations 1 and 2.
    """
    network = Network(model)
    step = network.find_feature_maps(layer)
    images = check_images(network, images)
    of_network = Classes(network)
    network.check_gradients(network.last)
    classes = of_network.choose(images, classes, batch_size)

    def maps_of(images, classes):
        maps = _weighted_maps(of_network, step, images, classes)
        return tf.image.resize(maps, tf.shape(images)[1:3]) if resize else maps

    (maps,) = in_batches(maps_of, images, classes, batch_size=batch_size)
    return maps[..., 0]


def _weighted_maps(of_network: Classes, step: Step, images: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
    """Return the maps (N, h, w, 1), scaled to a maximum of 1."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        scores, feature_maps = of_network.run_scores(images, also=(step,))
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    gradients: Any = tape.gradient(chosen, feature_maps)
    if gradients is None:
        raise ValueError(f"No class score depends on the output of {step.name!r}.")
    weights = tf.reduce_mean(gradients, axis=(1, 2), keepdims=True)
    maps = tf.nn.relu(tf.reduce_sum(weights * feature_maps, axis=-1, keepdims=True))
    return tf.math.divide_no_nan(maps, tf.reduce_max(maps, axis=(1, 2), keepdims=True))
