"""Count what a class gets wrong: which answers are frequent, from the notebooks that nbgrader has graded."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from course.assignments.progress import OPEN, words_for
from course.assignments.release import name_of, settings_of

import nbformat

NAMED_ALONE = "other answers, each given once"


class TaskReport(NamedTuple):
    """How a class answered a task: how many did, how many are right, and what the others were told."""

    task: str
    students: int
    right: int
    told: Counter[str]


def report(source: Path, autograded: Path) -> list[TaskReport]:
    """Return what was said of the answers to each task of an assignment.

    Args:
        source: of the assignment.
        autograded: the folder in which nbgrader keeps graded notebooks, autograded/STUDENT/ASSIGNMENT/.

    Raises:
        ValueError: no notebook of this assignment has been graded there.
    """
    places = sorted(autograded.glob(f"*/{source.parent.name}/{source.name}"))
    if not places:
        raise ValueError(f"No notebook of {source.parent.name} has been graded in {autograded}.")
    said: dict[str, list[str]] = {}
    for place in places:
        for task, message in _messages(nbformat.read(place, as_version=4)):
            said.setdefault(task, []).append(message)
    return [
        TaskReport(task, len(messages), messages.count(""), Counter(filter(None, messages)))
        for task, messages in said.items()
    ]


def in_lines(name: str, tasks: list[TaskReport]) -> list[str]:
    """Return the report as text, for each task the most frequent answers first."""
    lines = [f"{name}: {max(task.students for task in tasks)} students"]
    for number, task in enumerate(tasks, start=1):
        lines.append(f"  {number}  {task.task}: {task.right} of {task.students} right")
        lines += [f"     {count:3} x  {said}" for said, count in frequent(task)]
        if once := sum(task.told.values()) - sum(count for _, count in frequent(task)):
            lines.append(f"     {once:3}    {NAMED_ALONE}")
    return lines


def frequent(task: TaskReport) -> list[tuple[str, int]]:
    """Return what was said more than once, or of an untouched answer, and how often, most frequent first."""
    return [(said, count) for said, count in task.told.most_common() if count > 1 or said == OPEN]


def _messages(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield each task with what was said of its answer: nothing if it is right."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and settings_of(cell).get("grade"):
            errors = [output for output in cell.outputs if output.output_type == "error"]
            yield name_of(cell).removesuffix("-check"), words_for(errors[0]) if errors else ""
