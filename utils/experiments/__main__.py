"""Recorded runs from the command line.

python -m utils.experiments list            what is recorded, and with which result
python -m utils.experiments verify [NAME]   load the weights, and let them answer the test again
    --images N                              only its first N images
python -m utils.experiments run NAME        make a run again; a run that was cut goes on
python -m utils.experiments grid NAME       train the cells that a grid's table lacks
    --scheduler ADDRESS                     on a Dask cluster instead of here
    --max-minutes M                         stop after so long; the same command goes on
"""

import argparse
import sys
from pathlib import Path

from utils.data import load_cifar10
from utils.experiments import EXPERIMENTS, RUNS_FOLDER, load_run, recorded_names, run, verify
from utils.experiments.grid import Grid, run_grid
from utils.experiments.grids import GRIDS as LABORATORY_GRIDS
from utils.speedrun.grids import GRIDS as SPEEDRUN_GRIDS
from utils.speedrun.grids import SPEEDRUN_94

GRIDS = {**LABORATORY_GRIDS, **SPEEDRUN_GRIDS}
# Several seeds and one table, made like a grid, but one result: `run` makes it, too.
RUNS_OF_SEVERAL_SEEDS = {SPEEDRUN_94.name: SPEEDRUN_94}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.experiments", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    verify_parser = commands.add_parser("verify", help="let recorded networks answer again")
    verify_parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verify_parser.add_argument("--images", metavar="N", type=int, help="number of test images; default: all")
    run_parser = commands.add_parser("run", help="make a run again")
    run_parser.add_argument("name", choices=sorted([*EXPERIMENTS, *RUNS_OF_SEVERAL_SEEDS]))
    grid_parser = commands.add_parser("grid", help="train the cells that a grid's table lacks")
    grid_parser.add_argument("name", choices=sorted(GRIDS))
    grid_parser.add_argument("--scheduler", metavar="ADDRESS", help="run on this Dask cluster")
    grid_parser.add_argument("--max-minutes", metavar="M", type=float, help="stop after so long")
    grid_parser.add_argument("--folder", type=Path, default=RUNS_FOLDER, help="where the tables are")
    options = parser.parse_args(arguments)
    if options.command == "list":
        return _list()
    if options.command == "grid":
        return _grid(GRIDS[options.name], options.scheduler, options.folder, options.max_minutes)
    if options.command == "run" and options.name in RUNS_OF_SEVERAL_SEEDS:
        return _grid(RUNS_OF_SEVERAL_SEEDS[options.name], None, RUNS_FOLDER, None)
    dataset = load_cifar10(strict=True)
    if options.command == "verify":
        names = options.names or recorded_names()
        return 0 if verify(names, dataset, num_images=options.images) else 1
    result = run(options.name, EXPERIMENTS[options.name], dataset)
    print(f"{result.name}: {result.metrics['test_accuracy']:.2%} on the test set")
    return 0


def _grid(grid: Grid, scheduler: str | None, folder: Path, max_minutes: float | None) -> int:
    if scheduler is None:
        num_lacking = run_grid(grid, folder, max_minutes)
    else:
        # Only here: without a cluster, nothing of Dask is needed.
        from utils.experiments.cluster import run_grid_on_cluster

        num_lacking = run_grid_on_cluster(grid, scheduler, folder, max_minutes)
    num_cells = len(grid.cells)
    print(f"{grid.name}: {num_cells - num_lacking} of {num_cells} cells in {grid.table_path(folder)}")
    return 0


def _list() -> int:
    for name, experiment in EXPERIMENTS.items():
        if name in recorded_names():
            record = load_run(name).record
            result = f"{record['metrics']['test_accuracy']:.2%} in {record['seconds'] / 60:.1f} minutes"
        else:
            result = "not recorded"
        note = f" (published {experiment.published})" if experiment.published else ""
        print(f"{name:32} {result}{note}")
    for name, grid in GRIDS.items():
        num_recorded = len(grid.cells) - len(grid.remaining())
        print(f"{'grid ' + name:32} {num_recorded} of {len(grid.cells)} cells recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
