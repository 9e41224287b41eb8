"""The kernel and what surrounds it, with each fault made for real where that is possible."""

import json
import subprocess
import sys
from pathlib import Path

from course.doctor import kernel, surroundings
from course.doctor.kernel import Answer
from course.doctor.results import COURSE, LACK, NOTE, OK, set_variable

import pytest
from doctor_cases import commands_for

FOLDER = COURSE / "notebooks"
FORGET = kernel.ask.cache_clear
PYTHON = {"prefix": sys.prefix, "executable": sys.executable, "optimize": 0, "hidden": [], "environment": {}}
MATPLOTLIB = {"file": "matplotlibrc", "backend": "module://matplotlib_inline.backend_inline", "changed": []}


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Give every test a home of its own and no TensorFlow, which takes seconds; forget the last kernel."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setattr(surroundings.software, "probe_tensorflow", lambda: subprocess.CompletedProcess([], 1))
    FORGET()
    yield
    FORGET()


@pytest.fixture
def inside(monkeypatch):
    """Return a function that says what a kernel finds, in place of a kernel."""

    def say(python=None, matplotlib=None, failure="", shows=True, error="", log="") -> None:
        found = {
            "python": PYTHON | (python or {}),
            "matplotlib": MATPLOTLIB | (matplotlib or {}),
            "errors": {},
        }
        answer = Answer({} if failure else found, failure, shows, error, log)
        monkeypatch.setattr(kernel, "ask", lambda folder, with_keras: answer)

    return say


def startup(tmp_path: Path, text: str) -> Path:
    """Write a file that IPython runs before every notebook."""
    file = tmp_path / "ipython" / "profile_default" / "startup" / "00_mine.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


# A kernel, started for real


def test_a_kernel_in_which_much_is_wrong(tmp_path, monkeypatch):
    """Each is named, and the figures of the course appear all the same."""
    file = startup(tmp_path, "import builtins\nfrom math import *\n")
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nimage.origin: lower\nfigure.dpi: 30\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path))
    for name, value in (("MPLBACKEND", "agg"), ("PYTHONOPTIMIZE", "1"), ("TF_ENABLE_ONEDNN_OPTS", "0")):
        monkeypatch.setenv(name, value)
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and result.fix == (set_variable("PYTHONOPTIMIZE", ""),)
    result = surroundings.check_startup(FOLDER)
    assert result.level == LACK and str(file) in result.found and "Python's own pow" in result.found
    result = surroundings.check_tensorflow_settings(FOLDER)
    assert result.level == LACK and "TF_ENABLE_ONEDNN_OPTS=0: without oneDNN" in result.found
    result = surroundings.check_figures(FOLDER)
    assert result.level == NOTE and result.found.startswith("appear below their cells")
    assert "MPLBACKEND=agg, figure.dpi, image.origin, text.usetex" in result.found
    assert str(tmp_path / "matplotlibrc") in result.found


def test_a_startup_file_that_ends_with_an_error(tmp_path):
    file = startup(tmp_path, "import not_installed_anywhere")
    result = surroundings.check_startup(FOLDER)
    assert result.level == LACK and f"{file}: one of them ends with an error" in result.found
    assert surroundings.check_kernel(FOLDER).level == OK


def test_a_startup_file_that_ends_the_kernel(tmp_path):
    file = startup(tmp_path, "import os; os._exit(3)")
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and "does not answer: RuntimeError: Kernel died" in result.found
    result = surroundings.check_startup(FOLDER)
    assert result.level == LACK and f"{file}: one may keep the kernel from answering" in result.found


def test_a_kernel_that_never_answers_is_given_up(tmp_path, monkeypatch):
    startup(tmp_path, "import time; time.sleep(600)")
    monkeypatch.setattr(kernel, "START_SECONDS", 3)
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and "Kernel didn't respond in 3 seconds" in result.found


def test_a_cell_that_never_ends_is_given_up(monkeypatch, tmp_path):
    startup(
        tmp_path, "get_ipython().events.register('pre_run_cell', lambda info: __import__('time').sleep(600))"
    )
    monkeypatch.setattr(kernel, "CELL_SECONDS", 3)
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and "TimeoutError" in result.found


def test_the_folder_for_kernels_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "file" / "runtime"))
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and str(tmp_path / "file") in result.found
    result = surroundings.check_home()
    assert result.level == LACK and str(tmp_path / "file" / "runtime") in result.found


# What a kernel says


