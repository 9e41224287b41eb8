"""Run a learner's notebook and say which of its tasks pass."""

import os
from pathlib import Path
from typing import NamedTuple

from course.assignments.grading import CELL_SECONDS, Ran, grade
from course.assignments.release import find, name_of, settings_of, template
from course.assignments.submission import fitted, read
from utils.practice.tasks import HINT
from utils.practice.variants import CODE

import nbformat

OPEN = "Not answered yet."


class Result(NamedTuple):
    """How a task ended, and what is said of it: its points, or the message of its check."""

    task: str
    points: int
    passes: bool
    message: str


class Report(NamedTuple):
    """One result for each task of the assignment, and what is odd about the notebook."""

    results: list[Result]
    warnings: list[str]


def check(path: Path, cell_seconds: float = CELL_SECONDS) -> Report:
    """Run the answers of a notebook, with the complete checks, and report on each task.

    Args:
        path: the learner's notebook, in a folder named like the assignment; it is not changed.
        cell_seconds: time after which a cell is stopped.

    Returns:
        one result per task, whatever the learner deleted, pasted or renamed, and warnings about that.

    Raises:
        ValueError: the file is not a notebook, or belongs to no assignment, or to another one.
    """
    source = nbformat.read(find(path.parent.name), as_version=4)
    notebook, warnings = fitted(read(path), template(source))
    ran = grade(notebook, cell_seconds, code=os.environ.get(CODE, ""))
    pairs = zip(notebook.cells, ran, strict=True)
    results = [_result(cell, result) for cell, result in pairs if settings_of(cell).get("grade") and result]
    return Report(results, warnings)


def _result(cell: nbformat.NotebookNode, ran: Ran) -> Result:
    points = settings_of(cell)["points"]
    right = f"Right, {points} point{'s' if points > 1 else ''}."
    message = (
        right if ran.passed else words_for(ran.error or {"ename": "", "evalue": "The check did not run."})
    )
    return Result(name_of(cell).removesuffix("-check"), points, ran.passed, message)


def words_for(error: dict) -> str:
    """Return what is said of a task that does not pass, on one line, without the advice to ask for a hint.

    Args:
        error: with "ename" and "evalue", as notebooks hold it.
    """
    kind, said = error["ename"], error["evalue"]
    if kind == "NotImplementedError":
        return OPEN
    if kind == "NameError":
        return f"{OPEN} ({said})"
    if kind in ("NotYet", "AssertionError", "Stopped", ""):
        lines = [line for line in said.splitlines() if not line.startswith(HINT)]
        return " ".join(lines)
    return f"The answer stops with {kind}: {said}"
