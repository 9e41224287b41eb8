"""Which feature map responds most to an image."""

from utils.convolution.graph import Step
from utils.explain.inputs import check_images, in_batches
from utils.explain.network import LayerChoice, Network

import keras
import numpy as np
import tensorflow as tf


def strongest_units(model: keras.Model, images: np.ndarray, layer: LayerChoice) -> np.ndarray:
    """Return for each image the feature map with the largest sum, the one that `occlusion` watches.

    Args:
        images: (N, H, W, C), floats in the model's range.
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).

    Returns:
        (N,), integers.
    """
    network = Network(model)
    return strongest_maps(network, network.find_feature_maps(layer), check_images(network, images))


def strongest_maps(network: Network, step: Step, images: np.ndarray) -> np.ndarray:
    """Do what `strongest_units` does, for a step and images that have been checked."""
    (sums,) = in_batches(lambda batch: tf.reduce_sum(network.run(batch, [step])[0], axis=(1, 2)), images)
    return sums.argmax(axis=1)
