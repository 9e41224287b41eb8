"""Draw what a class gets wrong: a bar for each frequent wrong answer, under the name of its task."""

import textwrap
from pathlib import Path

from course.assignments.progress import OPEN
from course.assignments.report import TaskReport, frequent

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

MOST = 4  # bars for a task
WIDTH = 70  # characters of a line
INCHES = 0.2  # of height for a line
WRONG, UNANSWERED = "#e42536", "#9c9ca1"  # red and gray of the course's palette


def draw(name: str, tasks: list[TaskReport]) -> Figure:
    """Return a figure whose bars count how many students gave each frequent wrong answer.

    Args:
        name: of the assignment.
        tasks: of `report.report`. Tasks without a frequent wrong answer show how many are right alone.
    """
    students = max(task.students for task in tasks)
    rows = [row for number, task in enumerate(tasks, start=1) for row in _rows(number, task)]
    lines = [words.count("\n") + 1 for words, _ in rows]
    figure = Figure(figsize=(10, INCHES * (sum(lines) + len(rows) * 0.6 + 5)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = [sum(lines[:row]) + 0.6 * row + lines[row] / 2 for row in range(len(rows))]
    for place, (words, count) in zip(places, rows, strict=True):
        if count:
            color = UNANSWERED if words == OPEN else WRONG
            axes.text(count, place, f" {count}", va="center")
            axes.barh(place, count, height=0.8, color=color)
    axes.set_yticks(places, [words for words, _ in rows])
    for label, (_, count) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("normal" if count else "bold")
    axes.set(
        xlim=(0, students * 1.05), xlabel=f"students, of {students}", title=f"{name}: frequent wrong answers"
    )
    axes.set_ylim(sum(lines) + 0.6 * len(rows), 0)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(name: str, tasks: list[TaskReport], folder: Path) -> Path:
    """Write the figure as a PNG into a folder, in place of an older one, and return its path."""
    place = folder / f"{name}.png"
    draw(name, tasks).savefig(place, dpi=120)
    return place


def _rows(number: int, task: TaskReport) -> list[tuple[str, int]]:
    """Return the words and the bar of each row: first the task, which has no bar."""
    heading = f"{number}  {task.task}: {task.right} of {task.students} right"
    told = [(words.removeprefix("Not yet. "), count) for words, count in frequent(task)[:MOST]]
    return [(heading, 0), *((textwrap.fill(words, WIDTH), count) for words, count in told)]
