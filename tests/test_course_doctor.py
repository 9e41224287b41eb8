"""The report: what it says, how it ends, and that nothing stops it."""

import ast
import os
import subprocess
import sys

from course import doctor
from course.doctor.results import COURSE, INSTALL, LACK, NOTE, OK, Result

import pytest

READY = Result("Python", OK, "3.11.7")
SUGGESTED = Result("npm", NOTE, "not installed", ("apt install npm",))
BROKEN = Result("numpy", LACK, "1.26.4", INSTALL)
MISSING = Result("a longer name", LACK, "not installed", INSTALL)


def run_main(monkeypatch, found: list[Result]) -> int:
    monkeypatch.setattr(doctor, "examine", lambda: found)
    return doctor.main()


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

    result = doctor.attempt(check_nothing_much)
    assert result == (
        "nothing much",
        LACK,
        "cannot be checked: No module named 'psutil'",
        INSTALL,
    )


def run_doctor(python: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [python, "-B", "-m", "course.doctor"],
        cwd=COURSE,
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
    assert "missing: " in text and text.endswith("TensorFlow.")


def test_standard_library_suffices_to_start():
    """The names that are imported outside of functions, by the doctor and by `utils` itself."""
    files = [COURSE / "utils" / "__init__.py", COURSE / "utils" / "quiet_tensorflow.py"]
    for path in [*files, *(COURSE / "utils" / "doctor").glob("*.py")]:
        for node in ast.parse(path.read_text(), feature_version=(3, 9)).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name == "utils" or name.startswith("course.doctor")
                assert own or name.split(".")[0] in sys.stdlib_module_names, (path, name)
