"""Every exercise of every chapter keeps its promises: what is true of all of them, a new one included.

A module utils/practice/chapter_NN.py is found by its name; nothing is to be added here for it.
"""

import contextlib
import importlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import utils.practice
from utils.practice import Conditions, Exercise, Function, Kind, Numbers, Practice
from utils.practice.session import WIDTH

import numpy as np
import pytest
from chapter_code import CHAPTERS, load, uses
from hypothesis import given, settings
from IPython.core.inputtransformer2 import TransformerManager
from test_practice_comparison import ANYTHING, NONSENSE

MODULES = sorted(path.stem for path in Path(utils.practice.__file__).parent.glob("chapter_*.py"))
PRACTICES = {module: importlib.import_module(f"utils.practice.{module}").practice for module in MODULES}
NAMES = [(module, name) for module, practice in PRACTICES.items() for name in practice.exercises]
SLIPS = [(module, name, slip) for module, name in NAMES for slip in PRACTICES[module].exercises[name].slips]


def exercise_of(module: str, name: str) -> Exercise:
    return PRACTICES[module].exercises[name]


def kind_of(named: tuple[str, str]) -> Kind:
    return exercise_of(*named).kind


def numbers_of(module: str, name: str) -> Numbers | None:
    """Return how the numbers of an answer are compared, or None if it is not made of numbers."""
    kind = kind_of((module, name))
    kind = kind.result if isinstance(kind, Function) else kind
    return kind if isinstance(kind, Numbers) else None


def printed(call: Callable[..., object], *arguments) -> str:
    """Return what a call prints."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert call(*arguments) is None, "a cell that ends with it shows no value"
    return output.getvalue()


@pytest.fixture(params=NAMES, ids=" ".join)
def named(request) -> tuple[str, str]:
    return request.param


@pytest.fixture
def exercise(named) -> Exercise:
    return exercise_of(*named)


def test_there_are_exercises():
    assert len(NAMES) >= 3
    assert all(isinstance(practice, Practice) for practice in PRACTICES.values())


def test_the_solution_is_right(exercise):
    assert exercise.judge(exercise.value(exercise.solution)) == ("right", f"Right. {exercise.shows}")


@pytest.mark.parametrize(("module", "name", "slip"), SLIPS)
def test_a_slip_is_told_its_sentence(module, name, slip):
    exercise = exercise_of(module, name)
    assert exercise.judge(exercise.value(exercise.with_slip(slip))) == ("wrong", f"Not yet. {slip}")


def test_the_untouched_cell_is_not_answered_yet(named):
    """It runs from top to bottom, and prints the same each time: nbval compares it."""
    module, name = named
    practice = PRACTICES[module]
    code = compile(f"{practice.exercises[name].given}\n{practice.cell(name)}", "cell", "exec")
    for _ in range(2):
        output = printed(exec, code, {"practice": practice})
        assert output == f'Not answered yet.\nFor a hint, run practice.hint("{name}").\n'


def test_no_nonsense_is_right_or_raises(named):
    module, name = named
    for answer in NONSENSE:
        status = PRACTICES[module].verdict(name, answer).status
        # One of them may meet the conditions of an exercise that has many right answers.
        if not isinstance(PRACTICES[module].exercises[name].kind, Conditions):
            assert status != "right", answer
        said = {"wrong": "Not yet. ", "open": "Not answered yet.", "right": "Right. "}[status]
        assert printed(PRACTICES[module].check, name, answer).startswith(said)


@settings(deadline=None, max_examples=25)
@given(ANYTHING)
def test_no_answer_at_all_raises(answer):
    for module, name in NAMES:
        assert PRACTICES[module].verdict(name, answer).status in ("wrong", "right")


def test_a_wrong_answer_does_not_give_the_right_one_away(exercise):
    """The reader's own number is repeated; the right one is not."""
    right = exercise.value(exercise.solution)
    if isinstance(exercise.kind, Numbers):
        sentence = exercise.judge(np.asarray(right) + 1000.5).sentence
        assert sentence.startswith(f"Not yet. Your `{exercise.answer}` ")
        assert sentence.endswith(".5, which is not right.")


@pytest.mark.parametrize(("module", "name"), [named for named in NAMES if numbers_of(*named)])
def test_every_single_number_counts(module, name):
    """An answer is wrong if one number of it, anywhere, is off by a percent of the largest."""
    exercise = exercise_of(module, name)
    right = exercise.value(exercise.solution)
    if isinstance(exercise.kind, Function):
        last = list(exercise.kind.inputs.values())[-1]
        wrong = [_spoiled(right, last, place) for place in range(np.size(right(*last)))]
    else:
        wrong = [_off_by_a_percent(right, place) for place in range(np.size(right))]
    assert wrong and all(exercise.judge(answer).status == "wrong" for answer in wrong)


def _off_by_a_percent(right, place: int) -> np.ndarray:
    answer = np.array(right, dtype=float)
    answer.flat[place] += 0.01 * max(1, np.abs(answer).max())
    return answer


