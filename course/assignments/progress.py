"""Run a learner's notebook and say which of its tasks pass."""

from pathlib import Path
from typing import NamedTuple

from course.assignments.grading import CELL_SECONDS, Ran, grade
from course.assignments.release import find, name_of, settings_of, template
from course.assignments.submission import fitted, read

import nbformat


class Result(NamedTuple):
    """How a task ended: its points if it passes, otherwise the message of its check."""

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
    ran = grade(notebook, cell_seconds)
    pairs = zip(notebook.cells, ran, strict=True)
    results = [_result(cell, result) for cell, result in pairs if settings_of(cell).get("grade") and result]
    return Report(results, warnings)


def _result(cell: nbformat.NotebookNode, ran: Ran) -> Result:
    message = "" if ran.passed else _words(ran.error or {"ename": "", "evalue": "The check did not run."})
    task = name_of(cell).removesuffix("-check")
    return Result(task, settings_of(cell)["points"], ran.passed, message)


def _words(error: dict) -> str:
    if error["ename"] in ("AssertionError", "Stopped", ""):
        return error["evalue"]
    return f"Not answered yet, or an error in the answer ({error['ename']}: {error['evalue']})"
