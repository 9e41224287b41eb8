"""Saliency: how much the score of a class would change with each pixel."""

from utils.explain.class_scores import Classes
from utils.explain.inputs import BATCH_SIZE, check_images, in_batches
from utils.explain.network import Network

import keras
import numpy as np


def input_gradient(
    model: keras.Model, images: np.ndarray, classes=None, *, batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Compute the gradient of a class's score with respect to the pixels.

    Args:
        model: Sequential or functional, to (N, classes); a last softmax or sigmoid is left out.
        images: (N, H, W, C), floats in the model's range.
        classes: an integer, or one per image (N,); None for the predicted class of each image. A
            model with one sigmoid output has the classes 0 and 1; see `utils.explain.class_scores`.
        batch_size: images at a time.

    Returns:
        (N, H, W, C), floats around 0.

    Raises:
        ValueError: no such class, images that are not the model's, or a model in float16.
    """
    network = Network(model)
    images = check_images(network, images)
    of_network = Classes(network)
    network.check_gradients(network.last)
    classes = of_network.choose(images, classes, batch_size)
    (gradients,) = in_batches(of_network.score_gradient, images, classes, batch_size=batch_size)
    return gradients


def saliency(
    model: keras.Model, images: np.ndarray, classes=None, *, batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Compute a saliency map: the largest absolute gradient among the channels of each pixel.

    Args:
        model, images, classes, batch_size: see `input_gradient`.

    Returns:
        (N, H, W), floats from 0.

    Raises:
        ValueError: no such class, or images that are not the model's.

    Source: K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks",
        arXiv:1312.6034, section 3.
    """
    return largest_channel(input_gradient(model, images, classes, batch_size=batch_size))


def largest_channel(gradients: np.ndarray) -> np.ndarray:
    """Reduce gradients (N, H, W, C) to their largest absolute value per pixel (N, H, W)."""
    return np.abs(gradients).max(axis=-1)
