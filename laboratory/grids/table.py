"""Write a table of results that no crash can spoil: a CSV file to which each finished cell adds a line.

No line is ever changed. If the process is killed while it writes a line, the line lacks its end; such
a remainder is ignored when reading (`utils.records.grids`) and removed before writing. Processes that
write to one table wait for each other.
"""

import csv
import io
import math
import os
from collections.abc import Mapping
from pathlib import Path

from laboratory.locks import locked
from utils.records.grids import read_table


def append_line(path: Path, line: Mapping[str, object]) -> None:
    """Add one line to the table, and return once it is on the disk.

    Raises:
        ValueError: the table has other columns, and the message names them; a value holds a line break;
            or the table is damaged (`utils.records.reading.DamagedFile`).
    """
    path = Path(path)
    for name, value in line.items():
        if any(mark in str(value) for mark in "\n\r\0"):
            raise ValueError(f"a value of a table is one line; {name!r} is {value!r:.60}")
    with locked(path.with_name(f"{path.name}.lock"), str(path), math.inf):
        read_table(path)  # refuses to write to a damaged one
        _remove_rest(path)
        columns = _columns(path)
        if columns and columns != list(line):
            changed = ", ".join(sorted(set(columns) ^ set(line))) or "their order"
            raise ValueError(
                f"{path} was filled by another version of the code: the columns differ in {changed}. "
                "Move the file away to start again."
            )
        _write(path, line, with_header=not columns)


def _write(path: Path, line: Mapping[str, object], with_header: bool) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(line), lineterminator="\n")
    if with_header:
        writer.writeheader()
    writer.writerow(line)
    with path.open("ab") as file:
        file.write(text.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def _columns(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _remove_rest(path: Path) -> None:
    """Cut off the line without an end that a killed process has left."""
    if path.exists():
        with path.open("r+b") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
