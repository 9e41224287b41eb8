"""The sanity check: destroy what a network has learned, layer by layer, from the scores downward.

Source: J. Adebayo et al., "Sanity Checks for Saliency Maps", arXiv:1810.03292, section 4.1.
"""

from collections.abc import Iterator

import keras
import numpy as np


def randomize_downward(model: keras.Model, seed: int = 0) -> Iterator[tuple[str, keras.Model]]:
    """Put the weights of one layer after another into random order, the last layer first.

    Each array of a layer keeps its numbers, so that their sizes stay typical of the network.

    Args:
        model: with at least one layer that has weights; it is not changed.
        seed: of the order.

    Yields:
        the name of the layer that was destroyed last, and one copy of the model, which the next
        step changes further.
    """
    destroyed, rng = keras.models.clone_model(model), np.random.default_rng(seed)
    destroyed.set_weights(model.get_weights())
    for layer in reversed(destroyed.layers):
        if layer.weights:
            layer.set_weights(
                [rng.permutation(array.ravel()).reshape(array.shape) for array in layer.get_weights()]
            )
            yield layer.name, destroyed
