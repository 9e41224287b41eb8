"""What is wrong with a first layer, in numbers: aliasing, and answers that change with a small shift.

Source of the questions: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional
Networks", ECCV 2014, section 4.1. The paper answers them by eye.
"""

from collections.abc import Sequence

from utils.explain.class_scores import Classes
from utils.explain.inputs import check_images, in_batches
from utils.explain.network import Network

import keras
import numpy as np


def aliased_energy(kernel: np.ndarray, strides: Sequence[int], num_frequencies: int = 64) -> np.ndarray:
    """Return the share of each filter's energy at waves that its stride cannot tell from slower ones.

    Steps of s pixels resolve up to 1 / (2 s) cycles per pixel, along rows and along columns.

    Args:
        kernel: (height, width, inputs, filters).
        strides: of the convolution, along rows and columns.
        num_frequencies: points of the spectrum per axis.

    Returns:
        (filters,), from 0 to 1.
    """
    size = (num_frequencies, num_frequencies)
    energy = (abs(np.fft.fft2(kernel, size, axes=(0, 1))) ** 2).sum(axis=2)
    frequencies = abs(np.fft.fftfreq(num_frequencies))
    is_fast = [frequencies > 1 / (2 * stride) for stride in strides]
    is_aliased = is_fast[0][:, None] | is_fast[1]
    return energy[is_aliased].sum(axis=0) / energy.sum(axis=(0, 1))


def unsteadiness(model: keras.Model, images: np.ndarray, shift: int = 1, batch_size: int = 500) -> float:
    """Return the share of images whose predicted class changes when they are shifted to the right.

    Args:
        model: to (N, classes), or to one probability (N, 1) by a sigmoid.
        images: (N, H, W, C), floats in the model's range; the columns that enter on the left are
            those that leave on the right.
        shift: in pixels.

    Raises:
        ValueError: the model gives one number without a sigmoid, or images that are not the model's.
    """
    network = Network(model)
    images, classes = check_images(network, images), Classes(network)
    if classes.num_classes == 1:
        raise ValueError(
            f"{model.name!r} gives one number and no sigmoid, so that it has no predicted class: end it "
            "with a sigmoid, or with one output for each class."
        )

    def predict(batch):
        return classes.predict(classes.run_outputs(batch)[0])

    before, after = (
        in_batches(predict, pictures, batch_size=batch_size)[0]
        for pictures in (images, np.roll(images, shift, axis=2))
    )
    return float(np.mean(before != after))
