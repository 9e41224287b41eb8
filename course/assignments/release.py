"""Derive from an assignment's source what its student sees, and later its solution.

The source is a notebook with solutions between `### BEGIN SOLUTION` and `### END SOLUTION`, and hidden
tests between marks of their own. `nbgrader generate_assignment` derives the same student version (a test
compares the two); here it is derived without nbgrader, which self-learners need not install.
"""

import copy
import re
from collections.abc import Callable
from pathlib import Path

import nbformat

SOURCE_FOLDER = Path(__file__).parents[2] / "notebooks" / "assignments" / "source"
STUB = (
    "# Your answer here",
    'raise NotImplementedError("Put your answer here, in place of this line.")',
)
_SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION(?=\n|\Z)", re.DOTALL | re.MULTILINE)
_HIDDEN = re.compile(
    r"\n?^ *### BEGIN HIDDEN TESTS\n.*?^ *### END HIDDEN TESTS(?=\n|\Z)", re.DOTALL | re.MULTILINE
)
_MARK = re.compile(r"^ *### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)\n?", re.MULTILINE)


def sources(folder: Path = SOURCE_FOLDER) -> dict[str, Path]:
    """Return the source notebook of each assignment, by its folder's name such as "01_convolution"."""
    return {path.parent.name: path for path in sorted(folder.glob("*/*.ipynb"))}


def find(number: str) -> Path:
    """Return the source notebook of an assignment.

    Args:
        number: "1", "01" or "01_convolution".

    Raises:
        ValueError: there is no such assignment; the message lists all.
    """
    known = sources()
    wanted = number.zfill(2) if number.isdigit() else number
    matches = [path for name, path in known.items() if wanted in (name, name[:2])]
    if not matches:
        raise ValueError(f"There is no assignment {number!r}. Choose from: {', '.join(known)}.")
    return matches[0]


def student_version(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with a stub in place of each solution and without hidden tests."""
    return _rewritten(source, lambda text: _HIDDEN.sub("", _SOLUTION.sub(_stub, text)))


def solved_version(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with solutions and hidden tests in place, without the marks around them."""
    return _rewritten(source, lambda text: _MARK.sub("", text))


def name_of(cell: nbformat.NotebookNode) -> str:
    """Return the name of a cell in its assignment, or the empty string for a cell that a student added."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _stub(solution: re.Match) -> str:
    """Return what stands in place of a solution, indented as it was."""
    return "\n".join(solution[1] + line for line in STUB)


def _rewritten(source: nbformat.NotebookNode, rewrite: Callable[[str], str]) -> nbformat.NotebookNode:
    result = copy.deepcopy(source)
    for cell in result.cells:
        cell.source = rewrite(cell.source).rstrip("\n")
        if cell.metadata.nbgrader.locked:
            cell.metadata.update(editable=False, deletable=False)
    return result
