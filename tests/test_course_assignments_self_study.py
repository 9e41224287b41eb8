"""The command for those who study alone: it hands out, reports and solves, and never overwrites."""

from course.assignments.__main__ import main
from course.assignments.progress import check
from course.assignments.release import STUB, find, student_version

import nbformat
import pytest
from assignment_answers import SOURCES, fill, read, secret_lines, submissions, tasks

SOURCE = SOURCES[0]
NAME = SOURCE.parent.name


@pytest.fixture
def started(tmp_path):
    assert main(["start", "1", "--folder", str(tmp_path)]) == 0
    return tmp_path / NAME / SOURCE.name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.parent.name)
def test_the_student_version_holds_stubs_and_no_secret(source):
    original, derived = read(source), student_version(read(source))
    shown = {line.strip() for cell in derived.cells for line in cell.source.splitlines()}
    secret = set().union(*(secret_lines(cell.source) for cell in original.cells))
    assert not {line for line in secret if len(line) > 30} & shown
    for before, after in zip(original.cells, derived.cells, strict=True):
        assert "### " not in after.source or after.cell_type == "markdown"
        assert (STUB[1] in after.source) == before.metadata.nbgrader.solution
        assert "checks.verify" not in after.source


def test_start_never_overwrites(started, capsys):
    started.write_text("mine")
    assert main(["start", "--folder", str(started.parents[1])]) == 0
    assert started.read_text() == "mine"
    assert "kept" in capsys.readouterr().out


def test_solutions_stand_beside_the_answers_and_are_not_overwritten(started):
    before, folder = started.read_bytes(), str(started.parents[1])
    assert main(["solutions", "01", "--folder", folder]) == 0
    solution = started.with_name(f"{SOURCE.stem}_solution.ipynb")
    assert "def correlate" in solution.read_text(encoding="utf-8")
    assert "### BEGIN" not in solution.read_text(encoding="utf-8")
    solution.write_text("my notes")
    assert main(["solutions", "01", "--folder", folder]) == 0
    assert solution.read_text() == "my notes" and started.read_bytes() == before


def test_progress_says_which_tasks_pass_and_why_others_do_not(started, capsys):
    right, wrong = submissions(SOURCE)["solution"], submissions(SOURCE)["wrong-0"]
    found = tasks(SOURCE)
    answers = {task.name: (wrong if k == 1 else right)[task.name] for k, task in enumerate(found)}
    notebook = fill(nbformat.read(started, as_version=4), answers)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id != "correlate-check"]
    nbformat.write(notebook, started)
    before = started.read_bytes()
    assert main(["progress", "--folder", str(started.parents[1])]) == 0
    shown = capsys.readouterr().out
    full = sum(task.points for task in found)
    assert f"{full - found[1].points} of {full} points" in shown
    assert "open    convolve  The kernel is not turned" in shown
    assert started.read_bytes() == before


def test_an_endless_loop_and_an_untouched_task_are_reported(started):
    found = tasks(SOURCE)
    answers = {found[0].name: found[0].solution, found[1].name: "while True:\n    pass"}
    nbformat.write(fill(nbformat.read(started, as_version=4), answers), started)
    results = {result.task: result for result in check(started, cell_seconds=10)}
    assert list(results) == [task.name for task in found]
    assert not any(results[task.name].passes for task in found[1:])
    assert all(results[task.name].message for task in found[1:])


def test_bad_input_says_what_to_do(tmp_path, capsys):
    assert main(["start", "77", "--folder", str(tmp_path)]) == 2
    assert NAME in capsys.readouterr().err
    assert main(["progress", "--folder", str(tmp_path)]) == 2
    assert "start" in capsys.readouterr().err
    broken = tmp_path / NAME / SOURCE.name
    broken.parent.mkdir()
    broken.write_text("no notebook")
    assert main(["progress", "1", "--folder", str(tmp_path)]) == 2
    assert "no notebook that can be read" in capsys.readouterr().err
    with pytest.raises(ValueError, match=NAME):
        find("convolutions")
