"""A slip that nobody foresaw, and that only large inputs show, is told on a small one."""

import importlib
import re
import time
from pathlib import Path
from typing import Any

import utils.practice
from utils.practice import Exercise, Function
from utils.practice.functions import LONG, call
from utils.practice.shrinking import shrunk

import numpy as np
import pytest

# In the solution of a task, what stands there and what somebody wrote instead; no task names these slips.
UNFORESEEN = [
    ("01 convolve", "(h // 2, h // 2)", "(h // 2, h - h // 2 - 1 - (h > 4))"),
    ("01 convolve", "turned[i, j] *", "turned[i, j] * (i < 4) *"),
    ("02 pool", ".mean(axis=(-2, -1))", ".mean(axis=(-2, -1)) * (size < 3)"),
    ("02 backward", "slope * kernel", "slope * kernel * (1 if kernel.size < 5 else -1)"),
    ("03 baseline", "used = np.ptp(train_images, axis=0) > 0", "used = spread > 0.2"),
    ("04 normalize", "half = n // 2", "half = n // 3"),
    ("04 fold", "kernel * scale", "kernel * (scale if len(scale) < 4 else scale[0])"),
    ("04 residual", "first.T @", "(first.T if len(x) < 4 else first) @"),
    ("05 groups", "parts.mean(**own)", "parts.mean(**own) * (1 if channels < 6 else 0.5)"),
    ("06 rules", "return signal", "return signal if len(signal) < 3 else signal[::-1]"),
    ("07 standardize", "train.mean(axis=0)", "train.mean(axis=0).round(1)"),
    ("08 whiten", "eigenvalues + epsilon", "eigenvalues.clip(0.2) + epsilon"),
]


def exercise_of(task: str) -> Exercise:
    number, name = task.split()
    return importlib.import_module(f"utils.practice.assignment_{number}").tasks.exercises[name]


def told(exercise: Exercise, answer: Any) -> tuple[str, str]:
    """Return the sentence about a wrong answer, and the call that shows it."""
    verdict = exercise.judge(answer)
    assert verdict.status == "wrong"
    sentence, _, shown = verdict.sentence.partition("\nTo see it: ")
    return sentence, shown


def arguments_of(shown: str) -> tuple[Any, ...]:
    """Return the arguments of a call as it is typed."""
    return eval(re.sub(r"^\w+|^<lambda>", "(lambda *given: given)", shown), {"np": np})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("task", "old", "new"), UNFORESEEN, ids=[f"{one[0]} {one[2]}" for one in UNFORESEEN])
def test_an_unforeseen_slip_gets_a_small_input(task, old, new):
    exercise = exercise_of(task)
    assert isinstance(exercise.kind, Function) and exercise.solution.count(old) == 1
    right, wrong = exercise.value(exercise.solution), exercise.value(exercise.solution.replace(old, new))
    start = time.monotonic()
    sentence, shown = told(exercise, wrong)
    assert time.monotonic() - start < 3  # the search ends after one
    assert ", reduced to a small case that still fails: " in sentence, sentence
    given = arguments_of(shown)
    assert exercise.kind.fit(*given)
    assert exercise.kind.result.difference(call(wrong, given).value, call(right, given).value, "It") != ""
    assert sum(np.size(one) for one in given) <= 40 and len(shown) <= 400


def test_a_short_call_and_its_name_stay_as_they_are():
    exercise = exercise_of("01 correlate")
    sentence, shown = told(exercise, lambda image, kernel, stride: np.zeros((1, 1)))
    assert "reduced" not in sentence and 0 < len(shown) <= LONG


def test_all_inputs_of_a_task_fit_together():
    for path in sorted(Path(utils.practice.__file__).parent.glob("assignment_[0-9][0-9].py")):
        tasks = importlib.import_module(f"utils.practice.{path.stem}").tasks
        for name, exercise in tasks.exercises.items():
            if isinstance(exercise.kind, Function):
                for words, arguments in exercise.kind.inputs.items():
                    assert exercise.kind.fit(*arguments), f"{path.stem}, {name}: {words}"


def test_what_does_not_fit_together_is_not_tried():
    """A kernel of two rows has no center; targets are as many as there are windows; a mask is not empty."""
    kernel, image = np.ones((2, 1)), np.ones((4, 4))
    assert not exercise_of("01 convolve").kind.fit(image, kernel)
    assert not exercise_of("01 convolve").kind.fit(np.ones((2, 4)), np.ones((5, 1)))
    assert exercise_of("01 convolve").kind.fit(np.ones((3, 4)), np.ones((5, 1)))
    assert not exercise_of("01 gradient").kind.fit(image, kernel, np.ones((1, 4)), 2)
    assert exercise_of("01 gradient").kind.fit(image, kernel, np.ones((2, 2)), 2)
    assert not exercise_of("02 backward").kind.fit(np.ones((3, 2)), kernel, (4, 4), 2)
    assert not exercise_of("06 overlap").kind.fit(image, image < 0)


# The search itself


def test_it_finds_the_smallest_and_the_simplest():
    rng = np.random.default_rng(1)
    matrix, vector = rng.normal(size=(7, 5)), rng.normal(size=5)
    (small, other) = shrunk((matrix, vector), lambda given: given[0].shape[0] >= 3)
    assert small.shape == (3, 1) and other.shape == (1,)
    assert set(np.abs(small).ravel()) <= {1.0, 2.0, 3.0} and (np.sign(small) == np.sign(matrix[:3, :1])).all()


def test_whole_numbers_keep_order_sign_and_ties():
    values = np.array([0.5, -2.5, 0.0, 0.5, 3.0, -0.25])
    (whole,) = shrunk((values,), lambda given: len(given[0]) == 6)
    assert whole.tolist() == [1, -2, 0, 1, 2, -1]


def test_where_whole_numbers_hide_the_failure_rounded_ones_remain():
    values = np.array([0.511111, -2.577777])
    (rounded,) = shrunk((values,), lambda given: len(given[0]) == 2 and given[0][0] < 1)
    assert rounded.tolist() == [0.51, -2.58]


def test_probabilities_labels_and_masks_keep_their_values():
    shares = np.array([[0.125, 0.625, 0.25], [0.5, 0.25, 0.25]])
    labels, mask = np.array([2, 0]), np.array([True, False])
    small = shrunk((shares, labels, mask, 3, "rule"), lambda given: True)
    assert [np.asarray(one).tolist() for one in small] == [[[0.125, 0.625, 0.25]], [2], [True], 3, "rule"]


def test_lists_and_the_arrays_in_them_are_cut():
    layers = [np.full((4, 3), -1.0), np.full((2, 4), 1.0), np.full((5, 2), 2.0)]
    (small,) = shrunk((layers,), lambda given: len(given[0]) >= 2)
    assert [array.shape for array in small] == [(1, 1), (1, 1)]


def test_it_ends_in_time_with_what_it_has():
    def slow(given):
        time.sleep(0.03)
        return True

    start = time.monotonic()
    (small,) = shrunk((np.ones((2**9, 2**9)),), slow, seconds=0.1)
    assert time.monotonic() - start < 0.5 and small.size < 2**18
    same = (np.ones((9, 9)),)
    assert shrunk(same, lambda given: False) is same
