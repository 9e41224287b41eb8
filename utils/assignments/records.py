"""Read what a recorded training noted down, without importing TensorFlow."""

import json
from pathlib import Path

RUNS_FOLDER = Path(__file__).parents[2] / "data" / "runs"


def read_record(name: str) -> dict:
    """Read the record of a training: its recipe, versions, seconds, metrics and history.

    Args:
        name: a folder of data/runs, such as "lecture_cifar10".

    Returns:
        the content of run.json; "history" maps "loss", "accuracy", "val_loss" and "val_accuracy" to
        one number per epoch.

    Raises:
        FileNotFoundError: there is no such run; the message lists those there are.
    """
    path = RUNS_FOLDER / name / "run.json"
    if not path.is_file():
        names = sorted(folder.parent.name for folder in RUNS_FOLDER.glob("*/run.json"))
        raise FileNotFoundError(f"No recorded run {name!r} in {RUNS_FOLDER}. Choose one of {names}.")
    return json.loads(path.read_text(encoding="utf-8"))
