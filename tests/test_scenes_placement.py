"""Scenes in the middle of their pictures, and pictures shifted, enlarged and turned."""

from utils.scenes import shapes10
from utils.scenes.placement import centered, transformed

import numpy as np
import pytest

SCENES = shapes10(200, size=30, seed=3, textures=False, num_strokes=0, noise=0)


def extent(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))


def test_objects_stand_in_the_middle_and_are_whole():
    placed = centered(SCENES, 18)
    assert 20 < len(placed.labels) < 200
    for mask in placed.masks:
        for line in extent(mask):
            assert np.ptp(line) < 18
            assert abs(line[0] + line[-1] - 29) <= 1  # half a pixel from the middle at most
    # The same objects as before, each with all of its pixels and its label.
    small = [
        n
        for n, mask in enumerate(SCENES.masks)
        if max(map(np.ptp, extent(mask))) < 18 and not np.delete(mask, np.s_[1:-1], 0).any()
        if not np.delete(mask, np.s_[1:-1], 1).any()
    ]
    assert placed.masks.sum(axis=(1, 2)).tolist() == SCENES.masks[small].sum(axis=(1, 2)).tolist()
    assert placed.labels.tolist() == SCENES.labels[small].tolist()
    for before, after, image, mask in zip(
        SCENES.images[small], placed.images, SCENES.masks[small], placed.masks, strict=True
    ):
        np.testing.assert_array_equal(before[image], after[mask])


def test_without_a_small_object_it_says_so():
    with pytest.raises(ValueError, match="None of 200 objects fits into 3 × 3 pixels"):
        centered(SCENES, 3)


def test_changes_are_those_of_numpy():
    images = SCENES.images[:5]
    np.testing.assert_array_equal(transformed(images), images)
    np.testing.assert_array_equal(transformed(images, shift=4)[:, :, 4:], images[:, :, :-4])
    np.testing.assert_array_equal(transformed(images, shift=-4)[:, :, :-4], images[:, :, 4:])
    for quarters in (1, 2, 3):  # numpy turns counterclockwise
        turned = np.rot90(images, quarters, axes=(1, 2))
        assert np.abs(transformed(images, angle=90 * quarters).astype(int) - turned).max() <= 1


def test_scale_changes_the_area():
    white = np.zeros((1, 41, 41, 3), np.uint8)
    white[:, 10:31, 10:31] = 255
    area = [transformed(white, scale=scale)[0, :, :, 0].sum() / 255 for scale in (0.5, 1, 1.5)]
    assert area == pytest.approx([441 / 4, 441, 441 * 2.25], rel=0.1)
