"""Guided backpropagation: the gradient, with all that is negative dropped at each ReLU."""

from utils.explain.class_scores import Classes
from utils.explain.inputs import BATCH_SIZE, check_images, in_batches
from utils.explain.network import Network
from utils.explain.relu_rules import guided_rule

import keras
import numpy as np


def guided_backprop(
    model: keras.Model, images: np.ndarray, classes=None, *, batch_size: int = BATCH_SIZE
) -> np.ndarray:
    """Compute the guided gradient of a class's score with respect to the pixels.

    It draws sharp pictures, of the image's edges more than of the network's reasons: they hardly
    change when the weights are replaced by random ones (Adebayo et al., arXiv:1810.03292).

    Args:
        model, images, classes, batch_size: see `input_gradient`. ReLUs are found as layers, as
            activations of layers, as functions and as `keras.ops`; other activations go back by
            their gradient. The model is not changed.

    Returns:
        (N, H, W, C), floats around 0.

    Raises:
        ValueError: as `input_gradient`, or a layer in which a ReLU may be hidden.

    Source: J. T. Springenberg et al., "Striving for Simplicity: The All Convolutional Net",
        arXiv:1412.6806, section 3.4.
    """
    network = Network(model)
    images = check_images(network, images)
    of_network = Classes(network)
    network.check_gradients(network.last)
    classes = of_network.choose(images, classes, batch_size)
    (gradients,) = in_batches(
        lambda images, classes: of_network.score_gradient(images, classes, guided_rule),
        images,
        classes,
        batch_size=batch_size,
    )
    return gradients
