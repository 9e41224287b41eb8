"""Every worked solution runs behind the chapter's own code, outside of this process."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from chapter_code import CHAPTERS, LONG, Solution, folded, program, prose, solutions

COURSE = Path(__file__).resolve().parents[1]
SOLUTIONS = [solution for chapter in CHAPTERS for solution in solutions(chapter)]
LIMIT = 1800  # seconds, for what hangs
# The shell of a notebook, so that its magics work; each program gets an empty one. Figures go nowhere.
RUN = """
import contextlib, io, json, sys
import matplotlib
matplotlib.use("agg")
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
answers = []
for program in json.load(sys.stdin):
    shell.reset(new_session=False)
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        success = shell.run_cell(program).success
    answers.append("" if success else written.getvalue()[-4000:])
print("ANSWERS" + json.dumps(answers))
"""


def run(*programs: str) -> list[str]:
    """Run programs one after the other, and return for each its error, or ""."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        cwd=COURSE / "notebooks",
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.rpartition("ANSWERS")[2])


@functools.cache
def run_chapter(chapter: Path) -> dict[int, str]:
    """Run the short solutions of a chapter in one process: TensorFlow takes its seconds once."""
    chosen = [solution for solution in solutions(chapter) if solution.short]
    answers = run(*(program(chapter, solution.short) for solution in chosen))
    return {solution.number: answer for solution, answer in zip(chosen, answers, strict=True)}


def name(solution: Solution) -> str:
    return f"{solution.chapter.stem}-{solution.number}"


def ask_for_data(request, solution: Solution) -> None:
    if "load_cifar10(" in solution.chapter.read_text(encoding="utf-8"):
        request.getfixturevalue("cifar10")


def test_every_chapter_has_solutions():
    assert [chapter.stem for chapter in CHAPTERS if not solutions(chapter)] == []


@pytest.mark.parametrize("solution", SOLUTIONS, ids=name)
def test_solution_has_code_that_checks_something(solution):
    assert solution.blocks, "write the solution as code: ```python"
    assert "assert" in solution.whole, "let the solution check its own claim"


@pytest.mark.parametrize("solution", [s for s in SOLUTIONS if s.short], ids=name)
def test_solution_runs(solution, request):
    ask_for_data(request, solution)
    assert run_chapter(solution.chapter)[solution.number] == ""


@pytest.mark.parametrize("solution", [s for s in SOLUTIONS if s.short != s.whole], ids=name)
def test_long_solution_runs(solution, request):
    if not os.environ.get("COURSE_RUN_LONG"):
        pytest.skip("runs for minutes: set COURSE_RUN_LONG=1")
    ask_for_data(request, solution)
    assert run(program(solution.chapter, solution.whole)) == [""]


# The tools of these tests


def test_a_wrong_solution_fails():
    programs = ["kept = 1", "assert 1 == 2, '1 is not 2'", "x =", "%timeit -o -q -n 1 -r 1 1 + 1", "kept"]
    fine, wrong, broken, magic, separate = run(*programs)
    assert fine == magic == ""
    assert "1 is not 2" in wrong and "SyntaxError" in broken
    assert "NameError" in separate, "no program sees what another one made"


def chapter_of(tmp_path: Path, *cells: str) -> Path:
    path = tmp_path / "00_example.ipynb"
    parts = [{"cell_type": "code", "source": [cell]} for cell in cells]
    path.write_text(json.dumps({"cells": parts}))
    return path


@pytest.mark.parametrize(
    ("solution", "needed"),
    [
        ("assert np.pi > 3", "0"),
        ("print(scale(2))", "013"),  # what a function uses is needed too
        ("print(total)", "0124"),  # set in one cell, changed in others
        ("factor = 3\nprint(factor)", ""),
        ("print(image)", "056"),  # cell 6 replaces what cell 5 changes, but reads it
        ("print([total for total in range(3)])", ""),  # a name of the comprehension alone
        ("other += 1", "7"),
        ("for total in range(3):\n    print(total)", ""),  # set by the loop
        ("for total in total:\n    print(total)", "0124"),  # but not before it began
        ("for index in [1]:\n    total = index\n    print(total)", ""),
        ("if factor:\n    total = 3\nprint(total)", "0124"),  # set, but perhaps not
        ("print(np.pi)", "0"),  # cell 8 only calls a function of a module
    ],
)
def test_a_solution_gets_the_cells_that_it_needs(tmp_path, solution, needed):
    cells = [
        "import numpy as np",
        "factor = np.e",
        "total = [factor]",
        "def scale(x):\n    return factor * x",
        "total.append(1)",
        "image = np.ones(3)\nimage[0] = 2",
        "image = image + 1",
        "other = 5",
        "np.testing.assert_equal(other, 5)",
    ]
    found = program(chapter_of(tmp_path, *cells), solution)
    # IPython ends each cell with a new line.
    expected = [cells[int(index)] + "\n" for index in needed]
    assert found == "\n\n".join([*expected, solution])


def test_long_blocks_are_told_by_their_comment():
    assert LONG.search("train(network)  # all of this runs for about a minute")
    assert LONG.search("# Runs for 3 minutes, then it runs for 3 minutes.")
    assert not LONG.search("print('the fox runs for a minute')")


def test_folded_text_is_found():
    text = "<details>\n<summary>Solution 1</summary>\n\none\n\n</details>\n\n"
    text += "<details><summary>Answer</summary>\ntwo\n</details>"
    assert folded(text, "Solution") == ["\n\none\n\n"]
    assert folded(text, "Answer") == ["\ntwo\n"]


def test_no_python_is_hidden_from_these_tests():
    """A block in another form of fence would never be run."""
    for chapter in CHAPTERS:
        num_blocks = sum(len(solution.blocks) for solution in solutions(chapter))
        assert prose(chapter).count("```python") == num_blocks, chapter.stem
