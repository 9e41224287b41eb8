"""Checks of what a notebook imports: the course's own modules, and no file that stands in front of others."""

import ast
import functools
import importlib.metadata
import importlib.util
import os
import pkgutil
import subprocess
import sys
import sysconfig
from importlib.machinery import FrozenImporter, PathFinder
from pathlib import Path

from course.doctor.results import COURSE, INSTALL, LACK, OK, Result, commands, set_variable

OURS = ("utils", "laboratory", "course")
DISTRIBUTION = "deep-cnn-course"


def check_installation(folder: Path) -> Result:
    """Say whether notebooks in `folder` import this copy of the course.

    Args:
        folder: of the notebooks.
    """
    path = search_path(folder)
    for name in OURS:
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return Result("course", LACK, f"notebooks find no module {name} here: not installed", INSTALL)
        if not spec.origin or not Path(spec.origin).resolve().is_relative_to(COURSE):
            return _foreign(name, spec.origin or "a folder without __init__.py")
    return Result("course", OK, f"notebooks use {COURSE}")


def _foreign(name: str, origin: str) -> Result:
    found = f"notebooks import {name} from {origin}, not from {COURSE}"
    owners = importlib.metadata.packages_distributions().get(name, [])
    if owners and Path(origin).is_relative_to(sysconfig.get_path("purelib")):
        remove = f"pip uninstall {owners[0]}"
        fix = commands([f"uv {remove}"], [f"python -m {remove}"])
        return Result("course", LACK, f"{found}; it comes with the package {owners[0]}", fix)
    return Result("course", LACK, f"{found}: rename or move that one, or install this one", INSTALL)


def copied_to(folder: Path) -> Path | None:
    """Return where `pip install .` has copied the modules that notebooks in `folder` import, or None.

    With `pip install -e .` there is no such copy.
    """
    if not (COURSE / "notebooks").is_dir():  # this doctor is of the copy itself
        return COURSE
    spec = PathFinder.find_spec("utils", search_path(folder))
    place = Path(sysconfig.get_path("purelib"))
    is_there = spec is not None and spec.origin == str(place / "utils" / "__init__.py")
    owners = importlib.metadata.packages_distributions() if is_there else {}
    return place if DISTRIBUTION in owners.get("utils", []) else None


def check_imports(folder: Path) -> Result:
    """Name the files that notebooks in `folder` import in the place of Python's or of installed packages'."""
    files = shadows(search_path(folder))
    if not files:
        return Result("imports", OK, "no file stands in front of a module")
    names = ", ".join(str(file) for file in files)
    found = f"{names}: found before the real module of this name. Rename or move it"
    listed = [Path(entry).resolve() for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if not any(file.resolve().is_relative_to(entry) for file in files for entry in listed):
        return Result("imports", LACK, found)
    return Result("imports", LACK, f"{found}, or clear PYTHONPATH", (set_variable("PYTHONPATH", ""),))


def shadows(path: list[str]) -> list[Path]:
    """Return the files in foreign folders that are imported in the place of other modules.

    Args:
        path: where Python looks, in this order.
    """
    installed = {module.name for module in pkgutil.iter_modules(_site_folders())}
    known = installed | set(sys.stdlib_module_names) | set(OURS)
    found = []
    for folder in filter(_is_foreign, path):
        for name in sorted({module.name for module in pkgutil.iter_modules([folder])} & known):
            if name in sys.builtin_module_names or FrozenImporter.find_spec(name):
                continue  # these come before every file
            spec = PathFinder.find_spec(name, path)
            if spec and spec.origin and Path(spec.origin).is_relative_to(folder):
                found.append(Path(spec.origin))
    return found


def _site_folders() -> list[str]:
    return [sysconfig.get_path(name) for name in ("purelib", "platlib")]


def _is_foreign(folder: str) -> bool:
    """Whether a folder belongs neither to Python, nor to its packages, nor to the course."""
    real = Path(folder).resolve()
    at_home = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *_site_folders()]
    parts = {"site-packages", "dist-packages", "lib-dynload"}
    return (
        not parts & set(real.parts)
        and real != COURSE
        and not any(real == Path(home).resolve() for home in at_home)
    )


@functools.cache
def search_path(folder: Path) -> list[str]:
    """Return where a notebook in `folder` looks for modules, in this order.

    A new Python is asked, as the doctor's own order is another one; it imports nothing that could be
    hidden. IPython adds the folder of the notebook between the standard library and the packages,
    unless PYTHONSAFEPATH forbids it.
    """
    command = [sys.executable, "-c", "import sys; print(sys.path)"]
    answer = subprocess.run(command, cwd=COURSE, capture_output=True, text=True, timeout=60, check=True)
    path = [entry for entry in ast.literal_eval(answer.stdout.splitlines()[-1]) if entry]
    if os.environ.get("PYTHONSAFEPATH"):
        return path
    places = [index for index, entry in enumerate(path) if entry.endswith(("site-packages", "dist-packages"))]
    path.insert(places[0] if places else len(path), str(folder))
    return path
