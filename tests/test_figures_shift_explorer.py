"""The explorer of a shift: what its maps are, what its words claim, and its still picture."""

import base64

from utils.figures.shift_explorer import explore_shift

import numpy as np
import pytest

KERNEL = np.tile([-1.0, 0, 1], (3, 1))


@pytest.fixture
def explorer():
    picture = np.zeros((12, 12))
    picture[3:9, 2:7] = 1
    return explore_shift(picture, KERNEL)


@pytest.mark.parametrize("shift", range(5))
def test_the_map_moves_with_the_picture_and_the_pooled_map_by_pairs(explorer, shift):
    picture, feature_map, pooled = explorer.maps(shift)
    first = explorer.maps(0)
    np.testing.assert_array_equal(picture, np.roll(first[0], shift, axis=1))
    np.testing.assert_array_equal(feature_map, np.roll(first[1], shift, axis=1))
    blocks = feature_map.reshape(6, 2, 6, 2).max(axis=(1, 3))
    np.testing.assert_array_equal(pooled, blocks)
    assert np.array_equal(pooled, np.roll(first[2], shift // 2, axis=1)) == (shift % 2 == 0)


def test_the_words_say_what_happens(explorer):
    told = "Shift 2: the feature map has moved by 2 pixels, the pooled map has moved by 1 place."
    assert explorer.describe(2) == told
    assert explorer.describe(1).endswith("the pooled map holds other numbers.")
    explorer.shift.value = 3
    assert (
        explorer.words.value == explorer.describe(3)
        and f'alt="{explorer.describe(3)}"' in explorer.drawn.value
    )


def test_a_still_picture_shows_three_shifts(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    words = metadata["image/png"]["alt"]
    assert [f"Shift {shift}:" in words for shift in range(4)] == [True, True, True, False]


def test_an_object_that_would_leave_the_picture_is_refused():
    with pytest.raises(ValueError, match="The last 4 columns of the picture must be zero"):
        explore_shift(np.ones((8, 8)), KERNEL)
