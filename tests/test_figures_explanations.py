"""The figures of explanations: what stands where."""

from utils.explain import share_interval
from utils.figures.explanations import (
    as_brightness,
    overlay,
    plot_destroyed,
    plot_shares,
    plot_strengths,
    show_changes,
    show_methods,
    show_outlined,
    show_pictures,
)

import matplotlib.pyplot as plt
import numpy as np
import pytest

ALT = "A figure."


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def photos():
    return np.random.default_rng(0).random((3, 12, 10, 3))


def picture(ax):
    return np.asarray(ax.images[0].get_array())


def test_brightness_is_scaled_for_each_map_alone():
    maps = np.random.default_rng(0).random((2, 40, 40)) * np.array([1.0, 50.0])[:, None, None]
    bright = as_brightness(maps)
    np.testing.assert_allclose(bright.max(axis=(1, 2)), 1)
    np.testing.assert_allclose(bright[1], (maps[1] / np.percentile(maps[1], 99.5)).clip(0, 1))
    assert not as_brightness(np.zeros((1, 4, 4))).any()


def test_overlay_is_brightest_where_the_map_is_1(photos):
    maps = np.zeros((3, 12, 10))
    maps[:, 4, 5] = 1
    laid = overlay(photos, maps)
    assert laid.shape == photos.shape and laid.min() >= 0 and laid.max() <= 1
    gray = 0.45 * photos.mean(axis=-1)
    np.testing.assert_allclose((laid.mean(axis=-1) - gray).argmax(axis=None) % 120, 45)
    assert (laid[:, 4, 5].mean(axis=-1) - gray[:, 4, 5] > 0.3).all()


def test_pictures_stand_in_rows_with_few_colors(photos):
    axes = show_pictures(photos, "abc", alt=ALT, rows=["up", "down"], num_columns=2, num_colors=32)
    assert [ax.get_title() for ax in axes] == ["a", "b", "c"]
    assert [[text.get_text() for text in ax.texts] for ax in axes] == [["up"], [], ["down"]]
    assert axes[0].figure.num_colors == 32 and axes[0].figure.alt_text == ALT
    np.testing.assert_array_equal(picture(axes[2]), photos[2])


def test_methods_stand_side_by_side_with_the_object_outlined(photos):
    maps = photos.mean(axis=-1)
    columns = {"photograph": photos, "map": maps}
    masks = np.zeros((3, 12, 10), bool)
    masks[:, 3:8, 4:9] = True
    axes = show_methods(columns, alt=ALT, masks=masks, cmap="gray")
    assert axes.shape == (3, 2) and axes[0, 0].figure.alt_text == ALT
    np.testing.assert_array_equal(picture(axes[1, 1]), maps[1])
    assert axes[0, 0].get_title() == "photograph" and axes[0, 1].images[0].get_cmap().name == "gray"
    assert axes[0, 0].collections and not show_methods(columns, alt=ALT)[0, 0].collections


def test_changes_have_a_signed_scale_with_0_in_the_middle(photos):
    changes = np.random.default_rng(1).normal(size=(3, 12, 10)) - 1
    axes = show_changes(photos, changes, ["a", "b", "c"], alt=ALT, label="fall")
    assert axes.shape == (2, 3)
    for column, change, photo in zip(axes.T, changes, photos, strict=True):
        np.testing.assert_array_equal(picture(column[0]), photo)
        np.testing.assert_array_equal(picture(column[1]), change)
        low, high = column[1].images[0].get_clim()
        assert low == -high == -abs(change).max()


def test_strengths_of_a_single_wave():
    y, _ = np.mgrid[:32, :32] / 32
    wave = np.repeat(np.sin(2 * np.pi * 5 * y)[..., None], 3, axis=-1)
    ax = plot_strengths({"wave": wave, "twice": 2 * wave}, alt=ALT)
    one, two = (line.get_ydata() for line in ax.lines)
    assert one.argmax() == 4 and two[4] == pytest.approx(2 * one[4])
    assert [text.get_text() for text in ax.texts] == ["wave", "twice"]


def test_pictures_of_several_sizes_stand_in_a_row():
    rng = np.random.default_rng(0)
    shown = {
        str(size): (rng.random((size, size, 3)), np.arange(size * size).reshape(size, size) > 40)
        for size in (8, 16)
    }
    axes = show_outlined(shown, alt=ALT)
    assert [ax.get_title() for ax in axes] == ["8", "16"]
    np.testing.assert_array_equal(picture(axes[1]), shown["16"][0])
    assert all(ax.collections for ax in axes)


def test_shares_have_a_dot_per_network_and_the_interval_of_their_mean():
    tables = [{"ours": 0.5, "center of the image": 0.1}, {"ours": 0.7, "center of the image": 0.1}]
    axes = plot_shares({"easy": tables, "hard": tables[:1]}, {"easy": 100, "hard": 50}, alt=ALT)
    bar, dots = axes[0].lines[:2]
    np.testing.assert_allclose(bar.get_xdata(), 100 * np.array(share_interval(0.6, 100)))
    np.testing.assert_allclose(dots.get_xdata(), [50, 70])
    assert [text.get_text() for text in axes[0].get_yticklabels()] == list(tables[0])


def test_destroyed_networks_have_a_line_per_method():
    panels = {"easy": {"one": [9, 5, 1], "two": [8, 8, 8]}, "hard": {"one": [7, 2, 2], "two": [3, 3, 3]}}
    axes = plot_destroyed(panels, ["none", "dense", "conv"], "share", alt=ALT)
    assert len(axes) == 2 and [ax.get_title() for ax in axes] == ["easy", "hard"]
    assert [list(line.get_ydata()) for line in axes[1].lines] == [[7, 2, 2], [3, 3, 3]]
    assert [text.get_text() for text in axes[0].get_xticklabels()] == ["none", "dense", "conv"]
