"""The sanity check: destroy layer by layer what a network has learned, and compare the maps.

Source: J. Adebayo et al., "Sanity Checks for Saliency Maps", arXiv:1810.03292, section 4.1.
"""

from collections.abc import Iterator
from typing import Any

from utils.convolution.steps import walk

import keras
import numpy as np
from scipy.stats import spearmanr


def randomize_downward(model: keras.Model, seed: int = 0) -> Iterator[tuple[str, keras.Model]]:
    """Put the weights of one layer after another into random order, the last layer first.

    Each array of a layer keeps its numbers, so that their sizes stay typical of the network.

    Args:
        model: with at least one layer that has weights; it is not changed. The layers of nested
            models come one by one.
        seed: of the order.

    Yields:
        the name of the layer that was destroyed last, and one copy of the model, which the next
        step changes further.

    Raises:
        ValueError: the model cannot be copied, or looked into.
    """
    destroyed, rng = _copy(model), np.random.default_rng(seed)
    # A layer that is called several times counts where it is called first.
    operations = dict.fromkeys(step.operation for step in walk(destroyed).steps)
    for layer in reversed([operation for operation in operations if getattr(operation, "weights", ())]):
        layer.set_weights(
            [rng.permutation(array.ravel()).reshape(array.shape) for array in layer.get_weights()]
        )
        yield layer.name, destroyed


def _copy(model: keras.Model) -> keras.Model:
    """Return a model of the same layers with weights of its own, equal to those of `model`."""
    try:
        copy = keras.models.clone_model(model)
    except Exception as error:  # What a layer raises that cannot be built from its config is not known.
        raise ValueError(
            f"{model.name!r} cannot be copied: Keras must be able to save its layers and activations, which "
            "it cannot with a lambda."
        ) from error
    copy.set_weights(model.get_weights())
    return copy


def rank_correlation(maps: np.ndarray, others: np.ndarray) -> float:
    """Return the mean over all images of the rank correlation between two maps of the same image.

    Args:
        maps, others: (N, ...). An image of which either map is the same everywhere counts as 0:
            nothing of the other map is left in it.

    Returns:
        from -1 to 1; 1 for maps in the same order.
    """
    return float(np.mean([_correlation(*pair) for pair in zip(maps, others, strict=True)]))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if not np.ptp(one) or not np.ptp(other):
        return 0.0
    result: Any = spearmanr(one.ravel(), other.ravel())
    return float(result.statistic)
