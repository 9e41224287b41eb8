"""Kinds of answers that assignments ask for: questions of a reading sheet, statements, several results.

The kinds that chapters ask for stand in `utils.practice.kinds` and `utils.practice.functions`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from utils.practice.comparison import IS_NONE, in_short
from utils.practice.kinds import Kind, has_gap

import numpy as np

CLOSE = 5e-3  # relative; a number that is rounded to three digits may be off by so much
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:[,' _]\d{3})+(?:\.\d+)?")


@dataclass(frozen=True)
class Question:
    """A question whose answer is a number.

    Args:
        right: the right number, or the smallest and the largest one that are right.
        look: said of any other number: where in the paper the answer stands, or what it is made of.
        slips: for each usual wrong answer the sentence that names it, and its number, or two as above.
        percent: whether the number is asked for in percent; then a share from 0 to 1 is right as well.
    """

    right: float | tuple[float, float]
    look: str
    slips: Mapping[str, float | tuple[float, float]] = field(default_factory=dict)
    percent: bool = False

    def difference(self, answer: object, name: str) -> str:
        """Return "" for a right answer, otherwise what is wrong with it.

        Args:
            answer: a number, or a number as text: "843,750", "41.6 %", "10^-5".
            name: what the sentence calls the answer.
        """
        if answer is ...:
            return f"`{name}` is not answered yet."
        found = number_in(answer)
        if found is None:
            return f"`{name}` should be a single number, not {in_short(answer)}."
        has_sign = isinstance(answer, str) and "%" in answer
        factors = (1, 100) if self.percent else (1, 0.01) if has_sign else (1,)
        meant = [factor * found for factor in factors]
        if _is_near(meant, self.right):
            return ""
        told = (sentence for sentence, number in self.slips.items() if _is_near(meant, number))
        return f"`{name}`: {next(told, f'{in_short(answer)} is not right. {self.look}')}"


def _is_near(meant: list[float], number: float | tuple[float, float]) -> bool:
    """Say whether one of the numbers that may be meant is this number, or lies between these two."""
    low, high = number if isinstance(number, tuple) else (number, number)
    reach = CLOSE * max(abs(low), abs(high))
    return any(low - reach <= one <= high + reach for one in meant)


@dataclass(frozen=True)
class Sheet(Kind):
    """A sheet of questions; the answer is a tuple with one number for each, in order.

    Args:
        questions: each by the name of the variable that holds its answer.
    """

    questions: Mapping[str, Question]

    def is_open(self, answer: object) -> bool:
        """Say whether no question is answered yet."""
        return all(map(has_gap, answer)) if isinstance(answer, tuple) and answer else has_gap(answer)

    def difference(self, answer: object, expected: object, subject: str) -> str:
        if not isinstance(answer, tuple) or len(answer) != len(self.questions):
            return f"Give these numbers: {', '.join(self.questions)}."
        pairs = zip(self.questions.items(), answer, strict=True)
        found = [question.difference(given, name) for (name, question), given in pairs]
        wrong = [sentence for sentence in found if sentence]
        if not wrong:
            return ""
        others = f" ({len(wrong) - 1} more of the {len(found)} to correct.)" if wrong[1:] else ""
        return wrong[0] + others


@dataclass(frozen=True)
class Statements(Kind):
    """The letters of the statements that are supported, as a set, a list or text.

    Args:
        supported: for each supported statement, a question that leads to it.
        unsupported: for each other statement, why it is not supported.
    """

    supported: Mapping[str, str]
    unsupported: Mapping[str, str]

    def difference(self, answer: object, expected: object, subject: str) -> str:
        if answer is None:
            return f"{subject} {IS_NONE}"
        letters = letters_in(answer)
        known = sorted([*self.supported, *self.unsupported])
        if letters is None or not letters <= set(known):
            return f'Give letters from {known[0]} to {known[-1]}, each once, such as {{"a", "d"}}.'
        for letter in sorted(letters & set(self.unsupported)):
            return f"Statement {letter} is not supported. {self.unsupported[letter]}"
        for letter in sorted(set(self.supported) - letters):
            return f"A supported statement is missing. {self.supported[letter]}"
        return ""


@dataclass(frozen=True)
class Several(Kind):
    """Several results in a tuple, such as a kernel and a bias, each of its own kind.

    Args:
        parts: the kind of each result, by its name.
    """

    parts: Mapping[str, Kind]

    def difference(self, answer: object, expected: Any, subject: str) -> str:
        if answer is None:
            return f"{subject} {IS_NONE}"
        if not isinstance(answer, tuple | list) or len(answer) != len(self.parts):
            return f"{subject} should be a tuple ({', '.join(self.parts)}), not {in_short(answer)}."
        for (name, kind), given, right in zip(self.parts.items(), answer, expected, strict=True):
            if sentence := kind.difference(given, right, f"The {name}"):
                shape = sentence.startswith("The shape")
                return f"Of the {name}, the shape{sentence.removeprefix('The shape')}" if shape else sentence
        return ""


def number_in(answer: object) -> float | None:
    """Return the number that an answer is or spells, or None if it is no single number.

    A comma before three digits separates thousands; any other comma is a decimal point.
    """
    if isinstance(answer, str):
        return _spelled(answer)
    if isinstance(answer, bool | np.bool_) or has_gap(answer):
        return None
    try:
        array = np.asarray(answer)
        return float(array) if array.shape == () and array.dtype.kind in "iufO" else None
    except (TypeError, ValueError):
        return None


def _spelled(text: str) -> float | None:
    plain = text.strip().removesuffix("%").strip().replace("−", "-")
    plain = re.sub(r"\s*[·×*x]\s*10\s*(?:\^|\*\*)\s*", "e", plain)
    plain = re.sub(r"^10\s*(?:\^|\*\*)\s*", "1e", plain)
    plain = re.sub(r"[,' _]", "", plain) if THOUSANDS.fullmatch(plain) else plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def letters_in(answer: object) -> set[str] | None:
    """Return the letters of an answer, in lower case; None if it is not made of letters, each once."""
    if isinstance(answer, str):
        answer = re.findall(r"\w+", answer) if re.search(r"\W", answer.strip()) else list(answer.strip())
    if not isinstance(answer, Iterable):
        return None
    letters = [str(letter).strip().strip(")").lower() for letter in answer]
    if any(len(letter) != 1 for letter in letters) or len(set(letters)) < len(letters):
        return None
    return set(letters)


@dataclass(frozen=True)
class Seen(Kind):
    """A result that may take several forms, compared through what they have in common.

    Args:
        view: makes of a result what is compared; a result that it cannot read is of the wrong form.
        form: said of a result of the wrong form.
        kind: how what the view makes is compared.
        subject: what the sentence calls what the view makes.
    """

    view: Callable[[Any], object]
    form: str
    kind: Kind
    subject: str

    def difference(self, answer: object, expected: Any, subject: str) -> str:
        if answer is None:
            return f"{subject} {IS_NONE}"
        try:
            seen = self.view(answer)
        except Exception:  # the result has another form, of whatever kind
            return self.form
        return self.kind.difference(seen, self.view(expected), self.subject)
