"""Submissions of the unlucky and the hostile: what each does to its notebook, and what it should earn.

Each answers all tasks rightly and then spoils the first one, so that it should lose that task alone.
"""

import copy
from collections.abc import Callable

import nbformat
from assignment_answers import grade_id

SPOILED_ANSWERS = {
    "endless-loop": "while True:\n    pass",
    "system-exit": "import sys\n\nsys.exit(0)",
    "memory-hog": "import numpy as np\n\nhoard = [np.ones(2**25) for _ in range(1000)]",
    "output-flood": "while True:\n    print('x' * 1000)",
    "reads-source": """
from pathlib import Path

found = [path for folder in Path.cwd().parents[:3] for path in folder.glob("source/*/*.ipynb")]
assert not found, found
""",
}


def spoil(notebook: nbformat.NotebookNode, code: str) -> nbformat.NotebookNode:
    """Put `code` in place of the first answer."""
    spoiled = copy.deepcopy(notebook)
    first = next(cell for cell in spoiled.cells if cell.metadata.nbgrader.solution)
    first.source = code.strip()
    return spoiled


def delete_first_task(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Delete the first answer and its check."""
    spoiled = copy.deepcopy(notebook)
    first = next(grade_id(cell) for cell in spoiled.cells if cell.metadata.nbgrader.solution)
    spoiled.cells = [cell for cell in spoiled.cells if grade_id(cell) not in (first, f"{first}-check")]
    return spoiled


def rewrite_checks(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take away the first answer, and let every check succeed."""
    spoiled = spoil(notebook, "answer = None")
    for cell in spoiled.cells:
        if cell.metadata.nbgrader.grade:
            cell.source = "print('passed')"
    return spoiled


def replace_checkers(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take away the first answer, and put a function that accepts everything behind every check.

    The last line puts the true functions back behind the first check: the attack is on that one alone.
    """
    attack = """
from utils.practice import checks

kept = checks.expect_array, checks.expect_equal
checks.expect_array = checks.expect_equal = lambda *arguments: None
correlate = lambda image, kernel: image
"""
    spoiled = spoil(notebook, attack)
    answers = [cell for cell in spoiled.cells if cell.metadata.nbgrader.solution]
    restore = "checks.expect_array, checks.expect_equal = kept\n"
    answers[1].source = restore + answers[1].source
    return spoiled


SPOILED_NOTEBOOKS: dict[str, Callable] = {
    "deleted-cells": delete_first_task,
    "rewritten-checks": rewrite_checks,
    "replaced-checkers": replace_checkers,
}
for _name, _code in SPOILED_ANSWERS.items():
    SPOILED_NOTEBOOKS[_name] = lambda notebook, code=_code: spoil(notebook, code)
