"""What a student could paste as an answer: functions, cells and values of the chapters, functions of utils.

Functions are taken from the text, so no chapter is run: only imports, definitions, and assignments that
compute with NumPy alone are executed. Exercises' solutions, folded away or in `utils.practice`, belong to
a chapter like its cells. Keras is imported only where it is asked for; without it, what needs Keras is
left out.
"""

import ast
import builtins
import contextlib
import functools
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import MagicMock

import utils

import pytest
from chapter_code import CHAPTERS, load, solutions, uses
from IPython.core.inputtransformer2 import TransformerManager

# Modules that draw, download, write, look at the clock, or are the checks themselves: they compute no answer.
SKIPPED = {"figures", "scenes", "practice", "files", "hardware", "quiet_tensorflow", "pretrained", "layers"}
SKIPPED |= {"cats_and_dogs", "cifar10", "cifar10_downloads", "cifar10_formats", "class_folders"}
SKIPPED |= {"folder_survey", "pictures", "on_shapes", "waiting"}
LEFT_OUT = (
    "utils.figures",
    "utils.scenes",
    "matplotlib",
    "ipywidgets",
    "tqdm",
    "IPython",
    "skimage",
    "optuna",
    "timeit",
)
KERAS = ("keras", "tensorflow")
NO_ANSWERS = ("None", "Model", "Path", "Figure", "Iterator", "str", "type", "Dataset", "Layer")
HARMLESS = {"np", "range", "len", "dict", "list", "tuple", "zip", "sorted", "min", "max", "sum", "abs"}


class Pasted(NamedTuple):
    """A function, or a cell as the body of one: where it stands, and how many arguments it takes."""

    origin: str
    function: Callable[..., Any]
    least: int
    most: int


class Cell(NamedTuple):
    """A cell whose variables may become the parameters: those without a value here, and the constants."""

    origin: str
    code: Any
    names: dict[str, Any]
    free: list[str]
    constants: list[str]
    results: list[str]

    def run(self, bound: dict[str, Any]) -> dict[str, Any]:
        """Execute the cell with some of its variables bound; return its results by name."""
        names = self.names | bound
        exec(self.code, names)
        return {name: names[name] for name in self.results if name in names}


class Material(NamedTuple):
    """All that a chapter offers to paste."""

    functions: list[Pasted]
    classes: list[tuple[str, type]]
    cells: list[Cell]
    values: list[tuple[str, Any]]


@functools.cache
def of_chapters(with_keras: bool) -> list[Material]:
    """Return what each chapter offers."""
    with keras_as(with_keras):
        return [_of_chapter(chapter) for chapter in CHAPTERS]


@functools.cache
def of_utils(with_keras: bool) -> list[Pasted]:
    """Return the public functions of utils that could compute an answer, by their annotations."""
    with keras_as(with_keras):
        return [_pasted(origin, function) for origin, function in _functions_of_utils().items()]


@contextlib.contextmanager
def keras_as(wanted: bool) -> Iterator[None]:
    """Let an import of Keras, or of a module that imports it, fail where it is not wanted."""
    with pytest.MonkeyPatch.context() as patch:
        for name in () if wanted else KERAS:
            patch.setitem(sys.modules, name, None)
        yield


def _functions_of_utils() -> dict[str, Callable[..., Any]]:
    found = {}
    for module in _modules():
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and name[0] != "_":
                annotation = str(inspect.signature(function).return_annotation)
                if not any(word in annotation for word in NO_ANSWERS):
                    found[f"{module.__name__}.{name}"] = function
    return found


def _modules() -> Iterator[Any]:
    for info in pkgutil.walk_packages(utils.__path__, "utils."):
        if not SKIPPED & set(info.name.split(".")):
            with contextlib.suppress(ImportError):
                yield importlib.import_module(info.name)


def _of_chapter(chapter: Path) -> Material:
    cells = [
        (f"{chapter.stem}, cell {place}", cell["source"])
        for place, cell in enumerate(load(chapter))
        if cell["cell_type"] == "code"
    ]
    worked = [(f"{chapter.stem}, solution {one.number}", one.whole) for one in solutions(chapter)]
    material, names = Material([], [], [], []), {"__name__": "chapter"}
    transform = TransformerManager().transform_cell
    cells = [(origin, transform(code)) for origin, code in cells]
    for origin, code in cells:
        _define(origin, code, names, material)
    for origin, code in [*worked, *_practiced(chapter)]:
        own = dict(names)
        _define(origin, transform(code), own, material)
        material.cells.extend(_cell(origin, transform(code), own))
    for origin, code in cells:
        material.cells.extend(_cell(origin, code, names))
    return material


