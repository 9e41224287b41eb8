"""Say which "Your turn" cells of the chapters a learner has answered, from the notebooks as saved."""

import ast
import importlib
import json
import re
from pathlib import Path
from typing import NamedTuple

from course.assignments.grading import CELL_SECONDS, TOTAL_SECONDS, run_apart
from course.assignments.limits import MEMORY_BYTES
from course.assignments.progress import OPEN, words_for
from course.assignments.release import SOURCE_FOLDER
from course.assignments.submission import read
from utils.practice import Practice

CHAPTERS = SOURCE_FOLDER.parents[1]
CHECK = re.compile(r'(?m)^practice\.check\("([^"]+)", (.+)\)\n?')


class Turn(NamedTuple):
    """A "Your turn" cell: its exercise, the code of the answer, and the expression that is checked."""

    exercise: str
    code: str
    answer: str


def progress_lines(folder: Path = CHAPTERS) -> list[str]:
    """Return a line for each cell to fill of every chapter that has been begun, by number.

    Args:
        folder: that holds the chapters. A chapter whose cells are as they came is not run.
    """
    return [line for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")) for line in _lines_of(path)]


def _lines_of(path: Path) -> list[str]:
    number = path.name[:2]
    try:
        practice: Practice = importlib.import_module(f"utils.practice.chapter_{number}").practice
    except ModuleNotFoundError:
        return []
    turns = _turns(path)
    untouched = {name: _without_check(practice.cell(name)) for name in practice.exercises}
    begun = [turn for turn in turns if turn.code.strip() != untouched.get(turn.exercise, "").strip()]
    if not begun:
        return []
    said = dict.fromkeys((turn.exercise for turn in turns), OPEN) | _judged(number, practice, begun)
    longest = max(map(len, said))
    right = sum(words == "Right." for words in said.values())
    lines = [
        f"  {place}  {name:{longest}}  {words}" for place, (name, words) in enumerate(said.items(), start=1)
    ]
    return [f"chapter {path.stem}: {right} of {len(said)} right", *lines]


def _turns(path: Path) -> list[Turn]:
    found = []
    for cell in read(path).cells:
        if cell.cell_type == "code" and (match := CHECK.search(cell.source)):
            found.append(Turn(match[1], _without_check(cell.source), match[2]))
    return found


def _without_check(source: str) -> str:
    return CHECK.sub("", source)


def _judged(number: str, practice: Practice, turns: list[Turn]) -> dict[str, str]:
    """Run the answers in one process and judge them in another; return what is said of each."""
    cells = []
    for turn in turns:
        names = sorted({node.id for node in ast.walk(ast.parse(turn.answer)) if isinstance(node, ast.Name)})
        # A cell that stops halfway must not be judged by what an earlier one called the same.
        forget = f"for name in {names}:\n    globals().pop(name, None)"
        given = practice.exercises[turn.exercise].given if turn.exercise in practice.exercises else ""
        answer = f"{forget}\n{given}\n{turn.code}"
        check = f"""\
from utils.practice.chapter_{number} import practice
from utils.practice.tasks import NotYet
verdict = practice.verdict({turn.exercise!r}, {turn.answer})
if verdict.status != "right":
    raise NotYet(verdict.sentence)"""
        cells += [
            {"role": "answer", "source": answer, "shown": answer},
            {"role": "check", "source": check, "shown": check},
        ]
    asked = {"cells": cells, "cell_seconds": CELL_SECONDS, "total_seconds": TOTAL_SECONDS}
    results = json.loads(run_apart(json.dumps(asked | {"memory_bytes": MEMORY_BYTES}), TOTAL_SECONDS))
    errors = [result["error"] for result in results[1::2]]
    return {
        turn.exercise: words_for(error) if error else "Right."
        for turn, error in zip(turns, errors, strict=True)
    }
