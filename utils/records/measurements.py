"""Records of measurements that take more than one training: those of chapter 13, stage by stage."""

from pathlib import Path
from typing import Any

from utils.records.places import RUNS_FOLDER
from utils.records.runs import read_record, recorded_names

MEASUREMENTS_FOLDER = RUNS_FOLDER / "transfer"


def load_record(name: str, folder: Path = MEASUREMENTS_FOLDER) -> dict[str, Any]:
    """Return what a stage measured, as `python -m laboratory run NAME` recorded it.

    Raises:
        ValueError: nothing is recorded under this name; the message lists the names there are.
    """
    return read_record(name, folder)


def recorded_stages(folder: Path = MEASUREMENTS_FOLDER) -> list[str]:
    """Return the names of all stages with a record, sorted."""
    return recorded_names(folder)
