"""An equation of tables: cells of one size, and a sign between each two."""

from utils.figures import show_equation

import numpy as np
import pytest

SMOOTH, DIFFERENCE = np.array([[1], [2], [1]]), np.array([[-1, 0, 1]])
TABLES = {"column": SMOOTH, "row": DIFFERENCE, "Sobel": SMOOTH * DIFFERENCE}


@pytest.fixture
def axes():
    return show_equation(TABLES, "×=", alt="A column times a row.", cell=0.5, limit=4)


def test_tables_are_named_and_written(axes):
    assert [ax.get_title() for ax in axes] == ["column", "row", "Sobel"]
    assert [text.get_text() for text in axes[1].texts] == ["−1", "0", "1"]
    assert {ax.images[0].get_clim() for ax in axes} == {(-4, 4)}
    assert axes[0].figure.alt_text == "A column times a row."


def test_all_cells_are_squares_of_one_size(axes):
    for ax, table in zip(axes, TABLES.values(), strict=True):
        size = ax.get_window_extent().size / axes[0].figure.dpi
        np.testing.assert_allclose(size, 0.5 * np.array(table.shape[::-1]))


def test_rows_line_up_and_signs_stand_between(axes):
    boxes = [ax.get_position() for ax in axes]
    assert {round((box.y0 + box.y1) / 2, 6) for box in boxes} == {round((boxes[0].y0 + boxes[0].y1) / 2, 6)}
    signs = axes[0].figure.texts
    assert [sign.get_text() for sign in signs] == ["×", "="]
    for sign, left, right in zip(signs, boxes[:-1], boxes[1:], strict=True):
        x, y = sign.get_position()
        assert x == pytest.approx((left.x1 + right.x0) / 2) and y == pytest.approx((left.y0 + left.y1) / 2)
