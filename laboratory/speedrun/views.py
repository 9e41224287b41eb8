"""Show a network several views of the same image, and average its answers."""

from collections.abc import Mapping

import keras
import numpy as np

View = tuple[bool, int]  # whether it is mirrored, and the shift in pixels, down and to the right
# The weights are those of the source.
FLIP_VIEWS: dict[View, float] = {(False, 0): 0.5, (True, 0): 0.5}
FLIP_AND_SHIFT_VIEWS: dict[View, float] = {
    (False, 0): 0.25,
    (True, 0): 0.25,
    **{(flip, shift): 0.125 for flip in (False, True) for shift in (-1, 1)},
}


def view(images: np.ndarray, flip: bool, shift: int) -> np.ndarray:
    """Return images (N, H, W, C), shifted along the diagonal with mirrored borders, then perhaps flipped."""
    size = images.shape[1]
    padded = np.pad(images, ((0, 0), *[(abs(shift),) * 2] * 2, (0, 0)), mode="reflect")
    start = abs(shift) - shift
    moved = padded[:, start : start + size, start : start + size]
    return moved[:, :, ::-1] if flip else moved


def average_views(
    model: keras.Model, images: np.ndarray, views: Mapping[View, float] = FLIP_VIEWS
) -> np.ndarray:
    """Return scores (N, classes): the weighted mean of the log-probabilities of several views.

    Args:
        model: images to probabilities.
        images: (N, H, W, C), float32 in [0, 1].
        views: (flip, shift) to weight; the network runs once for each view.

    Up to a number per image these are the weighted means of the inputs of the softmax, as in the
    source: K. Jordan 2024 (arXiv:2404.00498), section 3.5.
    """
    return weighted_sum({seen: log_probabilities(model, images, *seen) for seen in views}, views)


def weighted_sum(scores: Mapping[View, np.ndarray], views: Mapping[View, float]) -> np.ndarray:
    """Return the sum of the scores of some views, each (N, classes), times their weights."""
    return np.sum([weight * scores[seen] for seen, weight in views.items()], axis=0)


def log_probabilities(model: keras.Model, images: np.ndarray, flip: bool, shift: int) -> np.ndarray:
    """Return the logarithms (N, classes) of the network's probabilities for one view of each image."""
    seen = view(images, flip, shift)
    # Keras takes numbers for `verbose`, too.
    probabilities = model.predict(seen, batch_size=500, verbose=0)  # pyright: ignore[reportArgumentType]
    return np.log(np.maximum(probabilities, 1e-12))
