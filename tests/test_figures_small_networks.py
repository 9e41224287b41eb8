"""Figures of small networks: a chain of steps, shares of classes, and the strongest places of maps."""

from utils.convolution.receptive import ReceptiveField
from utils.figures.chain import draw_chain
from utils.figures.patches import show_strongest
from utils.figures.shares import show_shares

import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def test_a_chain_has_each_value_above_its_step_and_each_slope_below():
    ax = draw_chain(["w", "error", "L"], (2, -1, 1), (-2, -2, 1), alt="Three steps and their slopes.")
    written = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert {"w", "error", "L", "2", "−1", "1", "−2"} < set(written)
    assert written["−1"][0] == written["error"][0] == 1
    assert written["2"][1] > written["w"][1] > written["−2"][1]
    assert sum(not text.get_text() for text in ax.texts) == 4  # two arrows forward, two back


def test_shares_stand_in_the_row_of_their_class_and_the_column_of_their_amount():
    shares = {"pixels": {-2: [0.1, 0.2], 0: [0.9, 1.0], 2: [0.3, 0.4]}, "scale": {0.5: [0, 1]}}
    axes = show_shares(shares, ["disc", "ring"], alt="Two tables of two classes each.")
    drawn = axes[0].images[0].get_array()
    np.testing.assert_array_equal(drawn, [[0.1, 0.9, 0.3], [0.2, 1.0, 0.4]])
    assert [label.get_text() for label in axes[0].get_xticklabels()] == ["−2", "0", "2"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["disc", "ring"]
    assert [ax.get_xlabel() for ax in axes] == ["pixels", "scale"]
    assert axes[0].images[0].get_clim() == axes[1].images[0].get_clim() == (0, 1)


def test_the_strongest_images_come_first_with_a_box_around_what_the_unit_sees():
    maps = np.zeros((3, 4, 4, 2))
    maps[0, 1, 2, 0], maps[2, 3, 0, 0] = 1, 2
    maps[1, 0, 0, 1] = 1
    images = np.repeat(np.arange(3, dtype="uint8"), 12 * 12 * 3).reshape(3, 12, 12, 3)
    field = ReceptiveField("layer", size=3, jump=2, start=0)
    axes = show_strongest(images, maps, field, ["a", "b"], alt="Two rows of two images.", num_columns=2)
    numbers = [[int(ax.images[0].get_array()[0, 0, 0]) for ax in row] for row in axes]
    assert numbers[0] == [2, 0] and numbers[1][0] == 1
    (box,) = axes[0, 0].patches
    assert box.get_xy() == (-0.5, 5.5) and box.get_width() == box.get_height() == 3
    assert [ax.get_ylabel() for ax in axes[:, 0]] == ["a", "b"]