def _spoiled(right, last, place: int):
    def function(*arguments):
        is_last = all(map(np.array_equal, arguments, last))
        return _off_by_a_percent(right(*arguments), place) if is_last else right(*arguments)

    return function


@pytest.mark.parametrize("kind", [kind for kind in map(kind_of, NAMES) if isinstance(kind, Function)])
def test_a_function_meets_awkward_inputs(kind):
    """What passes on a square of positive whole numbers need not be right."""
    given_arrays = [
        one for call in kind.inputs.values() for one in call if isinstance(one, np.ndarray) and one.ndim == 2
    ]
    if given_arrays:
        assert any(one.shape[0] > one.shape[1] for one in given_arrays)
        assert any(one.shape[0] < one.shape[1] for one in given_arrays)
        assert any((one < 0).any() for one in given_arrays)
        assert any((one % 1).any() for one in given_arrays), "a fraction, for code that cuts them off"


def test_the_words_are_short_sentences(exercise):
    for sentence in (exercise.question, exercise.shows, *exercise.slips):
        assert re.fullmatch(r"[A-Z].{10,180}[.]", sentence), sentence
    for hint in exercise.hints:
        assert re.fullmatch(r"[A-Z].{10,250}[.?]", hint), hint
    assert exercise.hints[0].endswith("?"), "the first hint asks a question"
    assert len(set(exercise.hints)) == len(exercise.hints)


def test_no_hint_is_the_solution(exercise):
    blank = exercise.blank or exercise.solution.partition("=")[2].strip()
    if blank.isdecimal():  # as a number of its own: the answer 3 is not in "-3"
        assert not any(re.search(rf"(?<![\w.-]){blank}(?![\w.])", hint) for hint in exercise.hints)
    else:
        assert not any(blank in hint for hint in exercise.hints)


def test_code_fits_the_page(named):
    module, name = named
    lines = f"{PRACTICES[module].cell(name)}\n{exercise_of(module, name).solution}".splitlines()
    assert max(map(len, lines)) <= WIDTH


def faults(code: list[str], module: str) -> list[str]:
    """Return what is wrong with the "Your turn" cells among the code cells of a chapter."""
    text = "\n".join(code)
    asked = re.findall(r'practice\.check\("([^"]+)"', text)
    strays = [cell for cell in code if "# Your turn" in cell and "practice.check(" not in cell]
    found = [f"a cell to fill without a check: {cell}" for cell in strays]
    if not asked and f"utils.practice.{module}" not in text:
        return found
    practice = PRACTICES[module]
    if asked != list(practice.exercises):
        found.append(f"asked are {asked}, in {module} are {list(practice.exercises)}")
    for name in set(asked) & set(practice.exercises):
        cell, answer = practice.cell(name), practice.exercises[name].answer
        if cell not in code:
            found.append(f'the cell of "{name}" is not practice.cell("{name}")')
        others = [TransformerManager().transform_cell(one) for one in code if f'check("{name}"' not in one]
        # Untouched, the name stands for `...`, and another cell that uses it comes to grief.
        if any(answer in names.read | names.set | names.changed for names in map(uses, others)):
            found.append(f"another cell uses {answer}, which the reader fills")
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_shows_the_cells_of_its_exercises(chapter):
    """A "Your turn" cell is what `practice.cell` returns; a chapter that has one has all of its module."""
    code = [cell["source"] for cell in load(chapter) if cell["cell_type"] == "code"]
    assert faults(code, f"chapter_{chapter.stem[:2]}") == []


def test_faults_of_a_chapter_are_found():
    module = "chapter_01"
    practice = PRACTICES[module]
    first, *rest = good = [practice.cell(name) for name in practice.exercises]
    name, answer = next(iter(practice.exercises)), next(iter(practice.exercises.values())).answer
    assert faults(["image = 3", *good], module) == faults(["image = 3"], module) == []
    assert faults(["# Your turn: think.\nx = ..."], module) == [
        "a cell to fill without a check: # Your turn: think.\nx = ..."
    ]
    for changed, words in [
        (rest, "asked are"),
        ([*rest, first], "asked are"),
        ([f"from utils.practice.{module} import practice"], "asked are"),
        ([f"{first} # now", *rest], f'the cell of "{name}" is not'),
        ([*good, f"print({answer})"], f"another cell uses {answer}"),
        ([f"{answer} = 3", *good], f"another cell uses {answer}"),
    ]:
        (fault,) = faults(changed, module)
        assert words in fault


def test_every_module_belongs_to_a_chapter():
    numbers = {f"chapter_{chapter.stem[:2]}" for chapter in CHAPTERS}
    assert set(MODULES) <= numbers


def test_they_need_numpy_alone():
    heavy = ["keras", "tensorflow", "matplotlib", "IPython", "scipy", "skimage"]
    code = f"import sys, {', '.join(f'utils.practice.{module}' for module in MODULES)}\n"
    code += f"print([name for name in {json.dumps(heavy)} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
