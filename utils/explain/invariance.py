"""How far features move when pictures are shifted, enlarged or turned.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, section 4.1 and figure 5.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from scipy.spatial.distance import pdist
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
    between = pdist(before).mean()  # without an array of all pairs, which would be large
    return np.linalg.norm(after - before, axis=1) / between


def follow_changes(
    model: keras.Model,
    images: np.ndarray,
    layer_names: Sequence[str],
    changes: Mapping[str, Sequence[float] | np.ndarray],
) -> dict[str, dict[str, list[float]]]:
    """Change images step by step, and measure how features and answers follow.

    Args:
        model: to (N, classes).
        images: (N, H, W, C), floats in the model's range, two at least.
        layer_names: whose features are followed.
        changes: argument of `transform_images` to its values.

    Returns:
        for each layer, as "NAME: distance", the mean of `feature_distances`; as "same class", the share
        of the images whose most probable class is still that of the unchanged image; each for every
        change, one number per value.
    """
    outputs = [*(model.get_layer(name).output for name in layer_names), model.outputs[0]]
    read = keras.Model(model.inputs[0], outputs)

    def ask(pictures):
        return read.predict(pictures, verbose=0)  # pyright: ignore[reportArgumentType] (numbers are allowed)

    before = ask(images)
    found = {f"{name}: distance": {} for name in layer_names} | {"same class": {}}
    for change, values in changes.items():
        for curves in found.values():
            curves[change] = []
        for value in values:
            after = ask(transform_images(images, **{change: value}))
            for curves, old, new in zip(found.values(), before[:-1], after[:-1], strict=False):
                curves[change].append(float(feature_distances(old, new).mean()))
            is_same = before[-1].argmax(axis=1) == after[-1].argmax(axis=1)
            found["same class"][change].append(float(is_same.mean()))
    return found
