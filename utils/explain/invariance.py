"""How far features move when pictures are shifted, enlarged or turned.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, section 4.1 and figure 5.
"""

import numpy as np
from skimage.transform import SimilarityTransform, warp


def transform_images(
    images: np.ndarray, *, shift: float = 0, scale: float = 1, angle: float = 0
) -> np.ndarray:
    """Enlarge and turn pictures about their center, then shift them down.

    Args:
        images: (N, H, W, C), floats; beyond their borders they go on as at the border.
        shift: in pixels.
        scale: above 1 enlarges.
        angle: in degrees, clockwise.

    Returns:
        (N, H, W, C), float32.
    """
    center = (np.array(images.shape[2:0:-1]) - 1) / 2
    change = SimilarityTransform(translation=-center)
    change += SimilarityTransform(scale=scale, rotation=np.deg2rad(angle))
    change += SimilarityTransform(translation=(center[0], center[1] + shift))
    return np.stack([warp(image, change.inverse, mode="edge") for image in images]).astype("float32")


def feature_distances(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return how far each picture's features moved, relative to those of different pictures.

    Args:
        before, after: (N, ...), features of the same N pictures, two at least.

    Returns:
        (N,), Euclidean distances, divided by the mean distance between two different pictures of
        `before`: 1 means as far as another picture.
    """
    before, after = (np.reshape(features, (len(features), -1)) for features in (before, after))
    pairs = np.triu_indices(len(before), k=1)
    between = np.linalg.norm(before[pairs[0]] - before[pairs[1]], axis=1).mean()
    return np.linalg.norm(after - before, axis=1) / between
