"""The command for those who study alone: it hands out, reports and solves, and never overwrites."""

import copy
import errno
import json
import os

from course.assignments import __main__ as command
from course.assignments import chapters, release
from course.assignments.__main__ import main
from course.assignments.chapters import CHAPTERS, progress_lines
from course.assignments.progress import check
from course.assignments.release import STUB, find, student_version
from course.assignments.report import report
from course.assignments.report_picture import draw

import nbformat
import pytest
from assignment_answers import SOURCES, fill, read, secret_lines, submissions, tasks
from PIL import Image

SOURCE = SOURCES[0]
NAME = SOURCE.parent.name
FULL = sum(task.points for task in tasks(SOURCE))


@pytest.fixture
def started(tmp_path):
    assert main(["start", "1", "--folder", str(tmp_path)]) == 0
    return tmp_path / NAME / SOURCE.name


@pytest.fixture
def solved(started):
    """A notebook with all the right answers."""
    notebook = fill(nbformat.read(started, as_version=4), submissions(SOURCE)["solution"])
    nbformat.write(notebook, started)
    return started


def progress(notebook, capsys) -> tuple[int, str, str]:
    """Return the exit status of `progress`, and what it writes."""
    capsys.readouterr()
    status = main(["progress", "--folder", str(notebook.parents[1])])
    return status, *capsys.readouterr()


# start and solutions


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


def test_start_does_not_write_through_a_link_to_nothing(tmp_path, capsys):
    place = tmp_path / NAME / SOURCE.name
    place.parent.mkdir()
    place.symlink_to(tmp_path / "elsewhere")
    assert main(["start", "1", "--folder", str(tmp_path)]) == 0
    assert "kept" in capsys.readouterr().out and not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("action", ["start", "solutions"])
