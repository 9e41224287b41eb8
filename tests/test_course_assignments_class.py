"""A class on one machine, many of it unlucky or hostile, from release to feedback.

It takes minutes, and runs where COURSE_GRADING is set; `pytest -s` shows its throughput.
"""

import os
import shutil
import time

import pytest
from assignment_answers import SOURCES, fill, submissions
from grading_course import Course
from hostile_submissions import ALL, HOSTILE, HOSTILE_FOLDERS, REFUSED, TASKS
from nbgrader.exchange import ExchangeError

SOURCE = SOURCES[0]
NAME = SOURCE.parent.name
HONEST = [f"honest-{number:02}" for number in (0, 3, 7, 8)]
RENAMED = "renamed-notebook"
EXPECTED = {name: hostile.earns for name, hostile in (HOSTILE | HOSTILE_FOLDERS).items()}
EXPECTED |= {student: sum(task.points for task in TASKS[: int(student[-2:])]) for student in HONEST}

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("COURSE_GRADING"), reason="a class takes minutes: set COURSE_GRADING=1"
    ),
    pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange does not work on Windows"),
]


def _honest_answers(student: str) -> dict[str, str]:
    """Answer as many tasks rightly as the name says."""
    right, wrong = (submissions(SOURCE)[author] for author in ("solution", "wrong-1"))
    return {task: (right if k < int(student[-2:]) else wrong)[task] for k, task in enumerate(right)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Release, then let all hand in; the lecturer then takes the source away from where grading happens."""
    course = Course(tmp_path_factory.mktemp("class"), [NAME], cell_timeout=15, memory_gib=3)
    released = course.release(NAME)
    solved = fill(released, submissions(SOURCE)["solution"])
    for student in HONEST:
        course.turn_in(NAME, student, fill(released, _honest_answers(student)))
    for student, hostile in HOSTILE.items():
        course.put(NAME, student, hostile.change(fill(solved, {})))
    for student, hostile in HOSTILE_FOLDERS.items():
        hostile.change(course.put(NAME, student, solved))
    shutil.move(course.root / "source", course.root.parent / "vault")
    return course


@pytest.fixture(scope="module")
def graded(course):
    """Collect and autograde everybody, as the lecturer does; keep what nbgrader says to whom."""
    assert course.api.collect(NAME)["success"]
    start = time.perf_counter()
    results = {student: course.api.autograde(NAME, student, force=False) for student in EXPECTED}
    minutes = (time.perf_counter() - start) / 60
    print(f"\n{len(results)} submissions, {len(results) / minutes:.1f} per minute")
    return results


@pytest.fixture(scope="module")
def exported(course, graded):
    """Return the row of each student in grades.csv."""
    return {row["student_id"]: row for row in course.export()}


def test_a_renamed_notebook_is_refused_when_it_is_submitted(course):
    path = course.fetch(NAME, RENAMED)
    path.rename(path.with_name("my_convolution.ipynb"))
    with pytest.raises(ExchangeError, match="not submitted"):
        course.submit(NAME, RENAMED)


def test_what_lies_beside_the_notebook_is_not_handed_in(course):
    notebook = course.fetch(NAME, "with-modules")
    notebook.with_name("numpy.py").write_text("raise SystemExit")
    course.submit(NAME, "with-modules")
    (handed_in,) = (course.root.parent / "exchange").glob("deep_cnn/inbound/with-modules+*")
    assert {path.suffix for path in handed_in.iterdir()} == {".ipynb", ".txt"}
    shutil.rmtree(handed_in)


@pytest.mark.parametrize("student", EXPECTED)
def test_everybody_earns_exactly_what_they_deserve(course, graded, exported, student):
    result, row = graded[student], exported[student]
    if EXPECTED[student] == REFUSED:
        assert not result["success"]
        assert student in result["log"], "it is said to whom this happened"
        assert row["refused"] and row["score"] == "", "a refusal is no zero"
    else:
        assert result["success"], result["log"]
        assert sum(course.scores(NAME, student).values()) == EXPECTED[student]
        assert float(row["score"]) == EXPECTED[student] and float(row["max_score"]) == ALL
        assert row["refused"] == ""


def test_nothing_large_stays_behind(course, graded):
    for student in EXPECTED:
        folder = course.root / "autograded" / student
        assert sum(path.stat().st_size for path in folder.rglob("*")) < 2**20, student


def test_a_second_run_changes_no_grade(course, graded, exported):
    for student in ("honest-03", "rewritten-checks", "replaced-checkers", "truncated"):
        again = course.api.autograde(NAME, student, force=True)["success"]
        assert again == (EXPECTED[student] != REFUSED)
    after = {row["student_id"]: row for row in course.export()}
    assert {name: row["score"] for name, row in after.items()} == {
        name: row["score"] for name, row in exported.items()
    }


def test_feedback_says_what_was_wrong(course, graded):
    assert (result := course.api.generate_feedback(NAME, "honest-03"))["success"], result["log"]
    assert course.api.release_feedback(NAME)["success"]
    page = course.fetch_feedback(NAME, "honest-03")[0].read_text(encoding="utf-8")
    assert "Not yet. " in page and "Put your answer here" not in page


def test_no_script_reaches_the_page_with_the_feedback(course, graded):
    for student in ("endless-loop", "scripts"):
        assert (result := course.api.generate_feedback(NAME, student))["success"], result["log"]
    assert "more than 15 seconds" in course.feedback(NAME, "endless-loop").read_text(encoding="utf-8")
    page = course.feedback(NAME, "scripts").read_text(encoding="utf-8")
    assert "<script>alert" not in page and "<img src=x onerror" not in page
