"""What a check says to an answer, what it refuses, and the bounds of an answer."""

import subprocess
import sys

from course.assignments.limits import LimitedText, OutputLimitExceeded
from utils.practice import checks
from utils.practice.checks import (
    expect_array,
    expect_equal,
    expect_result,
)
from utils.records import read_record

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

RIGHT = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("answer", [RIGHT, RIGHT.tolist(), RIGHT.astype("float32"), RIGHT + 1e-9])
def test_a_right_answer_passes_in_any_form(answer):
    expect_array(answer, RIGHT)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "is None: .* a function ended without `return`"),
        (RIGHT.T, "It is turned"),
        (RIGHT[:1], "The shape is \\(1, 2\\); it should be \\(2, 2\\)"),
        (RIGHT + np.diag([0, 1]), "at \\(1, 1\\) is 5; it should be 4"),
        (RIGHT * np.nan, "at \\(0, 0\\) is nan"),
        (RIGHT * 1j, "real numbers, not complex128"),
        (["one", "two"], "real numbers"),
        ([[1, 2], [3]], "all its rows have the same length"),
        (np.sum, "is a function. Call it"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(answer, words):
    with pytest.raises(AssertionError, match=words):
        expect_array(answer, RIGHT, {"It is turned.": RIGHT.T})


def doubled(numbers, factor):
    return numbers * factor


@pytest.mark.parametrize("function", [doubled, lambda numbers, factor: (factor * numbers).tolist()])
def test_a_function_that_returns_the_same_passes(function):
    expect_result(function, doubled, RIGHT, 2)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda numbers, factor: numbers.T * factor, "an array of shape (2, 3), 2: the shape is (3, 2)"),
        (lambda numbers, factor: numbers, "the result at (0, 1) is 1; it should be 2"),
        (lambda numbers, factor: None, "is None: either nothing was given"),
        (lambda numbers, factor: np.multiply(numbers, factor, out=numbers), "the function changes its input"),
        (lambda numbers, factor: numbers[9], "the function stops with IndexError"),
        (lambda numbers: numbers, "the function stops with TypeError"),
    ],
)
def test_a_function_that_returns_something_else_is_told_for_what(function, words):
    with pytest.raises(AssertionError) as raised:
        expect_result(function, doubled, np.arange(6.0).reshape(2, 3), 2)
    said = str(raised.value)
    assert said.startswith("Not for all inputs yet. For an array of shape (2, 3), 2: ") and words in said


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_numbers_that_differ_by_more_than_rounding_are_told_apart(first, second):
    if abs(first - second) > 1e-5 * max(1, second):
        with pytest.raises(AssertionError):
            expect_array(first, second)


def test_exact_answers():
    expect_equal([1, 2], (1, 2))
    expect_equal(np.int64(3), 3)
    for answer in (None, (1, 3), (1, 2, 3), 2.5):
        with pytest.raises(AssertionError):
            expect_equal(answer, (1, 2))
    with pytest.raises(AssertionError, match="Count from 1"):
        expect_equal(0, 1, {"Count from 1.": 0})


@pytest.mark.parametrize("name", ["expect_array", "expect_equal"])
def test_a_replaced_check_is_noticed(monkeypatch, name):
    checks.verify()
    monkeypatch.setattr(checks, name, lambda *arguments: None)
    with pytest.raises(AssertionError, match="changed the functions"):
        checks.verify()


def test_records_are_read_without_tensorflow():
    code = "import sys; from utils.records import read_record; "
    code += "print(len(read_record('lecture_cifar10')['history']['loss']), 'tensorflow' in sys.modules)"
    assert _run(code).stdout.split() == ["25", "False"]
    with pytest.raises(ValueError, match="lecture_cifar10"):
        read_record("no_such_run")


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_a_python_that_skips_assertions_cannot_check(option):
    done = _run("from utils.practice.checks import expect_equal", option)
    assert done.returncode == 1 and "Unset PYTHONOPTIMIZE, and restart." in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import numpy as np; np.ones(2**30)", "MemoryError"),
        ("open('large', 'wb').write(bytes(2**27))", "File too large"),
    ],
    ids=["memory", "file"],
)
def test_the_process_of_the_answers_stays_within_its_bounds(tmp_path, monkeypatch, code, words):
    monkeypatch.chdir(tmp_path)
    limit = "from course.assignments.limits import limit_process; limit_process(2 * 2**30)"
    assert words in _run(f"{limit}; {code}").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_process_that_cannot_be_interrupted_is_killed():
    code = "from course.assignments import limits; limits.PROCESSOR_SECONDS = 1; limits.limit_process(2**32)"
    assert _run(f"{code}\nwhile True:\n    pass").returncode < 0


def test_output_is_taken_up_to_a_limit():
    text = LimitedText(most=10)
    print("four", file=text)
    assert text.taken() == "four\n" and text.taken() == ""
    with pytest.raises(OutputLimitExceeded, match="prints too much"):
        print("too long", file=text)


def _run(code: str, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)
