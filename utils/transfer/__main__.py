"""The experiments of chapter 13 from the command line.

python -m utils.transfer list           what is recorded, and with which result
python -m utils.transfer run STAGE      measure a stage again; one that was cut goes on
python -m utils.transfer verify         measure the stored networks again

TRAFFIC_LIGHTS_DIR names a folder of photographs with one folder per class, red and green among them.
"""

import argparse
import json
import sys

from utils.transfer.cats_stages import run_curve, run_five_seeds, run_layers
from utils.transfer.crops import FOLDER_VARIABLE, crops_folder, run_crops
from utils.transfer.records import load_record, recorded_stages
from utils.transfer.street_stages import run_street
from utils.transfer.traps import run_traps
from utils.transfer.verification import verify

STAGES = {
    "layer_probe": run_layers,
    "cats_and_dogs": run_five_seeds,
    "cats_and_dogs_curve": run_curve,
    "traps": run_traps,
    "street": run_street,
    "traffic_light_crops": lambda: run_crops(crops_folder()),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.transfer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    commands.add_parser("verify", help="measure the stored networks again")
    commands.add_parser("run", help="measure a stage again").add_argument("stage", choices=STAGES)
    options = parser.parse_args(arguments)
    if options.command == "verify":
        return 0 if verify() else 1
    if options.command == "list":
        for name in recorded_stages():
            record = load_record(name)
            print(f"{name} ({sum(record['seconds'].values()) / 60:.1f} minutes)")
            print(json.dumps(record.get("summary", "not finished"), indent=1))
        return 0
    if options.stage == "traffic_light_crops" and crops_folder() is None:
        print(f"traffic_light_crops: skipped, {FOLDER_VARIABLE} names no folder of photographs")
        return 0
    STAGES[options.stage]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
