"""Maps side by side, mosaics, destroyed weights, and the diagnosis of a first layer."""

from utils.explain import (
    aliased_energy,
    cover_squares,
    deconvnet,
    enlarge_input,
    grad_cam,
    heat_maps,
    inconsistency,
    make_mosaics,
    occlusion,
    randomize_downward,
    rank_correlation,
    strongest_units,
    unsteadiness,
)

import keras
import numpy as np
import pytest
from explain_models import conv, dense, feature_maps, network, random_images, small_network
from keras import layers


def test_strongest_unit_has_the_largest_sum():
    model, images = small_network(), random_images(5)
    expected = feature_maps(model, "conv2", images).sum(axis=(1, 2)).argmax(axis=1)
    np.testing.assert_array_equal(strongest_units(model, images, "conv2"), expected)


def test_maps_side_by_side_are_those_of_each_method():
    model, images = small_network(), random_images(3)
    found = heat_maps(model, images, 1, "conv2", size=6)
    assert len(found) == 6 and all(maps.shape == (3, 12, 14) for maps in found.values())
    np.testing.assert_array_equal(found["Grad-CAM"], grad_cam(model, images, "conv2", 1))
    np.testing.assert_array_equal(found["occlusion"], occlusion(model, images, 1, size=6, stride=3).drops)
    units = strongest_units(model, images, "conv2")
    for number, unit in enumerate(units):
        alone = deconvnet(model, images[number : number + 1], "conv2", unit)[0]
        np.testing.assert_allclose(found["deconvnet"][number], abs(alone).max(axis=-1), atol=1e-12)


# Mosaics


@pytest.fixture
def pictures():
    labels = np.arange(40) % 5
    images = np.random.default_rng(0).random((40, 3, 4, 2))
    masks = np.random.default_rng(1).random((40, 3, 4)) < 0.5
    masks[:, 0, 0] = True
    return images, labels, masks


def test_mosaic_shows_four_classes_and_masks_the_one_asked_for(pictures):
    images, labels, masks = pictures
    found = make_mosaics(images, labels, masks)
    assert found.images.shape == (len(found.classes), 6, 8, 2) and found.masks.shape[1:] == (6, 8)
    for number, (picture, mask) in enumerate(zip(found.images, found.masks, strict=True)):
        quarters = [picture[r : r + 3, c : c + 4] for r in (0, 3) for c in (0, 4)]
        used = [int(np.flatnonzero((images == quarter).all(axis=(1, 2, 3)))[0]) for quarter in quarters]
        assert len(set(labels[used])) == 4
        asked = number % 4
        assert found.classes[number] == labels[used[asked]]
        expected = np.zeros((6, 8), bool)
        row, column = divmod(asked, 2)
        expected[3 * row : 3 * row + 3, 4 * column : 4 * column + 4] = masks[used[asked]]
        np.testing.assert_array_equal(mask, expected)


def test_mosaics_of_too_few_classes_are_refused(pictures):
    images, labels, masks = pictures
    with pytest.raises(ValueError, match="at least four classes"):
        make_mosaics(images, labels % 3, masks)


def test_enlarged_model_averages_the_maps_of_a_larger_image():
    model = network(
        conv(4, seed=0, name="conv", activation="relu", padding="same"),
        layers.GlobalAveragePooling2D(dtype="float64"),
        dense(3, seed=1),
    )
    larger = enlarge_input(model, (24, 28))
    tiled = np.tile(np.full((1, 12, 14, 3), 0.3), (1, 2, 2, 1))
    inner = feature_maps(larger, "conv", tiled)
    np.testing.assert_allclose(inner[:, 5, 5], feature_maps(model, "conv", tiled[:, :12, :14])[:, 5, 5])
    assert larger.output_shape == model.output_shape and model.input_shape == (None, 12, 14, 3)


# Destroyed weights


def test_weights_are_destroyed_from_the_scores_downward():
    model = small_network()
    kept = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    names = []
    for name, destroyed in randomize_downward(model, seed=3):
        names.append(name)
        for other, weights in kept.items():
            for now, then in zip(destroyed.get_layer(other).get_weights(), weights, strict=True):
                assert np.array_equal(now, then) == (other not in names)
                np.testing.assert_array_equal(np.sort(now, axis=None), np.sort(then, axis=None))
    assert names == ["predictions", "conv2", "conv1"]
    for layer, weights in kept.items():
        np.testing.assert_array_equal(model.get_layer(layer).get_weights()[0], weights[0])


# Diagnosis


def test_aliased_energy_of_waves_is_known():
    places = np.arange(64)
    waves = [np.cos(2 * np.pi * f * places) for f in (4 / 64, 12 / 64)]
    kernel = np.stack([np.outer(np.ones(64), wave) for wave in waves], axis=-1)[:, :, None]
    np.testing.assert_allclose(aliased_energy(kernel, (4, 4)), [0, 1], atol=1e-12)  # limit 8 / 64
    np.testing.assert_allclose(aliased_energy(kernel, (2, 2)), [0, 0], atol=1e-12)
    np.testing.assert_allclose(aliased_energy(kernel, (8, 1)), [0, 0], atol=1e-12)  # waves along columns
    np.testing.assert_allclose(aliased_energy(kernel, (1, 8)), [0, 1], atol=1e-12)
    point = np.zeros((9, 9, 1, 1))
    point[4, 4] = 1  # all frequencies alike
    slow = (np.abs(np.fft.fftfreq(64)) <= 1 / 8).mean()
    np.testing.assert_allclose(aliased_energy(point, (4, 4)), 1 - slow**2)


def test_unsteadiness_counts_changed_classes():
    # The class is the parity of the bright pixel's column.
    bright = keras.Sequential([keras.Input((1, 8, 1)), layers.Flatten(), layers.Dense(2, use_bias=False)])
    bright.set_weights([np.stack([np.arange(8) % 2, 1 - np.arange(8) % 2], axis=1).astype("float32")])
    images = np.eye(8, dtype="float32")[:, None, :, None]
    assert unsteadiness(bright, images) == 1
    assert unsteadiness(bright, images, shift=2) == 0


# Rank correlation and correspondence


def test_rank_correlation_knows_the_order_alone():
    maps = np.random.default_rng(0).normal(size=(3, 6, 6))
    assert rank_correlation(maps, np.exp(2 * maps)) == pytest.approx(1)
    assert rank_correlation(maps, -maps) == pytest.approx(-1)
    assert abs(rank_correlation(maps, np.random.default_rng(1).normal(size=maps.shape))) < 0.3
    flat = maps.copy()
    flat[0] = 2
    assert rank_correlation(maps, flat) == pytest.approx(2 / 3)


def test_squares_cover_their_places_and_are_cut_at_the_borders():
    images = random_images(2)
    covered = cover_squares(images, [(4, 5), (0, 13)], size=3, fill=9.0)
    expected = images.copy()
    expected[0, 3:6, 4:7] = 9
    expected[1, :2, 12:] = 9
    np.testing.assert_array_equal(covered, expected)
    assert images.max() < 9


def test_inconsistency_counts_differing_signs_of_all_pairs():
    before = np.zeros((3, 2, 2))
    changes = np.array([[1, -1, 0, 2], [5, -2, 0, 1], [1, 1, 0, 1]])
    after = before - changes.reshape(before.shape)
    assert inconsistency(before, after) == pytest.approx((0 + 1 + 1) / 12)
    assert inconsistency(before, after[:1].repeat(3, axis=0)) == 0
