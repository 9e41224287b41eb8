"""Numbers that differ from student to student: those that a neighbor hands in earn nothing."""

import importlib

from course.assignments.__main__ import main
from course.assignments.grading import grade
from course.assignments.release import template
from utils.practice import Exercise, assignment_01_sizes, variants

import pytest
from assignment_answers import SOURCES, fill, read, submissions

STUDENTS = [f"student-{number:02}" for number in range(30)]
SECRET = "a secret of this test"


@pytest.fixture
def drawn(monkeypatch):
    """Return the exercise with the numbers of a code; afterwards everybody has the same again."""

    def for_code(code: str) -> Exercise:
        monkeypatch.setenv(variants.CODE, code)
        return importlib.reload(assignment_01_sizes).PREDICT

    yield for_code
    monkeypatch.undo()
    importlib.reload(assignment_01_sizes)


def answer_of(exercise: Exercise) -> object:
    """Return the right answer as numbers, with the numbers that are drawn now."""
    return exercise.value(exercise.solution)


def test_without_a_code_everybody_has_the_usual_numbers(monkeypatch):
    monkeypatch.delenv(variants.CODE, raising=False)
    assert variants.drawn("rows", 61, range(3)) == 61
    assert variants.code_of("", "ada") == ""
    assert (assignment_01_sizes.ROWS, assignment_01_sizes.COLUMNS) == (61, 46)


def test_a_code_depends_on_secret_and_name_and_a_number_on_its_name(monkeypatch):
    codes = {variants.code_of(secret, name) for secret in ("one", "two") for name in ("ada", "ben")}
    assert len(codes) == 4 and all(len(code) == variants.DIGITS for code in codes)
    monkeypatch.setenv(variants.CODE, codes.pop())
    assert variants.drawn("rows", 0, range(10**6)) != variants.drawn("columns", 0, range(10**6))
    assert {variants.drawn(f"{number}", 0, range(3)) for number in range(50)} == {0, 1, 2}


def test_in_a_class_of_thirty_a_neighbors_numbers_are_wrong(drawn):
    codes = [variants.code_of(SECRET, student) for student in STUDENTS]
    answers = [answer_of(drawn(code)) for code in codes]
    for place, code in enumerate(codes):
        exercise = drawn(code)
        assert exercise.judge(answers[place]).status == "right"
        assert exercise.judge(answers[place - 1]).status == "wrong"


@pytest.mark.parametrize("student", STUDENTS[:5])
def test_slips_are_named_whatever_the_numbers(drawn, student):
    exercise = drawn(variants.code_of(SECRET, student))
    for slip in exercise.slips:
        assert exercise.judge(exercise.value(exercise.with_slip(slip))).sentence == f"Not yet. {slip}"


@pytest.mark.parametrize("own", [True, False])
def test_what_a_neighbor_hands_in_earns_nothing_for_the_drawn_task(drawn, own):
    """Graded with a student's code, as nbgrader does; all other tasks are the same for everybody."""
    codes = [variants.code_of(SECRET, student) for student in STUDENTS[:2]]
    numbers = answer_of(drawn(codes[0]))
    answers = submissions(SOURCES[0])["solution"] | {"predict": f"sizes = {numbers}"}
    notebook = fill(template(read(SOURCES[0])), answers)
    results = zip(notebook.cells, grade(notebook, code=codes[0 if own else 1]), strict=True)
    failed = [cell.metadata.nbgrader.grade_id for cell, ran in results if ran and ran.error]
    assert failed == ([] if own else ["predict-check"])


def test_the_command_prints_a_code_for_each_student(monkeypatch, capsys):
    monkeypatch.setenv(variants.SECRET, SECRET)
    assert main(["codes", "ada", "ben"]) == 0
    lines = [f"{variants.code_of(SECRET, name)}  {name}" for name in ("ada", "ben")]
    assert capsys.readouterr().out.splitlines() == lines
    monkeypatch.delenv(variants.SECRET)
    assert main(["codes", "ada"]) == 2 and main(["codes"]) == 2
    assert variants.SECRET in capsys.readouterr().err
