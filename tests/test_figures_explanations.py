"""The figures of explanations: what stands where."""

import io

from utils.explain import Occlusion, heat_maps, occlusion, strongest_units, top_patches
from utils.figures.explanations import (
    all_methods,
    show_evolution,
    show_filters,
    show_invariance,
    show_methods,
    show_occlusion,
)
from utils.figures.patches import as_signed, patch_grid
from utils.figures.style import _png_with_alt_text

import keras
import numpy as np
import pytest
from IPython.core.pylabtools import print_figure
from keras import layers
from PIL import Image

ALT = "A figure."


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, activation="relu", padding="same", name="conv1"),
            layers.MaxPooling2D(),
            layers.Conv2D(5, 3, activation="relu", padding="same", name="conv2"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((3, 12, 12, 3), dtype="float32")


def picture(ax):
    return ax.images[0].get_array()


def test_filters_stand_in_their_order(model):
    axes = show_filters(model, "conv1", alt=ALT, num_columns=2)
    kernel = model.get_layer("conv1").get_weights()[0]
    assert len(axes) == 4 and axes[0].figure.alt_text == ALT
    np.testing.assert_allclose(picture(axes[2]), as_signed(kernel[..., 2]))


def test_stored_pictures_have_few_colors(model):
    axes = show_filters(model, "conv1", alt=ALT)
    png, metadata = _png_with_alt_text(axes[0].figure)
    stored = Image.open(io.BytesIO(png))
    assert metadata == {"alt": ALT}
    assert stored.mode == "P" and len(stored.getcolors()) <= 64
    plain = print_figure(axes[0].figure, fmt="png", dpi=axes[0].figure.dpi)
    original = np.asarray(Image.open(io.BytesIO(plain)).convert("RGB"), int)
    assert abs(np.asarray(stored.convert("RGB"), int) - original).mean() < 12


def test_evolution_has_a_row_per_map_and_a_column_per_epoch(model, images):
    tops = [top_patches(model, images, "conv1", [1, 3], k=1) for _ in range(3)]
    (ax,) = show_evolution({"conv1": tops}, [1, 5, 20], alt=ALT)
    boxes = np.concatenate([top.boxes[:, 0] for top in tops])
    height, width = (boxes[:, 2:] - boxes[:, :2]).max(axis=0)
    assert picture(ax).shape == (2 * height + 1, 3 * width + 2, 3)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "5", "20"]
    second_map, second_epoch = slice(height + 1, None), slice(width + 1, 2 * width + 1)
    patch = patch_grid(as_signed(tops[1].projections[1]), np.array([[*tops[1].boxes[1, 0]]]), 1)
    shown = picture(ax)[second_map, second_epoch]
    np.testing.assert_allclose(shown[shown != 1], patch[patch != 1])


def test_invariance_starts_from_the_unchanged_pictures(model, images):
    changes = {"shift": [-1, 0, 2], "angle": [0, 90]}
    labels = np.array([0, 2, 1])
    axes = show_invariance(model, images, labels, ["conv1", "conv2"], ["a", "b", "c"], changes, alt=ALT)
    assert axes.shape == (3, 2)
    for number, unchanged in ((0, 1), (1, 0)):
        for ax in axes[:2, number]:
            distances = np.array([line.get_ydata() for line in ax.lines])
            np.testing.assert_allclose(distances[:, unchanged], 0, atol=1e-4)
            assert np.delete(distances, unchanged, axis=1).min() > 1e-3
        probabilities = [line.get_ydata()[unchanged] for line in axes[2, number].lines]
        expected = model(images).numpy()[range(3), labels]
        np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_occlusion_shows_what_was_measured(model, images):
    names = np.array(["ant", "bee", "cat"])
    axes = show_occlusion(model, images, [0, 1, 2], "conv2", names, size=5, alt=ALT)
    found = occlusion(model, images, np.array([0, 1, 2]), layer="conv2", size=5, stride=1)
    assert isinstance(found, Occlusion) and axes.shape == (3, 5)
    for row, activities, scores in zip(axes, found.activities, found.scores, strict=True):
        np.testing.assert_allclose(picture(row[2]), activities, rtol=1e-5)
        np.testing.assert_allclose(picture(row[3]), scores, rtol=1e-5)
    written = {text.get_text() for text in axes[0, 4].texts}
    counts = np.bincount(found.predictions[0].ravel(), minlength=3)
    assert written == set(names[counts >= 12]) and written


def test_methods_stand_side_by_side_with_the_object_outlined(model, images):
    columns = all_methods(model, images, np.array([0, 1, 2]), "conv2", images)
    assert list(columns) == [
        "image",
        "top patch",
        "gradient ascent",
        "deconvnet",
        "saliency",
        "SmoothGrad",
        "guided backprop",
        "Grad-CAM",
        "occlusion",
    ]
    maps = heat_maps(model, images, np.array([0, 1, 2]), "conv2")
    np.testing.assert_allclose(columns["Grad-CAM"], maps["Grad-CAM"], atol=1e-6)
    units = strongest_units(model, images, "conv2")
    best = top_patches(model, images, "conv2", units, k=1).images[:, 0]
    np.testing.assert_array_equal(columns["top patch"], best)

    masks = np.zeros((3, 12, 12), bool)
    masks[:, 3:8, 4:9] = True
    axes = show_methods(columns, alt=ALT, masks=masks)
    assert axes.shape == (3, 9)
    np.testing.assert_array_equal(picture(axes[1, 4]), columns["saliency"][1])
    assert axes[0, 0].collections and not show_methods(columns, alt=ALT)[0, 0].collections
