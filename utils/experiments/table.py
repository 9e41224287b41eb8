"""One table of results as a CSV file that a kill cannot spoil: a line is added when its cell is done.

No line is ever changed. A kill while a line is being written leaves it without its end; such a rest
is ignored when reading and removed before writing.
"""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

KEY = ("row", "seed")


def read_lines(path: Path) -> list[dict[str, str]]:
    """Return the complete lines of a table as texts, each cell once; none if there is no file.

    Two processes that fill one table at the same moment may both add a cell; the first counts.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    lines = {}
    for line in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])):
        lines.setdefault(tuple(line[name] for name in KEY), line)
    return list(lines.values())


def append_line(path: Path, line: Mapping[str, object]) -> None:
    """Add one line to the table, and return when it is on the disk.

    Raises:
        ValueError: the table has other columns; the message names them.
    """
    path = Path(path)
    _remove_rest(path)
    columns = _columns(path)
    if columns and columns != list(line):
        changed = ", ".join(sorted(set(columns) ^ set(line))) or "their order"
        raise ValueError(
            f"{path} was filled by another version of the code: the columns differ in {changed}. "
            "Move the file away to start again."
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, list(line), lineterminator="\n")
    if not columns:
        writer.writeheader()
    writer.writerow(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        # One call, so that lines of two processes never mix.
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """Return the table as one array per column: integers, floats where a point is, otherwise texts.

    Raises:
        FileNotFoundError: nothing is recorded there.
    """
    lines = read_lines(path)
    if not lines:
        raise FileNotFoundError(
            f"nothing is recorded in {path}; "
            f"make it with: python -m utils.experiments grid {Path(path).parent.name}"
        )
    return {name: _as_array([line[name] for line in lines]) for name in lines[0]}


def _as_array(texts: list[str]) -> np.ndarray:
    for kind in (int, float):
        try:
            return np.array([kind(text) for text in texts])
        except ValueError:
            continue
    return np.array(texts)


def _columns(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _remove_rest(path: Path) -> None:
    """Cut off a line that has no end, which a kill has left."""
    if path.exists():
        with path.open("r+b") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
