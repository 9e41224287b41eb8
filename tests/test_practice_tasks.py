"""Every task of every assignment keeps its promises: what is true of all of them, a new one included.

A module utils/practice/assignment_NN.py is found by its name; nothing is to be added here for it.
"""

import ast
import importlib
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import utils.practice
from utils.practice import Exercise, Function
from utils.practice.assignment_07_tuning import (
    CONV,
    HEAD,
    MOVING,
    NORM,
    expected_weights,
    tune_inputs,
)
from utils.practice.sheets import Sheet, Statements, letters_in, number_in
from utils.practice.tasks import NotYet, Tasks

import numpy as np
import pytest
from assignment_answers import SOURCES, grade_id, read
from assignment_answers import tasks as tasks_with_answers
from hypothesis import given, settings
from test_practice_comparison import ANYTHING, NONSENSE

# Wrong answers divide by zero, as students do.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

MODULES = sorted(path.stem for path in Path(utils.practice.__file__).parent.glob("assignment_[0-9][0-9].py"))
TASKS = {module: importlib.import_module(f"utils.practice.{module}").tasks for module in MODULES}
NAMES = [(module, name) for module, tasks in TASKS.items() for name in tasks.exercises]
SLIPS = [(module, name, slip) for module, name in NAMES for slip in TASKS[module].exercises[name].slips]
BY_MODULE = {f"assignment_{source.parent.name[:2]}": source for source in SOURCES}


def exercise_of(module: str, name: str) -> Any:
    return TASKS[module].exercises[name]


def of_kind(kind: type) -> list[tuple[str, str]]:
    return [named for named in NAMES if isinstance(exercise_of(*named).kind, kind)]


def said_of(module: str, name: str, answer: object) -> str:
    """Return what is said of a wrong answer."""
    verdict = exercise_of(module, name).judge(answer)
    assert verdict.status == "wrong", verdict
    return verdict.sentence.removeprefix("Not yet. ")


@pytest.fixture(params=NAMES, ids=" ".join)
def named(request) -> tuple[str, str]:
    return request.param


@pytest.fixture
def exercise(named) -> Exercise:
    return exercise_of(*named)


# Any task


def test_the_solution_is_right(exercise):
    assert exercise.judge(exercise.value(exercise.solution)) == ("right", f"Right. {exercise.shows}")


@pytest.mark.parametrize(("module", "name", "slip"), SLIPS)
def test_a_slip_is_told_its_sentence(module, name, slip):
    exercise = exercise_of(module, name)
    assert exercise.judge(exercise.value(exercise.with_slip(slip))) == ("wrong", f"Not yet. {slip}")


def test_no_nonsense_is_right_or_raises(exercise):
    for answer in NONSENSE:
        assert exercise.judge(answer).status != "right", answer


@settings(deadline=None, max_examples=25)
@given(ANYTHING)
def test_no_answer_at_all_raises(answer):
    for module, name in NAMES:
        assert TASKS[module].verdict(name, answer).status in ("open", "wrong", "right")


def test_it_has_three_hints(exercise):
    assert len(exercise.hints) == 3
    assert all(hint.strip().endswith((".", "?")) for hint in exercise.hints)


def test_hints_come_one_after_the_other_and_no_solution(capsys):
    tasks = Tasks(TASKS[MODULES[-1]].exercises)
    name, exercise = next(iter(tasks.exercises.items()))
    for number in (1, 2, 3, 3):
        tasks.hint(name)
        shown = " ".join(capsys.readouterr().out.split())
        assert shown == f"Hint {number} of 3. {' '.join(exercise.hints[number - 1].split())}"
    tasks.solution(name)
    assert exercise.solution.splitlines()[-1] not in capsys.readouterr().out
    tasks.hint("nothing")
    assert name in capsys.readouterr().out


