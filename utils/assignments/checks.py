"""Compare an answer with what is expected, and say in words what is wrong with it.

A check knows the usual slips of its task: `slips` maps a sentence ("The kernel was turned ...") to the
result that this slip leads to. An answer equal to one of them is told the sentence, not two numbers.
"""

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

TOLERANCE = 1e-6  # relative to the largest expected number, so that float32 passes


def expect_array(answer, expected, slips: Mapping[str, object] | None = None) -> None:
    """Accept an array equal to the expected one up to rounding.

    Args:
        answer: what the student's code returned.
        expected: the right array, or nested lists of numbers.
        slips: a sentence for each usual slip, with the array that it leads to.

    Raises:
        AssertionError: with the sentence of a slip, the wrong shape, or the first wrong place.
    """
    answer, expected = _as_numbers(answer), np.asarray(expected)
    if _same(answer, expected):
        return
    for sentence, wrong in (slips or {}).items():
        if _same(answer, np.asarray(wrong)):
            raise AssertionError(sentence)
    if answer.shape != expected.shape:
        raise AssertionError(f"The shape is {answer.shape}; it should be {expected.shape}.")
    place = np.unravel_index(np.argmax(~_close(answer, expected)), expected.shape)
    where = f" at {tuple(map(int, place))}" if place else ""
    raise AssertionError(f"The answer{where} is {answer[place]:.6g}; it should be {expected[place]:.6g}.")


def expect_equal(answer, expected, slips: Mapping[str, object] | None = None) -> None:
    """Accept an answer exactly equal to the expected one: integers, tuples of them, names.

    Raises:
        AssertionError: with the sentence of a slip, or with both values.
    """
    if answer is None:
        raise AssertionError("The answer is None. Does the function end with `return`?")
    if isinstance(answer, list):
        answer = tuple(answer)
    if np.array_equal(answer, expected):
        return
    for sentence, wrong in (slips or {}).items():
        if np.array_equal(answer, wrong):
            raise AssertionError(sentence)
    raise AssertionError(f"The answer is {answer}; it should be {expected}.")


def expect_statements(answer: Iterable[str], task: str, fingerprint: str) -> None:
    """Accept the letters of the true statements, of which a check knows only the fingerprint.

    Raises:
        AssertionError: some letter is missing or too much; it does not say which.
    """
    letters = sorted(str(letter).strip().lower() for letter in answer)
    if any(len(letter) != 1 for letter in letters) or len(set(letters)) < len(letters):
        raise AssertionError('Give single letters, each once, such as {"a", "d"}.')
    if fingerprint_of(task, letters) != fingerprint:
        raise AssertionError(
            "Not yet: a true statement is missing, or a false one is among them. Look at the result again."
        )


def fingerprint_of(task: str, letters: Iterable[str]) -> str:
    """Return 12 hexadecimal digits that stand for these letters in this task (SHA-256)."""
    text = f"{task}:{''.join(sorted(letters))}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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


def _as_numbers(answer) -> np.ndarray:
    if answer is None:
        raise AssertionError("The answer is None. Does the function end with `return`?")
    answer = np.asarray(answer)
    if answer.dtype.kind not in "biuf":
        raise AssertionError(f"The answer should be real numbers, not {answer.dtype}.")
    return answer


def _same(answer: np.ndarray, expected: np.ndarray) -> bool:
    return answer.shape == expected.shape and bool(_close(answer, expected).all())


def _close(answer: np.ndarray, expected: np.ndarray) -> np.ndarray:
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    return np.abs(answer.astype(float) - expected) <= TOLERANCE * scale
