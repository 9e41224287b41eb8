"""The scores against known maps."""

from utils.explain import (
    center_map,
    mask_iou,
    pointing_game,
    pointing_hits,
    score_maps,
    share_interval,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest


def random_masks(seed, num_masks=5):
    masks = np.random.default_rng(seed).random((num_masks, 6, 7)) < 0.3
    masks[:, 2, 3] = True
    return masks


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_known_maps_have_known_scores(seed):
    masks = random_masks(seed)
    noise = np.random.default_rng(seed + 1).random(masks.shape) / 2
    assert pointing_game(masks + noise, masks) == 1
    assert mask_iou(masks + noise, masks) == pytest.approx(1)
    assert pointing_game(noise - masks, masks) == 0
    share = masks.mean(axis=(1, 2))
    flat = np.zeros(masks.shape)
    assert pointing_game(flat, masks) == pytest.approx(share.mean())
    assert mask_iou(flat, masks) == pytest.approx(np.mean(share / (2 - share)))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_scores_depend_on_the_order_of_the_values_alone(seed):
    masks = random_masks(seed)
    maps = np.random.default_rng(seed + 1).normal(size=masks.shape)
    for score in (pointing_game, mask_iou):
        assert score(np.exp(3 * maps) - 5, masks) == score(maps, masks)
        assert 0 <= score(maps, masks) <= 1


def test_scores_by_hand():
    masks = np.array([[[1, 1, 0, 0]], [[0, 0, 0, 1]]], bool)
    maps = np.array([[[0.9, 0.1, 0.5, 0.0]], [[0.7, 0.0, 0.0, 0.7]]])
    assert pointing_game(maps, masks) == pytest.approx((1 + 1 / 2) / 2)
    # The first keeps one place of two (1 of 3 together); the second half of one place.
    assert mask_iou(maps, masks) == pytest.approx((1 / 3 + 0.5 / 1.5) / 2)


def test_hits_are_those_of_single_maps():
    masks = random_masks(3)
    maps = np.random.default_rng(4).normal(size=masks.shape)
    hits = pointing_hits(maps, masks)
    assert hits.tolist() == [pointing_game(maps[n : n + 1], masks[n : n + 1]) for n in range(len(maps))]
    assert set(hits) <= {0, 1}


@pytest.mark.parametrize("hits,number", [(0, 20), (13, 20), (60, 120), (120, 120)])
def test_interval_of_a_share_equals_scipys(hits, number):
    expected = binomtest(hits, number).proportion_ci(0.95, "wilson")
    np.testing.assert_allclose(share_interval(hits / number, number), expected, atol=1e-12)
    wide = share_interval(hits / number, number, level=0.99)
    assert wide[1] - wide[0] > expected.high - expected.low


def test_center_map_points_at_the_center():
    assert np.argwhere(center_map((5, 7)) == 0).tolist() == [[2, 3]]
    even = center_map((4, 4))
    assert (even == even.max()).sum() == 4


def test_table_has_the_baseline():
    masks = random_masks(0)
    table = score_maps({"perfect": masks.astype(float)}, masks)
    assert list(table) == ["perfect", "center of the image"]
    assert table["perfect"][1] == pytest.approx(1)
    baseline = np.stack([center_map((6, 7))] * 5)
    expected = (pointing_game(baseline, masks), mask_iou(baseline, masks))
    assert table["center of the image"] == expected
    assert expected[0] < 1


def test_bad_input_is_refused():
    masks = random_masks(0)
    for maps, bad in ((np.zeros((5, 6, 6)), masks), (np.zeros(masks.shape), masks.astype(int))):
        with pytest.raises(ValueError, match="must both be"):
            pointing_game(maps, bad)
    with pytest.raises(ValueError, match="must have a true place"):
        mask_iou(np.zeros(masks.shape), np.zeros_like(masks))
    with pytest.raises(ValueError, match="must not have NaNs"):
        mask_iou(np.full(masks.shape, np.nan), masks)
