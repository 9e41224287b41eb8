"""What the code imports is declared in pyproject.toml: for chapters by default, for the rest in a group."""

import ast
import functools
import importlib.metadata
import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("utils", "laboratory", "course")
# By group, None for no group: packages that are imported though another brings them, and why that is meant.
BROUGHT_BY_OTHERS = {
    None: {
        "ipython": "the kernel of every notebook",
        "jinja2": "jupyterlab fills its pages with it",
        "jupyter-core": "jupyter-client finds Jupyter's folders with it",
        "jupyter-client": "jupyterlab cannot start a kernel without it",
        "nbclient": "jupyterlab runs notebooks with it",
        "nbconvert": "jupyterlab exports notebooks with it",
        "nbformat": "jupyterlab reads notebooks with it",
        "tornado": "jupyterlab's server is made of it",
        "traitlets": "all settings of Jupyter's programs are made of it",
    },
    "docs": {
        "docutils": "sphinx is made of it",
        "markupsafe": "jinja2 cannot mark text as HTML without it",
        "pygments": "sphinx colors code with it",
        "sphinx": "sphinx-book-theme is a theme for it",
    },
}
# What needs more than the default dependencies, by the beginning of its path, and the groups that hold it.
NEEDS_GROUPS = {
    "course/assignments/export.py": ("teach",),
    "course/assignments/with_nbgrader.py": ("teach",),
    "course/build/": ("docs",),
    "laboratory/grids/cluster.py": ("laboratory",),
    "notebooks/assignments/conftest.py": ("test",),
    "notebooks/assignments/nbgrader_config.py": ("teach",),
    "tests/": ("test", "docs", "teach", "laboratory"),
    "conftest.py": ("test",),
}
# The other side of a benchmark: it runs in an environment of its own, which the benchmark makes.
OWN_ENVIRONMENT = {"tests/benchmarks/speedrun_pytorch.py": {"torch"}}


def requirements(group: str | None = None) -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    return [Requirement(x) for x in (groups[group] if group else PROJECT["project"]["dependencies"])]


def names(*groups: str) -> set[str]:
    """Return the packages that the course requires, with those of some groups."""
    return {canonicalize_name(r.name) for group in (None, *groups) for r in requirements(group)}


def brought(*groups: str) -> set[str]:
    """Return the packages that may be imported though others bring them."""
    return {name for group in (None, *groups) for name in BROUGHT_BY_OTHERS.get(group, ())}


# What a text imports


def imported(source: str, package: str = "") -> set[str]:
    """Return the dotted names that a text imports anywhere, also inside functions.

    `from a import b` counts as a.b, for b may be a module; `package` is the dotted name of the folder
    that the text is in, for relative imports.
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = [*parents, node.module] if node.module else parents
            found |= {".".join([*base, alias.name]) for alias in node.names}
    return found


def source_of(path: Path) -> str:
    """Return the Python of a file; in a notebook, IPython's own syntax is turned into Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    code = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join(map(TransformerManager().transform_cell, code))


@functools.cache
def imports_of(path: Path) -> frozenset[str]:
    package = ".".join(path.relative_to(COURSE).parent.parts)
    return frozenset(imported(source_of(path), package))


def own_files(name: str) -> set[Path]:
    """Return the files of this repository that run when `name` is imported: packages above it, too."""
    parts = name.split(".")
    if parts[0] not in ROOMS:
        return set()
    heads = [COURSE.joinpath(*parts[: i + 1]) for i in range(len(parts))]
    candidates = [head.with_suffix(".py") for head in heads] + [head / "__init__.py" for head in heads]
    return {path for path in candidates if path.is_file()}


def reached(start: set[str]) -> set[str]:
    """Return `start`, and what is imported through utils, laboratory and course, to the end."""
    found, files, waiting = set(start), set(), set(start)
    while waiting:
        new = {path for name in waiting for path in own_files(name)} - files
        files |= new
        waiting = {name for path in new for name in imports_of(path)} - found
        found |= waiting
    return found


# What is declared


@functools.cache
def distributions() -> dict[str, set[str]]:
    """Return the packages that provide each name that can be imported here."""
    found = importlib.metadata.packages_distributions()
    return {name: {canonicalize_name(package) for package in found[name]} for name in found}


@functools.cache
def own_names() -> frozenset[str]:
    return frozenset({*ROOMS, *(path.stem for path in (COURSE / "tests").rglob("*.py"))})


