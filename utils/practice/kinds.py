"""The kinds of answers that a cell can ask for: numbers, exact values, or anything that meets conditions.

The fourth kind, a function, stands in `utils.practice.functions`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from utils.practice.comparison import IS_NONE, error_in_short, number_difference, value_difference

import numpy as np


class Kind:
    """A kind of answer: it knows an untouched answer, and words what is wrong with another one."""

    def is_open(self, answer: object) -> bool:
        """Say whether the reader has left the answer as it stood, with a `...` in it."""
        return has_gap(answer)

    def difference(self, answer: object, expected: object, subject: str) -> str:
        """Return "" for an answer like the expected one, otherwise a sentence about what is wrong.

        Args:
            answer: what the reader gave; no answer makes this raise an error.
            expected: the right answer, or one that a slip leads to.
            subject: what the sentence calls the answer, such as "Your `kernel`".
        """
        raise NotImplementedError

    def in_small(self, answer: object, expected: object) -> str:
        """Return what `difference` says, but of a smaller input; "" where there is none."""
        return ""


@dataclass(frozen=True)
class Numbers(Kind):
    """A number, an array, or a tuple of numbers: compared up to rounding, the shape first.

    Args:
        reveal: whether the reader of a wrong answer is told the right number. What a cell asks for is
            not told; what a reader's function should have returned is.
    """

    reveal: bool = False

    def difference(self, answer: object, expected: object, subject: str) -> str:
        return number_difference(answer, expected, subject, self.reveal)


@dataclass(frozen=True)
class Values(Kind):
    """A name, a whole number, a tuple or a set of them: compared exactly; `reveal` as in `Numbers`."""

    reveal: bool = False

    def difference(self, answer: object, expected: object, subject: str) -> str:
        return value_difference(answer, expected, subject, self.reveal)


@dataclass(frozen=True)
class Conditions(Kind):
    """Whatever meets all conditions, where more than one answer is right.

    Args:
        conditions: for each, the sentence said to an answer that fails it, and a function that returns
            True for an answer that meets it. They are asked in order.
    """

    conditions: Mapping[str, Callable[[Any], Any]]

    def difference(self, answer: object, expected: object, subject: str) -> str:
        if answer is None:
            return f"{subject} {IS_NONE}"
        for sentence, is_met in self.conditions.items():
            try:
                if not is_met(answer):
                    return sentence
            except Exception as error:  # the answer is of another kind than the condition asks about
                return f"{subject} is not of the right kind ({error_in_short(error)})."
        return ""


def has_gap(answer: object) -> bool:
    """Say whether an answer is `...`, or holds one, as an untouched cell does."""
    if isinstance(answer, np.ndarray):
        return answer.dtype == object and any(map(has_gap, answer.flat))
    if isinstance(answer, dict):
        return any(map(has_gap, answer.values()))
    if isinstance(answer, list | tuple):
        return any(map(has_gap, answer))
    return answer is ...
