"""Thirty students on one machine, some of them unlucky or hostile, from release to feedback.

It takes minutes, and runs where COURSE_GRADING is set; `pytest -s` shows its throughput.
"""

import os
import shutil
import time

import nbformat
import pytest
from assignment_answers import SOURCES, fill, submissions, tasks
from grading_course import Course
from hostile_submissions import SPOILED_NOTEBOOKS
from nbgrader.exchange import ExchangeError

SOURCE = SOURCES[0]
NAME = SOURCE.parent.name
TASKS = tasks(SOURCE)
FULL = sum(task.points for task in TASKS)
HONEST = [f"honest-{number:02}" for number in range(30 - len(SPOILED_NOTEBOOKS) - 3)]
# nbgrader 0.9.6 cannot put a check back whose answer is deleted too; a kernel at the limit of its memory
# may die; a flood may outrun the reader of outputs on a busy machine. Then the submission is refused.
MAY_BE_REFUSED = {"deleted-cells", "memory-hog", "output-flood"}
RENAMED, NO_NOTEBOOK, KILLED = "renamed-notebook", "no-notebook", "killed-kernel"

pytestmark = pytest.mark.skipif(
    not os.environ.get("COURSE_GRADING"), reason="a class takes minutes: set COURSE_GRADING=1"
)


def _num_right(student: str) -> int:
    """Return how many tasks an honest student answers rightly: none, one, ... all, none, ..."""
    return int(student[-2:]) % (len(TASKS) + 1)


def _honest_answers(student: str) -> dict[str, str]:
    right, wrong = (submissions(SOURCE)[author] for author in ("solution", "wrong-1"))
    return {task: (right if k < _num_right(student) else wrong)[task] for k, task in enumerate(right)}


def _expected_scores() -> dict[str, float]:
    expected = dict.fromkeys(SPOILED_NOTEBOOKS, FULL - TASKS[0].points)
    for student in HONEST:
        expected[student] = sum(task.points for task in TASKS[: _num_right(student)])
    return expected


def _graded_scores(graded) -> dict[str, float]:
    return {student: score for student, score in _expected_scores().items() if graded[student]["success"]}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Release, then let all hand in; the lecturer then takes the source away from where grading happens."""
    course = Course(tmp_path_factory.mktemp("class"), [NAME], cell_timeout=40, memory_gib=3)
    released = course.release(NAME)
    solved = fill(released, submissions(SOURCE)["solution"])
    for student in HONEST:
        course.turn_in(NAME, student, fill(released, _honest_answers(student)))
    for student, change in SPOILED_NOTEBOOKS.items():
        course.turn_in(NAME, student, change(solved))
    course.turn_in(NAME, KILLED, _killing(solved))
    course.fetch(NAME, NO_NOTEBOOK).write_text("Dear professor, my dog ate my notebook.\n")
    course.submit(NAME, NO_NOTEBOOK)
    shutil.move(course.root / "source", course.root.parent / "vault")
    return course


def _killing(solved):
    killing = nbformat.from_dict(solved)
    first = next(cell for cell in killing.cells if cell.metadata.nbgrader.solution)
    first.source = "import os\n\nos._exit(1)"
    return killing


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.fixture(scope="module")
def graded(course):
    """Collect and autograde everybody, as the lecturer does; keep what nbgrader says to whom."""
    assert course.api.collect(NAME)["success"]
    before = {student: path.read_bytes() for student, path in course.submitted(NAME).items()}
    start, work = time.perf_counter(), _processor_seconds()
    results = {student: course.api.autograde(NAME, student, force=False) for student in before}
    minutes = (time.perf_counter() - start) / 60
    work, speed = (_processor_seconds() - work) / len(results), len(results) / minutes
    print(f"\n{len(results)} submissions, {speed:.1f} per minute; {work:.1f} processor seconds each")
    assert {student: path.read_bytes() for student, path in course.submitted(NAME).items()} == before
    return results


def test_a_renamed_notebook_is_refused_when_it_is_submitted(course):
    path = course.fetch(NAME, RENAMED)
    path.rename(path.with_name("my_convolution.ipynb"))
    with pytest.raises(ExchangeError, match="not submitted"):
        course.submit(NAME, RENAMED)


def test_everybody_is_graded_or_refused_in_words(graded):
    assert len(graded) == 29
    refused = {student for student, result in graded.items() if not result["success"]}
    assert refused - MAY_BE_REFUSED == {NO_NOTEBOOK, KILLED}
    assert "DeadKernelError" in graded[KILLED]["log"]
    assert "not JSON" in graded[NO_NOTEBOOK]["log"] or "NotJSONError" in graded[NO_NOTEBOOK]["log"]
    for student in refused:
        assert (
            f"There was an error processing assignment '{NAME}' for student '{student}'"
            in (graded[student]["log"])
        )


def test_everybody_earns_exactly_what_they_deserve(course, graded):
    expected = _graded_scores(graded)
    assert {student: sum(course.scores(NAME, student).values()) for student in expected} == expected


def test_a_second_run_changes_no_grade(course, graded):
    before = course.export()
    for student in graded:
        course.api.autograde(NAME, student, force=False)
    for student in ("honest-03", "rewritten-checks", "replaced-checkers"):
        assert course.api.autograde(NAME, student, force=True)["success"]
    after = course.export()
    assert [row["score"] for row in after] == [row["score"] for row in before]


def test_everybody_graded_gets_feedback(course, graded):
    for student in _graded_scores(graded):
        assert (result := course.api.generate_feedback(NAME, student))["success"], result["log"]
    assert course.api.release_feedback(NAME)["success"]
    page = course.fetch_feedback(NAME, "endless-loop")[0].read_text(encoding="utf-8")
    # Whether the kernel's own words or nbclient's arrive last depends on how busy the machine is.
    assert "CellTimeoutError" in page or "KeyboardInterrupt" in page
