"""Derive from an assignment's source what its student sees, and later its solution.

The source is a notebook with marks: a solution stands between lines that hold BEGIN SOLUTION and
END SOLUTION, and hidden tests likewise. What a mark is, and what is refused, is nbgrader's definition:
`nbgrader generate_assignment` derives the same student version (a test compares the two). Here it is
derived without nbgrader, which self-learners need not install.
"""

import copy
import re
from pathlib import Path

import nbformat

SOURCE_FOLDER = Path(__file__).parents[2] / "notebooks" / "assignments" / "source"
STUB = (
    "# Your answer here",
    'raise NotImplementedError("Put your answer here, in place of this line.")',
)
STUB_IN_WORDS = ("YOUR ANSWER HERE",)
SOLUTION, HIDDEN_TESTS, MARK_SCHEME = MARKS = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"


def sources(folder: Path = SOURCE_FOLDER) -> dict[str, Path]:
    """Return the source notebook of each assignment, by its folder's name such as "01_convolution".

    Raises:
        ValueError: there are none, because the course is not installed from its clone.
    """
    found = {path.parent.name: path for path in sorted(folder.glob("*/*.ipynb"))}
    if not found:
        raise ValueError(
            f"There are no assignments in {folder}. They are part of the repository: run this command "
            "in a clone of it, or install the clone with `pip install -e`."
        )
    return found


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
    """Return a copy with a stub in place of each solution and without hidden tests.

    Raises:
        ValueError: a mark is not closed, or stands in another one or in a cell that is not made for it.
    """
    result = template(source)
    for cell in result.cells:
        for mark, setting in ((HIDDEN_TESTS, "grade"), (MARK_SCHEME, "task")):
            _require_setting(cell, mark, setting)
            cell.source = without_region(cell.source, mark)
    return result


def template(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with a stub in place of each solution, but still with the hidden tests.

    Raises:
        ValueError: as for `student_version`, or two cells have the same name.
    """
    language = source.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise ValueError(f"The notebook is written in {language}; there is a stub for Python alone.")
    names = [name_of(cell) for cell in source.cells if name_of(cell)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(
            f"Two cells have the same name, {min(twice)}: change grade_id in the metadata of one."
        )
    result = _without_outputs(source)
    for cell in result.cells:
        _require_setting(cell, SOLUTION, "solution")
        cell.source = _with_stub(cell)
    return result


def solved_version(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy with solutions and hidden tests in place, without the marks around them."""
    result = _without_outputs(source)
    for cell in result.cells:
        cell.source = without_marks(cell.source)
    return result


def without_region(text: str, mark: str, stub: tuple[str, ...] = ()) -> str:
    """Return text without the regions of a mark, with a stub in place of each, indented as its mark.

    Args:
        text: source of a cell.
        mark: SOLUTION, HIDDEN_TESTS or MARK_SCHEME.
        stub: lines to put in.

    Raises:
        ValueError: a region begins in another one, or does not end.
    """
    kept, inside = [], False
    for line in text.split("\n"):
        if f"BEGIN {mark}" in line:
            if inside:
                raise ValueError(f"BEGIN {mark} stands twice, without END {mark} between, in\n{text}")
            inside = True
            indent = re.match(r"\s*", line)[0]  # pyright: ignore[reportOptionalSubscript]
            kept += [indent + stub_line for stub_line in stub]
        elif f"END {mark}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise ValueError(f"END {mark} is missing after BEGIN {mark} in\n{text}")
    return "\n".join(kept)


def without_marks(text: str) -> str:
    """Return text without the lines that hold a mark, and with all that stands between them."""
    marks = [f"{side} {mark}" for mark in MARKS for side in ("BEGIN", "END")]
    return "\n".join(line for line in text.split("\n") if not any(mark in line for mark in marks))


def settings_of(cell: nbformat.NotebookNode) -> dict:
    """Return what nbgrader knows about a cell: nothing for a cell that a student added."""
    found = cell.metadata.get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def name_of(cell: nbformat.NotebookNode) -> str:
    """Return the name of a cell in its assignment, or the empty string for a cell that a student added."""
    return str(settings_of(cell).get("grade_id", ""))


def _with_stub(cell: nbformat.NotebookNode) -> str:
    stub = STUB if cell.cell_type == "code" else STUB_IN_WORDS
    if settings_of(cell).get("solution") and f"BEGIN {SOLUTION}" not in cell.source:
        return "\n".join(stub)  # without marks the whole cell is the solution
    return without_region(cell.source, SOLUTION, stub)


def _require_setting(cell: nbformat.NotebookNode, mark: str, setting: str) -> None:
    """Refuse a mark in a cell whose metadata do not make it an answer, a check or a task."""
    if f"BEGIN {mark}" in cell.source and not settings_of(cell).get(setting):
        raise ValueError(
            f'BEGIN {mark} stands in a cell whose metadata do not say "{setting}": true:\n{cell.source}'
        )


def _without_outputs(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    result = copy.deepcopy(source)
    for cell in result.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        settings = settings_of(cell)
        if settings.get("solution"):
            cell.metadata["deletable"] = False
        elif settings.get("grade") or settings.get("locked"):
            cell.metadata.update(editable=False, deletable=False)
    return result
