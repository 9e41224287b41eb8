"""Every assignment's checks accept what is right and nothing else; the same cells as in nbgrader, without it.

tests/test_course_assignments_grading.py sends these submissions through nbgrader itself.
"""

import ast
from pathlib import Path

from course.assignments.checker import names_needed
from utils.practice import checks

import numpy as np
import pytest
from assignment_answers import ANSWERS, SOURCES, fill, grade_id, read, run_cells, submissions, tasks, tasks_of

# One task is in Keras: in assignment 07 networks are fine-tuned. Another one counts with binomials.
MORE_THAN_NUMPY = {
    # Numbers of the student's own.
    "01_convolution": {"utils.practice.assignment_01_sizes"},
    "02_structure": {"utils.practice.assignment_02_volumes"},
    "04_architectures": {"utils.practice.assignment_04_reading"},
    "07_transfer": {"keras", "math", "utils.practice.assignment_07_tuning"},
}
SUBMISSIONS = [(source, name) for source in SOURCES for name in submissions(source)]


def _id(value):
    return value.parent.name if isinstance(value, Path) else value


@pytest.fixture(params=SOURCES, ids=_id)
def source(request):
    return request.param


def test_every_assignment_has_answers():
    assert {path.stem for path in ANSWERS.glob("*.toml")} == {path.parent.name for path in SOURCES}


def test_it_has_five_to_eight_tasks_with_enough_wrong_answers(source):
    found = tasks(source)
    assert 5 <= len(found) <= 8
    for task in found:
        assert len(set(task.wrong.values())) >= 3, task.name
        assert task.another_way not in {task.solution, *task.wrong.values()}


def test_each_task_is_text_then_answer_then_a_check_that_is_locked(source):
    cells = read(source).cells
    for place, cell in enumerate(cells):
        settings = cell.metadata.nbgrader
        assert settings.locked != settings.solution, "all is locked but the answers"
        if settings.solution:
            name, check = grade_id(cell), cells[place + 1]
            points = check.metadata.nbgrader.points
            assert grade_id(check) == f"{name}-check" and points > 0
            shown, hidden = check.source.split("### BEGIN HIDDEN TESTS\n")
            module = f"utils.practice.assignment_{source.parent.name[:2]}"
            assert shown.startswith(f'from {module} import tasks\n\ntasks.expect("{name}", ')
            assert shown.endswith(f", points={points})\n"), "nothing but the answer and its points is shown"
            assert hidden.startswith("from utils.practice import checks\n\nchecks.verify()\n")


def test_a_check_asks_for_names_of_its_own_answer_alone(source):
    """Other names would come from the process of the answers, or from another task."""
    cells = {grade_id(cell): cell for cell in read(source).cells}
    given = [cell.source for cell in cells.values() if cell.cell_type == "code" and _is_given(cell)]
    known = set().union(*(_names_bound(code) for code in given))
    for task in tasks(source):
        needed = names_needed(cells[f"{task.name}-check"].source, known)
        bound = _names_bound("\n".join([*given, task.solution]))
        assert needed and set(needed) <= bound, task.name


def _is_given(cell) -> bool:
    return cell.metadata.nbgrader.locked and not cell.metadata.nbgrader.grade


def _names_bound(code: str) -> set[str]:
    namespace: dict[str, object] = {"np": np, "print": lambda *_, **__: None}
    exec(code, namespace)
    return set(namespace) - {"print", "__builtins__"} - ({"np"} if "import numpy" not in code else set())


def test_every_task_has_hints_and_names_slips(source):
    exercises = tasks_of(source).exercises
    assert list(exercises) == [task.name for task in tasks(source)]
    for name, exercise in exercises.items():
        assert len(exercise.hints) == 3, name


def test_every_function_to_write_has_a_docstring(source):
    for task in tasks(source):
        for node in ast.parse(task.solution).body:
            if isinstance(node, ast.FunctionDef):
                assert ast.get_docstring(node), task.name


def test_it_needs_numpy_alone_but_for_the_task_in_keras(source):
    code = "\n".join(cell.source for cell in read(source).cells if cell.cell_type == "code")
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {getattr(node, "module", None) or node.names[0].name for node in imports}
    light = {"utils.practice", f"utils.practice.assignment_{source.parent.name[:2]}", "utils.records"}
    more = MORE_THAN_NUMPY.get(source.parent.name, set())
    assert modules <= {"numpy", "utils.convolution", "utils.scenes", *light, *more}


@pytest.mark.parametrize(("source", "name"), SUBMISSIONS, ids=_id)
def test_a_submission_earns_what_it_should(source, name):
    answers = submissions(source)[name]
    raised = run_cells(fill(read(source), answers))
    for task in tasks(source):
        assert raised[task.name] is None, f"{name} of {task.name} crashes: {raised[task.name]!r}"
        error = raised[f"{task.name}-check"]
        if name.startswith("wrong"):
            assert isinstance(error, AssertionError), f"{name} of {task.name}: {error!r}"
            slip = next(slip for slip, code in task.wrong.items() if code == answers[task.name])
            if slip in tasks_of(source).exercises[task.name].slips:
                assert str(error).startswith(f"Not yet. {slip}"), "a slip is told its sentence"
        else:
            assert error is None, f"{name} of {task.name}: {error!r}"


def test_the_check_of_a_changed_checker_fails(source):
    """A submission that makes every comparison succeed earns nothing where its answers are wrong."""
    attack = "from utils.practice import checks\nchecks.expect_array = checks.expect_equal = print\n"
    answers = submissions(source)["wrong-0"]
    first = next(iter(answers))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("expect_array", "expect_equal"):
            patch.setattr(checks, name, getattr(checks, name))
        raised = run_cells(fill(read(source), answers | {first: attack + answers[first]}))
    assert raised[first] is None, "the attack itself failed"
    assert all(raised[f"{task.name}-check"] for task in tasks(source))
