"""What one grid has trained is not trained again by another."""

from dataclasses import replace

from laboratory.grids.borrowing import take_over
from laboratory.grids.grid import Cell, Grid, run_grid
from utils.records.grids import read_lines

import grid_cells
import pytest


@pytest.fixture
def old(tmp_path) -> Grid:
    log = str(tmp_path / "starts")
    settings = {f"row {value}": grid_cells.Setting(value, log) for value in (1.0, 2.0)}
    grid = Grid("old", settings, num_seeds=1, train=grid_cells.train)
    run_grid(grid, tmp_path)
    return grid


@pytest.fixture
def new(old) -> Grid:
    settings = {"the same": old.settings["row 2.0"], "another": replace(old.settings["row 1.0"], value=7.0)}
    return Grid("new", settings, num_seeds=2, train=grid_cells.train)


def test_an_equal_cell_is_taken_over_under_its_new_name(old, new, tmp_path):
    assert take_over(new, [old, new], tmp_path) == 1
    (line,) = read_lines(new.table_path(tmp_path))
    (taken,) = (line for line in read_lines(old.table_path(tmp_path)) if line["row"] == "row 2.0")
    assert line == taken | {"row": "the same"}
    assert new.remaining(tmp_path) == [Cell("another", 0), Cell("the same", 1), Cell("another", 1)]
    assert take_over(new, [old, new], tmp_path) == 0


def test_the_rest_is_trained(old, new, tmp_path):
    take_over(new, [old], tmp_path)
    assert run_grid(new, tmp_path) == 0
    assert len(read_lines(new.table_path(tmp_path))) == 4


def test_another_training_is_not_the_same(old, new, tmp_path):
    assert take_over(replace(new, train=print), [old], tmp_path) == 0


def test_a_damaged_table_of_another_grid_stops_nothing(old, new, tmp_path, capsys):
    path = old.table_path(tmp_path)
    path.write_text(path.read_text().replace("2.0", "3.0"))
    assert take_over(new, [old], tmp_path) == 0
    assert "from the grid 'old'" in capsys.readouterr().out
