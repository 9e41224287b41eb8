"""Asking a network about several views of the same image, and averaging its answers."""

import keras
import numpy as np

# A view is (mirrored?, pixels down and to the right). The weights are those of the source.
FLIP_VIEWS = {(False, 0): 0.5, (True, 0): 0.5}
FLIP_AND_SHIFT_VIEWS = {
    (False, 0): 0.25,
    (True, 0): 0.25,
    **{(flip, shift): 0.125 for flip in (False, True) for shift in (-1, 1)},
}


def view(images: np.ndarray, flip: bool, shift: int) -> np.ndarray:
    """Return images (N, H, W, C), shifted along the diagonal, borders mirrored, then flipped or not."""
    size = images.shape[1]
    padded = np.pad(images, ((0, 0), *[(abs(shift),) * 2] * 2, (0, 0)), mode="reflect")
    start = abs(shift) - shift
    moved = padded[:, start : start + size, start : start + size]
    return moved[:, :, ::-1] if flip else moved


def average_views(
    model: keras.Model, images: np.ndarray, views: dict[tuple[bool, int], float] = FLIP_VIEWS
) -> np.ndarray:
    """Return scores (N, classes): the weighted mean of the log-probabilities of several views.

    Args:
        model: images to probabilities.
        images: (N, H, W, C), float32 in [0, 1].
        views: (flip, shift) to weight; for each view the network runs once.

    Up to a number per image these are the weighted means of the inputs of the softmax, as in the
    source: K. Jordan 2024 (arXiv:2404.00498), section 3.5.
    """
    return sum(weight * log_probabilities(model, images, *seen) for seen, weight in views.items())


def log_probabilities(model: keras.Model, images: np.ndarray, flip: bool, shift: int) -> np.ndarray:
    """Return the logarithms (N, classes) of what the network says about one view of each image."""
    probabilities = model.predict(view(images, flip, shift), batch_size=500, verbose=0)
    return np.log(np.maximum(probabilities, 1e-12))
