"""The report: what it says, how it ends, and that nothing stops it."""

import ast
import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from course.doctor import imports
from course.doctor import report as doctor
from course.doctor.results import COURSE, INSTALL, LACK, NOTE, OK, Result

import pytest

READY = Result("Python", OK, "3.11.7")
SUGGESTED = Result("npm", NOTE, "not installed", ("apt install npm",))
BROKEN = Result("numpy", LACK, "1.26.4", INSTALL)
MISSING = Result("a longer name", LACK, "not installed", INSTALL)


def run_main(monkeypatch, found: list[Result]) -> int:
    monkeypatch.setattr(doctor, "examine", lambda folder: found)
    return doctor.main([])


@pytest.mark.parametrize(
    ("found", "status", "last"),
    [
        ([READY, SUGGESTED], 0, "This machine is ready."),
        ([READY, BROKEN], 1, "1 thing is missing: numpy."),
        ([BROKEN, READY, MISSING], 1, "2 things are missing: numpy, a longer name."),
    ],
)
def test_exit_status_and_last_line(monkeypatch, capsys, found, status, last):
    assert run_main(monkeypatch, found) == status
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_report_says_once_what_to_type():
    lines = doctor.report([READY, SUGGESTED, BROKEN, MISSING]).splitlines()
    assert lines[:3] == [
        "Python         ok    3.11.7",
        "npm            note  not installed",
        "numpy          lack  1.26.4",
    ]
    assert sum(line.endswith("uv sync") for line in lines) == 1
    assert f"To be mended: numpy, a longer name. Type, in {COURSE}:" in lines
    assert "    apt install npm" in lines


def test_long_findings_stay_in_their_column(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = Result("disk", OK, " ".join(["word"] * 40))
    lines = doctor.report([long]).splitlines()[:-2]
    assert len(lines) > 2 and max(map(len, lines)) <= 80
    assert all(line.startswith(" " * len("disk  ok    ") + "word") for line in lines[1:])


def test_check_that_breaks_does_not_stop_the_others(monkeypatch):
    def check_nothing_much():
        raise ImportError("No module named 'psutil'")

    for check in (check_nothing_much, functools.partial(check_nothing_much)):
        assert doctor.attempt(check) == (
            "nothing much",
            LACK,
            "cannot be checked: No module named 'psutil'",
            INSTALL,
        )


def run_doctor(python: str, folder: Path = COURSE, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [python, "-B", "-m", "course.doctor"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_python_with_nothing_installed(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    folder = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin")
    process = run_doctor(str(folder / "python"), PYTHONPATH="")
    assert process.returncode == 1 and process.stderr == ""
    assert "No module named 'tensorflow'" in " ".join(process.stdout.split())
    assert "uv sync" in process.stdout and "python -m pip install -e ." in process.stdout
    assert "things are missing: course, " in process.stdout.splitlines()[-1]


def test_whole_program_with_a_tensorflow_that_breaks(tmp_path):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('broken file')")
    process = run_doctor(
        sys.executable,
        PYTHONPATH=str(tmp_path),
        KERAS_HOME=str(tmp_path / "José"),
        PYTHONIOENCODING="ascii",  # as a console that cannot show every letter
    )
    text = " ".join(process.stdout.split())
    assert process.returncode == 1 and process.stderr == ""
    assert "ImportError: broken file" in text and "uv sync --reinstall" in text
    assert "Jos\\xe9" in text
    assert "missing: TensorFlow, imports" in text
    assert f"{tmp_path / 'tensorflow.py'}: found before the real module" in text


@pytest.mark.parametrize("name", ["random", "shutil", "textwrap"])
def test_a_file_that_hides_a_module_of_python_does_not_stop_the_doctor(tmp_path, name):
    """It hides it from everything that PYTHONPATH reaches, and from notebooks beside it."""
    (tmp_path / f"{name}.py").write_text("")
    process = subprocess.run(
        [sys.executable, "-B", "-m", "course.doctor", str(tmp_path / "nowhere")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 2 and process.stderr == f"There is no folder {tmp_path / 'nowhere'}.\n"


def copy_modules(place: Path) -> None:
    """Copy the modules and the name of the course, as `pip install .` does."""
    for name in ("course", "utils"):
        shutil.copytree(COURSE / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    metadata = place / "deep_cnn_course-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: deep-cnn-course\nVersion: 0.1.0\n")
    (metadata / "RECORD").write_text("utils/__init__.py,,\ncourse/__init__.py,,\n")


@pytest.mark.parametrize("where", ["in the clone", "elsewhere"])
def test_a_course_installed_without_e_is_named_with_status_2(tmp_path, where):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    (site,) = (tmp_path / "bare").rglob("site-packages")
    copy_modules(site)
    folder = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin")
    place = COURSE if where == "in the clone" else tmp_path
    process = run_doctor(str(folder / "python"), place, PYTHONPATH="")
    assert process.returncode == 2 and process.stdout == ""
    assert f"installed without -e: its modules were copied to {site}" in process.stderr
    assert "uv sync" in process.stderr and "python -m pip install -e ." in process.stderr


def test_without_a_copy_there_is_something_to_examine(tmp_path):
    assert imports.copied_to(COURSE / "notebooks") is None
    assert doctor.nothing_to_examine(tmp_path) == ""
    assert doctor.nothing_to_examine(tmp_path / "nowhere") == f"There is no folder {tmp_path / 'nowhere'}."


def test_the_notebooks_are_those_of_the_current_folder_or_of_the_course(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctor.notebooks_folder(None) == COURSE / "notebooks"
    assert doctor.notebooks_folder(Path("mine")) == tmp_path / "mine"
    (tmp_path / "copy.ipynb").touch()
    assert doctor.notebooks_folder(None) == tmp_path


def test_standard_library_suffices_to_start():
    """The names that are imported outside of functions, by the doctor and by `utils` itself."""
    files = [COURSE / "utils" / f"{name}.py" for name in ("__init__", "quiet_tensorflow", "waiting")]
    doctors = sorted((COURSE / "course" / "doctor").glob("*.py"))
    assert len(doctors) > 5
    for path in [*files, *doctors]:
        for node in ast.parse(path.read_text(), feature_version=(3, 9)).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name == "utils" or name.startswith("course.doctor")
                assert own or name.split(".")[0] in sys.stdlib_module_names, (path, name)
