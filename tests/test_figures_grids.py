"""Figures of a grid's table: what they show is what the table says."""

from utils.figures.grids import forest_plot, heat_map, plot_against, plot_curves, plot_weights
from utils.records.paired import Estimate

import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def table() -> dict[str, np.ndarray]:
    return {
        "row": np.array(["a", "b", "a", "b"]),
        "seed": np.array([0, 0, 1, 1]),
        "test_accuracy": np.array([0.5, 0.6, 0.54, 0.7]),
        "accuracy_curve": np.array(["0.2 0.4", "0.3 0.5", "0.4 0.6", "0.5 0.7"]),
        "val_accuracy_curve": np.array(["0.1 0.3", "0.2 0.4", "0.3 0.5", "0.4 0.6"]),
        "val_cross_entropy_curve": np.array(["2 1", "2 1", "1 2", "2 1"]),
        "weight_counts": np.array(["9 4 2 4 9", "0 1 8 1 0", "9 4 2 4 9", "0 1 8 1 0"]),
    }


def lines_of(ax) -> list[list[float]]:
    return [np.asarray(line.get_ydata()).tolist() for line in ax.get_lines()]


def test_a_forest_plot_is_in_order_and_shows_the_intervals():
    effects = {
        "validation": {"b": Estimate(2.0, 1.0, 3.0, 0.01, 5), "a": Estimate(-1.0, -3.0, 1.0, 0.3, 5)},
        "test": {"b": Estimate(1.5, 0.5, 2.5, 0.02, 5), "a": Estimate(0.5, np.nan, np.nan, np.nan, 1)},
    }
    ax = forest_plot(effects, "points", alt="two effects")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
    intervals = [container.lines[2][0].get_segments() for container in ax.containers]
    np.testing.assert_allclose([[s[0][0], s[1][0]] for s in intervals[0]], [[-3, 1], [1, 3]])
    # Without an interval, a point alone.
    np.testing.assert_allclose([[s[0][0], s[1][0]] for s in intervals[1]], [[0.5, 0.5], [0.5, 2.5]])
    assert ax.figure.alt_text == "two effects"


def test_curves_are_means_over_the_seeds(table):
    accuracy, loss = plot_curves(table, ["a", "b"], alt="two curves")
    np.testing.assert_allclose(lines_of(accuracy), [[0.2, 0.4], [0.3, 0.5], [0.3, 0.5], [0.4, 0.6]])
    np.testing.assert_allclose(lines_of(loss), [[1.5, 1.5], [2, 1]])


def test_weights_are_shares_without_the_outer_bins(table):
    ax = plot_weights(table, ["a", "b"], np.linspace(-0.5, 0.5, 6), alt="two histograms")
    np.testing.assert_allclose(lines_of(ax), [[4 / 28, 2 / 28, 4 / 28], [0.1, 0.8, 0.1]])
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata(), [-0.2, 0, 0.2], atol=1e-12)


def test_every_seed_has_a_dot(table):
    ax = plot_against(table, {"line": {500: "a", 2_000: "b"}}, "test_accuracy", alt="one line")
    np.testing.assert_allclose(lines_of(ax)[0], [0.52, 0.65])
    assert lines_of(ax)[1:] == [[0.5, 0.54], [0.6, 0.7]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["500", "2,000"]


def test_a_heat_map_writes_its_numbers():
    ax = heat_map(np.array([[1.0, np.nan], [-2.0, 0.5]]), ["p", "q"], ["s", "t"], alt="four squares")
    assert [text.get_text() for text in ax.texts] == ["+1.0", "-2.0", "+0.5"]
    image = ax.images[0]
    assert image.get_clim() == (-2.0, 2.0)
