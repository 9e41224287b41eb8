"""environment.yml, for conda: the packages of pyproject.toml, enough to run the course and to test it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
# Bounds from below say nothing to pip, which takes the newest version; these do.
BOUNDS_FROM_ABOVE = ("<", "<=", "==", "~=", "===", "!=")


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((COURSE / "environment.yml").read_text(encoding="utf-8"))


def pip_lines(conda: dict) -> list[str]:
    """Return the lines that conda writes into a file and hands to `pip install -r`."""
    return conda["dependencies"][-1]["pip"]


def bounded(lines: list[str]) -> dict[str, SpecifierSet]:
    """Return what a list of requirements forbids above, by package."""
    return {
        canonicalize_name(r.name): SpecifierSet(
            ",".join(str(s) for s in r.specifier if s.operator in BOUNDS_FROM_ABOVE)
        )
        for r in map(Requirement, lines)
    }


def differences(lines: list[str], groups: dict[str, list[str]]) -> list[str]:
    """Return the packages in which environment.yml and the groups differ, or which it names twice."""
    stated = bounded([line for group in groups.values() for line in group])
    listed = bounded(lines)
    wrong = [name for name in stated.keys() | listed.keys() if stated.get(name) != listed.get(name)]
    names = [canonicalize_name(Requirement(line).name) for line in lines]
    return sorted({*wrong, *(name for name in names if names.count(name) > 1)})


def test_conda_itself_brings_python_and_pip_alone(conda):
    assert conda["channels"] == ["conda-forge"]
    assert conda["name"] == "deep-cnn"
    *packages, pip = conda["dependencies"]
    assert [re.match(r"\w+", package).group() for package in packages] == ["python", "pip"]
    assert pip.keys() == {"pip"}


def test_conda_takes_the_same_pythons(conda):
    stated = conda["dependencies"][0].removeprefix("python")
    assert SpecifierSet(stated) == SpecifierSet(PROJECT["project"]["requires-python"])


def test_conda_names_the_course_and_what_its_groups_hold(conda):
    course, *lines = pip_lines(conda)
    assert course == "-e ."
    assert differences(lines, GROUPS) == []
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["pytest", "sphinx_theme<4"], []),
        (["pytest>=8", "sphinx-theme>=3,<4"], []),  # a bound from below is free
        (["sphinx-theme<4"], ["pytest"]),
        (["pytest", "sphinx-theme<4", "nose"], ["nose"]),
        (["pytest", "sphinx-theme"], ["sphinx-theme"]),
        (["pytest", "sphinx-theme<5"], ["sphinx-theme"]),
        (["pytest<9", "sphinx-theme<4"], ["pytest"]),
        (["pytest", "PyTest", "sphinx-theme<4"], ["pytest"]),
    ],
)
def test_a_difference_is_noticed(lines, expected):
    groups = {"test": ["pytest>=9"], "docs": ["sphinx-theme>=3.2,<4", "pytest>=9"]}
    assert differences(lines, groups) == expected


# An environment made of it, without the lock: a gigabyte from the network, and minutes


needs_install = pytest.mark.skipif(
    "COURSE_INSTALL" not in os.environ, reason="set COURSE_INSTALL=1 to install environment.yml's packages"
)


@pytest.fixture(scope="module")
def python(conda, tmp_path_factory) -> Iterator[Path]:
    """The Python of a new environment into which pip has installed what conda would let it install."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lines = folder / "requirements.txt"
    lines.write_text("\n".join(pip_lines(conda)), encoding="utf-8")
    # As conda does, from the folder of the file; not compiled, to save a minute.
    run(python, "-m", "pip", "install", "--quiet", "--no-compile", "-U", "-r", lines, "--exists-action=b")
    yield python
    shutil.rmtree(folder / "venv")  # 2 GB


def run(*command: Path | str) -> str:
    """Return what a command in the course's folder prints; fail with all of it if the command does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=COURSE, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_install
@pytest.mark.timeout(3000)
def test_pip_installs_what_the_course_needs(python):
    assert "No broken requirements" in run(python, "-m", "pip", "check")
    names = "utils, laboratory, course, tensorflow, nbval, xdist, pytest_timeout, pytest_benchmark, nbgrader"
    code = f"import {names}; print(utils.__file__, tensorflow.__version__)"
    assert run(python, "-c", code).startswith(str(COURSE / "utils"))


@needs_install
@pytest.mark.timeout(3000)
def test_pytest_works_there(python):
    # Two workers, nbval and the limits of time, as pyproject.toml asks for; one test file, one notebook.
    collect = [python, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    paths = ["tests/test_convolution_plane.py", "notebooks/01_convolution.ipynb"]
    listed = run(*collect, "--collect-only", "-n", "0", *paths)
    assert "test_convolution_plane.py" in listed and "01_convolution.ipynb::Cell 0" in listed
    assert " passed" in run(*collect, paths[0])
