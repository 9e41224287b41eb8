"""Write a table of results that no crash can spoil: a CSV file to which each finished cell adds a line.

No line is ever changed. If the process is killed while it writes a line, the line lacks its end; such
a remainder is ignored when reading (`utils.records.grids`) and removed before writing.
"""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path


def append_line(path: Path, line: Mapping[str, object]) -> None:
    """Add one line to the table, and return once it is on the disk.

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
        # In one call, so that lines of two processes never mix.
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
