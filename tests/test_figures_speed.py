"""Figures of chapter 15: what they show is what they were given."""

from utils.figures.speed import plot_gains, plot_parts, plot_roofline, show_whitening

import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_the_roof_bends_where_memory_and_arithmetic_take_equally_long():
    points = {"convolution": [(400.0, 5e11), (10.0, 1e11)], "pooling": [(2.0, 1e10)]}
    ax = plot_roofline({"float32": 4e11, "bfloat16": 8e11}, 2e10, points, alt="A roofline with three layers.")
    lines = {line.get_label(): line.get_xydata() for line in ax.get_lines()}
    for name, peak in {"float32": 400, "bfloat16": 800}.items():
        x, y = lines[f"roof, {name}"].T
        np.testing.assert_allclose(y, np.where(x < peak / 20, 20 * x, peak))
    np.testing.assert_allclose(lines["convolution"], [(400, 500), (10, 100)])


def test_parts_stand_beside_each_other_with_their_sums():
    times = {"slow": [3.0, 1.0], "fast": [2.0, 0.5]}
    ax = plot_parts(times, ["convolution", "pooling"], "ms", alt="Four bars in two groups.")
    edges = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert [bar.get_height() for bar in ax.patches] == [3.0, 1.0, 2.0, 0.5]
    assert -0.5 < edges[0][0] < edges[0][1] <= edges[2][0] < edges[2][1] < 0.5 < edges[1][0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["slow: 4 in all", "fast: 2 in all"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["convolution", "pooling"]


def test_filters_are_gray_where_they_are_zero():
    kernel = np.zeros((2, 2, 3, 12))
    kernel[0, 0, 0] = np.arange(1, 13)
    matrices = {"before": np.ones((12, 12)), "after": np.eye(12)}
    axes = show_whitening(matrices, kernel, alt="Two matrices and the filters.")
    picture = axes[2].images[0].get_array()
    assert picture.shape == (8, 24, 3) and (picture[1, 1::4] == [1, 0.5, 0.5]).all()
    assert (picture[0] == 0.5).all()
    np.testing.assert_array_equal(axes[1].images[0].get_array(), np.eye(12))


def test_the_first_step_is_at_the_top_and_luck_is_gray():
    gains = {"start": 9.0, "step": -0.5}
    ax = plot_gains(gains, [64.0, 63.5], 2.0, alt="Two steps, one below the other.")
    top, bottom = ax.patches[1:]  # the first is the band
    assert (top.get_width(), bottom.get_width()) == (9.0, -0.5)
    assert ax.transData.transform((0, top.get_y()))[1] > ax.transData.transform((0, bottom.get_y()))[1]
    assert top.get_facecolor() != bottom.get_facecolor()
    assert [label.get_text() for label in ax.get_yticklabels()] == list(gains)
