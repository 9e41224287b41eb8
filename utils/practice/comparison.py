"""Compare an answer with what is expected, and word the difference.

This is the only place that says whether two answers are the same, and how a difference reads. The checks
of the assignments and those of the chapters both come here.
"""

import reprlib
from typing import Any

import numpy as np

TOLERANCE = 1e-6  # relative to the largest expected number, so that float32 passes
IS_NONE = "is None: either nothing was given, or a function ended without `return`."
SHOWN = 100  # characters of a reader's value that a sentence repeats

_SHORT = reprlib.Repr()
_SHORT.maxother = _SHORT.maxstring = SHOWN
_SHORT.maxtuple = _SHORT.maxlist = _SHORT.maxdict = _SHORT.maxset = 12


class NotNumbers(ValueError):
    """An answer cannot be read as real numbers.

    The message completes a sentence that begins with the name of the answer: "is None ...".
    """


def as_numbers(answer: object) -> np.ndarray:
    """Return an answer as an array of real numbers.

    Args:
        answer: a number, an array, or lists of numbers.

    Raises:
        NotNumbers: it is something else.
    """
    if answer is None:
        raise NotNumbers(IS_NONE)
    if callable(answer):
        raise NotNumbers("is a function. Call it, and give what it returns.")
    try:
        array = np.asarray(answer)
    except Exception as error:  # rows of different lengths, or an object that cannot be asked
        raise NotNumbers("cannot be read as numbers. Do all its rows have the same length?") from error
    if array.dtype.kind in "US":
        raise NotNumbers("is text. It should be real numbers, without quotation marks.")
    if array.dtype.kind not in "biuf":
        held = in_short(answer) if array.dtype == object else array.dtype
        raise NotNumbers(f"should be real numbers, not {held}.")
    return array


def same_numbers(answer: np.ndarray, expected: np.ndarray) -> bool:
    """Say whether two arrays have one shape, and numbers that are equal up to rounding.

    Rounding is `TOLERANCE` times the largest expected number, or `TOLERANCE` if all of them are below 1.
    NaN is the same as NaN.
    """
    return answer.shape == expected.shape and bool(_close(answer, expected).all())


def number_difference(answer: object, expected: Any, subject: str = "The answer", reveal: bool = True) -> str:
    """Return "" for the same numbers, otherwise a sentence that says what differs, the shape first.

    Args:
        answer: what the reader gave.
        expected: the right array, or nested lists of numbers.
        subject: what the sentence calls the answer.
        reveal: whether the sentence tells the expected number beside the reader's.
    """
    try:
        found = as_numbers(answer)
    except NotNumbers as error:
        return f"{subject} {error}"
    right = np.asarray(expected)
    if same_numbers(found, right):
        return ""
    if found.shape != right.shape:
        return f"The shape is {_shape(found)}; it should be {_shape(right)}."
    place = tuple(map(int, np.unravel_index(np.argmax(~_close(found, right)), right.shape)))
    return _words(f"{subject}{_where(place)}", *_digits(found[place], right[place]), reveal)


def same_values(answer: Any, expected: Any) -> bool:
    """Say whether two answers are exactly equal: whole numbers, names, tuples (or lists) of them."""
    try:
        return bool(np.array_equal(_as_tuple(answer), _as_tuple(expected)))
    except Exception:  # what cannot be compared is not equal
        return False


def value_difference(
    answer: object, expected: object, subject: str = "The answer", reveal: bool = True
) -> str:
    """Return "" for exactly equal answers, otherwise a sentence with the values; see `number_difference`."""
    if same_values(answer, expected):
        return ""
    if answer is None:
        return f"{subject} {IS_NONE}"
    return _words(subject, in_short(_as_tuple(answer)), in_short(_as_tuple(expected)), reveal)


def in_short(value: object) -> str:
    """Return a value on one line, as one would type it, cut after `SHOWN` characters."""
    return _cut(_SHORT.repr(_plain(value)))


def error_in_short(error: Exception) -> str:
    """Return the kind of an error and, on the same line, the beginning of what it says."""
    return _cut(f"{type(error).__name__}: {error}".rstrip(":. "))


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]} ..."


def _words(subject: str, found: str, right: str, reveal: bool) -> str:
    ending = f"; it should be {right}." if reveal else ", which is not right."
    return f"{subject} is {found}{ending}"


def _close(answer: np.ndarray, expected: np.ndarray) -> np.ndarray:
    expected = expected.astype(float)
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=1)
    return np.isclose(answer.astype(float), expected, rtol=0, atol=TOLERANCE * largest, equal_nan=True)


def _digits(found: Any, right: Any) -> tuple[str, str]:
    """Return two different numbers with as many digits as it takes to see that they differ."""
    short, long = ((f"{float(found):{form}}", f"{float(right):{form}}") for form in (".6g", ".12g"))
    return short if short[0] != short[1] else long


def _shape(array: np.ndarray) -> str:
    return str(array.shape) if array.ndim else "(), a single number"


def _where(place: tuple[int, ...]) -> str:
    if len(place) == 1:
        return f" at index {place[0]}"
    return f" at {place}" if place else ""


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> object:
    """Return NumPy's numbers, inside of tuples and lists too, and its small arrays as Python's."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.size <= SHOWN):
        return value.tolist()
    if type(value) is tuple:
        return tuple(map(_plain, value))
    return list(map(_plain, value)) if type(value) is list else value
