"""One list of dependencies, pyproject.toml: nothing else may say something else, or need more."""

import ast
import functools
import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text())
# Packages that are imported though another one brings them, and why that is meant.
BROUGHT_BY_OTHERS = {
    "ipython": "the kernel of every notebook",
    "jupyter-client": "jupyterlab cannot start a kernel without it",
    "nbclient": "jupyterlab runs notebooks with it",
    "nbformat": "jupyterlab reads notebooks with it",
}


def requirements(group: str | None = None) -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    return [Requirement(x) for x in (groups[group] if group else PROJECT["project"]["dependencies"])]


def names(group: str | None = None) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements(group)}


# environment.yml


@pytest.fixture
def conda() -> dict:
    return yaml.safe_load((COURSE / "environment.yml").read_text())


def test_conda_names_no_package_of_its_own(conda):
    assert conda["channels"] == ["conda-forge"]
    assert conda["name"] == "deep-cnn"
    *packages, pip = conda["dependencies"]
    assert [re.match(r"\w+", package).group() for package in packages] == ["python", "pip"]
    assert pip == {"pip": ["-e ."]}


def test_conda_takes_the_same_pythons(conda):
    stated = conda["dependencies"][0].removeprefix("python")
    assert SpecifierSet(stated) == SpecifierSet(PROJECT["project"]["requires-python"])


# Imports


def top_level_imports(source: str) -> set[str]:
    """Return the packages that a text imports anywhere, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


def notebook_source(path: Path) -> str:
    """Return the code of a notebook, with IPython's own syntax turned into Python."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(map(TransformerManager().transform_cell, code))


@functools.cache
def distributions() -> dict[str, set[str]]:
    """Return the packages that provide each name that can be imported here."""
    found = importlib.metadata.packages_distributions()
    return {name: {canonicalize_name(package) for package in found[name]} for name in found}


def undeclared(source: str, declared: set[str]) -> set[str]:
    """Return what a text imports that is neither declared, nor Python's, nor in this repository."""
    own = {"utils", "docs"} | {path.stem for path in (COURSE / "tests").rglob("*.py")}
    imports = top_level_imports(source) - own - sys.stdlib_module_names
    allowed = declared | BROUGHT_BY_OTHERS.keys()
    return {name for name in imports if not allowed & distributions().get(name, {name})}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os, numpy.linalg", set()),
        ("from PIL import Image\nimport skimage.io", set()),
        ("from IPython import get_ipython", set()),
        ("from . import neighbor\nfrom utils.data import load_cifar10", set()),
        ("def late():\n    import sympy.core", {"sympy"}),
        ("import not_installed_anywhere", {"not_installed_anywhere"}),
        ("import traitlets", {"traitlets"}),  # installed, but only as jupyterlab's dependency
    ],
)
def test_undeclared_imports_are_found(source, expected):
    assert undeclared(source, names()) == expected


def relative(folder: str, pattern: str) -> list[str]:
    paths = (COURSE / folder).rglob(pattern)
    return sorted(str(path.relative_to(COURSE)) for path in paths if ".ipynb_" not in str(path))


@pytest.mark.parametrize("path", relative("utils", "*.py"))
def test_imports_of_utils_are_declared(path):
    assert undeclared((COURSE / path).read_text(encoding="utf-8"), names()) == set()


# The other side of a benchmark: it runs in an environment of its own, which the benchmark makes.
OWN_ENVIRONMENT = {"tests/benchmarks/speedrun_pytorch.py": {"torch"}}


@pytest.mark.parametrize("path", relative("tests", "*.py"))
def test_imports_of_tests_are_declared(path):
    source = (COURSE / path).read_text(encoding="utf-8")
    declared = names() | names("test") | names("teach")
    assert undeclared(source, declared) == OWN_ENVIRONMENT.get(Path(path).as_posix(), set())


@pytest.mark.parametrize("path", relative("notebooks", "*.ipynb"))
def test_imports_of_notebooks_are_declared(path):
    assert undeclared(notebook_source(COURSE / path), names()) == set()


def test_packages_brought_by_others_are_needed():
    sources = [(COURSE / path).read_text(encoding="utf-8") for path in relative("utils", "*.py")]
    imports = set().union(*map(top_level_imports, sources))
    used = set().union(*(distributions().get(name, set()) for name in imports))
    assert BROUGHT_BY_OTHERS.keys() <= used
    assert not BROUGHT_BY_OTHERS.keys() & names()