def test_a_wrong_answer_stops_the_cell_with_its_sentence_alone(named):
    module, name = named
    with pytest.raises(NotYet, match="Not yet") as raised:
        TASKS[module].expect(name, None, points=1)
    assert raised.value._render_traceback_() == [str(raised.value)]
    assert f'tasks.hint("{name}")' in str(raised.value)


def test_a_right_answer_is_told_its_points(named, capsys):
    module, name = named
    exercise = exercise_of(module, name)
    TASKS[module].expect(name, exercise.value(exercise.solution), points=3)
    assert capsys.readouterr().out == f"Right, 3 points. {exercise.shows}\n"


# Functions


@pytest.mark.parametrize(("module", "name"), of_kind(Function))
def test_what_a_function_returns_is_answered_in_words(module, name):
    """None, text, another shape and an error: none of them is met by a bare number."""
    right = exercise_of(module, name).value(exercise_of(module, name).solution)

    def forgetful(*arguments):
        right(*arguments)

    assert "is None: either nothing was given" in said_of(module, name, forgetful)
    for wrong, words in [
        (lambda *arguments: "text", "For .*(text|array|arrays|tuple|number)"),
        (lambda *arguments: 1j, "For .*(should be|result)"),
        (lambda *arguments: np.full((1, 2, 3, 4, 5), 0.5), "For .*(shape|tuple|should be|array)"),
        (lambda *arguments: 1 / 0, "the function stops with ZeroDivisionError"),
        (lambda *arguments: right(), "the function stops with TypeError"),
    ]:
        assert re.search(words, said_of(module, name, wrong)), words


@pytest.mark.parametrize(("module", "name"), of_kind(Function))
def test_a_function_meets_small_and_uneven_inputs(module, name):
    inputs = list(exercise_of(module, name).kind.inputs.values())
    assert len(inputs) >= 3
    arrays = [
        one for arguments in inputs for one in arguments if isinstance(one, np.ndarray) and one.ndim > 1
    ]
    if len({array.shape for array in arrays}) > 1:
        assert any(len(set(array.shape)) > 1 for array in arrays), "a wrong axis would pass"


@pytest.mark.parametrize(("module", "name"), of_kind(Function))
def test_a_function_that_changes_its_input_is_told_so(module, name):
    right = exercise_of(module, name).value(exercise_of(module, name).solution)
    inputs = exercise_of(module, name).kind.inputs.values()
    if not any(isinstance(one, np.ndarray) for arguments in inputs for one in arguments):
        return

    def careless(*arguments):
        result = right(*arguments)
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument[...] = 1 - argument if argument.dtype != bool else ~argument
        return result

    assert "the function changes its input" in said_of(module, name, careless)


def test_the_call_that_fails_can_be_typed():
    """Lists of arrays and arrays of float32 too; functions cannot, so nothing is shown."""
    exercise = exercise_of("assignment_08", "rounding")
    call = exercise.judge(lambda numbers, random: numbers + 7).sentence.split("\nTo see it: ")[1]
    typed = eval(
        call.replace("<lambda>", "exercise.value(exercise.solution)"), {"np": np, "exercise": exercise}
    )
    assert typed.dtype == np.float32
    assert "To see it: <lambda>([np.array([[" in said_of(
        "assignment_06", "rules", lambda *given: np.array([7.5])
    )
    assert "To see it" not in said_of("assignment_06", "occlusion", lambda *given: np.zeros((1, 2)))


# Sheets and statements


@pytest.mark.parametrize(("module", "name"), of_kind(Sheet))
def test_each_wrong_number_is_told_what_it_is(module, name):
    exercise = exercise_of(module, name)
    right = exercise.value(exercise.solution)
    assert isinstance(right, tuple)
    for place, (variable, question) in enumerate(exercise.kind.questions.items()):
        tried = [(number, sentence) for sentence, number in question.slips.items()]
        assert len(tried) >= 3
        for number, sentence in [*tried, (1234.5, question.look)]:
            number = np.mean(number)  # of the two ends, where a range is meant
            answer = (*right[:place], number, *right[place + 1 :])
            said = said_of(module, name, answer)
            assert said.startswith(f"`{variable}`: ") and sentence in said, number
            assert f"`{variable}`" in said_of(module, name, (*right[:place], None, *right[place + 1 :]))


