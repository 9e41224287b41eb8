"""Checks of hidden tests: each accepts an answer, or raises an error whose message says what is wrong.

What a student sees of a check is in `utils.practice.tasks`. These functions ask for more when it is graded.

A check knows the usual slips of its task: `slips` maps a sentence ("The kernel was turned ...") to the
result that this slip leads to. An answer equal to one of them is told the sentence, not two numbers.
"""

from collections.abc import Callable, Iterable, Mapping

from utils.practice.comparison import in_short, number_difference, value_difference
from utils.practice.functions import Function

import numpy as np

if not __debug__:  # a check that is an assertion would accept every answer
    raise ImportError(
        "This Python skips assertions, and with them checks: it was started with -O, or PYTHONOPTIMIZE "
        "is set. Unset PYTHONOPTIMIZE, and restart."
    )


def expect_array(answer: object, expected: object, slips: Mapping[str, object] | None = None) -> None:
    """Accept an array equal to the expected one up to rounding.

    Args:
        answer: what the student's code returned.
        expected: the right array, or nested lists of numbers.
        slips: a sentence for each usual slip, with the array that it leads to.

    Raises:
        AssertionError: with the sentence of a slip, the wrong shape, or the first wrong place.
    """
    _expect(number_difference, answer, expected, slips or {})


def expect_equal(answer: object, expected: object, slips: Mapping[str, object] | None = None) -> None:
    """Accept an answer exactly equal to the expected one: integers, tuples of them, names.

    Raises:
        AssertionError: with the sentence of a slip, or with both values.
    """
    _expect(value_difference, answer, expected, slips or {})


def expect_result(function: object, right: Callable[..., object], *arguments: object) -> None:
    """Accept a function that returns for these arguments what another one returns.

    Args:
        function: the student's.
        right: a function that returns the right numbers, written in another way than the solution.
        arguments: what both are called with; a function that changes them is not accepted.

    Raises:
        AssertionError: with what the arguments are, and what the function returned for them.
    """
    sentence = Function({_in_words(arguments): arguments}).difference(function, right, "The answer")
    if sentence:
        raise AssertionError(f"Not for all inputs yet. {sentence}")


def _in_words(arguments: Iterable[object]) -> str:
    return ", ".join(
        f"an array of shape {one.shape}" if isinstance(one, np.ndarray) else in_short(one)
        for one in arguments
    )


def verify() -> None:
    """Confirm that the checks still tell right from wrong, whatever the notebook did before.

    Raises:
        AssertionError: a notebook has replaced a check, or a function of NumPy that checks use.
    """
    for check, right, wrong in [
        (expect_array, [1.0, 2.0], [1.0, 2.5]),
        (expect_equal, (1, 2), (1, 3)),
    ]:
        check(right, right)
        try:
            check(wrong, right)
        except AssertionError:
            continue
        raise AssertionError(
            "This notebook has changed the functions that check it. Remove that, and restart."
        )


def _expect(
    difference: Callable[[object, object], str],
    answer: object,
    expected: object,
    slips: Mapping[str, object],
) -> None:
    sentence = difference(answer, expected)
    if sentence:
        told = (slip for slip, wrong in slips.items() if not difference(answer, wrong))
        raise AssertionError(next(told, sentence))
