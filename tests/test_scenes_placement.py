"""Scenes in the middle of their pictures."""

from utils.scenes import shapes10
from utils.scenes.placement import centered, straight_edge

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


def test_an_edge_is_straight_and_goes_through_the_middle():
    right = np.repeat([[0.0, 1.0]], 3, axis=1)
    np.testing.assert_allclose(straight_edge(0, 6), np.tile(right, (6, 1)))
    np.testing.assert_allclose(straight_edge(90, 6), straight_edge(0, 6).T, atol=1e-12)
    np.testing.assert_allclose(straight_edge(180, 6), 1 - straight_edge(0, 6), atol=1e-12)
    slanted = straight_edge(45)
    assert slanted[0, 0] == 0 and slanted[-1, -1] == 1
    np.testing.assert_allclose(np.diag(slanted[:, ::-1]), 0.5)
