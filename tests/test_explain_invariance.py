"""Shifted, enlarged and turned pictures, and how far their features move."""

from utils.explain.invariance import feature_distances, follow_changes, transform_images

import keras
import numpy as np
import pytest


@pytest.fixture
def images():
    return np.random.default_rng(0).random((3, 9, 9, 2)).astype("float32")


def test_nothing_changes_nothing(images):
    np.testing.assert_allclose(transform_images(images), images, atol=1e-6)


def test_shift_moves_down(images):
    moved = transform_images(images, shift=2)
    np.testing.assert_allclose(moved[:, 2:], images[:, :-2], atol=1e-6)
    np.testing.assert_allclose(moved[:, :2], np.repeat(images[:, :1], 2, axis=1), atol=1e-6)


def test_quarter_turns_are_exact_about_the_center(images):
    np.testing.assert_allclose(
        transform_images(images, angle=90), np.rot90(images, -1, axes=(1, 2)), atol=1e-5
    )
    np.testing.assert_allclose(transform_images(images, angle=360), images, atol=1e-5)


def test_scale_enlarges_about_the_center(images):
    enlarged = transform_images(images, scale=2)
    np.testing.assert_allclose(enlarged[:, 4, 4], images[:, 4, 4], atol=1e-5)
    np.testing.assert_allclose(enlarged[:, 6, 2], images[:, 5, 3], atol=1e-5)


def test_all_quarter_turns_are_those_of_numpy(images):
    for quarters in (1, 2, 3):
        turned = np.rot90(images, -quarters, axes=(1, 2))
        np.testing.assert_allclose(transform_images(images, angle=90 * quarters), turned, atol=1e-5)


def test_shift_moves_up_as_well(images):
    np.testing.assert_allclose(transform_images(images, shift=-4)[:, :-4], images[:, 4:], atol=1e-6)


def test_scale_changes_the_area():
    white = np.zeros((1, 41, 41, 3))
    white[:, 10:31, 10:31] = 1
    area = [transform_images(white, scale=scale)[0, :, :, 0].sum() for scale in (0.5, 1, 1.5)]
    assert area == pytest.approx([441 / 4, 441, 441 * 2.25], rel=0.1)


def test_rectangular_pictures_turn_about_their_own_center():
    image = np.zeros((1, 5, 9, 1))
    image[0, 2, 4] = 1
    np.testing.assert_allclose(transform_images(image, angle=37)[0, 2, 4], 1, atol=1e-5)


def test_distances_are_relative_to_those_of_different_pictures(images):
    assert feature_distances(images, images).tolist() == [0, 0, 0]
    swapped = feature_distances(images, images[[1, 2, 0]])
    assert swapped.mean() == pytest.approx(1)  # all pairs of three, once each
    np.testing.assert_allclose(feature_distances(5 * images, 5 * images[[1, 2, 0]]), swapped, rtol=1e-6)


def test_changes_are_followed_from_the_unchanged_pictures():
    """One map that is the picture, and two classes: brighter above, or brighter below."""
    pictures = np.zeros((2, 8, 8, 1), "float32")
    pictures[0, 1], pictures[1, 6] = 1, 1
    halves = np.stack([np.repeat([[1.0], [0.0]], 4, 0), np.repeat([[0.0], [1.0]], 4, 0)], -1)
    weights = np.broadcast_to(halves, (8, 8, 2)).reshape(64, 2)
    copy = keras.layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer="ones", name="copy")
    model = keras.Sequential([keras.Input((8, 8, 1)), copy, keras.layers.Flatten()])
    model.add(keras.layers.Dense(2))
    model.layers[-1].set_weights([weights, np.zeros(2)])
    found = follow_changes(model, pictures, ["copy"], {"shift": [0, 1, 5], "angle": [360]})
    assert list(found) == ["copy: distance", "same class"]
    # A white row that moves on is as far from where it was as from the other row.
    np.testing.assert_allclose(found["copy: distance"]["shift"][:2], [0, 1], atol=1e-5)
    # Moved by 5 rows, the first picture is bright below, and the second is empty: equal scores, class 0.
    assert found["same class"] == {"shift": [1, 1, 0], "angle": [1]}
