"""The same submissions as in test_course_assignments.py, through nbgrader itself.

One assignment goes through in every test run; all of them where COURSE_GRADING is set, as in the
course's own continuous integration: a kernel per submission takes minutes.
"""

import os

from course.assignments.release import student_version

import pytest
from assignment_answers import MARKS, SOURCES, fill, grade_id, read, secret_lines, submissions, tasks
from grading_course import Course

ALL = bool(os.environ.get("COURSE_GRADING"))
NAMES = [source.parent.name for source in SOURCES]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("course"), NAMES)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_the_release_holds_neither_solution_nor_hidden_test(course, source):
    released = course.release(source.parent.name)
    assert not any(MARKS.search(cell.source) for cell in released.cells)
    text = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    for original, cell in zip(read(source).cells, released.cells, strict=True):
        secret = secret_lines(original.source)
        assert not secret & {line.strip() for line in cell.source.splitlines()}
        assert not {line for line in secret if len(line) > 30} & text, "a secret stands in another cell"
        assert original.metadata.nbgrader.solution == ("raise NotImplementedError(" in cell.source)


@pytest.mark.parametrize("source", SOURCES if ALL else SOURCES[:1], ids=NAMES if ALL else NAMES[:1])
def test_every_submission_earns_what_it_should(course, source):
    name, found = source.parent.name, tasks(source)
    released = course.release(name)
    handed_in = submissions(source) if ALL else {k: submissions(source)[k] for k in ("solution", "wrong-0")}
    for student, answers in (handed_in | {"untouched": {}}).items():
        course.turn_in(name, student, fill(released, answers))
    assert course.api.collect(name)["success"]
    full = {task.name: float(task.points) for task in found}
    for student in course.submitted(name):
        assert (result := course.api.autograde(name, student))["success"], result["log"]
        expected = full if student in ("solution", "another-way") else dict.fromkeys(full, 0.0)
        assert course.scores(name, student) == expected, student
    _assert_feedback_and_export(course, name, sum(full.values()))


def _assert_feedback_and_export(course, name, points):
    for student, words in (("solution", "Right, "), ("wrong-0", "Not yet. ")):
        assert (result := course.api.generate_feedback(name, student))["success"], result["log"]
        page = next((course.root / "feedback" / student / name).glob("*.html")).read_text(encoding="utf-8")
        assert words in page and "Traceback (most recent" not in page
    rows = {row["student_id"]: row for row in course.export() if row["assignment"] == name}
    assert float(rows["solution"]["score"]) == float(rows["solution"]["max_score"]) == points
    assert float(rows["untouched"]["score"]) == float(rows["wrong-0"]["score"]) == 0


def test_the_graded_notebook_keeps_its_cells(course):
    released = course.release(NAMES[0])
    source = read(SOURCES[0])
    assert [grade_id(cell) for cell in released.cells] == [grade_id(cell) for cell in source.cells]


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_self_study_hands_out_the_same_cells(course, source):
    released = course.release(source.parent.name)
    derived = student_version(read(source))
    assert [cell.source for cell in derived.cells] == [cell.source for cell in released.cells]
