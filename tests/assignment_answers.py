"""Assignments and the answers kept beside them: a submission is the source with its solutions replaced."""

import copy
import importlib
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from utils.practice.tasks import Tasks

import nbformat

ASSIGNMENTS = Path(__file__).parents[1] / "notebooks" / "assignments"
SOURCES = sorted((ASSIGNMENTS / "source").glob("*/*.ipynb"))
ANSWERS = Path(__file__).parent / "assignments"
MARKS = re.compile(r"^ *### (BEGIN|END) (SOLUTION|HIDDEN TESTS)\n?", re.MULTILINE)


class Task(NamedTuple):
    """A task: its name, points, solution, wrong answers by their slip, and a right one in another way."""

    name: str
    points: int
    solution: str
    wrong: dict[str, str]
    another_way: str


def read(source: Path) -> nbformat.NotebookNode:
    """Read a source notebook."""
    return nbformat.read(source, as_version=4)


def grade_id(cell) -> str:
    """Return the name that nbgrader knows a cell by."""
    return cell.metadata.nbgrader.grade_id


def tasks(source: Path) -> list[Task]:
    """Return the tasks of a source notebook with the answers of its file in tests/assignments."""
    answers = tomllib.loads((ANSWERS / f"{source.parent.name}.toml").read_text(encoding="utf-8"))
    cells = {grade_id(cell): cell for cell in read(source).cells}
    solved = [name for name, cell in cells.items() if cell.metadata.nbgrader.solution]
    assert list(answers) == solved, f"{source.stem}: answers for {list(answers)}, tasks {solved}"
    found = []
    for name in solved:
        solution = MARKS.sub("", cells[name].source)
        wrong = {slip: _edited(solution, *edit) for slip, edit in answers[name].get("wrong", {}).items()}
        wrong = wrong or named_slips(source, name)
        points = cells[f"{name}-check"].metadata.nbgrader.points
        found.append(Task(name, points, solution, wrong, answers[name]["another_way"].strip()))
    return found


def named_slips(source: Path, task: str) -> dict[str, str]:
    """Return the wrong answers that the check of a task names, by the sentence that it says."""
    exercise = tasks_of(source).exercises[task]
    return {sentence: exercise.with_slip(sentence) for sentence in exercise.slips}


def tasks_of(source: Path) -> Tasks:
    """Return what checks the tasks of an assignment, from utils.practice."""
    return importlib.import_module(f"utils.practice.assignment_{source.parent.name[:2]}").tasks


def _edited(solution: str, old: str, new: str) -> str:
    assert solution.count(old) == 1, f"{old!r} stands {solution.count(old)} times in\n{solution}"
    return solution.replace(old, new)


def secret_lines(source: str) -> set[str]:
    """Return the lines of solution and hidden tests in a cell, but for imports, which others need as well."""
    secret, lines = False, set()
    for line in source.splitlines():
        if MARKS.match(line):
            secret = "BEGIN" in line
        elif secret and line.strip() and not line.strip().startswith(("from ", "import ")):
            lines.add(line.strip())
    return lines


def submissions(source: Path) -> dict[str, dict[str, str]]:
    """Return every submission of the proof: by its author's name, the code of each task.

    `wrong-k` holds the k-th wrong answer of every task; where a task has fewer, its last one again.
    """
    found = tasks(source)
    most = max(len(task.wrong) for task in found)
    turned_in = {
        "solution": {task.name: task.solution for task in found},
        "another-way": {task.name: task.another_way for task in found},
    }
    for k in range(most):
        turned_in[f"wrong-{k}"] = {
            task.name: list(task.wrong.values())[min(k, len(task.wrong) - 1)] for task in found
        }
    return turned_in


def fill(notebook: nbformat.NotebookNode, answers: dict[str, str]) -> nbformat.NotebookNode:
    """Return a copy of a released or source notebook with these answers in the places for them."""
    filled = copy.deepcopy(notebook)
    for cell in filled.cells:
        if grade_id(cell) in answers:
            cell.source = answers[grade_id(cell)]
    return filled


def run_cells(notebook: nbformat.NotebookNode) -> dict[str, BaseException | None]:
    """Run the code cells in one namespace, as a kernel would; return what each of them raised."""
    namespace, raised = {"__name__": "__main__"}, {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            exec(compile(cell.source, grade_id(cell), "exec"), namespace)
            raised[grade_id(cell)] = None
        except Exception as error:
            raised[grade_id(cell)] = error
    return raised
