"""Small faults, each one change of one expression or statement, and where they may be planted."""

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOMS = ("utils", "laboratory", "course")
SWAPPED = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.And: "or",
    ast.Or: "and",
}


class Mutant(NamedTuple):
    """One fault: in `file`, the characters from `start` to `stop` become `text`."""

    file: str
    line: int
    function: str
    start: int
    stop: int
    text: str
    before: str

    def apply(self, source: str) -> str:
        """Return the source with the fault in it."""
        return source[: self.start] + self.text + source[self.stop :]


def draw(root: Path, seed: int, count: int) -> list[Mutant]:
    """Draw mutants: the rooms take turns, and a room's places are equally likely."""
    random_places = random.Random(seed)
    by_room = {room: list(_mutants_of(root, files)) for room, files in _rooms(root).items()}
    rooms = sorted(by_room)
    random_places.shuffle(rooms)
    turns = (rooms[turn % len(rooms)] for turn in range(count))
    return [random_places.choice(by_room[room]) for room in turns]


def _rooms(root: Path) -> dict[str, list[Path]]:
    rooms: dict[str, list[Path]] = {}
    for top in ROOMS:
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).parts
            rooms.setdefault("/".join(parts[: min(2, len(parts) - 1)]), []).append(path)
    return rooms


def _mutants_of(root: Path, files: list[Path]) -> Iterator[Mutant]:
    for path in files:
        source = path.read_text(encoding="utf-8")
        place = _Places(source)
        for function in ast.walk(ast.parse(source)):
            if isinstance(function, ast.FunctionDef):
                for node in _body(function):
                    for start, stop, text in place.faults(node):
                        file = path.relative_to(root).as_posix()
                        before = source[start:stop]
                        yield Mutant(file, node.lineno, function.name, start, stop, text, before)


def _body(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a function's statements, without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AnnAssign):
            if hasattr(node, "lineno"):
                yield node
            waiting.extend(ast.iter_child_nodes(node))


class _Places:
    """Where a node stands among the characters of a source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.splitlines(keepends=True)

    def faults(self, node: ast.AST) -> Iterator[tuple[int, int, str]]:
        """Yield each fault that can be planted in this node, without those inside it."""
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SWAPPED:
                yield self._between(left, right, SWAPPED[type(op)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SWAPPED:
                yield self._between(left, right, SWAPPED[type(op)])
            case ast.BoolOp(op=op, values=[left, right]):
                yield self._between(left, right, SWAPPED[type(op)])
            case ast.Constant(value=bool() as value):
                yield *self._span(node), str(not value)
            case ast.Constant(value=int() | float() as value):
                yield *self._span(node), str(value + 1)
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield *self._span(test), f"(not ({self._text(test)}))"
            case ast.Raise() | ast.Expr(value=ast.Call()):
                yield *self._span(node), "pass"

    def _between(self, left: ast.AST, right: ast.AST, text: str) -> tuple[int, int, str]:
        """Replace the operator between two operands, and keep the brackets around them."""
        start, stop = self._span(left)[1], self._span(right)[0]
        middle = self.source[start:stop]
        kept = len(middle) - len(middle.lstrip(") \n")), len(middle.rstrip("( \n"))
        return start + kept[0], start + kept[1], text

    def _text(self, node: ast.AST) -> str:
        start, stop = self._span(node)
        return self.source[start:stop]

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """Return the position of a column, which `ast` counts in bytes."""
        before = sum(map(len, self.lines[: line - 1]))
        return before + len(self.lines[line - 1].encode()[:column].decode())
