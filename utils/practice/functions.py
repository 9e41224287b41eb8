"""A function as an answer: it is called on several inputs, and judged by what it returns."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from utils.practice.comparison import error_in_short, in_short
from utils.practice.kinds import Kind, Numbers, has_gap
from utils.practice.shrinking import Arguments, shrunk

import numpy as np

SMALL = 12  # numbers in an array that is printed, so that the reader can repeat the call
SHRUNK = 24  # the same, of an array that was made small: most of its numbers have one digit
LONG = 200  # characters of a call that nobody reads to its end


class Outcome(NamedTuple):
    """What a call came to: what it returned, the error it stopped with, and whether it changed its input."""

    value: object
    error: Exception | None
    changed_input: bool


@dataclass(frozen=True)
class Function(Kind):
    """A function that returns the right thing for each of several inputs.

    Args:
        inputs: the arguments of each call, by what they are: "an image of one pixel". The first one on
            which the function fails is told to the reader, so they go from small to large.
        result: how what it returns is compared.
        fit: says whether arguments fit together, where the right function does not refuse those that do not.
    """

    inputs: Mapping[str, Arguments]
    result: Kind = field(default_factory=lambda: Numbers(reveal=True))
    fit: Callable[..., Any] = lambda *_: True

    def is_open(self, answer: object) -> bool:
        """Say whether the function is untouched: it does nothing, or stumbles over a `...` in its body."""
        if not callable(answer):
            return has_gap(answer)
        value, error, _ = call(answer, next(iter(self.inputs.values())))
        if error is None:
            return has_gap(value) or (value is None and _does_nothing(answer))
        # Python's errors about a `...` name it, and most of NumPy's; += on an array does not.
        names_it = "ellipsis" in str(error).lower() or "dtype('O')" in str(error)
        stumbled = isinstance(error, TypeError | AttributeError) and names_it
        return stumbled or isinstance(error, NotImplementedError)

    def difference(self, answer: object, expected: object, subject: str) -> str:
        if not callable(answer):
            return f"{subject} should be a function, not {in_short(answer)}."
        for name, arguments in self.inputs.items():
            if sentence := self._failure(answer, expected, arguments):
                return f"For {name}: {sentence}{_repeat(answer, arguments)}"
        return ""

    def in_small(self, answer: object, expected: object) -> str:
        if not callable(answer):
            return ""
        failing = (one for one in self.inputs.items() if self._failure(answer, expected, one[1]))
        name, arguments = next(failing, ("", ()))
        if any(map(callable, arguments)) or 0 < len(_repeat(answer, arguments)) <= LONG:
            return ""
        stops = call(answer, arguments).error is not None
        small = shrunk(arguments, lambda given: self._fails_alike(answer, expected, given, stops))
        sentence, repeat = self._failure(answer, expected, small), _repeat(answer, small, SHRUNK)
        if small is arguments or not sentence or not repeat:
            return ""
        return f"For {name}, reduced to a small case that still fails: {sentence}{repeat}"

    def _failure(self, answer: object, expected: object, arguments: Arguments) -> str:
        return self._outcome_difference(call(answer, arguments), call(expected, arguments))

    def _fails_alike(self, answer: object, expected: object, arguments: Arguments, stops: bool) -> bool:
        """Say whether an answer fails for arguments that fit together, by an error if it `stops`."""
        right = call(expected, arguments)
        if right.error or not _is_ordinary(right.value) or not self.fit(*arguments):
            return False
        found = call(answer, arguments)
        return (found.error is not None) == stops and bool(self._outcome_difference(found, right))

    def _outcome_difference(self, found: Outcome, right: Outcome) -> str:
        # An error is compared with its text: a slip is told only to whom it led to the very same error.
        if found.error and repr(found.error) != repr(right.error):
            return f"the function stops with {error_in_short(found.error)}."
        if found.changed_input and not right.changed_input:
            return "the function changes its input. Let it write into an array of its own."
        if right.error:
            return "" if found.error else "the function should refuse this input."
        sentence = self.result.difference(found.value, right.value, "The result")
        return sentence[:1].lower() + sentence[1:]


def call(function: Any, arguments: tuple[object, ...]) -> Outcome:
    """Call a function on a copy of these arguments."""
    given = copy.deepcopy(arguments)
    try:
        value, error = function(*given), None
    except Exception as raised:  # whatever the reader's function raises is an answer
        value, error = None, raised
    changed = any(_differ(one, other) for one, other in zip(given, arguments, strict=True))
    return Outcome(value, error, changed)


def _differ(one: object, other: object) -> bool:
    """Say whether arrays, or arrays in lists, differ in any bit; other arguments are not looked at."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) != len(other) or any(map(_differ, one, other))
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
        return False
    return one.shape != other.shape or one.tobytes() != other.tobytes()


def _is_ordinary(value: Any) -> bool:
    """Say whether a result is not empty, and holds no infinite number and no NaN."""
    parts: list[Any] = list(value) if isinstance(value, list | tuple) and value else [value]
    try:
        return all(np.size(part) > 0 and np.isfinite(part).all() for part in parts)
    except TypeError:  # it does not hold numbers
        return True


def _does_nothing(function: Any) -> bool:
    """Say whether a function that returned None is no longer than one without a body."""

    def empty() -> None: ...

    code = getattr(function, "__code__", None)
    return code is not None and len(code.co_code) <= len(empty.__code__.co_code)


def _repeat(function: Any, arguments: Arguments, most: int = SMALL) -> str:
    """Return, on a line of its own, the call as one would type it; nothing if an array has more numbers."""
    if not all(_is_short(argument, most) for argument in arguments):
        return ""
    typed = ", ".join(map(_typed, arguments))
    return f"\nTo see it: {getattr(function, '__name__', 'function')}({typed})"


def _is_short(argument: object, most: int) -> bool:
    if isinstance(argument, np.ndarray):
        return argument.size <= most
    if isinstance(argument, list | tuple):
        return len(argument) <= most and all(_is_short(one, most) for one in argument)
    return not callable(argument)


def _typed(argument: object) -> str:
    if isinstance(argument, list):
        return f"[{', '.join(map(_typed, argument))}]"
    if not isinstance(argument, np.ndarray):
        return repr(argument)
    kind = "" if argument.dtype in (float, int, bool) else f", np.{argument.dtype}"
    return f"np.array({argument.tolist()}{kind})"