def test_numbers_may_be_spelled():
    same = ["843750", "843,750", "843 750", "843_750", " 843750.0 ", "8.4375e5", "8.4375 · 10^5", "8,4375e5"]
    assert [number_in(text) for text in same] == [843_750] * len(same)
    assert [number_in(text) for text in ("10^-5", "0.00001", "1e-5", "0,00001", "10**-5")] == [1e-5] * 5
    assert [number_in(text) for text in ("41.6 %", "41,6%", "−3")] == [41.6, 41.6, -3]
    assert [number_in(one) for one in ("", "many", None, True, [1, 2], 1j, ...)] == [None] * 7
    assert number_in(np.float32(0.5)) == number_in(np.array(0.5)) == 0.5


def test_percent_may_be_a_share_and_a_share_percent():
    exercise = exercise_of("assignment_04", "results")
    for first in (41.6, "41.6 %", 0.416, "0.416"):
        assert exercise.judge((first, 900, 0.4366)).status == "right"
    shares = exercise_of("assignment_04", "training")
    assert shares.judge((468_750, 1e-5, "0.0005 %", 240)).status == "right"
    assert shares.judge((468_750, 1e-5, 0.0005, 240)).status == "wrong"


def test_a_sheet_says_what_is_not_answered_and_how_many_more_are_wrong():
    assert exercise_of("assignment_04", "training").judge((...,) * 4).status == "open"
    assert "`last_rate` is not answered yet." in said_of(
        "assignment_04", "training", (468_750, ..., 5e-6, 227)
    )
    assert "(2 more of the 4 to correct.)" in said_of("assignment_04", "training", (9375, 1e-5, 1, 1))
    assert "updates, last_rate" in said_of("assignment_04", "training", (468_750, 1e-5))


@pytest.mark.parametrize(("module", "name"), of_kind(Statements))
def test_a_statement_is_said_to_be_missing_or_unsupported(module, name):
    kind, exercise = exercise_of(module, name).kind, exercise_of(module, name)
    right = set(kind.supported)
    assert right == exercise.value(exercise.solution) and not right & set(kind.unsupported)
    for letter, question in kind.supported.items():
        assert said_of(module, name, right - {letter}) == f"A supported statement is missing. {question}"
    for letter, reason in kind.unsupported.items():
        assert said_of(module, name, right | {letter}) == f"Statement {letter} is not supported. {reason}"
    for form in (list(right), "".join(right), ", ".join(right), {one.upper() for one in right}, tuple(right)):
        assert exercise.judge(form).status == "right", form
    for form in ("everything", {"a", "z"}, ["a", "a"], 7, [[]], [right]):
        assert "Give letters from a to" in said_of(module, name, form)


def test_letters_are_read_in_several_forms():
    assert (
        letters_in("a) c")
        == letters_in({"A", "c"})
        == letters_in("ac")
        == letters_in(("a)", " c "))
        == {"a", "c"}
    )


# Wrong answers that students gave, and that were once answered with two numbers or a wrong sentence