@pytest.mark.parametrize(
    ("python", "level"), [("python", OK), (sys.executable, OK), ("/elsewhere/bin/python", LACK)]
)
def test_kernel_must_be_this_python(tmp_path, monkeypatch, inside, python, level):
    inside()
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": [python, "-m", "ipykernel_launcher"], "display_name": "x", "language": "y"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    result = surroundings.check_kernel(FOLDER)
    assert result.level == level
    if level == LACK:
        assert "/elsewhere/bin/python" in result.found and str(folder) in result.found
        assert "uv run python -m ipykernel install --sys-prefix" in commands_for(result)


def test_a_bare_name_that_leads_to_another_python(inside):
    inside(python={"prefix": "/elsewhere", "executable": "/elsewhere/bin/python"})
    result = surroundings.check_kernel(FOLDER)
    assert result.level == LACK and "run in another Python, /elsewhere/bin/python" in result.found


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({}, OK),
        ({"TF_CPP_MIN_LOG_LEVEL": "2"}, OK),
        ({"OMP_NUM_THREADS": ""}, OK),
        ({"OMP_NUM_THREADS": "1"}, NOTE),
        ({"XLA_FLAGS": "--xla", "TF_XLA_FLAGS": "x"}, NOTE),
        ({"TF_ENABLE_ONEDNN_OPTS": "1"}, NOTE),
        ({"TF_ENABLE_ONEDNN_OPTS": "0"}, LACK),
        ({"TF_ENABLE_ONEDNN_OPTS": "False"}, LACK),
    ],
    ids=str,
)
def test_variables_of_tensorflow(inside, environment, level):
    inside(python={"environment": environment})
    result = surroundings.check_tensorflow_settings(FOLDER)
    assert result.level == level
    if level != OK:
        assert result.fix == tuple(set_variable(name, "") for name in sorted(environment))


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        ({}, OK, "below their cells"),
        ({"matplotlib": {"backend": "agg"}, "shows": False}, LACK, "MPLBACKEND=agg"),
        ({"shows": False, "error": "ImportError: no PIL"}, LACK, "ImportError: no PIL"),
        ({"matplotlib": {"changed": [f"a.{n}" for n in range(9)]}}, NOTE, "a.5 and 3 more"),
        ({"failure": "it died"}, NOTE, "does not answer"),
    ],
    ids=["all right", "hidden", "broken", "many settings", "no kernel"],
)
def test_figures(inside, answer, level, words):
    inside(**answer)
    result = surroundings.check_figures(FOLDER)
    assert result.level == level and words in result.found


def test_startup_files_that_do_no_harm_are_named(inside, tmp_path, monkeypatch):
    inside()
    assert surroundings.check_startup(FOLDER).level == OK
    file, own = startup(tmp_path, ""), tmp_path / "own.py"
    own.touch()
    monkeypatch.setenv("PYTHONSTARTUP", str(own))
    result = surroundings.check_startup(FOLDER)
    assert result.level == NOTE and str(file) in result.found and str(own) in result.found


# Around it


def test_a_home_that_is_not_known(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    result = surroundings.check_home()
    assert result.level == LACK and "HOME is not set" in result.found and "HOME" in commands_for(result)


@pytest.mark.parametrize("variable", ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"])
def test_a_home_that_cannot_be_written(tmp_path, monkeypatch, variable):
    assert surroundings.check_home().level == OK
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(variable, str(tmp_path / "file"))
    result = surroundings.check_home()
    assert result.level == LACK and str(tmp_path / "file") in result.found


@pytest.mark.skipif(sys.platform == "win32", reason="a program has another form there")
@pytest.mark.parametrize(("where", "level"), [("here", OK), ("elsewhere", NOTE)])
def test_which_jupyter_the_shell_starts(tmp_path, monkeypatch, where, level):
    program = tmp_path / "jupyter"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str((tmp_path if where == "here" else COURSE) / "python"))
    result = surroundings.check_jupyter()
    assert result.level == level and str(program) in result.found


@pytest.mark.parametrize("name", surroundings.PIP_VARIABLES)
def test_settings_of_pip_that_stop_the_first_command(monkeypatch, name):
    for other in surroundings.PIP_VARIABLES:
        monkeypatch.delenv(other, raising=False)
    for value in ("", "0", "false", "No"):
        monkeypatch.setenv(name, value)
        assert surroundings.check_pip().level == OK
    monkeypatch.setenv(name, "1")
    result = surroundings.check_pip()
    assert result.level == NOTE and name in result.found and "--isolated" in result.found


def test_the_readme_says_what_to_do_about_such_settings():
    text = " ".join((COURSE / "README.md").read_text(encoding="utf-8").split())
    assert (
        "PIP_USER" in text
        and "PIP_REQUIRE_VIRTUALENV" in text
        and "python3 -m pip --isolated install" in text
    )
