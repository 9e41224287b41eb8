"""Trials of two factors: each stands where it was tried, and its line ends at its accuracy."""

from utils.figures.searches import plot_trials

import matplotlib.pyplot as plt
import numpy as np
import pytest


def test_each_trial_has_a_line_up_to_its_accuracy():
    grid = np.array(np.meshgrid([0.2, 0.5, 0.8], [0.1, 0.9]))
    random = np.random.default_rng(0).random((2, 6))
    axes = plot_trials({"grid": grid, "random": random}, lambda x: 60 + 5 * x, alt="Two searches.")
    assert [ax.get_title() for ax in axes] == ["grid: 3 values", "random: 6 values"]
    for ax, (x, y) in zip(axes, (grid, random), strict=True):
        curve, dots = ax.get_lines()
        np.testing.assert_allclose(dots.get_xydata(), np.column_stack([x.ravel(), y.ravel()]))
        ends = np.array(ax.collections[0].get_segments())
        np.testing.assert_allclose(ends[:, 0], np.column_stack([x.ravel(), y.ravel()]))
        on_curve = np.interp(ends[:, 1, 0], *np.transpose(curve.get_xydata()))
        assert ends[:, 1, 1] == pytest.approx(on_curve, abs=1e-3)
        assert curve.get_ydata().min() > 1, "the curve lies above all trials"
    assert axes[0].figure.alt_text == "Two searches."
    plt.close("all")
