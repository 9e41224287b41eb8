"""Grids on one machine: every cell once, whatever cuts them."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from laboratory.grids.grid import Cell, Grid, run_grid
from utils.records import load_grid
from utils.records.grids import KEY

import grid_cells
import numpy as np
import pytest


@pytest.fixture
def grid(tmp_path) -> Grid:
    log = str(tmp_path / "starts")
    settings = {f"row {value}": grid_cells.Setting(value, log) for value in (1.0, 2.0, 3.0)}
    return Grid("waiting", settings, num_seeds=2, train=grid_cells.train)


def starts(grid: Grid) -> list[str]:
    log = Path(next(iter(grid.settings.values())).log)
    return [" ".join(line.split()[:2]) for line in log.read_text().splitlines()] if log.exists() else []


def slow(grid: Grid, seconds: float) -> Grid:
    return replace(grid, settings={row: replace(s, seconds=seconds) for row, s in grid.settings.items()})


def test_cells_come_seed_by_seed(grid):
    assert grid.cells[:4] == [Cell("row 1.0", 0), Cell("row 2.0", 0), Cell("row 3.0", 0), Cell("row 1.0", 1)]
    assert len(grid.cells) == len(set(grid.cells)) == 6


def test_a_grid_is_recorded_as_one_table(grid, tmp_path):
    assert run_grid(grid, tmp_path) == 0
    columns = load_grid(grid.name, tmp_path)
    assert list(columns) == ["row", "seed", "setting", "accuracy", "process", "curve"]
    assert [*zip(columns["row"], columns["seed"], strict=True)] == grid.cells
    np.testing.assert_allclose(columns["accuracy"], [1, 2, 3, 1.1, 2.1, 3.1])
    assert columns["seed"].dtype.kind == "i" and columns["curve"][0] == "0.1 0.2"
    assert json.loads(columns["setting"][1])["value"] == 2.0


def test_recorded_cells_are_not_run_again(grid, tmp_path):
    run_grid(grid, tmp_path)
    content = grid.table_path(tmp_path).read_bytes()
    assert run_grid(grid, tmp_path) == 0
    assert grid.table_path(tmp_path).read_bytes() == content and len(starts(grid)) == 6


def test_more_seeds_add_cells_to_the_table(grid, tmp_path):
    run_grid(grid, tmp_path)
    assert run_grid(replace(grid, num_seeds=3), tmp_path) == 0
    assert len(starts(grid)) == 9 and starts(grid)[6:] == ["1.0 2", "2.0 2", "3.0 2"]


def test_a_time_limit_leaves_the_rest_for_the_next_call(grid, tmp_path):
    grid = slow(grid, 0.2)
    lacking = run_grid(grid, tmp_path, max_minutes=0.5 / 60)
    assert 0 < lacking < 6 and len(starts(grid)) == 6 - lacking
    assert run_grid(grid, tmp_path) == 0
    assert sorted(starts(grid)) == sorted(set(starts(grid)))


def test_a_grid_survives_a_real_kill(grid, tmp_path):
    """SIGKILL in the middle of a cell, which hangs: the cells before it stay, it alone is run again."""
    hanging = {**grid.settings, "row 1.0": replace(grid.settings["row 1.0"], hangs_with_seed=1)}
    grid = replace(grid, settings=hanging)
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import grid_cells
from grid_cells import Setting
from laboratory.grids.grid import Grid, run_grid
run_grid(Grid("waiting", {dict(grid.settings)!r}, 2, grid_cells.train), {str(tmp_path)!r})
"""
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and len(starts(grid)) < 4:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors
    assert len(grid.remaining(tmp_path)) == 3
    assert run_grid(grid, tmp_path) == 0
    assert starts(grid) == ["1.0 0", "2.0 0", "3.0 0", "1.0 1", "1.0 1", "2.0 1", "3.0 1"]
    assert [*zip(*[load_grid(grid.name, tmp_path)[k] for k in KEY], strict=True)] == grid.cells


@pytest.mark.parametrize("num_bytes", [1, 40])
def test_half_a_line_counts_as_none(grid, tmp_path, num_bytes):
    run_grid(grid, tmp_path)
    path = grid.table_path(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-num_bytes])
    assert grid.remaining(tmp_path) == [Cell("row 3.0", 1)]
    assert run_grid(grid, tmp_path) == 0
    assert path.read_bytes() == whole


def test_half_a_header_counts_as_none(grid, tmp_path):
    path = grid.table_path(tmp_path)
    path.parent.mkdir()
    path.write_text("row,se")
    assert run_grid(grid, tmp_path) == 0
    assert len(load_grid(grid.name, tmp_path)["row"]) == 6


def test_a_cell_that_another_process_recorded_is_not_recorded_again(grid, tmp_path):
    run_grid(grid, tmp_path)
    assert not grid.record(Cell("row 1.0", 0), {"accuracy": 0.0, "process": 0, "curve": ""}, tmp_path)
    path = grid.table_path(tmp_path)
    # As two processes would leave it that write at the same moment.
    path.write_text(path.read_text() + path.read_text().splitlines()[1].replace(",0.1 0.2", ",9.9") + "\n")
    columns = load_grid(grid.name, tmp_path)
    assert [*zip(columns["row"], columns["seed"], strict=True)] == grid.cells
    assert set(columns["curve"]) == {"0.1 0.2"}


def test_results_of_another_setting_are_not_mixed_in(grid, tmp_path):
    run_grid(grid, tmp_path)
    changed = {**grid.settings, "row 2.0": replace(grid.settings["row 2.0"], value=2.5)}
    with pytest.raises(ValueError, match=r"another setting 'row 2\.0'"):
        run_grid(replace(grid, settings=changed), tmp_path)


def test_results_of_another_form_are_not_mixed_in(grid, tmp_path):
    run_grid(grid, tmp_path)
    more_seeds = replace(grid, num_seeds=3, train=lambda setting, seed: {"loss": 1.0})
    with pytest.raises(ValueError, match="columns differ in accuracy, curve, loss, process"):
        run_grid(more_seeds, tmp_path)
    assert len(load_grid(grid.name, tmp_path)["row"]) == 6


def test_a_failing_cell_keeps_those_before_it(grid, tmp_path):
    settings = {**grid.settings, "row 3.0": replace(grid.settings["row 3.0"], fails=True)}
    with pytest.raises(ArithmeticError, match="loss"):
        run_grid(replace(grid, settings=settings), tmp_path)
    assert len(load_grid(grid.name, tmp_path)["row"]) == 2


def test_a_grid_without_a_table_says_how_to_make_it(grid, tmp_path):
    with pytest.raises(FileNotFoundError, match="laboratory grid waiting"):
        load_grid(grid.name, tmp_path)
