"""Four pictures in one: does a method show the class it was asked for?

Source: M. Böhle, M. Fritz and B. Schiele, "Convolutional Dynamic Alignment Networks for
Interpretable Classifications", CVPR 2021, section 4.2, where several images form a grid.
"""

from typing import NamedTuple

from utils.checks import check_labels, require_as_many

import keras
import numpy as np


class Mosaics(NamedTuple):
    """N pictures, each made of 2 x 2 pictures and asked for one of its four classes."""

    images: np.ndarray  # (N, 2 H, 2 W, C)
    classes: np.ndarray  # (N,), the class that is asked for
    masks: np.ndarray  # (N, 2 H, 2 W), bool: the object of that class


def make_mosaics(images: np.ndarray, labels: np.ndarray, masks: np.ndarray, seed: int = 0) -> Mosaics:
    """Put pictures of four different classes together, in random places.

    Args:
        images: (M, H, W, C); labels: (M,); masks: (M, H, W), bool. Each picture is used at most
            once; groups in which a class repeats are left out.
        seed: of the grouping.

    Raises:
        ValueError: no group of four has four classes, or labels or masks do not fit the images.
    """
    labels = check_labels(labels, num_images=len(images))
    require_as_many("masks", len(masks), len(images))
    order = np.random.default_rng(seed).permutation(len(labels) // 4 * 4).reshape(-1, 4)
    order = order[[len(set(labels[group])) == 4 for group in order]]
    if not len(order):
        raise ValueError("mosaics need pictures of at least four classes; take more pictures.")
    asked = np.arange(len(order)) % 4  # each corner equally often
    is_asked = np.arange(4) == asked[:, None]
    shown = masks[order] & is_asked[:, :, None, None]
    return Mosaics(_join(images[order]), labels[order[is_asked]], _join(shown))


def _join(parts: np.ndarray) -> np.ndarray:
    """Join (N, 4, H, W, ...) to (N, 2 H, 2 W, ...)."""
    num, _, height, width, *channels = parts.shape
    grid = parts.reshape(num, 2, 2, height, width, *channels).swapaxes(2, 3)
    return grid.reshape(num, 2 * height, 2 * width, *channels)


def enlarge_input(model: keras.Model, size: tuple[int, int]) -> keras.Model:
    """Return a Sequential model with the same weights for images of another size.

    Args:
        model: Sequential, without a layer that depends on the size; it is not changed.
        size: height and width of the new images.

    Raises:
        ValueError: the model is not Sequential, or a layer depends on the size.
    """
    if not isinstance(model, keras.Sequential):
        raise ValueError(f"{model.name!r} must be Sequential to be built again for another size.")
    layers = [layer.__class__.from_config(layer.get_config()) for layer in model.layers]
    larger = keras.Sequential([keras.Input((*size, model.input_shape[-1])), *layers])
    larger.set_weights(model.get_weights())
    return larger
