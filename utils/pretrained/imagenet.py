"""The names of ImageNet's 1,000 classes."""

import functools
from pathlib import Path

from utils.checks import check_features, require_integer

import numpy as np

NAMES_FILE = Path(__file__).with_name("imagenet_classes.txt")


@functools.cache
def imagenet_classes() -> tuple[tuple[str, str], ...]:
    """Return the WordNet identifier and English name of each class, in the order of the outputs.

    Two names belong to two classes each: crane (bird, machine) and maillot (jersey, swimsuit).
    """
    lines = NAMES_FILE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((identifier, name) for identifier, name in rows)


def decode_predictions(predictions, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """Name the most probable classes of each image, as keras.applications does, but without a download.

    Args:
        predictions: (N, 1000), one row of probabilities or scores per image.
        top: how many classes per image, at least 1.

    Returns:
        per image, a list of (WordNet identifier, name, probability), the most probable first.

    Raises:
        ValueError: the shape is not (N, 1000), or a number is not finite.
    """
    require_integer("top", top, 1)
    predictions = np.asarray(predictions)
    if predictions.ndim != 2 or predictions.shape[1] != 1000:
        raise ValueError(
            f"predictions must have the shape (N, 1000), got {predictions.shape}: "
            "only the outputs of a network with ImageNet's classifier have these names."
        )
    check_features(predictions, name="predictions")
    order = np.argsort(-predictions, axis=1, kind="stable")[:, :top]
    names = imagenet_classes()
    return [
        [(*names[index], float(row[index])) for index in best]
        for row, best in zip(predictions, order, strict=True)
    ]
