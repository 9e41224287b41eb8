"""Arrows run one way: who may import whom, no circle between rooms, and no private name of Keras."""

import ast
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from IPython.core.inputtransformer2 import TransformerManager

COURSE = Path(__file__).resolve().parents[1]
# Each may import those named here; beside them, itself and libraries. Tests may import everything.
ALLOWED = {
    "utils": set(),
    "laboratory": {"utils"},
    "course": {"utils"},
    "notebooks": {"laboratory", "utils"},
    # The configuration with which nbgrader runs a class lies where nbgrader looks for it.
    "notebooks/assignments/nbgrader_config.py": {"course"},
}
OURS = {"utils", "laboratory", "course", "docs", "notebooks", "tests"}
FRAMEWORKS = ("keras", "tensorflow", "tf")
# Attributes that belong to Keras or TensorFlow, whatever object they are asked of.
PRIVATE_ATTRIBUTES = {"_keras_history", "_functional", "_nodes_by_depth", "_inbound_nodes", "_outbound_nodes"}


class Import(NamedTuple):
    """One import: the module that is imported, and the line where it stands."""

    name: str
    line: int


def imports(source: str, package: str) -> Iterator[Import]:
    """Yield what a text imports anywhere; `from a import b` counts as a.b, for b may be a module.

    Args:
        source: Python.
        package: the dotted name of the folder that the text is in, for relative imports.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno)


def private_names(source: str) -> list[str]:
    """Return the private names of Keras and TensorFlow that a text uses, with their lines."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            name, is_ours = node.attr, not ast.unparse(node.value).split(".")[0].startswith(FRAMEWORKS)
            private = name.startswith("_") and not name.startswith("__")
            if name in PRIVATE_ATTRIBUTES or (private and not is_ours):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Constant) and node.value in PRIVATE_ATTRIBUTES:
            found.append(f"line {node.lineno}: {node.value!r}")
    for name, line in imports(source, ""):
        parts = name.split(".")
        if parts[0] in FRAMEWORKS and (
            any(p.startswith("_") for p in parts[1:]) or parts[1:2] in (["src"], ["python"])
        ):
            found.append(f"line {line}: {name}")
    return found


def code_of(path: Path) -> str:
    """Return the Python of a file or a notebook."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n\n".join(map(TransformerManager().transform_cell, sources))


def files() -> list[Path]:
    """Return every file of code outside the tests, without what is built."""
    found = [
        path
        for room in ("utils", "laboratory", "course", "notebooks")
        for path in (COURSE / room).rglob("*")
        if path.suffix in (".py", ".ipynb")
    ]
    built = {"release", "submitted", "autograded", "feedback", ".ipynb_checkpoints", "__pycache__"}
    return sorted(path for path in found if not built & set(path.parts))


def owner(path: Path) -> str:
    """Return the key of `ALLOWED` that a file falls under."""
    relative = path.relative_to(COURSE).as_posix()
    return relative if relative in ALLOWED else relative.partition("/")[0]


def forbidden(source: str, room: str, package: str = "") -> list[str]:
    """Return the imports of a text in `room` that no arrow allows."""
    allowed = ALLOWED[room] | {room}
    return [
        f"line {line}: {name}"
        for name, line in imports(source, package)
        if (top := name.partition(".")[0]) in OURS and top not in allowed
    ]


def rooms(package: str) -> dict[str, set[str]]:
    """Return, for each room of a package, the other rooms of it that it imports."""
    found: dict[str, set[str]] = {}
    for path in (COURSE / package).rglob("*.py"):
        parts = path.relative_to(COURSE).with_suffix("").parts
        room = parts[1]
        inside = ".".join(parts[:-1])
        for name, _ in imports(code_of(path), inside):
            other = name.split(".")
            if other[0] == package and len(other) > 1 and is_room(package, other[1]):
                found.setdefault(room, set()).add(other[1])
        found.setdefault(room, set()).discard(room)
    return found


def is_room(package: str, name: str) -> bool:
    return (COURSE / package / name).is_dir() or (COURSE / package / f"{name}.py").is_file()


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of rooms that reach one another."""
    reach = {room: set(targets) for room, targets in arrows.items()}
    for middle, start in itertools.product(list(reach), list(reach)):
        if middle in reach[start]:
            reach[start] |= reach[middle]
    return sorted({tuple(sorted(a for a in reach if a in reach[b] and b in reach[a])) for b in reach} - {()})


def test_arrows_run_one_way():
    found = {
        path.relative_to(COURSE).as_posix(): forbidden(
            code_of(path), owner(path), ".".join(path.relative_to(COURSE).parent.parts)
        )
        for path in files()
    }
    assert len(found) > 150
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_nothing_private_of_keras_is_used():
    found = {path.relative_to(COURSE).as_posix(): private_names(code_of(path)) for path in files()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("package", ["utils", "laboratory", "course"])
def test_no_circle_between_rooms(package):
    arrows = rooms(package)
    assert len(arrows) > 2
    assert circles(arrows) == []


# The test itself


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("utils", "from laboratory.grids import Grid"),
        ("utils", "def late():\n    import course.doctor"),
        ("utils", "from tests.browser import page"),
        ("laboratory", "from course import execute"),
        ("course", "import laboratory"),
        ("notebooks", "from course.doctor import main"),
        ("notebooks", "from tests import conftest"),
    ],
)
def test_a_planted_arrow_is_found(room, source):
    assert len(forbidden(source, room)) == 1


@pytest.mark.parametrize(
    "source",
    ["from utils.data import Dataset", "import numpy as np\nfrom keras import layers", "import utils"],
)
def test_an_allowed_arrow_is_not(source):
    assert [forbidden(source, room) for room in ("laboratory", "course", "notebooks")] == [[]] * 3


def test_a_relative_import_is_followed():
    assert list(imports("from ..data import Dataset", "utils.figures")) == [Import("utils.data.Dataset", 1)]
    assert list(imports("from . import style", "utils.figures")) == [Import("utils.figures.style", 1)]


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [("a", "b", "c")]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, [("a", "b"), ("c", "d")]),
    ],
)
def test_planted_circles_are_found(arrows, expected):
    assert circles(arrows) == expected


@pytest.mark.parametrize(
    "source",
    [
        "model._functional",
        "tensor._keras_history[0]",
        'getattr(model, "_nodes_by_depth")',
        "keras.layers.Layer._flatten_layers(x)",
        "from keras.src.models import Functional",
        "from tensorflow.python.framework import ops",
    ],
)
def test_a_planted_private_name_is_found(source):
    assert private_names(source)


def test_a_private_name_of_ours_is_not():
    assert private_names("self._model = keras.Model()\ncheckpoint._write(3)\nkeras.__version__") == []
