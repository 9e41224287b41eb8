"""Curves named at their ends, and networks by work and accuracy: they show what they were given."""

from utils.figures.curves import NAME_HEIGHT, Point, apart, plot_costs, plot_layers, plot_named

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_every_repetition_is_a_line_and_every_curve_has_its_name():
    curves = {"plain": np.array([[1.0, 10, 100], [1, 20, 400]]), "residual": np.array([1.0, 2])}
    ax = plot_layers(curves, "norm", alt="Two networks, layer by layer.")
    lines = [line.get_xydata().tolist() for line in ax.get_lines()]
    assert lines == [[[1, 1], [2, 10], [3, 100]], [[1, 1], [2, 20], [3, 400]], [[1, 1], [2, 2]]]
    names = {text.get_text(): text.xy for text in ax.texts}
    assert names["plain"] == pytest.approx((3.06, 200)) and names["residual"] == pytest.approx((2.04, 2))
    assert ax.get_yscale() == "log" and ax.get_ylabel() == "norm"
    colors = [line.get_color() for line in ax.get_lines()]
    assert colors[0] == colors[1] != colors[2]


def test_a_curve_has_its_name_at_its_end():
    curves = {"plain": ((18, 34), (2.0, 3.0)), "smooth": (np.arange(50), np.arange(50) / 10)}
    ax = plot_named(curves, "layers", "error", alt="Two curves, named at their ends.")
    few, many = ax.get_lines()
    assert few.get_xydata().tolist() == [[18, 2], [34, 3]] and few.get_marker() == "o"
    assert len(many.get_xydata()) == 50 and many.get_marker() != "o"
    names = {text.get_text(): (text.xy, text.get_color()) for text in ax.texts}
    assert names["plain"] == ((34, 3), few.get_color()) and names["smooth"][0] == (49, 4.9)
    assert ax.get_xlim()[1] > 55 and ax.get_xlabel() == "layers" and ax.get_ylabel() == "error"


def test_named_curves_are_drawn_where_told_and_their_names_stay_apart():
    _, own = plt.subplots()
    curves = {"low": ((0, 1), (0.0, 1.0)), "high": ((0, 1), (2.0, 1.0))}
    assert plot_named(curves, "x", "y", alt="Two curves that end together.", ax=own) is own
    first, second = sorted(text.xy[1] for text in own.texts)
    assert first + second == pytest.approx(2) and 1.05 < second < own.get_ylim()[1]


def test_names_do_not_overlap_and_stay_near_the_ends_of_their_curves():
    height = 1 / NAME_HEIGHT  # of an axis in which a name needs 1
    placed = apart({"b": 1.5, "a": 1.0, "c": 9.0, "d": 2.0}, (-1, height - 1))
    assert placed == pytest.approx({"a": 0.5, "b": 1.5, "d": 2.5, "c": 9})


@given(ends=st.lists(st.floats(0, 1), min_size=1, max_size=11))
def test_names_stay_apart_inside_the_axis_and_in_their_order(ends):
    placed = apart({str(number): end for number, end in enumerate(ends)}, (0, 1))
    heights = sorted(placed.values())
    assert heights[0] >= NAME_HEIGHT / 2 - 1e-9 and heights[-1] <= 1 - NAME_HEIGHT / 2 + 1e-9
    assert all(np.diff(heights) > NAME_HEIGHT - 1e-9)
    order = sorted(range(len(ends)), key=lambda number: ends[number])
    assert [placed[str(number)] for number in order] == heights


@pytest.mark.parametrize("names", [("a", "b"), ("short", "a name of thirty-two characters")])
@pytest.mark.parametrize("columns", [1, 3])
def test_names_find_room_inside_the_figure_and_no_more(names, columns):
    figure, axes = plt.subplots(1, columns, figsize=(10, 4), squeeze=False)
    curves = {name: ((0, 1), (0, end)) for end, name in enumerate(names)}
    ax = plot_named(curves, "x", "y", alt="Two curves with names.", ax=axes[0, 0])
    figure.canvas.draw()
    right = max(text.get_window_extent().x1 for text in ax.texts)
    frame = ax.get_window_extent()
    if columns == 1:
        assert 0.8 * frame.width < right - frame.x0 < frame.width
    else:
        assert ax.transData.transform((1, 0))[0] - frame.x0 > 0.45 * frame.width, "half is left to the curves"


def test_a_network_stands_at_its_work_and_accuracy():
    points = {"small": Point(2e6, 77.0, 0.8, 1e7), "large": Point(9e7, 90.0, parameters=4e7)}
    ax = plot_costs(points, "accuracy in %", alt="Two networks by work and accuracy.")
    dots = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    assert [tuple(dot.get_offsets()[0]) for dot in dots] == [(2, 77), (90, 90)]
    small, large = (dot.get_sizes()[0] for dot in dots)
    assert large == pytest.approx(4 * small), "the area is proportional to the number of parameters"
    assert [text.get_text() for text in ax.texts] == ["small", "large"]
    assert ax.get_xlabel() == "million multiply-adds per image, logarithmic scale"


@pytest.mark.parametrize(
    ("most", "labels"), [(9e6, ["2", "3", "5", "7"]), (9e7, ["2", "5", "10", "20", "50"])]
)
def test_a_narrow_scale_has_more_labels(most, labels):
    ax = plot_costs({"a": Point(2e6, 70.0), "b": Point(most, 80.0)}, "accuracy in %", alt="Two networks.")
    low, high = ax.get_xlim()
    ticks = [f"{tick:g}" for tick in ax.get_xticks() if low <= tick <= high]
    assert [tick for tick in ticks if 2 <= float(tick) <= most / 1e6] == labels


def test_an_interval_is_drawn_where_there_is_one():
    ax = plot_costs({"one": Point(5e9, 70.0, 2.0)}, "accuracy in %", alt="One network.", unit=1e9)
    (bars,) = [drawn.get_segments() for drawn in ax.collections if hasattr(drawn, "get_segments")]
    np.testing.assert_allclose(bars[0], [[5, 68], [5, 72]])
    assert ax.get_xlabel() == "billion multiply-adds per image, logarithmic scale"
