"""Recorded grids: tables with one line for each training, that is, for each setting and seed."""

import csv
import io
from pathlib import Path

from utils.records.places import RUNS_FOLDER, TABLE_FILE

import numpy as np

KEY = ("row", "seed")


def load_grid(name: str, folder: Path = RUNS_FOLDER) -> dict[str, np.ndarray]:
    """Return a recorded table: name of a column to its values, one per cell.

    Raises:
        FileNotFoundError: no cell of this grid is recorded; the message says how to record them.
    """
    return read_columns(Path(folder) / name / TABLE_FILE)


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """Return a table as one array per column: of integers if possible, else of floats, else of texts.

    Raises:
        FileNotFoundError: nothing is recorded there.
    """
    lines = read_lines(path)
    if not lines:
        raise FileNotFoundError(
            f"nothing is recorded in {path}; make it with: python -m laboratory grid {Path(path).parent.name}"
        )
    return {name: _as_array([line[name] for line in lines]) for name in lines[0]}


def read_lines(path: Path) -> list[dict[str, str]]:
    """Return the complete lines of a table as texts, each cell once; no lines if there is no file.

    Two processes that fill one table at the same time may both add a cell; the first line counts.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    lines = {}
    for line in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])):
        lines.setdefault(tuple(line[name] for name in KEY), line)
    return list(lines.values())


def _as_array(texts: list[str]) -> np.ndarray:
    for kind in (int, float):
        try:
            return np.array([kind(text) for text in texts])
        except ValueError:
            continue
    return np.array(texts)
