"""What a student sees without nbgrader is what nbgrader would hand out, mark by mark."""

import copy

from course.assignments.release import STUB, STUB_IN_WORDS, solved_version, student_version

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    LockCells,
)
from traitlets.config import Config

STUBS = {"code_stub": {"python": "\n".join(STUB)}, "text_stub": "\n".join(STUB_IN_WORDS)}
KINDS = {
    "answer": {"solution": True},
    "check": {"grade": True, "locked": True, "points": 1},
    "task": {"task": True, "points": 1, "locked": True},
    "locked": {"locked": True},
    "free": {},
}
VARIANTS = {
    "as usual": ("### BEGIN {mark}", "### END {mark}"),
    "space after it": ("### BEGIN {mark} ", "### END {mark}  "),
    "Windows line ends": ("### BEGIN {mark}\r", "### END {mark}\r"),
    "tab before it": ("\t### BEGIN {mark}", "\t### END {mark}"),
    "tab within it": ("### BEGIN\t{mark}", "### END\t{mark}"),
    "no-break space": ("### BEGIN\xa0{mark}", "### END\xa0{mark}"),
    "one sign": ("# BEGIN {mark}", "# END {mark}"),
    "no sign": ("BEGIN {mark}", "END {mark}"),
    "colon": ("### BEGIN {mark}:", "### END {mark}:"),
    "words after it": ("### BEGIN {mark} of task 3", "### END {mark}, at last"),
    "indented": ("        ### BEGIN {mark}", "        ### END {mark}"),
    "indents differ": ("    ### BEGIN {mark}", "### END {mark}"),
    "behind code": ("x = 1  ### BEGIN {mark}", "x = 2  ### END {mark}"),
    "in a string": ("print('BEGIN {mark}')", "print('END {mark}')"),
    "in small letters": ("### begin {mark}", "### end {mark}"),
    "in mixed letters": ("### Begin {mark}", "### End {mark}"),
    "end missing": ("### BEGIN {mark}", "pass"),
    "begin missing": ("pass", "### END {mark}"),
    "twice": ("### BEGIN {mark}\n### BEGIN {mark}", "### END {mark}"),
    "end twice": ("### BEGIN {mark}", "### END {mark}\n### END {mark}"),
    "two regions": ("### BEGIN {mark}\na\n### END {mark}\n### BEGIN {mark}", "### END {mark}"),
    "on one line": ("### BEGIN {mark} ### END {mark}", "### END {mark}"),
    "the other mark within": (
        "### BEGIN {mark}\n### BEGIN HIDDEN TESTS",
        "### END HIDDEN TESTS\n### END {mark}",
    ),
    "no marks": ("pass", "pass"),
}


def notebook_of(source: str, cell_type: str, kind: str, language: str = "python") -> nbformat.NotebookNode:
    """Return a notebook of one cell, as its author wrote it."""
    settings = {"grade_id": "cell", "schema_version": 3, "grade": False, "solution": False}
    settings |= {"locked": False, "task": False} | KINDS[kind]
    metadata = {} if kind == "free" else {"nbgrader": settings}
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[cell_type]
    return nbformat.v4.new_notebook(
        cells=[make(source, metadata=metadata)],
        metadata={"kernelspec": {"name": "k", "display_name": "k", "language": language}},
    )


def outcome_of_nbgrader(notebook: nbformat.NotebookNode) -> list | str:
    """Return the cells that nbgrader hands out, or "refused"."""
    result, config = copy.deepcopy(notebook), Config(ClearSolutions=STUBS)
    try:
        for step in (
            LockCells,
            ClearSolutions,
            ClearOutput,
            CheckCellMetadata,
            ClearHiddenTests,
            ClearMarkScheme,
        ):
            result, _ = step(config=config).preprocess(result, {})
    except (RuntimeError, ValueError, ValidationError):
        return "refused"
    return shown(result)


def outcome(notebook: nbformat.NotebookNode) -> list | str:
    """Return the cells that the course hands out, or "refused"."""
    try:
        return shown(student_version(notebook))
    except ValueError:
        return "refused"


def shown(notebook: nbformat.NotebookNode) -> list:
    """Return what a student gets of each cell."""
    return [
        (cell.source, cell.metadata.get("deletable"), cell.metadata.get("editable"), cell.get("outputs"))
        for cell in notebook.cells
    ]


@pytest.mark.parametrize("kind", ["answer", "check", "locked", "free"])
@pytest.mark.parametrize("mark", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_code_cell_is_handed_out_as_by_nbgrader(variant, mark, kind):
    begin, end = (part.format(mark=mark) for part in VARIANTS[variant])
    notebook = notebook_of(f"before = 1\n{begin}\n    secret = 2\n{end}\nafter = 3\n", "code", kind)
    assert outcome(notebook) == outcome_of_nbgrader(notebook)


@pytest.mark.parametrize("kind", ["task", "locked", "free"])
@pytest.mark.parametrize("mark", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_text_cell_is_handed_out_as_by_nbgrader(variant, mark, kind):
    begin, end = (part.format(mark=mark) for part in VARIANTS[variant])
    notebook = notebook_of(f"Before.\n\n{begin}\nThe secret.\n{end}", "markdown", kind)
    assert outcome(notebook) == outcome_of_nbgrader(notebook)


PIECES = st.sampled_from(
    [
        indent + sign + words + ending
        for indent in ("", "    ")
        for sign in ("### ", "#")
        for words in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "x = 1", "")
        for ending in ("", " ", "\r")
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8), st.sampled_from(["answer", "check", "free"]))
def test_any_mixture_of_marks_is_handed_out_as_by_nbgrader(lines, kind):
    notebook = notebook_of("\n".join(lines), "code", kind)
    assert outcome(notebook) == outcome_of_nbgrader(notebook)


def test_another_language_is_refused_as_by_nbgrader():
    notebook = notebook_of("x = 1", "code", "answer", language="R")
    assert outcome(notebook) == outcome_of_nbgrader(notebook) == "refused"


def test_two_cells_of_one_name_are_refused_as_by_nbgrader():
    notebook = notebook_of("x = 1", "code", "answer")
    notebook.cells *= 2
    assert outcome(notebook) == outcome_of_nbgrader(notebook) == "refused"


def test_the_message_names_the_mark_and_shows_the_cell():
    with pytest.raises(ValueError, match=r"END SOLUTION is missing(.|\n)*secret = 2"):
        student_version(notebook_of("### BEGIN SOLUTION\nsecret = 2", "code", "answer"))
    with pytest.raises(ValueError, match='do not say "grade"'):
        student_version(notebook_of("### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", "code", "locked"))


@pytest.mark.parametrize("variant", ["as usual", "space after it", "Windows line ends", "one sign", "colon"])
def test_the_solved_version_has_no_marks(variant):
    begin, end = (part.format(mark="SOLUTION") for part in VARIANTS[variant])
    solved = solved_version(notebook_of(f"{begin}\nsecret = 2\n{end}", "code", "answer"))
    assert [cell.source for cell in solved.cells] == ["secret = 2"]
