"""Where the recorded trainings are, and what their files are named."""

from pathlib import Path

RUNS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "runs"
RECORD_FILE = "run.json"
WEIGHTS_FILE = "model.weights.h5"
TABLE_FILE = "cells.csv"


def snapshot_file(epoch: int) -> str:
    """Return the name of the file with the weights after an epoch, counted from 1."""
    return f"epoch-{epoch:03d}.weights.h5"
