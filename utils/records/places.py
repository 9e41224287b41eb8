"""Where the recorded trainings are, and what their files are named."""

import re
from pathlib import Path

RUNS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "runs"
RECORD_FILE = "run.json"
WEIGHTS_FILE = "model.weights.h5"
TABLE_FILE = "cells.csv"
# Where a record is whole before its files are moved to their places, which may be interrupted.
NEW_RECORD = Path("checkpoint") / "record"


def snapshot_file(epoch: int) -> str:
    """Return the name of the file with the weights after an epoch, counted from 1."""
    return f"epoch-{epoch:03d}.weights.h5"


def record_folder(folder: Path) -> Path:
    """Return where the files of a run are: in its folder, or still in the folder of a new record."""
    new = Path(folder) / NEW_RECORD
    return new if new.is_dir() else Path(folder)


def require_name(name: str) -> None:
    """Refuse a name that is not that of one folder, such as "../grades" or an absolute path.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\w([\w .-]*[\w-])?", name):
        raise ValueError(
            f"the name of a record is one word, such as 'lecture_cifar10', as its folder in data/runs has "
            f"that name; not {name!r}."
        )
