"""Grids: one training for each pair of a setting and a seed, and one table of what they measured.

A grid is a few lines of data. Its cells run one after the other on this machine, or on a cluster
(`laboratory.grids.cluster`). A cell that is in the table is never run again, so a grid that was
interrupted, by a crash or by a time limit, continues when it is started again.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from laboratory.grids.table import append_line
from utils.records.grids import read_lines
from utils.records.places import RUNS_FOLDER, TABLE_FILE

from tqdm import tqdm


class Cell(NamedTuple):
    """One training: the name of a setting and a seed."""

    row: str
    seed: int


@dataclass(frozen=True)
class Grid:
    """Settings times seeds.

    Attributes:
        name: of the folder with the table, in data/runs.
        settings: name of a row to its setting, an instance of a dataclass.
        num_seeds: number of seeds, which are 0 ... num_seeds - 1.
        train: from a setting and a seed to one line of the table, name to number or text, with the
            same names for all cells. It is a function of a module, so that a worker of a cluster
            finds it.
    """

    name: str
    settings: Mapping[str, Any]
    num_seeds: int
    train: Callable[[Any, int], Mapping[str, Any]]

    @property
    def cells(self) -> list[Cell]:
        """All cells, every setting with seed 0 first, so that an interrupted grid compares all rows."""
        return [Cell(row, seed) for seed in range(self.num_seeds) for row in self.settings]

    def table_path(self, folder: Path = RUNS_FOLDER) -> Path:
        """Return the path of this grid's table."""
        return Path(folder) / self.name / TABLE_FILE

    def remaining(self, folder: Path = RUNS_FOLDER) -> list[Cell]:
        """Return the cells that the table lacks.

        Raises:
            ValueError: a row was recorded with another setting than the grid has now.
        """
        done = set()
        for line in read_lines(self.table_path(folder)):
            row, setting = line["row"], self.settings.get(line["row"])
            if setting is None or line["setting"] != _as_text(setting):
                raise ValueError(
                    f"{self.table_path(folder)} holds results of another setting {row!r}. "
                    "Remove its lines there, or move the file away to start again."
                )
            done.add(Cell(row, int(line["seed"])))
        return [cell for cell in self.cells if cell not in done]

    def record(self, cell: Cell, result: Mapping[str, Any], folder: Path = RUNS_FOLDER) -> bool:
        """Add a cell's result to the table; return False if the cell is there already."""
        if cell not in self.remaining(folder):
            return False
        line = {**cell._asdict(), "setting": _as_text(self.settings[cell.row]), **result}
        append_line(self.table_path(folder), line)
        return True


def run_grid(grid: Grid, folder: Path = RUNS_FOLDER, max_minutes: float | None = None) -> int:
    """Run the cells that the table lacks, one after the other; return how many are still missing.

    Args:
        grid: what to run.
        folder: where the grid's folder with the table is.
        max_minutes: no cell is started that would probably end later than this.
    """
    start, longest = time.monotonic(), 0.0
    remaining = grid.remaining(folder)
    with progress(grid, len(remaining)) as bar:
        while remaining:
            elapsed = time.monotonic() - start
            if max_minutes is not None and elapsed + longest > 60 * max_minutes:
                break
            cell = remaining[0]
            bar.set_postfix_str(f"{cell.row}, seed {cell.seed}")
            grid.record(cell, grid.train(grid.settings[cell.row], cell.seed), folder)
            longest = max(longest, time.monotonic() - start - elapsed)
            # Read again, as another process may work on the same table.
            num_before, remaining = len(remaining), grid.remaining(folder)
            bar.update(num_before - len(remaining))
    return len(remaining)


def progress(grid: Grid, num_remaining: int) -> tqdm:
    """Return a progress bar over all cells of `grid`, which estimates the time from those of this call."""
    num_cells = len(grid.cells)
    return tqdm(total=num_cells, initial=num_cells - num_remaining, desc=grid.name, unit="cell")


def _as_text(setting: Any) -> str:
    return json.dumps(asdict(setting))
