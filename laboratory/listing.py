"""The list of what is recorded; a damaged record is named in its line, and stops none of the others."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from laboratory.grids.grid import Grid
from laboratory.runs import EXPERIMENTS
from utils.records import load_record, load_run, recorded_names
from utils.records.measurements import recorded_stages
from utils.records.places import TABLE_FILE


def print_records(grids: Mapping[str, Grid], runs_folder: Path) -> bool:
    """Print a line for each run, grid and measurement; return whether none of them is damaged.

    Raises:
        FileNotFoundError: nothing is recorded.
    """
    stages_folder = runs_folder / "transfer"
    if not (
        recorded_names(runs_folder)
        or recorded_names(stages_folder)
        or any(runs_folder.glob(f"*/{TABLE_FILE}"))
    ):
        raise FileNotFoundError(
            f"nothing is recorded in {runs_folder}: bring it back with `git checkout -- data/runs`, or make "
            "a record with `python -m laboratory run NAME`"
        )
    all_whole = True
    for name, describe in _lines(grids, runs_folder, stages_folder):
        try:
            text = describe()
        except (ValueError, OSError) as error:
            text, all_whole = f"DAMAGED: {error}", False
        print(f"{name:32} {text}")
    return all_whole


def _lines(
    grids: Mapping[str, Grid], runs_folder: Path, stages_folder: Path
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each name with the function that reads its record."""
    for name in dict.fromkeys([*EXPERIMENTS, *recorded_names(runs_folder)]):
        yield name, partial(_describe_run, name, runs_folder)
    for name, grid in grids.items():
        yield f"grid {name}", partial(_describe_grid, grid, runs_folder)
    for name in recorded_stages(stages_folder):
        yield f"measurement {name}", partial(_describe_stage, name, stages_folder)


def _describe_run(name: str, folder: Path) -> str:
    published = EXPERIMENTS[name].published if name in EXPERIMENTS else ""
    note = f" (published {published})" if published else ""
    if name not in recorded_names(folder):
        return f"not recorded{note}"
    record = load_run(name, folder).record
    return f"{record['metrics']['test_accuracy']:.2%} in {record['seconds'] / 60:.1f} minutes{note}"


def _describe_grid(grid: Grid, folder: Path) -> str:
    return f"{len(grid.cells) - len(grid.remaining(folder))} of {len(grid.cells)} cells recorded"


def _describe_stage(name: str, folder: Path) -> str:
    record = load_record(name, folder)
    minutes = sum(record["seconds"].values()) / 60
    return f"{'recorded' if record['complete'] else 'not complete, so far'} in {minutes:.1f} minutes"