def test_a_full_disk_leaves_nothing(tmp_path, capsys, monkeypatch, action):
    def write(notebook, file):
        file.write("{")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(command.nbformat, "write", write)
    assert main([action, "1", "--folder", str(tmp_path)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_without_links_will_do(tmp_path, monkeypatch):
    def link(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    assert main(["start", "1", "--folder", str(tmp_path)]) == 0
    assert [path.name for path in (tmp_path / NAME).iterdir()] == [SOURCE.name]


def test_solutions_stand_beside_the_answers_and_are_not_overwritten(started):
    before, folder = started.read_bytes(), str(started.parents[1])
    assert main(["solutions", "01", "--folder", folder]) == 0
    solution = started.with_name(f"{SOURCE.stem}_solution.ipynb")
    assert "def correlate" in solution.read_text(encoding="utf-8")
    assert "### BEGIN" not in solution.read_text(encoding="utf-8")
    solution.write_text("my notes")
    assert main(["solutions", "01", "--folder", folder]) == 0
    assert solution.read_text() == "my notes" and started.read_bytes() == before


# progress


def test_progress_says_which_tasks_pass_and_why_others_do_not(started, capsys):
    right, wrong = submissions(SOURCE)["solution"], submissions(SOURCE)["wrong-0"]
    found = tasks(SOURCE)
    answers = {task.name: (wrong if k == 1 else right)[task.name] for k, task in enumerate(found)}
    notebook = fill(nbformat.read(started, as_version=4), answers)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id != "correlate-check"]
    nbformat.write(notebook, started)
    before = started.read_bytes()
    status, shown, _ = progress(started, capsys)
    assert status == 0
    assert f"{FULL - found[1].points} of {FULL} points" in shown
    assert "  1  correlate    Right, 3 points.\n" in shown
    assert "  2  convolve     Not yet. The kernel is not turned: this is a correlation.\n" in shown
    assert started.read_bytes() == before


def test_an_endless_loop_and_an_untouched_task_are_reported(started):
    found = tasks(SOURCE)
    answers = {found[0].name: found[0].solution, found[1].name: "while True:\n    pass"}
    nbformat.write(fill(nbformat.read(started, as_version=4), answers), started)
    results = {result.task: result for result in check(started, cell_seconds=5).results}
    assert list(results) == [task.name for task in found]
    assert [results[task.name].passes for task in found] == [True] + [False] * (len(found) - 1)
    assert "5 seconds" in results[found[1].name].message
    assert {results[task.name].message for task in found[2:]} == {"Not answered yet."}


@pytest.mark.parametrize("copies", ["at the end", "at the beginning", "emptied"])
def test_pasted_cells_count_once_and_are_warned_about(solved, capsys, copies):
    notebook = nbformat.read(solved, as_version=4)
    pasted = copy.deepcopy([cell for cell in notebook.cells if cell.metadata.nbgrader.grade])
    for cell in pasted:
        cell.id += "-copy"
        cell.source = "" if copies == "emptied" else cell.source
    cells = notebook.cells
    notebook.cells = cells + pasted if copies == "at the end" else pasted + cells
    nbformat.write(notebook, solved)
    status, shown, _ = progress(solved, capsys)
    assert status == 0 and f"{FULL} of {FULL} points" in shown
    assert shown.count("  Right, ") == len(tasks(SOURCE))
    assert "warning: The cell correlate-check stands more than once; it counts once." in shown


def test_stubs_with_emptied_checks_earn_nothing(started, capsys):
    notebook = nbformat.read(started, as_version=4)
    pasted = copy.deepcopy([cell for cell in notebook.cells if cell.metadata.nbgrader.grade])
    for cell in pasted:
        cell.id, cell.source = f"{cell.id}-copy", "pass"
    notebook.cells += pasted
    nbformat.write(notebook, started)
    assert f" 0 of {FULL} points" in progress(started, capsys)[1]


def test_a_notebook_without_metadata_is_not_checked(solved, capsys):
    notebook = json.loads(solved.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    solved.write_text(json.dumps(notebook), encoding="utf-8")
    status, shown, error = progress(solved, capsys)
    assert status == 2 and "points" not in shown
    assert f"{NAME} was not checked: No cell carries the name of an answer." in error


def test_an_answer_without_metadata_is_warned_about(solved, capsys):
    notebook = nbformat.read(solved, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.metadata.nbgrader.solution)
    answer.metadata = {}
    nbformat.write(notebook, solved)
    status, shown, _ = progress(solved, capsys)
    assert status == 0 and f"{FULL - tasks(SOURCE)[0].points} of {FULL} points" in shown
    assert "warning: The answer correlate is missing" in shown


def test_a_notebook_that_begins_with_a_byte_order_mark_is_read(solved, capsys):
    solved.write_bytes(b"\xef\xbb\xbf" + solved.read_bytes())
    assert f"{FULL} of {FULL} points" in progress(solved, capsys)[1]


def test_skipped_assertions_let_no_wrong_answer_pass(started, capsys, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    assert main(["start", "2", "--folder", str(started.parents[1])]) == 0
    place = started.parents[1] / SOURCES[1].parent.name / SOURCES[1].name
    nbformat.write(fill(nbformat.read(place, as_version=4), submissions(SOURCES[1])["wrong-0"]), place)
    results = check(place).results
    assert [result.passes for result in results] == [False] * len(results)


def test_a_broken_notebook_hides_no_other(solved, capsys):
    folder = solved.parents[1]
    assert main(["start", "2", "3", "--folder", str(folder)]) == 0
    broken, missing = (folder / source.parent.name / source.name for source in SOURCES[1:3])
    broken.write_text("no notebook")
    missing.unlink()
    missing.mkdir()
    status, shown, error = progress(solved, capsys)
    assert status == 2 and f"{NAME}: {FULL} of {FULL} points" in shown
    assert f"{SOURCES[1].parent.name} was not checked" in error and "no notebook that can be read" in error
    assert f"{SOURCES[2].parent.name} was not checked" in error and "is no file" in error


# progress in the chapters


@pytest.fixture
def chapter(tmp_path):
    """The first chapter, with an answer of each kind in its four cells to fill."""
    original = CHAPTERS / "01_convolution.ipynb"
    notebook = nbformat.read(original, as_version=4)
    answers = {
        "by hand": ("value = ...", "value = 64"),
        "correlate": ("= ...", "= np.sum(image[row : row + h, column : column + w])"),
        "shift": ("move_right = ...", "move_right = no_such_name"),
    }
    for name, edit in answers.items():
        cell = next(cell for cell in notebook.cells if f'practice.check("{name}"' in cell.source)
        cell.source = cell.source.replace(*edit)
    nbformat.write(notebook, tmp_path / original.name)
    return tmp_path


def test_progress_in_a_chapter_that_was_begun(chapter):
    assert progress_lines(chapter) == [
        "chapter 01_convolution: 1 of 4 right",
        "  1  by hand    Right.",
        "  2  correlate  Not yet. The weights are missing: this adds up the pixels of the window.",
        "  3  shift      Not answered yet. (name 'no_such_name' is not defined)",
        "  4  sharpen    Not answered yet.",
    ]


def test_chapters_as_they_came_are_not_run(monkeypatch):
    monkeypatch.setattr(chapters, "run_apart", None)
    assert progress_lines(CHAPTERS) == []


# report


def graded(folder, student: str, errors: dict[str, dict]) -> None:
    """Write a notebook as nbgrader keeps it: a check that did not pass has an error among its outputs."""
    notebook = read(SOURCE)
    for cell in notebook.cells:
        if cell.metadata.nbgrader.grade_id in errors:
            error = errors[cell.metadata.nbgrader.grade_id]
            cell.outputs = [nbformat.v4.new_output("error", traceback=[], **error)]
    place = folder / student / NAME / SOURCE.name
    place.parent.mkdir(parents=True)
    nbformat.write(notebook, place)


def test_a_report_counts_what_a_class_gets_wrong(tmp_path, capsys):
    slip = {"ename": "NotYet", "evalue": 'Not yet. The slip.\nFor a hint, run tasks.hint("convolve").'}
    other = {"ename": "NotYet", "evalue": "Not yet. For one pixel: the result is 3; it should be 4."}
    graded(tmp_path, "ada", {"convolve-check": slip, "fold-check": other})
    graded(tmp_path, "ben", {"convolve-check": slip})
    graded(tmp_path, "cem", {"convolve-check": {"ename": "NotImplementedError", "evalue": "Put your answer"}})
    assert main(["report", "--folder", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"{NAME}: 3 students", "  1  correlate: 3 of 3 right"]
    assert lines[2:5] == [
        "  2  convolve: 0 of 3 right",
        "       2 x  Not yet. The slip.",
        "       1 x  Not answered yet.",
    ]
    assert lines[7:9] == ["  5  fold: 2 of 3 right", "       1    other answers, each given once"]


def test_a_picture_has_a_bar_for_each_frequent_wrong_answer(tmp_path, capsys):
    long = "Not yet. " + "The windows lie one pixel apart. They should lie one stride apart. " * 2
    slip, other = {"ename": "NotYet", "evalue": long}, {"ename": "NotYet", "evalue": "Not yet. The other."}
    untouched = {"ename": "NotImplementedError", "evalue": ""}
    for student in ("ada", "ben", "cem"):
        graded(tmp_path, student, {"convolve-check": slip, "fold-check": other})
    graded(tmp_path, "dan", {"convolve-check": untouched, "move-check": other})
    assert main(["report", "1", "--folder", str(tmp_path)]) == 0
    place = tmp_path / f"{NAME}.png"
    assert f"picture: {place}" in capsys.readouterr().out
    with Image.open(place) as picture:
        assert picture.format == "PNG" and picture.width == 1200
    axes = draw(NAME, report(SOURCE, tmp_path)).axes[0]
    bars = {round(bar.get_y() + bar.get_height() / 2, 6): bar.get_width() for bar in axes.patches}
    labels = {
        round(place, 6): " ".join(label.get_text().split())
        for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    counted = {labels[place]: count for place, count in bars.items()}
    assert counted == {long.removeprefix("Not yet. ").strip(): 3, "Not answered yet.": 1, "The other.": 3}
    names = [label for place, label in labels.items() if place not in bars]
    assert len(names) == 8 and names[1] == "2 convolve: 0 of 4 right", "what was said once has no bar"
    assert list(labels.values())[1:4] == ["2 convolve: 0 of 4 right", *list(counted)[:2]]


def test_a_report_on_nothing_says_so(tmp_path, capsys):
    assert main(["report", "--folder", str(tmp_path)]) == 2
    assert main(["report", "1", "--folder", str(tmp_path)]) == 2
    shown = capsys.readouterr().err
    assert "Nothing has been graded" in shown and f"No notebook of {NAME} has been graded" in shown


# nothing to do


@pytest.mark.parametrize("action", ["start", "solutions", "progress"])
def test_a_course_without_assignments_is_said(tmp_path, capsys, monkeypatch, action):
    monkeypatch.setattr(release.sources, "__defaults__", (tmp_path / "nothing",))
    assert main([action, "--folder", str(tmp_path)]) == 2
    assert "There are no assignments in" in capsys.readouterr().err
    assert main([action, "1", "--folder", str(tmp_path)]) == 2
    assert "pip install -e" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["77", "", "0", "convolution", "01_convolutions", "-"])
def test_an_unknown_assignment_is_said(tmp_path, capsys, number):
    assert main(["start", number, "--folder", str(tmp_path)]) == 2
    assert NAME in capsys.readouterr().err
    with pytest.raises(ValueError, match=NAME):
        find(number)


def test_progress_without_a_notebook_says_what_to_do(tmp_path, capsys):
    assert main(["progress", "--folder", str(tmp_path)]) == 2
    assert "course.assignments start" in capsys.readouterr().err


def test_progress_of_an_assignment_that_was_not_started_says_so(started, capsys):
    assert main(["progress", "2", "--folder", str(started.parents[1])]) == 2
    assert f"{SOURCES[1].parent.name} was not checked" in capsys.readouterr().err


def test_a_file_in_place_of_the_folder_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["start", "1", "--folder", str(tmp_path / "file")]) == 2
    assert "file" in capsys.readouterr().err
