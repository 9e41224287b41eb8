"""Figures of a grid's table: what they show is what the table says."""

from utils.figures.grids import forest_plot, heat_map, plot_against, plot_gaps, plot_sweeps
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
        "train_accuracy": np.array([0.88, 0.9, 0.92, 0.98]),
        "val_accuracy": np.array([0.5, 0.6, 0.54, 0.7]),
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


def test_a_sweep_shows_means_and_the_range_of_the_seeds(table):
    sweeps = {"rate": {"0": "a", "0.2": "b"}, "bound": {"2": "b", "1": "a"}}
    axes = plot_sweeps(table, sweeps, alt="two panels")
    assert [ax.get_title() for ax in axes] == ["rate", "bound"]
    np.testing.assert_allclose(lines_of(axes[0]), [[90, 94], [52, 65]])
    np.testing.assert_allclose(lines_of(axes[1]), [[94, 90], [65, 52]])
    band = axes[0].collections[1].get_paths()[0].vertices
    for place, low, high in ((0, 50, 54), (1, 60, 70)):
        heights = band[band[:, 0] == place, 1]
        np.testing.assert_allclose([heights.min(), heights.max()], [low, high])
    assert [text.get_text() for text in axes[0].get_xticklabels()] == ["0", "0.2"]
    assert [text.get_text() for text in axes[0].texts] == ["training", "validation"]


def test_a_sweep_takes_a_cell_of_one_seed_and_fills_its_rows(table):
    one = {name: values[:2] for name, values in table.items()}
    axes = plot_sweeps(one, {str(n): {"0": "a", "1": "b"} for n in range(4)}, alt="four panels")
    assert len(axes) == 4 and len(axes[0].figure.axes) == 6
    np.testing.assert_allclose(lines_of(axes[3])[1], [50, 60])


def test_gaps_reach_from_validation_to_training(table):
    ax = plot_gaps(table, alt="two lines")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
    gaps = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(gaps, [[90, 52], [94, 65]])
    assert [text.get_text() for text in ax.texts] == ["training", "validation"]
    np.testing.assert_allclose([line.get_xdata() for line in ax.get_lines()], [[90, 94], [52, 65]])


def test_every_seed_has_a_dot(table):
    ax = plot_against(table, {"line": {500: "a", 2_000: "b"}}, "test_accuracy", alt="one line")
    np.testing.assert_allclose(lines_of(ax)[0], [0.52, 0.65])
    assert lines_of(ax)[1:] == [[0.5, 0.54], [0.6, 0.7]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["500", "2,000"]
    assert [text.get_text() for text in ax.texts] == ["line"]


def test_a_heat_map_writes_its_numbers():
    ax = heat_map(np.array([[1.0, np.nan], [-2.0, 0.5]]), ["p", "q"], ["s", "t"], alt="four squares")
    assert [text.get_text() for text in ax.texts] == ["+1.0", "−2.0", "+0.5"]
    image = ax.images[0]
    assert image.get_clim() == (-2.0, 2.0)
