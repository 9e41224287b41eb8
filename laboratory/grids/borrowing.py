"""Take over what another grid has trained already, instead of training it once more."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from laboratory.grids.grid import Cell, Grid
from utils.records.grids import KEY, read_lines
from utils.records.places import RUNS_FOLDER

OWN = (*KEY, "setting")  # of a grid's line; all else was measured


def take_over(grid: Grid, others: Iterable[Grid], folder: Path = RUNS_FOLDER) -> int:
    """Record the lacking cells that other grids hold under any name; return how many there were.

    A cell is the same training if setting, seed and training function are. Its line tells on which machine,
    in which precision and with which versions it was made.

    Args:
        grid: the one that lacks cells.
        others: grids that may hold them; those with another training function are left out.
        folder: where the folders of all grids are.

    Raises:
        ValueError: the grid's own table is damaged, or not of this grid, or was made from other data. A
            damaged table of another grid is named, and not asked.
    """
    lacking = grid.remaining(folder)
    if not lacking:
        return 0
    found = [
        line_of_other
        for other in others
        if other.train is grid.train and other.name != grid.name
        for line_of_other in _recorded(other, folder)
    ]
    return sum(_take_over(grid, cell, found, folder) for cell in lacking)


def _recorded(other: Grid, folder: Path) -> list[tuple[Any, int, dict[str, str]]]:
    try:
        other.remaining(folder)  # refuses lines of other settings
        lines = read_lines(other.table_path(folder))
    except (OSError, ValueError) as error:
        print(f"Nothing is taken over from the grid {other.name!r}: {error}")
        return []
    return [(other.settings[line["row"]], int(line["seed"]), line) for line in lines]


def _take_over(grid: Grid, cell: Cell, found: list[tuple[Any, int, dict[str, str]]], folder: Path) -> bool:
    for setting, seed, line in found:
        if setting == grid.settings[cell.row] and seed == cell.seed:
            measured = {name: text for name, text in line.items() if name not in OWN}
            return grid.record(cell, measured, folder)
    return False
