"""Run a learner's notebook and say which of its tasks pass."""

import copy
from pathlib import Path
from typing import NamedTuple

from course.assignments.release import find, name_of, solved_version

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

CELL_SECONDS = 60


class Result(NamedTuple):
    """How a task ended: its points if it passes, otherwise the message of its check."""

    task: str
    points: int
    passes: bool
    message: str


def check(path: Path, cell_seconds: int = CELL_SECONDS) -> list[Result]:
    """Run a copy of the notebook on a fresh kernel, with the complete checks, and report on each task.

    Args:
        path: the learner's notebook, in a folder named like the assignment; it is not changed.
        cell_seconds: time after which a cell is stopped.

    Returns:
        one result per task. A check that the learner deleted fails.

    Raises:
        ValueError: the file is not a notebook, or belongs to no assignment.
    """
    complete = _with_complete_checks(_read(path), nbformat.read(find(path.parent.name), as_version=4))
    client = NotebookClient(
        complete, timeout=cell_seconds, allow_errors=True, interrupt_on_timeout=True, kernel_name="python3"
    )
    stopped = ""
    try:
        client.execute(cwd=str(path.parent))
    except (CellTimeoutError, DeadKernelError) as error:
        stopped = f"The notebook was stopped: {type(error).__name__}."
    return [_result(cell, stopped) for cell in complete.cells if _points(cell)]


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises several kinds
        raise ValueError(f"{path} is no notebook that can be read: {error}") from error


def _with_complete_checks(notebook, source):
    """Return a copy in which every check is that of the source, even if it was edited or deleted."""
    result = copy.deepcopy(notebook)
    locked = {name_of(cell): cell for cell in solved_version(source).cells if cell.metadata.nbgrader.locked}
    result.cells = [locked.pop(name_of(cell), cell) for cell in result.cells]
    result.cells += [cell for cell in locked.values() if _points(cell)]
    return result


def _points(cell) -> int:
    settings = cell.metadata.get("nbgrader", {})
    return settings.get("points", 0) if settings.get("grade") else 0


def _result(cell, stopped: str) -> Result:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    passes = not errors and cell.execution_count is not None
    message = "" if passes else (_words(errors[0]) if errors else stopped or "The check did not run.")
    return Result(name_of(cell).removesuffix("-check"), _points(cell), passes, message)


def _words(error) -> str:
    if error.ename == "AssertionError":
        return error.evalue
    return f"Not answered yet, or an error in the answer ({error.ename}: {error.evalue})"