def undeclared(imports: Iterable[str], *groups: str) -> set[str]:
    """Return the packages among `imports` that nothing declares, by default or in one of the groups.

    Python's own and those of this repository need no declaration.
    """
    packages = {name.partition(".")[0] for name in imports} - own_names() - sys.stdlib_module_names
    allowed = names(*groups) | brought(*groups)
    return {name for name in packages if not allowed & distributions().get(name, {name})}


def groups_of(path: str) -> tuple[str, ...]:
    """Return the groups that a file may need."""
    return next((groups for start, groups in NEEDS_GROUPS.items() if path.startswith(start)), ())


def files(*suffixes: str) -> list[str]:
    """Return the files of code, without what is built and what is run once."""
    built = {"release", "submitted", "autograded", "feedback", ".ipynb_checkpoints", "_build"}
    paths = [path for room in (*ROOMS, "notebooks", "tests") for path in (COURSE / room).rglob("*")]
    paths = [path for path in [*paths, COURSE / "conftest.py"] if path.suffix in suffixes]
    return sorted(path.relative_to(COURSE).as_posix() for path in paths if not built & set(path.parts))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os, numpy.linalg", set()),
        ("from PIL import Image\nimport skimage.io", set()),
        ("from IPython import get_ipython", set()),
        ("from utils.data import load_cifar10", set()),
        ("def late():\n    import sympy.core", {"sympy"}),
        ("import not_installed_anywhere", {"not_installed_anywhere"}),
        ("import anyio", {"anyio"}),  # installed, but only as jupyterlab's dependency
        ("import distributed", {"distributed"}),  # declared, but in a group
    ],
)
def test_undeclared_imports_are_found(source, expected):
    assert undeclared(imported(source)) == expected


def test_a_relative_import_is_this_repositorys():
    assert imported("from . import style\nfrom ..data import Dataset", "utils.figures") == {
        "utils.figures.style",
        "utils.data.Dataset",
    }


@pytest.mark.parametrize("path", files(".py", ".ipynb"))
def test_imports_are_declared(path):
    assert undeclared(imports_of(COURSE / path), *groups_of(path)) == OWN_ENVIRONMENT.get(path, set())


@pytest.mark.parametrize(
    "start", ["course/assignments/with_nbgrader.py", "course/build/", "laboratory/grids/cluster.py"]
)
def test_who_may_need_a_group_needs_it(start):
    needs = [undeclared(imports_of(COURSE / path)) for path in files(".py") if path.startswith(start)]
    assert any(needs)


def test_packages_brought_by_others_are_needed():
    imports = {name.partition(".")[0] for path in files(".py") for name in imports_of(COURSE / path)}
    used = set().union(*(distributions().get(name, set()) for name in imports))
    assert brought("docs") <= used
    assert not brought("docs") & names(*PROJECT["dependency-groups"])
    assert brought() <= installed_by_default()


def test_the_laboratorys_group_holds_what_it_alone_imports():
    conversion = ast.parse(source_of(COURSE / "laboratory" / "pretrained" / "conversion.py"))
    (read_for_its_files,) = (
        node.value.value
        for node in conversion.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PACKAGE"
    )
    assert names("laboratory") - names() == {"distributed", canonicalize_name(read_for_its_files)}


# What a chapter reaches


@pytest.mark.parametrize("path", files(".ipynb"))
def test_a_chapter_reaches_default_dependencies_only(path):
    start = imports_of(COURSE / path)
    assert undeclared(reached(start)) == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from laboratory.grids.cluster import run_grid_on_cluster", {"distributed"}),
        ("import laboratory.__main__", {"distributed"}),  # inside a function, two files on
        ("from utils.data import load_cifar10", set()),
        ("from course import build", set()),
        ("from course.build import drawn_formulas", {"sphinx"}),
    ],
)
def test_what_is_reached_through_others_is_found(source, expected):
    assert undeclared(reached(imported(source))) >= expected
    assert bool(undeclared(reached(imported(source)))) == bool(expected)


def installed_by_default() -> set[str]:
    """Return the installed packages that the default dependencies bring, at any distance."""
    found: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in requirements()]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *requirement.extras):
            key = (canonicalize_name(requirement.name), wanted)
            if key not in found and any(importlib.metadata.distributions(name=requirement.name)):
                found.add(key)
                lines = importlib.metadata.requires(requirement.name) or []
                waiting += [(Requirement(line), wanted) for line in lines]
    return {name for name, _ in found}
