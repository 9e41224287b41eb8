"""The figures of chapter 11: what stands where."""

from utils.explain import deconvnet, occlusion, strongest_units, top_patches
from utils.figures.inside import plot_panels, show_feature_maps, show_filters, show_growth, show_occluded
from utils.figures.patches import as_signed, largest_box, patch_grid

import numpy as np
import pytest
from explain_models import conv, dense, max_pool, network
from keras import layers

ALT = "A figure."


@pytest.fixture(scope="module")
def model():
    return network(
        conv(4, seed=1, name="conv1", activation="relu", padding="same"),
        max_pool("pool1"),
        conv(5, seed=2, name="conv2", activation="relu", padding="same"),
        layers.GlobalAveragePooling2D(dtype="float64"),
        dense(3, seed=3, activation="softmax"),
        shape=(12, 12, 3),
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((3, 12, 12, 3))


def picture(ax):
    return np.asarray(ax.images[0].get_array())


def test_strongest_feature_maps_come_first():
    maps = np.zeros((16, 16, 5))
    maps[3, 4, 2], maps[5:7, 6, 4] = 8, 3
    image, of_layer = show_feature_maps(np.zeros((32, 32, 3)), {"conv1": maps}, alt=ALT, num_maps=3)
    assert of_layer.get_title() == "conv1: 16 × 16" and image.figure.alt_text == ALT
    shown = picture(of_layer).squeeze()
    assert shown.shape == (32, 98)
    # Map 2, with one bright pixel, then map 4, each as bright as can be; the first pixels are doubled.
    np.testing.assert_array_equal(np.argwhere(shown[:, :32] == 1), [[6, 8], [6, 9], [7, 8], [7, 9]])
    assert (shown[:, 33:65] == 1).sum() == 2 * 4 and not shown[:, 66:].any()


def test_filters_are_sorted_and_share_a_scale():
    kernel = np.zeros((4, 4, 3, 3))
    kernel[..., 1], kernel[..., 2] = -0.5, 1
    (ax,) = show_filters({"a layer": kernel}, alt=ALT, num_columns=3, num_shown=3)
    shown = picture(ax)
    assert shown.shape == (32, 98, 3) and ax.get_title(loc="left") == "a layer"
    for column, value in zip((0, 33, 66), (1, 0.25, 0.5), strict=True):
        np.testing.assert_allclose(shown[:, column : column + 32], value)


def test_growth_has_a_row_per_map_and_a_column_per_epoch(model, images):
    tops = [top_patches(model, images, "conv1", [1, 3], k=1) for _ in range(3)]
    (ax,) = show_growth(["conv1"], [[top] for top in tops], [0, 5, 20], alt=ALT)
    assert ax.get_title() == "conv1"
    boxes = np.concatenate([top.boxes[:, 0] for top in tops])
    height, width = 11 * largest_box(boxes)  # fields of 3 pixels, each pixel 11 times
    assert picture(ax).shape == (2 * height + 1, 3 * width + 2, 3)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "5", "20"]
    patch = patch_grid(as_signed(tops[1].projections[1]), tops[1].boxes[1], 1, largest_box(boxes))
    shown = picture(ax)[height + 1 :, width + 1 : 2 * width + 1]
    np.testing.assert_allclose(shown[5::11, 5::11], patch)


def test_panels_share_their_axes():
    curves = {"shift": [1, 0.9, 0.7]}
    panels = {"one": {"shift": [0, 0.1, 0.4]}, "other": curves}
    left, right = plot_panels(panels, "pixels", x=[0, 1, 2], alt=ALT)
    assert (left.get_xlabel(), left.get_ylabel(), right.get_ylabel()) == ("pixels", "one", "other")
    np.testing.assert_array_equal(right.lines[0].get_xydata(), [[0, 1], [1, 0.9], [2, 0.7]])
    assert left.get_ylim() == right.get_ylim() and left.get_ylim()[0] < 0 < 1 < left.get_ylim()[1]
    assert left.figure is right.figure and left.figure.alt_text == ALT


def test_occlusion_is_drawn_where_the_middle_of_the_square_was(model, images):
    names = ["ant", "bee", "cat"]
    found = occlusion(model, images, np.array([0, 1, 2]), layer="conv2", size=5, stride=1)
    projections = deconvnet(model, images, "conv2", strongest_units(model, images, "conv2"))
    axes = show_occluded(images, projections, found, names, names, size=5, alt=ALT)
    assert axes.shape == (3, 5) and found.activities is not None
    for row, activities, scores in zip(axes, found.activities, found.scores, strict=True):
        np.testing.assert_allclose(picture(row[2]), activities)
        np.testing.assert_allclose(picture(row[3]), scores)
        for ax in row[2:]:  # squares of 5 pixels: the first middle is pixel 2, the last is pixel 9
            assert ax.images[0].get_extent() == [1.5, 9.5, 9.5, 1.5]
            assert ax.get_xlim() == (-0.5, 11.5) and ax.get_ylim() == (11.5, -0.5)
    named = {}  # a class has one color in all rows
    for row, predictions in zip(axes, found.predictions, strict=True):
        legend = row[4].get_legend()
        words = [text.get_text() for text in legend.get_texts()]
        assert words == [names[label] for label in np.unique(predictions)]
        shown = picture(row[4]).reshape(*predictions.shape, 4)
        for word, patch in zip(words, legend.get_patches(), strict=True):
            assert named.setdefault(word, patch.get_facecolor()) == patch.get_facecolor()
            np.testing.assert_allclose(
                shown[predictions == names.index(word)],
                [patch.get_facecolor()] * (predictions == names.index(word)).sum(),
            )


def test_occlusion_without_a_map_is_refused(model, images):
    found = occlusion(model, images, np.array([0, 1, 2]), size=5, stride=1)
    with pytest.raises(ValueError, match="layer"):
        show_occluded(images, images, found, "abc", "abc", size=5, alt=ALT)