LRN = "maps[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]"
CASES = {
    ("04 normalize", "a window that wraps around"): (
        LRN,
        "np.pad(maps, ((half, half), (half, half), (0, 0)), mode='wrap')[row : row + n, column : column + n]",
        "wraps around",
    ),
    ("04 normalize", "no k"): ("(k + alpha", "(alpha", "constant k is missing"),
    ("05 early", "an equal loss"): ("loss < val", "loss <= val", "is no improvement"),
    ("05 early", "the epoch before"): (
        "val_losses[best] -",
        "val_losses[max(epoch - 1, 0)] -",
        "that of the epoch before",
    ),
    ("05 groups", "epsilon outside the root"): (
        "np.sqrt(parts.var(**own) + epsilon)",
        "(parts.std(**own) + epsilon)",
        "Epsilon stands under the root",
    ),
    ("06 overlap", "above the mean"): (
        "heat >= np.sort(heat.ravel())[-mask.sum()]",
        "heat > np.average(heat)",
        "All pixels above the mean",
    ),
    ("06 rules", "the mask"): ("(signal * passes)", "passes.astype(float)", "Pass on the signal itself"),
    ("07 head", "softmax over the pictures"): (
        "exponentials.sum(axis=1, keepdims=True)",
        "exponentials.sum(axis=0)",
        "The softmax goes over the pictures",
    ),
    ("07 standardize", "ddof=1"): ("train.std(axis=0)", "train.std(axis=0, ddof=1)", "one less (ddof=1)"),
    ("08 whiten", "filters as columns"): (" @ eigenvectors.T", "", "filters of the chapter, as columns"),
    ("08 whiten", "filters as rows"): (
        "eigenvectors / np.sqrt(eigenvalues + epsilon) @ eigenvectors.T",
        "(eigenvectors / np.sqrt(eigenvalues + epsilon)).T",
        "filters of the chapter, as rows",
    ),
}


@pytest.mark.parametrize(("task", "slip"), CASES)
def test_what_students_answered_is_told_what_it_is(task, slip):
    number, name = task.split()
    exercise, (old, new, words) = exercise_of(f"assignment_{number}", name), CASES[task, slip]
    assert exercise.solution.count(old) == 1
    assert words in said_of(f"assignment_{number}", name, exercise.value(exercise.solution.replace(old, new)))


# Two stages of fine-tuning


def changed(stage: int, places: tuple[int, ...], factor: float = 1.0, add: float = 0.1):
    """Return right weights, some of which have moved otherwise in a stage, and everything after it."""
    start = [one.astype(float) for one in tune_inputs().weights]
    first, second = expected_weights(*tune_inputs())
    stages = [start, first, second]
    for place in places:
        wrong = stages[stage - 1][place] + factor * (stages[stage][place] - stages[stage - 1][place]) + add
        later = stages[2][place] - stages[1][place]
        stages[stage][place] = wrong
        if stage == 1:
            stages[2][place] = wrong + later
    return stages[1], stages[2]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            changed(1, CONV),
            "In the first stage the kernel of the convolution has moved. Freeze the layer before",
        ),
        (changed(1, NORM), "In the first stage the gamma has moved. The normalization should be frozen"),
        (changed(2, NORM), "In the second stage the gamma has moved. The normalization should be frozen"),
        (changed(1, MOVING), "In the first stage the moving mean has moved. .* training mode"),
        (changed(2, MOVING), "In the second stage the moving mean has moved. .* training mode"),
        (changed(1, HEAD, 0, 0), "In the first stage nothing has learned"),
        (changed(2, CONV, 0, 0), "compile again after changing `trainable`"),
        (changed(2, CONV + HEAD, 0, 0), "Both lists are the same"),
        (changed(2, CONV + HEAD, 10, 0), "In the second stage the weights went 10 times as far"),
        (changed(1, HEAD, 0.5, 0), "In the first stage the weights went 0.5 times as far"),
        (changed(1, HEAD, -1, 0), "In the first stage the weights went -1 times as far"),
        (changed(1, HEAD), "went another way"),
        (changed(1, HEAD, 1, np.nan), "not finite"),
        ([expected_weights(*tune_inputs())[0][:6]] * 2, "eight arrays"),
        (expected_weights(*tune_inputs())[0], "Return a pair"),
        ([list("abcdefgh")] * 2, "eight arrays"),
        ([expected_weights(*tune_inputs())[0][::-1]] * 2, r"has the shape \(2,\)"),
    ],
)
def test_what_moved_is_told_in_words(answer, words):
    exercise = exercise_of("assignment_07", "tune")
    assert re.search(words, said_of("assignment_07", "tune", lambda *given: answer))
    assert exercise.judge(expected_weights).status == "right"


