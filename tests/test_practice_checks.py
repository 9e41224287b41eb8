"""What a check says to an answer, what it refuses, and the bounds of a grading kernel."""

import subprocess
import sys

from utils.practice import checks
from utils.practice.checks import expect_array, expect_equal, expect_statements, fingerprint_of
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


def test_statements_are_known_by_their_fingerprint_alone():
    fingerprint = fingerprint_of("task", "ac")
    for answer in ({"a", "c"}, ["C", "A"], "ca"):
        expect_statements(answer, "task", fingerprint)
    for answer in ({"a"}, {"a", "b", "c"}, set(), ["a", "a", "c"], ["ac"]):
        with pytest.raises(AssertionError):
            expect_statements(answer, "task", fingerprint)


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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_kernel_stays_within_its_memory():
    code = "import numpy as np; np.ones(2**30)"
    assert "MemoryError" in _run(f"{LIMIT}; limit_kernel(memory_bytes=2 * 2**30); {code}").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_kernel_that_cannot_be_interrupted_is_killed():
    code = f"{LIMIT}; limit_kernel(processor_seconds=1)\nwhile True:\n    pass"
    assert _run(code).returncode < 0


def test_a_kernel_that_prints_too_much_is_cut():
    done = _run(f"{LIMIT}; limit_kernel(output_characters=1000)\nwhile True:\n    print('x' * 99)")
    assert len(done.stdout) <= 1000 and "prints too much" in done.stderr


LIMIT = "from course.assignments.limits import limit_kernel"


def _run(code: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
