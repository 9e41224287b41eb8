"""What a reader types: check, hint and solution, in any order and under any name."""

import contextlib
import io

from utils.practice import Exercise, Function, Numbers, Practice
from utils.practice.chapter_01 import practice as chapter_01

import numpy as np
import pytest

DOUBLE = Exercise(
    question="Complete the line, so that it doubles a number, however long the words about it are.",
    answer="double",
    solution="def double(x):\n    return 2 * x",
    shows="Each number is twice as large.",
    kind=Function({"one": (np.array([1.0]),)}),
    hints=("What is x + x?",),
    blank="2 * x",
)
SUM = Exercise(
    question="Add 60 and 4.",
    answer="total",
    solution="total = 60 + 4",
    shows="Sums are easy.",
    kind=Numbers(),
    hints=("How many tens?", "Six tens and four.", "Nearly 65."),
    slips={"That is the difference.": ("+", "-")},
)


@pytest.fixture
def practice() -> Practice:
    return Practice({"double": DOUBLE, "a sum": SUM})


@pytest.fixture
def said():
    """Return a function that returns what a call prints."""

    def said(call, *arguments) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as output:
            assert call(*arguments) is None
        return output.getvalue()

    return said


def test_a_check_prints_and_raises_nothing(practice, said):
    pointer = 'For a hint, run practice.hint("a sum").\n'
    assert said(practice.check, "a sum", ...) == f"Not answered yet.\n{pointer}"
    assert said(practice.check, "a sum", 56) == f"Not yet. That is the difference.\n{pointer}"
    assert said(practice.check, "a sum", 63) == f"Not yet. Your `total` is 63, which is not right.\n{pointer}"
    assert said(practice.check, "a sum", 64) == "Right. Sums are easy.\n"


def test_hints_come_one_by_one_and_the_last_one_stays(practice, said):
    last = 'Hint 3 of 3. Nearly 65.\nThat was the last one. The solution: practice.solution("a sum").\n'
    assert [said(practice.hint, "a sum") for _ in range(4)] == [
        "Hint 1 of 3. How many tens?\n",
        "Hint 2 of 3. Six tens and four.\n",
        last,
        last,
    ]
    assert practice.hints_asked == {"double": 0, "a sum": 3}


def test_hints_of_one_exercise_do_not_use_up_those_of_another(practice, said):
    said(practice.hint, "a sum")
    assert said(practice.hint, "double").startswith("Hint 1 of 1. What is x + x?\nThat was the last one.")
    assert said(practice.hint, "a sum").startswith("Hint 2 of 3.")


def test_the_solution_is_printed_as_code_at_any_time(practice, said):
    assert said(practice.solution, "double") == "def double(x):\n    return 2 * x\n"
    assert practice.hints_asked["double"] == 0


def test_checks_change_nothing(practice, said):
    for answer in (..., 3, 64, 56):
        said(practice.check, "a sum", answer)
    assert practice.hints_asked == {"double": 0, "a sum": 0}


def test_two_kernels_know_nothing_of_each_other(practice, said):
    said(practice.hint, "a sum")
    assert Practice({"a sum": SUM}).hints_asked == {"a sum": 0}


@pytest.mark.parametrize("name", ["sum", "", "A sum", "double "])
@pytest.mark.parametrize("method", ["check", "hint", "solution"])
def test_an_unknown_name_is_answered_with_the_known_ones(practice, said, method, name):
    arguments = (name, 64) if method == "check" else (name,)
    assert said(getattr(practice, method), *arguments) == (
        f'There is no exercise "{name}". The exercises of this chapter are "double", "a sum".\n'
    )


@pytest.mark.parametrize("name", [64, None, np.zeros((3, 3)), ["a sum"], {"a": 1}, ...])
def test_an_answer_in_the_place_of_the_name_is_too(practice, said, name):
    """An array or a list cannot even be looked up."""
    known = 'Give a name first. The exercises of this chapter are "double", "a sum".\n'
    assert said(practice.check, name, "a sum") == said(practice.hint, name) == known


def test_a_verdict_is_for_code_that_counts(practice):
    assert practice.verdict("a sum", 64).status == "right"
    with pytest.raises(KeyError):
        practice.verdict("sum", 64)


def test_the_cell_of_a_value_and_of_a_function(practice):
    assert practice.cell("a sum") == '# Your turn. Add 60 and 4.\ntotal = ...\npractice.check("a sum", total)'
    assert practice.cell("double") == (
        "# Your turn. Complete the line, so that it doubles a number, however long the words\n"
        "# about it are.\n"
        "def double(x):\n    return ...\n\n\n"
        'practice.check("double", double)'
    )


def test_long_sentences_are_wrapped_and_calls_are_not(practice, said):
    lines = said(practice.check, "double", lambda x: x[[0] * 200] + 0.123456).splitlines()
    assert max(map(len, lines[:2])) <= 88 and lines[1] == "To see it: <lambda>(np.array([1.0]))"
    long = Practice({"sum": SUM}).hint
    assert max(map(len, said(chapter_01.hint, "by hand").splitlines())) <= 88 and said(long, "sum")


# The lecture's example, which the first exercise is about

IMAGE = np.array(
    [[22, 15, 1, 3, 60], [42, 5, 38, 39, 7], [28, 9, 4, 66, 79], [0, 2, 25, 12, 17], [9, 14, 2, 51, 3]]
)
KERNEL = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]])
RESULT = np.array([[29, 12, 64], [38, 41, 32], [13, 80, 81]])


def correlate(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))


def test_the_exercises_of_chapter_01_are_about_the_lecture():
    assert np.array_equal(correlate(IMAGE, KERNEL), RESULT)
    assert chapter_01.verdict("by hand", RESULT[0, 2]).status == "right"
    assert chapter_01.verdict("correlate", correlate).status == "right"
    named = {12: "column 1", 13: "row 2, column 0", 32: "row 1", 80: "mirrored", 297: "nine", 240: "product"}
    for answer, words in named.items():
        assert words in chapter_01.verdict("by hand", answer).sentence


@pytest.mark.parametrize(
    ("place", "words"),
    [((1, 2), "to the left"), ((0, 1), "down"), ((2, 1), "up"), ((1, 1), "where it is")],
)
def test_the_slips_of_the_shift_are_named_by_what_they_do(place, words):
    kernel = np.zeros((3, 3))
    kernel[place] = 1
    picture = np.pad([[1.0]], 2)
    moved = np.argwhere(correlate(np.pad(picture, 1), kernel))[0] - 2
    assert tuple(moved) == (1 - place[0], 1 - place[1])
    assert words in chapter_01.verdict("shift", kernel).sentence


def test_the_shift_moves_to_the_right_in_any_form():
    kernel = [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert np.argwhere(correlate(np.pad([[1.0]], 3), np.array(kernel)))[0].tolist() == [2, 3]
    assert chapter_01.verdict("shift", kernel).status == "right"
    assert "at (1, 0) is 2" in chapter_01.verdict("shift", 2 * np.array(kernel)).sentence
    assert "it should be (3, 3)" in chapter_01.verdict("shift", [[1, 0, 0]]).sentence