def test_fine_tuning_is_called_once_for_an_answer():
    calls = []

    def fine_tune(*given):
        calls.append(given)
        raise NotImplementedError

    assert exercise_of("assignment_07", "tune").judge(fine_tune).status == "open"
    assert len(calls) == 1
    assert "stops with ValueError: no" in said_of(
        "assignment_07", "tune", lambda *given: (_ for _ in ()).throw(ValueError("no"))
    )

    def careless(weights, *others):
        weights[0] += 1
        return expected_weights(weights, *others)

    assert "changes the arrays" in said_of("assignment_07", "tune", careless)


def test_the_gradients_are_slopes():
    weights, images, labels, _ = tune_inputs()
    weights = [one.astype(float) for one in weights]

    def loss(changed: list[np.ndarray]) -> float:
        kernel, bias, gamma, beta, mean, variance, head, head_bias = changed
        windows = np.lib.stride_tricks.sliding_window_view(images.astype(float), (3, 3), axis=(1, 2))
        maps = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias
        maps = (maps - mean) / np.sqrt(variance + 0.001) * gamma + beta
        scores = maps.clip(min=0).mean(axis=(1, 2)) @ head + head_bias
        return float((np.logaddexp.reduce(scores, axis=1) - scores[range(len(labels)), labels]).mean())

    first, second = expected_weights(weights, images, labels, 0.5)
    for before, after, rate, places in [(weights, first, 0.5, HEAD), (first, second, 0.05, CONV + HEAD)]:
        for place in range(8):
            if place not in places:
                assert np.array_equal(before[place], after[place])
                continue
            change = 1e-6 * np.ones(before[place].shape)
            up, down = (
                [*before[:place], before[place] + sign * change, *before[place + 1 :]] for sign in (1, -1)
            )
            slope = (loss(up) - loss(down)) / 2
            assert np.isclose(
                ((before[place] - after[place]) * change).sum() / rate, slope, rtol=1e-3, atol=1e-12
            )


# The notebooks


def code_of(source: str) -> str:
    """Return code without docstrings and imports."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
            node.body = [inner for inner in node.body if not isinstance(inner, ast.ImportFrom)]
    return ast.unparse(tree)


@pytest.mark.parametrize("module", MODULES)
def test_the_notebook_has_the_same_tasks_solutions_and_points(module):
    source = BY_MODULE[module]
    cells = {grade_id(cell): cell for cell in read(source).cells}
    found = tasks_with_answers(source)
    assert [task.name for task in found] == list(TASKS[module].exercises)
    for task in found:
        exercise, check = exercise_of(module, task.name), cells[f"{task.name}-check"].source
        shown = check.partition("### BEGIN HIDDEN TESTS")[0]
        assert re.findall(r"points=(\d+)", shown) == [str(task.points)]
        assert f'tasks.expect(\n    "{task.name}"' in shown or f'tasks.expect("{task.name}"' in shown
        if isinstance(exercise.kind, Function):
            assert code_of(task.solution) == code_of(exercise.solution), task.name


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_given_away_above_the_answer(module):
    """The part of a check that students see holds a call, and neither an expected value nor a hint."""
    for cell in read(BY_MODULE[module]).cells:
        if grade_id(cell).endswith("-check"):
            shown = SimpleNamespace(
                lines=cell.source.partition("### BEGIN HIDDEN TESTS")[0].strip().splitlines()
            )
            numbers = set(re.findall(r"(?<![\w.])\d+(?![\w.])", "\n".join(shown.lines)))
            points = str(cell.metadata.nbgrader.points)
            assert len(shown.lines) <= 8 and numbers <= {points}, grade_id(cell)


def test_the_sources_are_notebooks_without_outputs():
    for source in BY_MODULE.values():
        cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)
