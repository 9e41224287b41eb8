"""Recorded grids: tables with one line for each training, that is, for each setting and seed."""

import csv
import re
from pathlib import Path

from utils.records.places import RUNS_FOLDER, TABLE_FILE, require_name
from utils.records.reading import DamagedFile, read_text

import numpy as np

KEY = ("row", "seed")
# Our own texts, so that a row may be named "8", and what everything else is: one number, or several.
TEXT_COLUMNS = ("row", "setting")


def load_grid(name: str, folder: Path = RUNS_FOLDER) -> dict[str, np.ndarray]:
    """Return a recorded table: name of a column to its values, one per cell.

    Raises:
        FileNotFoundError: no cell of this grid is recorded; the message says how to record them.
        ValueError: the name is not that of one folder, or the table is damaged (`DamagedFile`).
    """
    require_name(name)
    return read_columns(Path(folder) / name / TABLE_FILE)


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """Return a table as one array per column: of integers if possible, else of floats, else of texts.

    Raises:
        FileNotFoundError: nothing is recorded there.
        DamagedFile: the table is damaged; the message names the line.
    """
    lines = read_lines(path)
    if not lines:
        folder = Path(path).parent
        recorded = ", ".join(sorted(p.parent.name for p in folder.parent.glob(f"*/{TABLE_FILE}"))) or "none"
        raise FileNotFoundError(
            f"nothing is recorded in {path}; make it with: python -m laboratory grid {folder.name}. "
            f"Recorded are: {recorded}."
        )
    return {name: _as_array([line[name] for line in lines]) for name in lines[0]}


def read_lines(path: Path) -> list[dict[str, str]]:
    """Return the complete lines of a table as texts, each cell once; no lines if there is no file.

    A last line without an end, which a killed process has left, is ignored. Of two lines for the same
    cell, as two processes may have written them, the first counts.

    Raises:
        DamagedFile: a line is not as it was written; the message names it.
    """
    table = read_table(path)
    lines = {}
    for line in table:
        lines.setdefault(tuple(line[name] for name in KEY), line)
    return list(lines.values())


def read_table(path: Path) -> list[dict[str, str]]:
    """Return all complete lines of a table as texts; see `read_lines`."""
    path = Path(path)
    try:
        text = read_text(path, _remedy(path), may_be_cut=True)
    except FileNotFoundError:
        return []
    *lines, rest = text.split("\n")
    for number, line in enumerate([*lines, rest], start=1):
        if "\r" in line.rstrip("\r"):
            raise _damaged(path, number, "has line ends of another system: save it with those of Linux")
    if not lines:
        return []
    columns = _fields(path, 1, lines[0])
    if len(set(columns)) < len(columns) or not set(KEY) <= set(columns):
        raise _damaged(path, 1, f"does not name the columns {', '.join(KEY)} and others, separated by commas")
    table = []
    for number, line in enumerate(lines[1:], start=2):
        fields = _fields(path, number, line)
        if len(fields) != len(columns):
            raise _damaged(path, number, f"has {len(fields)} fields, and the header has {len(columns)}")
        table.append(dict(zip(columns, fields, strict=True)))
    _check_numbers(path, table)
    return table


def _fields(path: Path, number: int, line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise _damaged(path, number, f"is no line of a table ({error})") from error


def _check_numbers(path: Path, table: list[dict[str, str]]) -> None:
    """Refuse a column that holds numbers in some lines and other text in others."""
    for column in table[0] if table else ():
        if column in TEXT_COLUMNS:
            continue
        wrong = [number for number, line in enumerate(table, start=2) if not _is_numeric(line[column])]
        if wrong and (column == "seed" or len(wrong) < len(table)):
            text = table[wrong[0] - 2][column]
            raise _damaged(path, wrong[0], f"holds {text!r:.40} as {column!r}, which is a number elsewhere")
    for number, line in enumerate(table, start=2):
        if not re.fullmatch("[0-9]{1,20}", line["seed"]):
            raise _damaged(path, number, f"holds {line['seed']!r:.40} as 'seed', expected 0, 1, 2 ...")


def _is_numeric(text: str) -> bool:
    """Return whether a text is one number, or several between spaces, as a curve is written."""
    parts = text.split(" ")
    return all(_is_number(part) for part in parts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # Python reads 1_000, nobody else does


def _as_array(texts: list[str]) -> np.ndarray:
    for kind in (int, float):
        try:
            return np.array([kind(text) for text in texts])
        except ValueError:
            continue
    return np.array(texts)


def _damaged(path: Path, number: int, problem: str) -> DamagedFile:
    return DamagedFile(f"{path}, line {number},", problem, _remedy(path))


def _remedy(path: Path) -> str:
    return (
        "Mend it, or bring the table back from the repository, or remove the line, and train its cell again "
        f"with: python -m laboratory grid {path.parent.name}"
    )
