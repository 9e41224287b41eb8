"""Read what somebody handed in, and take from it the answers alone.

A notebook that a student hands in is material, not an instruction: its names of cells, locks and points
are the student's to change. What is graded is built anew from the assignment, with the student's answers,
and the cells that the student added, in their places.
"""

import copy
import re
import warnings
from pathlib import Path

from course.assignments.release import name_of, settings_of

import nbformat

MOST_BYTES = 50 * 2**20
MOST_CELLS = 1000


class Refused(ValueError):
    """A submission cannot be graded or checked; the message says why and what to do."""


def read(path: Path, most_bytes: int = MOST_BYTES) -> nbformat.NotebookNode:
    """Read a notebook that somebody else wrote.

    Args:
        path: of the notebook.
        most_bytes: a larger file is not even opened.

    Raises:
        Refused: it is no file, too large, or no notebook.
    """
    content = _content(Path(path), most_bytes)
    try:
        # Some editors begin a file with the mark that it is UTF-8.
        with warnings.catch_warnings(action="ignore"):  # about ids, which are not used
            found = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        found.cells = [_whole(cell) for cell in found.cells]
    except Exception as error:  # nbformat raises several kinds, and RecursionError
        raise Refused(f"{path} is no notebook that can be read: {_short(error)}") from error
    if not 0 < len(found.cells) <= MOST_CELLS:
        raise Refused(
            f"{path} is a notebook of {len(found.cells)} cells; it should have some, and at most "
            f"{MOST_CELLS}. Hand in the one with the answers."
        )
    return found


def fitted(
    submitted: nbformat.NotebookNode, template: nbformat.NotebookNode
) -> tuple[nbformat.NotebookNode, list[str]]:
    """Return the assignment with the answers of a submission, and what was odd about the submission.

    Args:
        submitted: as `read` returns it; it is not changed.
        template: the assignment with a stub for each answer and with complete checks.

    Returns:
        a notebook whose named cells are those of the template, in its order, each once. A cell without
        a name is the student's own, and follows the cell that it followed; and a list of warnings.

    Raises:
        Refused: no cell has the name of an answer, or most named answers belong elsewhere.
    """
    result = copy.deepcopy(template)
    known = {name_of(cell): cell for cell in result.cells}
    answers = [name for name, cell in known.items() if settings_of(cell).get("solution")]
    names = [name_of(cell) for cell in submitted.cells]
    _require_answers(names, answers, set(known))
    own: dict[str, list[nbformat.NotebookNode]] = {"": []}  # by the named cell that they follow
    last = {name: position for position, name in enumerate(names)}
    place = ""
    for position, (name, cell) in enumerate(zip(names, submitted.cells, strict=True)):
        # Of an answer that stands twice the last one counts, as in nbgrader.
        if name not in known or (name in answers and position < last[name]):
            own[place].append(_own(cell))
            continue
        place = name
        own.setdefault(name, [])
        if name in answers:
            known[name].source = _text(cell.source, known[name].cell_type)
    cells = own.pop("")
    for cell in result.cells:
        cells += [cell, *own.pop(name_of(cell), [])]
    result.cells = cells
    return result, _warnings(names, answers, list(known))


def _content(path: Path, most_bytes: int) -> bytes:
    if path.is_symlink():
        raise Refused(f"{path} is a link. Hand in the notebook itself.")
    if not path.is_file():
        raise Refused(f"{path} is no file. Hand in the notebook as one file under this name.")
    if (size := path.stat().st_size) > most_bytes:
        raise Refused(
            f"{path} has {size:,} bytes; at most {most_bytes:,} are read. Clear its outputs, and save it."
        )
    return path.read_bytes()


def _whole(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a cell with text and metadata, or raise an error."""
    if not isinstance(cell.source, str) or not isinstance(cell.cell_type, str):
        raise ValueError("a cell has no text, or no kind")
    cell.source.encode()  # half a character cannot be written to a file
    if not isinstance(cell.get("metadata"), dict):
        cell.metadata = nbformat.NotebookNode()
    return cell


def _own(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a student's own cell: its kind and text, and nothing that nbgrader or a page would heed."""
    makers = {"code": nbformat.v4.new_code_cell, "raw": nbformat.v4.new_raw_cell}
    return makers.get(cell.cell_type, nbformat.v4.new_markdown_cell)(_text(cell.source, cell.cell_type))


def _text(source: str, cell_type: str) -> str:
    """Return code as it is, and other text without tags: nbgrader's pages would obey a script in it."""
    return source if cell_type == "code" else re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", source)


def _require_answers(names: list[str], answers: list[str], known: set[str]) -> None:
    present, foreign = set(names) & set(answers), set(names) - known - {""}
    if not present:
        raise Refused(
            "No cell carries the name of an answer. Either the metadata of the cells were removed, or this "
            "is another notebook. Copy the answers into a fresh copy of the assignment."
        )
    if len(foreign) > len(present):
        raise Refused(
            f"Most of its cells belong to another assignment ({min(foreign)[:40]}, for example). "
            "Hand in the notebook of this one."
        )


def _warnings(names: list[str], answers: list[str], known: list[str]) -> list[str]:
    twice = [name for name in known if names.count(name) > 1]
    return [
        *(
            f"The answer {name} stands more than once; the last one counts."
            for name in twice
            if name in answers
        ),
        *(f"The cell {name} stands more than once; it counts once." for name in twice if name not in answers),
        *(
            f"The answer {name} is missing: its cell was deleted, or its metadata were."
            for name in answers
            if name not in names
        ),
    ]


def _short(error: Exception) -> str:
    """Return the beginning of what an error says, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
