"""The case study's figures: pictures named by truth and answer, and numbers with their intervals."""

from utils.figures.case_study import plot_intervals, show_answers

import matplotlib.pyplot as plt
import numpy as np
import pytest

NAMES = ("none", "red", "green")
IMAGES = np.zeros((3, 8, 8, 3), np.uint8)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_picture_names_its_truth_and_the_answer():
    axes = show_answers(IMAGES, np.array([0, 1, 2]), np.array([2, 0, 2]), NAMES, alt="Three black pictures.")
    assert [ax.get_title() for ax in axes] == ["none → green", "red → none", "green → green"]
    assert axes[0].figure.alt_text == "Three black pictures."


@pytest.mark.parametrize(
    ("labels", "answers", "message"),
    [
        ([0, 1], [0, 1, 2], "as many labels as images: got 2 for 3"),
        ([0, 1, 2], [0, 1], "as many answers as images: got 2 for 3"),
        ([0, 1, 2], [0, 1, 3], "answers"),
    ],
)
def test_what_does_not_fit_is_named(labels, answers, message):
    with pytest.raises(ValueError, match=message):
        show_answers(IMAGES, np.array(labels), np.array(answers), NAMES, alt="Three black pictures.")


def test_rows_go_from_the_top_down_with_their_intervals():
    rows = {"first": (1.0, 0.5), "second": (-2.0, 0.0)}
    ax = plot_intervals(rows, "points", alt="Two numbers with intervals.", reference=0, reference_name="none")
    assert [label.get_text() for label in ax.get_yticklabels()] == list(rows)
    assert ax.get_ylim() == (1.5, -0.5) and ax.get_xlabel() == "points"
    points, _, (bars,) = ax.containers[0]
    assert points.get_xdata().tolist() == [1, -2] and points.get_ydata().tolist() == [0, 1]
    ends = [segment[:, 0].tolist() for segment in bars.get_segments()]
    assert ends == [[0.5, 1.5], [-2, -2]]
    assert any(line.get_xdata() == [0, 0] for line in ax.lines)  # the reference
    assert [text.get_text() for text in ax.texts] == ["none"]


def test_it_draws_where_it_is_told_and_refuses_an_interval_turned_round():
    _, ax = plt.subplots()
    assert plot_intervals({"one": (1, 0)}, "points", alt="A number without an interval.", ax=ax) is ax
    with pytest.raises(ValueError, match=r"at least 0 to each side, got -1\.0"):
        plot_intervals({"one": (1, -1)}, "points", alt="A number with an impossible interval.")
