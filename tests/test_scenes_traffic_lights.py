"""Street scenes: one seed, one set of pictures; true boxes; only the lights tell the class."""

import sys

from utils.scenes import STATES, traffic_lights

import numpy as np
import pytest
from scipy import ndimage

# The package exports the function under the name of the module.
module = sys.modules["utils.scenes.traffic_lights"]
NONE, RED, GREEN = range(3)


@pytest.fixture(scope="module")
def scenes():
    return traffic_lights(150, size=96, seed=5)


@pytest.fixture
def clear(monkeypatch):
    """Take rain, glare, blur and noise away, so that equal places have equal pixels."""
    monkeypatch.setattr(module, "_add_weather", lambda rng, picture, night: picture)


def assert_same(one, other):
    for array, expected in zip(one[:4], other[:4], strict=True):
        np.testing.assert_array_equal(array, expected)


def test_arrays_have_the_promised_form(scenes):
    assert scenes.images.shape == (150, 96, 96, 3) and scenes.images.dtype == np.uint8
    assert scenes.labels.shape == (150,) and scenes.labels.dtype == np.uint8
    assert scenes.masks.shape == (150, 96, 96) and scenes.masks.dtype == bool
    assert scenes.boxes.shape == (150, 3, 4) and scenes.boxes.dtype == np.int16
    assert scenes.quarters.shape == (150,) and scenes.quarters.dtype == np.uint8
    assert scenes.class_names == STATES == ("none", "red", "green")


def test_same_seed_gives_the_same_pictures(scenes):
    assert_same(traffic_lights(150, size=96, seed=5), scenes)
    other = traffic_lights(30, size=96, seed=6)
    assert not (other.images == scenes.images[:30]).all((1, 2, 3)).any()


def test_fewer_pictures_are_the_first_of_more(scenes):
    few = traffic_lights(7, size=96, seed=5)
    assert_same(few, [array[:7] for array in scenes[:4]])


def test_classes_are_balanced_and_shuffled(scenes):
    blocks = scenes.labels.reshape(-1, 3)
    np.testing.assert_array_equal(np.sort(blocks), np.tile([0, 1, 2], (50, 1)))
    assert len({tuple(block) for block in blocks}) == 6


def test_boxes_frame_the_masks(scenes):
    """The union of the boxes holds every pixel of the mask, and each edge of a box touches it."""
    for mask, boxes, label in zip(scenes.masks, scenes.boxes, scenes.labels, strict=True):
        real = boxes[boxes[:, 0] >= 0]
        assert (len(real) > 0) == (label != NONE) == mask.any()
        framed = np.zeros_like(mask)
        for top, left, bottom, right in real:
            framed[top:bottom, left:right] = True
            inside = mask[top:bottom, left:right]
            assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()
        assert not (mask & ~framed).any()


def test_lights_vary_in_number_and_size(scenes):
    boxes = scenes.boxes[scenes.labels != NONE]
    assert set((boxes[..., 0] >= 0).sum(1)) == {1, 2, 3}
    heights = (boxes[..., 2] - boxes[..., 0])[boxes[..., 0] >= 0] / 96
    assert 0.1 < heights.min() < 0.16 and 0.3 < heights.max() < 0.5


@pytest.mark.parametrize("turned", [0.0, 1.0])
def test_other_paint_changes_the_masks_alone(monkeypatch, clear, turned):
    options = {"size": 64, "seed": 2, "turned": turned}
    before = traffic_lights(60, **options)
    bright = tuple((0.95, 0.6, 0.95) for _ in module.HOUSINGS)
    monkeypatch.setattr(module, "HOUSINGS", bright)
    after = traffic_lights(60, **options)
    np.testing.assert_array_equal(after.masks, before.masks)
    changed = (after.images != before.images).any(-1)
    # A pixel at the edge that the housing covers by less than a half counts to neither side.
    near = ndimage.binary_dilation(before.masks, np.ones((1, 3, 3)))
    assert not (changed & ~near).any()
    lights = before.labels != NONE
    assert (changed & before.masks)[lights].sum() > 0.4 * before.masks[lights].sum()


def test_lit_lamp_is_red_above_or_green_below(clear):
    scenes = traffic_lights(90, size=128, seed=9, heights=(0.3, 0.4))
    for image, boxes, label in zip(scenes.images, scenes.boxes, scenes.labels, strict=True):
        for top, left, bottom, right in boxes[boxes[:, 0] >= 0]:
            light = image[top:bottom, left:right].astype(int)
            third = (bottom - top) // 3
            redness = light[..., 0] - light[..., 1]
            upper, lower = redness[:third], redness[-third:]
            if label == RED:
                assert upper.max() > 90 and upper.max() > lower.max()
            else:
                assert lower.min() < -60 and lower.min() < upper.min()


def test_class_changes_nothing_but_the_lights(monkeypatch, clear):
    """Without halo, the scene around the lights is the one with no light at all."""
    options = {"size": 64, "seed": 4}
    with_lights = traffic_lights(60, **options)
    monkeypatch.setattr(module, "_draw_lights", lambda *arguments: [])
    without = traffic_lights(60, **options)
    none = with_lights.labels == NONE
    np.testing.assert_array_equal(without.images[none], with_lights.images[none])
    changed = (without.images != with_lights.images).any(-1)
    assert changed[~none].any((1, 2)).all()
    # Poles, arms and halos change more than the housings do, but never the whole picture.
    assert 0.02 < changed[~none].mean() < 0.8


def test_distractors_are_drawn_and_can_be_left_out(clear):
    """Red and green things appear in scenes without a light, unless none are asked for."""
    many = traffic_lights(90, size=64, seed=1)
    few = traffic_lights(90, size=64, seed=1, distractors=0)
    shares = [_share_with_signal_colors(part.images[part.labels == NONE]) for part in (many, few)]
    assert shares[0] > 0.5 and shares[0] > 2 * shares[1]


def _share_with_signal_colors(images: np.ndarray) -> float:
    red, green, blue = np.moveaxis(images.astype(int), -1, 0)
    signal = (red - np.maximum(green, blue) > 110) | (green - np.maximum(red, blue) > 60)
    return float((signal.sum((1, 2)) > 4).mean())


def test_turned_pictures_are_whole_quarters():
    upright = traffic_lights(30, size=48, seed=8)
    turned = traffic_lights(30, size=48, seed=8, turned=1.0)
    np.testing.assert_array_equal(turned.labels, upright.labels)
    assert not upright.quarters.any() and set(turned.quarters) == {1, 2, 3}
    for one, other, quarters in zip(upright.images, turned.images, turned.quarters, strict=True):
        np.testing.assert_array_equal(np.rot90(one, quarters), other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_images": 0}, "num_images must be an integer of at least 1, got 0"),
        ({"size": 31}, "size must be an integer of at least 32, got 31"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
        ({"distractors": 1.5}, "distractors must be an integer of at least 0, got 1.5"),
        ({"turned": 1.5}, "turned must lie between 0 and 1, got 1.5"),
        ({"turned": float("nan")}, "turned .* got nan"),
        ({"heights": (0.4, 0.2)}, "heights must be two numbers"),
        ({"heights": (0.2,)}, "heights must be two numbers"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        traffic_lights(**{"num_images": 3} | arguments)
