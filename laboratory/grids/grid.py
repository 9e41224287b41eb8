"""Grids: one training for each pair of a setting and a seed, and one table of what they measured.

A grid is a few lines of data. Its cells run one after the other on this machine, or on a cluster
(`laboratory.grids.cluster`). A cell that is in the table is never run again, so a grid that was
interrupted, by a crash or by a time limit, continues when it is started again. Of several processes that
are started on one grid, the first works, and the others wait for its end.
"""

import contextlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from laboratory.grids.table import append_line
from laboratory.locks import LOCK_FILE, locked
from utils.records.grids import read_lines
from utils.records.places import RUNS_FOLDER, TABLE_FILE, require_name

from tqdm import tqdm


class CellsFailed(RuntimeError):
    """Cells of a grid failed; the others are recorded."""


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

    def __post_init__(self):
        require_name(self.name)

    @property
    def cells(self) -> list[Cell]:
        """All cells, every setting with seed 0 first, so that an interrupted grid compares all rows."""
        return [Cell(row, seed) for seed in range(self.num_seeds) for row in self.settings]

    def locked(self, folder: Path, seconds: float) -> contextlib.AbstractContextManager[None]:
        """Keep other processes from training this grid's cells meanwhile; wait so long for those that do."""
        return locked(self.table_path(folder).with_name(LOCK_FILE), f"the grid {self.name!r}", seconds)

    def table_path(self, folder: Path = RUNS_FOLDER) -> Path:
        """Return the path of this grid's table."""
        return Path(folder) / self.name / TABLE_FILE

    def remaining(self, folder: Path = RUNS_FOLDER) -> list[Cell]:
        """Return the cells that the table lacks.

        Raises:
            ValueError: a row was recorded with another setting than the grid has now, the rows were
                recorded on different data, or the table is damaged.
        """
        return self._lacking(read_lines(self.table_path(folder)), self.table_path(folder))

    def _lacking(self, lines: Sequence[Mapping[str, Any]], path: Path) -> list[Cell]:
        done = set()
        for line in lines:
            row, setting = line["row"], self.settings.get(line["row"])
            if setting is None or not _tells(line.get("setting"), setting):
                raise ValueError(
                    f"{path} holds results of another setting {row!r}. "
                    "Remove its lines there, or move the file away to start again."
                )
            done.add(Cell(row, int(line["seed"])))
        _require_same_data(lines, path)
        return [cell for cell in self.cells if cell not in done]

    def record(self, cell: Cell, result: Mapping[str, Any], folder: Path = RUNS_FOLDER) -> bool:
        """Add a cell's result to the table; return False if the cell is there already.

        Raises:
            ValueError: as for `remaining`, or the result comes from other data than those in the table.
        """
        path = self.table_path(folder)
        lines = read_lines(path)
        if cell not in self._lacking(lines, path):
            return False
        line = {**cell._asdict(), "setting": _as_text(self.settings[cell.row]), **result}
        _require_same_data([*lines, line], path)
        append_line(path, line)
        return True


def run_grid(grid: Grid, folder: Path = RUNS_FOLDER, max_minutes: float | None = None) -> int:
    """Run the cells that the table lacks, one after the other; return how many are still missing.

    Args:
        grid: what to run.
        folder: where the grid's folder with the table is.
        max_minutes: no cell is started that would probably end later than this.

    Raises:
        ValueError: the table is not one of this grid, or damaged, or the time is no positive number.
        InUse: another process has worked on this grid all this time.
    """
    seconds = seconds_of(max_minutes)
    deadline = time.monotonic() + seconds
    with grid.locked(folder, seconds):
        return _run_remaining(grid, folder, deadline)


def seconds_of(max_minutes: float | None) -> float:
    """Return a time limit in seconds; without one, infinity.

    Raises:
        ValueError: it is no positive number of minutes.
    """
    if max_minutes is None:
        return math.inf
    if not 0 < max_minutes < math.inf:
        raise ValueError(f"max_minutes must be a positive number, or None for no limit; got {max_minutes!r}.")
    return 60 * max_minutes


def _run_remaining(grid: Grid, folder: Path, deadline: float) -> int:
    longest = 0.0
    remaining = grid.remaining(folder)
    with progress(grid, len(remaining)) as bar:
        while remaining and (start := time.monotonic()) + longest <= deadline:
            cell = remaining[0]
            bar.set_postfix_str(f"{cell.row}, seed {cell.seed}")
            grid.record(cell, grid.train(grid.settings[cell.row], cell.seed), folder)
            longest = max(longest, time.monotonic() - start)
            # Read again, as somebody may have added lines by hand.
            num_before, remaining = len(remaining), grid.remaining(folder)
            bar.update(num_before - len(remaining))
    return len(remaining)


def progress(grid: Grid, num_remaining: int) -> tqdm:
    """Return a progress bar over all cells of `grid`, which estimates the time from those of this call."""
    num_cells = len(grid.cells)
    return tqdm(total=num_cells, initial=num_cells - num_remaining, desc=grid.name, unit="cell")


def _require_same_data(lines: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Refuse results from different data in one table; their column "data" holds the name and the hash."""
    found = list(dict.fromkeys(line["data"] for line in lines if "data" in line))
    if len(found) > 1:
        raise ValueError(
            f"{path} would mix results on different data: {', '.join(found)}. "
            "Use the data of the first line, or another folder for the new table."
        )


def _as_text(setting: Any) -> str:
    return json.dumps(asdict(setting))


def _tells(text: str | None, setting: Any) -> bool:
    """Tell whether `text` describes `setting`; what it does not name had the default."""
    try:
        return type(setting)(**json.loads(text or "")) == setting
    except (TypeError, ValueError):  # no JSON, an option that no longer exists, or an impossible value
        return False
