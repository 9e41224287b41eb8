"""Weights that move in a plane: an arrow for each pair, a dot for what stays, the right level lines."""

from utils.figures.weights import Move, draw_moves

import matplotlib.pyplot as plt
import numpy as np
import pytest

STARTS = np.array([[2.0, 0.0], [0.5, 0.5]])
ENDS = np.array([[1.0, 0.0], [0.5, 0.5]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_what_moves_is_an_arrow_and_what_stays_a_dot():
    (ax,) = draw_moves(STARTS, {"ball": Move(ENDS, 2, [1])}, alt="one arrow")
    assert [(tuple(text.xy), tuple(text.get_position())) for text in ax.texts] == [((1, 0), (2, 0))]
    np.testing.assert_allclose(ax.lines[-1].get_xydata(), [[0.5, 0.5]])
    assert ax.get_title() == "ball" and ax.figure.alt_text == "one arrow"


@pytest.mark.parametrize(("order", "norm"), [(2, np.hypot), (1, lambda x, y: abs(x) + abs(y))])
def test_level_lines_have_the_norm_that_they_stand_for(order, norm):
    axes = draw_moves(STARTS, {"one": Move(ENDS, order, [1, 1.5])} | {"other": Move(ENDS, 2, [1])}, alt="two")
    assert len(axes) == 2
    paths = axes[0].collections[0].get_paths()
    for path, level in zip(paths, [1, 1.5], strict=True):
        np.testing.assert_allclose(norm(*path.vertices.T), level, atol=0.01)
