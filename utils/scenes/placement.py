"""Pictures with something in their middle: the object of a scene, or a straight edge."""

from utils.scenes.shapes import Scenes

import numpy as np


def centered(scenes: Scenes, largest: int) -> Scenes:
    """Return the scenes with a small object, moved so that the object stands in the middle.

    So `utils.explain.transform_images` can turn, enlarge and shift them without pushing them out.

    Args:
        scenes: of any size.
        largest: height and width in pixels that an object may have; larger ones are left out, and so are
            those that touch the border, which may be cut off there.

    Raises:
        ValueError: no object is as small as that.
    """
    kept, images, masks = [], [], []
    middle = (scenes.images.shape[1] - 1) / 2
    for index, mask in enumerate(scenes.masks):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        ends = rows[0], columns[0], 2 * middle - rows[-1], 2 * middle - columns[-1]  # pixels to the border
        if min(ends) > 0 and max(np.ptp(rows), np.ptp(columns)) < largest:
            center = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
            offset = np.rint(center - middle)
            kept.append(index)
            images.append(_shift(scenes.images[index], *offset))
            masks.append(_shift(mask, *offset))
    if not kept:
        raise ValueError(f"None of {len(scenes.masks)} objects fits into {largest} × {largest} pixels.")
    return Scenes(np.array(images), scenes.labels[kept], np.array(masks), scenes.class_names)


def straight_edge(degrees: float, size: int = 24) -> np.ndarray:
    """Draw an edge through the middle: bright (1) is what lies to its right at 0 degrees, below it at 90."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    angle = np.deg2rad(degrees)
    return np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, 1)


def _shift(picture: np.ndarray, right: float, down: float) -> np.ndarray:
    """Return what a picture shows when the view moves by whole pixels; its border is repeated."""
    height, width = picture.shape[:2]
    rows = np.clip(np.arange(height) + int(down), 0, height - 1)
    columns = np.clip(np.arange(width) + int(right), 0, width - 1)
    return picture[rows][:, columns]
