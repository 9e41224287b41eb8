"""Grade a notebook in processes of their own: what both progress and nbgrader call."""

import json
import subprocess
from typing import NamedTuple

from course.assignments.limits import MEMORY_BYTES
from course.assignments.release import HIDDEN_TESTS, settings_of, without_region
from course.assignments.student import program

import nbformat

CELL_SECONDS = 60
TOTAL_SECONDS = 600
EXTRA_SECONDS = 60  # for the check that runs when the time of the notebook is over


class Ran(NamedTuple):
    """What became of a cell: what it printed, its error or None, and whether it is a check that passes."""

    text: str
    error: dict | None
    passed: bool


def grade(
    notebook: nbformat.NotebookNode,
    cell_seconds: float = CELL_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    memory_bytes: int = MEMORY_BYTES,
    code: str = "",
) -> list[Ran | None]:
    """Run a notebook that `submission.fitted` made, the checks apart from all other cells.

    Args:
        notebook: with complete checks.
        cell_seconds: after which a cell is stopped; a check likewise.
        total_seconds: after which the rest of the notebook is not run, and earns nothing.
        memory_bytes: of the process that runs the answers.
        code: of the student, from which numbers are drawn that differ from student to student.

    Returns:
        what became of each cell; None for text.

    Raises:
        RuntimeError: the checks themselves did not run to their end.
    """
    cells = [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    asked = {
        "cells": [_asked(cell) for _, cell in cells],
        "cell_seconds": cell_seconds,
        "total_seconds": total_seconds,
        "memory_bytes": memory_bytes,
        "code": code,
    }
    answered = run_apart(json.dumps(asked), total_seconds + cell_seconds + EXTRA_SECONDS)
    results: list[Ran | None] = [None] * len(notebook.cells)
    for (place, _), result in zip(cells, json.loads(answered), strict=True):
        # What did not run earns nothing, for whatever reason: passing has to be said.
        results[place] = Ran(result["text"], result["error"], result.get("passed") is True)
    return results


def run_apart(asked: str, seconds: float) -> str:
    """Start the process that checks, and return what it writes.

    Args:
        asked: what `checker.results_of` takes, as JSON.
        seconds: after which it has to have ended.

    Raises:
        RuntimeError: it did not run to its end.
    """
    try:
        done = subprocess.run(
            program("course.assignments.checker"),
            input=asked,
            capture_output=True,
            encoding="utf-8",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"The checks did not end within {seconds:g} seconds.") from error
    if done.returncode:
        raise RuntimeError(f"The checks did not run to their end: {done.stderr[-2000:]}")
    return done.stdout


def _asked(cell: nbformat.NotebookNode) -> dict[str, str]:
    settings, role = settings_of(cell), "own"
    for setting, name in (("solution", "answer"), ("grade", "check"), ("locked", "given")):
        if role == "own" and settings.get(setting):
            role = name
    return {"role": role, "source": cell.source, "shown": without_region(cell.source, HIDDEN_TESTS)}
