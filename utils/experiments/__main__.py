"""Recorded runs from the command line.

python -m utils.experiments list            what is recorded, and with which result
python -m utils.experiments verify [NAME]   load the weights, measure again on the test set
python -m utils.experiments run NAME        make a run again; a run that was cut goes on
"""

import argparse
import sys

from utils.data import load_cifar10
from utils.experiments import EXPERIMENTS, load_run, recorded_names, run, verify


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.experiments", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    verify_parser = commands.add_parser("verify", help="measure recorded runs again")
    verify_parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    run_parser = commands.add_parser("run", help="make a run again")
    run_parser.add_argument("name", choices=sorted(EXPERIMENTS))
    options = parser.parse_args(arguments)
    if options.command == "list":
        return _list()
    dataset = load_cifar10(strict=True)
    if options.command == "verify":
        return 0 if verify(options.names or recorded_names(), dataset) else 1
    result = run(options.name, EXPERIMENTS[options.name], dataset)
    print(f"{result.name}: {result.metrics['test_accuracy']:.2%} on the test set")
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
