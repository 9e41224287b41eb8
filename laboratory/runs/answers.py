"""The answers of a network to the test images: one pass, from which everything else is computed."""

from typing import NamedTuple

from utils.checks import check_labels
from utils.data import Dataset
from utils.training import batches_in_order, share_correct

import keras
import numpy as np

# Keras, too, uses this bound before it takes the logarithm.
SMALLEST_PROBABILITY = 1e-7


class Answers(NamedTuple):
    """The classes that a network answered, and how good they are."""

    classes: np.ndarray  # (N,), integers
    accuracy: float  # to four decimals
    loss: float  # mean cross-entropy, to four decimals


def ask(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> Answers:
    """Return the answers of a classifier to images, and how good they are.

    Args:
        model: images (N, H, W, 3), float32 in [0, 1], to probabilities (N, classes).
        images: (N, H, W, 3), uint8.
        labels: (N,), integers, or in another form that `utils.checks.check_labels` takes.
    """
    labels = check_labels(labels, num_images=len(images))
    batches = batches_in_order(images, labels)
    probabilities = model.predict(batches, verbose=0)  # pyright: ignore[reportArgumentType] (not only "auto")
    of_the_label = probabilities[np.arange(len(labels)), labels]
    loss = -np.log(np.clip(of_the_label, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)).mean()
    return Answers(probabilities.argmax(axis=1), share_correct(probabilities, labels), round(float(loss), 4))


def ask_test_images(model: keras.Model, dataset: Dataset) -> Answers:
    """Return the answers of a classifier to the test images of `dataset`."""
    return ask(model, dataset.x_test, dataset.y_test)
