"""Code of a chapter, and of the solutions folded away in its text; which cells a solution needs."""

import ast
import json
import re
import symtable
import tomllib
from pathlib import Path
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
# Chapters with times and a quiz of their own; they are to be written in the form of the others.
_OLD = tomllib.loads((NOTEBOOKS / "ruff.toml").read_text(encoding="utf-8"))["format"]["exclude"]
NEW, OLD = (
    [path for path in CHAPTERS if path.name not in _OLD],
    [path for path in CHAPTERS if path.name in _OLD],
)
# What a solution says of itself, to its reader, when it takes longer than a reader would wait.
LONG = re.compile(r"# .*\bruns for (?:about )?(?:a|half a|\d+) minutes?\b")


class Solution(NamedTuple):
    """A worked solution: its chapter, the number of its exercise, and its blocks of code."""

    chapter: Path
    number: int
    blocks: list[str]

    @property
    def short(self) -> str:
        """The blocks that run in seconds, as one program."""
        return "\n\n".join(block for block in self.blocks if not LONG.search(block))

    @property
    def whole(self) -> str:
        """All blocks, as one program."""
        return "\n\n".join(self.blocks)


def load(chapter: Path) -> list[dict]:
    """Return the cells of a chapter, each with its source as one string."""
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def prose(chapter: Path) -> str:
    """Return the text of a chapter without its code cells."""
    return "\n\n".join(cell["source"] for cell in load(chapter) if cell["cell_type"] == "markdown")


def folded(text: str, summary: str) -> list[str]:
    """Return what is folded away in a text under a line that starts with `summary`."""
    pattern = rf"(?ms)^<details>\s*<summary>{summary}[^<]*</summary>(.*?)^</details>"
    return re.findall(pattern, text)


def solutions(chapter: Path) -> list[Solution]:
    """Return the worked solutions of a chapter, in order."""
    parts = folded(prose(chapter), "Solution")
    blocks = [re.findall(r"(?ms)^```python\n(.*?)^```", part) for part in parts]
    return [Solution(chapter, number, found) for number, found in enumerate(blocks, 1)]


def program(chapter: Path, solution: str) -> str:
    """Return the chapter's code that a solution needs, and the solution behind it.

    Read backward, a cell is needed when it sets, or changes in place, a name that something behind
    it uses. So a solution that needs no trained network does not wait for its training.
    """
    transform = TransformerManager().transform_cell
    cells = [transform(cell["source"]) for cell in load(chapter) if cell["cell_type"] == "code"]
    imported = imported_names(cells)
    needed, chosen = uses(solution).read, [solution]
    for cell in reversed(cells):
        names = uses(cell)
        if needed & (names.set | names.changed - imported):
            needed = (needed - names.replaced) | names.read
            chosen.insert(0, cell)
    return "\n\n".join(chosen)


class Uses(NamedTuple):
    """Variables that a piece of code needs from before, sets, certainly sets, and changes in place."""

    read: set[str]
    set: set[str]
    replaced: set[str]
    changed: set[str]


def uses(code: str) -> Uses:
    """Return how a piece of code uses its variables; those inside functions are left out."""
    tree = ast.parse(code)
    found = uses_in_order(tree.body)
    found.changed.update(changed_in_place(tree))
    return found


def uses_in_order(statements: list[ast.stmt]) -> Uses:
    """Return how statements that follow each other use their variables: what one sets, the next has."""
    found = Uses(set(), set(), set(), set())
    for statement in statements:
        is_branch = isinstance(statement, ast.For | ast.While | ast.If)
        names = uses_of_branch(statement) if is_branch else uses_of_line(statement)
        found.read.update(names.read - found.replaced)
        found.set.update(names.set)
        found.replaced.update(names.replaced)
    return found


def uses_of_branch(statement: ast.For | ast.While | ast.If) -> Uses:
    """Return how a loop or a condition uses its variables."""
    is_loop = isinstance(statement, ast.For)
    head = uses_of_line(ast.Expr(statement.iter if is_loop else statement.test))
    target = uses_of_line(ast.Assign([statement.target], ast.Constant(0))).set if is_loop else set()
    first, other = uses_in_order(statement.body), uses_in_order(statement.orelse)
    # What is set in here is perhaps not set: the loop may be empty.
    return Uses(head.read | first.read - target | other.read, target | first.set | other.set, set(), set())


def uses_of_line(statement: ast.stmt) -> Uses:
    """Return how one statement, with all that may be inside, uses its variables."""
    table = symtable.symtable(ast.unparse(ast.fix_missing_locations(statement)), "cell", "exec")
    symbols = table.get_symbols()
    names = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    read = {symbol.get_name() for symbol in symbols if symbol.is_referenced()} | read_inside(table)
    if isinstance(statement, ast.AugAssign):
        read |= names
    return Uses(read, names, names, set())


def imported_names(cells: list[str]) -> set[str]:
    """Return the names that cells import: a call such as np.testing.assert_equal() changes none of them."""
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name.split(".")[0] for node in imports for alias in node.names}


def read_inside(table: symtable.SymbolTable) -> set[str]:
    """Return the names of the cell, or of Python, that its functions and comprehensions use."""
    found = set()
    for child in table.get_children():
        found |= {symbol.get_name() for symbol in child.get_symbols() if symbol.is_global()}
        found |= read_inside(child)
    return found


def changed_in_place(tree: ast.AST) -> set[str]:
    """Return the names whose value is changed: by an item, an attribute, or a call of a method."""
    found = set()
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        target = node if stored else node.value.func if called else None
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
            if isinstance(target, ast.Name):
                found.add(target.id)
    return found
