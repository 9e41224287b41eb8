"""Numbers that differ from student to student: those that a neighbor hands in earn nothing."""

import importlib
from types import ModuleType
from typing import Any, NamedTuple

from course.assignments.__main__ import main
from course.assignments.grading import grade
from course.assignments.release import template
from utils.practice import (
    Exercise,
    Function,
    assignment_01_sizes,
    assignment_02_volumes,
    assignment_04_reading,
    variants,
)
from utils.practice.sheets import Statements

import numpy as np
import pytest
from assignment_answers import SOURCES, fill, grade_id, read, submissions, tasks_of

STUDENTS = [f"student-{number:02}" for number in range(30)]
SECRET = "a secret of this test"
CODES = [variants.code_of(SECRET, student) for student in STUDENTS]


class Drawn(NamedTuple):
    """A task with numbers of the student's own, and the variables that hold its answer."""

    assignment: str
    task: str
    module: ModuleType
    exercise: str
    variables: str


TASKS = [
    Drawn("01", "predict", assignment_01_sizes, "PREDICT", "sizes"),
    Drawn("01", "move", assignment_01_sizes, "MOVE", "move"),
    Drawn("02", "volumes", assignment_02_volumes, "VOLUMES", "shapes, length"),
    Drawn(
        "04",
        "training",
        assignment_04_reading,
        "TRAINING",
        "updates, last_rate, first_shrink, images_per_second",
    ),
    Drawn("04", "results", assignment_04_reading, "RESULTS", "errors_removed, more_right, reach"),
]
OWN = [source for source in SOURCES if source.parent.name[:2] in {task.assignment for task in TASKS}]
each_task = pytest.mark.parametrize("task", TASKS, ids=[task.task for task in TASKS])


@pytest.fixture
def drawn(monkeypatch):
    """Return a task's exercise with the numbers of a code; afterwards everybody has the same again."""

    def for_code(code: str, task: Drawn) -> Exercise:
        monkeypatch.setenv(variants.CODE, code)
        return getattr(importlib.reload(task.module), task.exercise)

    yield for_code
    monkeypatch.undo()
    for task in TASKS:
        importlib.reload(task.module)


def answer_of(exercise: Exercise) -> Any:
    """Return the right answer as numbers, with the numbers that are drawn now."""
    value = exercise.value(exercise.solution)
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_every_task_that_asks_for_numbers_has_some_of_the_students_own():
    """A function is written for all numbers, and statements are letters."""
    asked = {
        (source.parent.name[:2], name)
        for source in SOURCES
        for name, exercise in tasks_of(source).exercises.items()
        if not isinstance(exercise.kind, Function | Statements)
    }
    fine_tuning = ("07", "tune")  # a function as well
    assert asked - {fine_tuning} == {(task.assignment, task.task) for task in TASKS}


def test_without_a_code_everybody_has_the_usual_numbers(monkeypatch):
    monkeypatch.delenv(variants.CODE, raising=False)
    assert variants.drawn("rows", 61, range(3)) == 61
    assert variants.code_of("", "ada") == ""
    assert (assignment_01_sizes.ROWS, assignment_01_sizes.COLUMNS) == (61, 46)
    assert (assignment_02_volumes.HEIGHT, assignment_02_volumes.WIDTH) == (50, 34)
    assert (assignment_04_reading.CYCLES, assignment_04_reading.MEASURED) == (50, 30_000)


def test_a_code_depends_on_secret_and_name_and_a_number_on_its_name(monkeypatch):
    codes = {variants.code_of(secret, name) for secret in ("one", "two") for name in ("ada", "ben")}
    assert len(codes) == 4 and all(len(code) == variants.DIGITS for code in codes)
    monkeypatch.setenv(variants.CODE, codes.pop())
    assert variants.drawn("rows", 0, range(10**6)) != variants.drawn("columns", 0, range(10**6))
    assert {variants.drawn(f"{number}", 0, range(3)) for number in range(50)} == {0, 1, 2}


@each_task
def test_in_a_class_of_thirty_a_neighbors_numbers_are_wrong(drawn, task):
    answers = [answer_of(drawn(code, task)) for code in CODES]
    for place, code in enumerate(CODES):
        exercise = drawn(code, task)
        assert exercise.judge(answers[place]).status == "right"
        assert exercise.judge(answers[place - 1]).status == "wrong"
    assert len(set(map(str, answers))) >= 20, "a class shares few of them"


@each_task
@pytest.mark.parametrize("code", CODES[:5])
def test_slips_are_named_whatever_the_numbers(drawn, task, code):
    exercise = drawn(code, task)
    for slip in exercise.slips:
        assert exercise.judge(exercise.value(exercise.with_slip(slip))).sentence == f"Not yet. {slip}"


@pytest.mark.parametrize("own", [True, False], ids=["own", "neighbor"])
@pytest.mark.parametrize("source", OWN, ids=[source.stem for source in OWN])
def test_what_a_neighbor_hands_in_earns_nothing_for_the_drawn_tasks(drawn, source, own):
    """Graded with a student's code, as nbgrader does; all other tasks are the same for everybody."""
    mine = [task for task in TASKS if task.assignment == source.parent.name[:2]]
    given = {task.task: f"{task.variables} = {answer_of(drawn(CODES[0], task))}" for task in mine}
    notebook = fill(template(read(source)), submissions(source)["solution"] | given)
    results = zip(notebook.cells, grade(notebook, code=CODES[0 if own else 1]), strict=True)
    failed = [grade_id(cell) for cell, ran in results if ran and ran.error]
    assert failed == ([] if own else [f"{task.task}-check" for task in mine])


def test_the_command_prints_a_code_for_each_student(monkeypatch, capsys):
    monkeypatch.setenv(variants.SECRET, SECRET)
    assert main(["codes", "ada", "ben"]) == 0
    lines = [f"{variants.code_of(SECRET, name)}  {name}" for name in ("ada", "ben")]
    assert capsys.readouterr().out.splitlines() == lines
    monkeypatch.delenv(variants.SECRET)
    assert main(["codes", "ada"]) == 2 and main(["codes"]) == 2
    assert variants.SECRET in capsys.readouterr().err
