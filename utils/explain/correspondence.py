"""Correspondence: does a network treat the same part of different objects alike?

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, section 4.3.
"""

from collections.abc import Sequence

import numpy as np


def cover_squares(
    images: np.ndarray, places: Sequence[tuple[int, int]], size: int = 5, fill: float = 0.5
) -> np.ndarray:
    """Cover one place in each image with a square.

    Args:
        images: (N, H, W, C), floats; they are not changed.
        places: row and column of each square's middle.
        size: height and width of the square, odd; it is cut at the borders of the image.
        fill: what it is painted with.
    """
    covered, half = images.copy(), size // 2
    for image, (row, column) in zip(covered, places, strict=True):
        image[max(row - half, 0) : row + half + 1, max(column - half, 0) : column + half + 1] = fill
    return covered


def inconsistency(before: np.ndarray, after: np.ndarray) -> float:
    """Return how differently a part's loss changes the features of different images.

    Args:
        before, after: (N, ...), features of N images, two at least, before and after the part was
            covered.

    Returns:
        the share of features of which the sign of the change differs between two images, averaged
        over all pairs: 0 if all images change alike. The paper gives the sum over pairs instead.
    """
    signs = np.sign(np.reshape(before, (len(before), -1)) - np.reshape(after, (len(after), -1)))
    first, second = np.triu_indices(len(signs), k=1)
    return float((signs[first] != signs[second]).mean())