def _practiced(chapter: Path) -> list[tuple[str, str]]:
    """Return the solutions of the cells that a reader fills."""
    try:
        module = importlib.import_module(f"utils.practice.chapter_{chapter.stem[:2]}")
    except ModuleNotFoundError:
        return []
    exercises = module.practice.exercises
    return [(f"{chapter.stem}, {name!r}", f"{one.given}\n{one.solution}") for name, one in exercises.items()]


def _define(origin: str, code: str, names: dict[str, Any], material: Material) -> None:
    """Execute imports, definitions and harmless assignments, and note what they offer."""
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            _import(statement, names)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef) or _is_harmless(statement, names):
            with contextlib.suppress(Exception):
                exec(compile(ast.Module([statement], []), origin, "exec"), names)
                _note(origin, statement, names, material)
        material.values.extend((origin, value) for value in _written_out(statement, names))


def _import(statement: ast.Import | ast.ImportFrom, names: dict[str, Any]) -> None:
    module = getattr(statement, "module", None) or statement.names[0].name
    names.update((alias.asname or alias.name.split(".")[0], MagicMock()) for alias in statement.names)
    if not module.startswith(LEFT_OUT):
        with contextlib.suppress(ImportError):
            exec(compile(ast.Module([statement], []), "import", "exec"), names)


def _is_harmless(statement: ast.stmt, names: dict[str, Any]) -> bool:
    """Say whether an assignment computes with NumPy, and from what is there, alone."""
    if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        return False
    for node in ast.walk(statement):
        is_read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        if is_read and node.id not in names and node.id not in vars(builtins):
            return False
        if isinstance(node, ast.Call) and _root(node.func) not in HARMLESS:
            return False
    return True


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _note(origin: str, statement: ast.stmt, names: dict[str, Any], material: Material) -> None:
    if isinstance(statement, ast.FunctionDef):
        material.functions.append(_pasted(f"{origin}: {statement.name}", names[statement.name]))
    elif isinstance(statement, ast.ClassDef):
        made = names[statement.name]
        material.classes.append((f"{origin}: {statement.name}", made))
        for name, method in vars(made).items():
            if inspect.isfunction(method) and not name.startswith("__"):
                alone = functools.partial(method, MagicMock())
                material.functions.append(_pasted(f"{origin}: {statement.name}.{name}", alone))
    else:
        targets = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        material.values.extend((origin, names[name]) for name in targets if name in names)


def _written_out(statement: ast.stmt, names: dict[str, Any]) -> Iterator[Any]:
    """Yield the value of each expression in which nothing but NumPy is named."""
    for node in ast.walk(statement):
        if isinstance(
            node, ast.Constant | ast.Tuple | ast.List | ast.Set | ast.Call | ast.BinOp | ast.UnaryOp
        ):
            named = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            if named <= {"np"} and not (isinstance(node, ast.Call) and _root(node.func) != "np"):
                with contextlib.suppress(Exception):
                    yield eval(compile(ast.Expression(node), "value", "eval"), {"np": names.get("np")})


def _pasted(origin: str, function: Callable[..., Any]) -> Pasted:
    parameters = inspect.signature(function).parameters.values()
    plain = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    least = sum(one.default is one.empty for one in plain)
    return Pasted(origin, function, max(least, 1), len(plain))


def _cell(origin: str, code: str, names: dict[str, Any]) -> Iterator[Cell]:
    """Yield the cell as the body of a function, if it has variables and a result."""
    tree = ast.parse(code)
    # Nobody would paste an assertion about the chapter's own numbers; imports are among the names.
    dropped = ast.Import | ast.ImportFrom | ast.Assert
    tree.body = [statement for statement in tree.body if not isinstance(statement, dropped)]
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("shown", ast.Store())], last.value), last)
    known = {name: value for name, value in names.items() if _is_tool(value)}
    # No record, no training, and not the machine: with bfloat16, what a cell does with odd arguments has
    # ended the process in which it was tried.
    left_out = [name for name in known if name.startswith("load_") or "train" in name or "fastest" in name]
    known |= {name: MagicMock() for name in left_out}
    try:
        used = uses(ast.unparse(ast.fix_missing_locations(tree)))
    except SyntaxError:
        return
    needed = sorted(used.read - set(known) - set(vars(builtins)))
    constants = [name for name in needed if name in names]
    free = [name for name in needed if name not in names]
    if needed and used.set:
        given = known | {name: names[name] for name in constants}
        yield Cell(origin, compile(tree, origin, "exec"), given, free, constants, sorted(used.set))


def _is_tool(value: Any) -> bool:
    return inspect.ismodule(value) or inspect.isclass(value) or callable(value)
