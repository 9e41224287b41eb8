"""Files that stand in front of the course's modules, of Python's, and of installed packages'."""

import shutil
import subprocess
import sys
from pathlib import Path

from course.doctor import imports
from course.doctor.results import COURSE, INSTALL, LACK, OK, set_variable

import pytest
from doctor_cases import commands_for


@pytest.fixture(autouse=True)
def new_path():
    """Forget where the last test looked for modules."""
    imports.search_path.cache_clear()
    yield
    imports.search_path.cache_clear()


def module(folder: Path, name: str, form: str) -> Path:
    """Make a module of the reader's in one of its forms, and return its file."""
    file = folder / (f"{name}.py" if form == "file" else f"{name}/__init__.py")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    return file


def test_the_course_itself_is_in_order():
    folder = COURSE / "notebooks"
    assert imports.check_imports(folder).level == OK
    assert imports.check_installation(folder).level == OK


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize("name", ["utils", "laboratory", "course", "numpy", "keras", "matplotlib", "IPython"])
def test_modules_beside_a_copied_chapter_are_named(tmp_path, name, form):
    file = module(tmp_path, name, form)
    result = imports.check_imports(tmp_path)
    assert result.level == LACK and str(file) in result.found and result.fix == ()
    if name in imports.OURS:
        assert str(file) in imports.check_installation(tmp_path).found


@pytest.mark.parametrize("name", ["utils", "numpy", "random", "statistics", "tokenize"])
def test_modules_on_the_path_are_named_with_what_to_type(tmp_path, monkeypatch, name):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "own"))
    file = module(tmp_path / "own", name, "file")
    result = imports.check_imports(COURSE / "notebooks")
    assert result.level == LACK and str(file) in result.found
    assert result.fix == (set_variable("PYTHONPATH", ""),)


@pytest.mark.parametrize("name", ["random", "time", "os", "my_own_module"])
def test_modules_that_hide_nothing_are_left_in_peace(tmp_path, name):
    """IPython looks beside a notebook only after the standard library."""
    module(tmp_path, name, "file")
    assert imports.check_imports(tmp_path).level == OK


def test_a_folder_without_code_hides_nothing(tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "utils").mkdir()
    assert imports.check_imports(tmp_path).level == imports.check_installation(tmp_path).level == OK


def test_another_copy_of_the_course_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    shutil.copytree(COURSE / "utils" / "scenes", tmp_path / "utils" / "scenes")
    file = module(tmp_path, "utils", "folder")
    result = imports.check_installation(COURSE / "notebooks")
    assert result.level == LACK and f"import utils from {file}, not from {COURSE}" in result.found
    assert "uv sync" in commands_for(result)


def test_a_course_that_is_not_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "search_path", lambda folder: [str(tmp_path)])
    result = imports.check_installation(tmp_path)
    assert result.level == LACK and "no module utils" in result.found and result.fix == INSTALL


def test_a_package_that_brings_a_module_of_this_name(monkeypatch, tmp_path):
    file = module(tmp_path, "utils", "folder")
    monkeypatch.setattr(imports, "search_path", lambda folder: [str(tmp_path)])
    monkeypatch.setattr(imports.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(
        imports.importlib.metadata, "packages_distributions", lambda: {"utils": ["some-package"]}
    )
    result = imports.check_installation(tmp_path)
    assert str(file) in result.found and "comes with the package some-package" in result.found
    assert "uv pip uninstall some-package" in commands_for(result)


@pytest.mark.parametrize("safe", ["", "1"], ids=["with the folder", "PYTHONSAFEPATH"])
def test_the_path_is_that_of_a_notebook(tmp_path, monkeypatch, safe):
    """IPython says in which order it looks; '' is the folder of the notebook."""
    monkeypatch.setenv("PYTHONSAFEPATH", safe)
    show = "import sys; print(*sys.path, sep='\\n')"
    start = "import sys, IPython; sys.path[:] = filter(None, sys.path); IPython.start_ipython(sys.argv[1:])"
    process = subprocess.run(
        [sys.executable, "-c", start, "--quick", "-c", show],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [entry or str(tmp_path) for entry in process.stdout.removesuffix("\n").split("\n")]
    assert imports.search_path(tmp_path) == expected
