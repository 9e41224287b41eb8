"""Make an input small on which a function fails, so that its author can follow the failure by hand."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

SECONDS = 1.0  # that the search may take; the smallest input that was found by then is used
Arguments = tuple[Any, ...]


def shrunk(arguments: Arguments, fails: Callable[[Arguments], bool], seconds: float = SECONDS) -> Arguments:
    """Return smaller arguments for which a function still fails, or the same ones.

    An axis is cut in all arrays that have one of its length, and a list likewise; what adds up to 1 along its
    last axis goes on doing so. In the end, numbers of both signs are rounded, and if it still fails become
    whole numbers in the same order.

    Args:
        arguments: for which it fails.
        fails: says whether it fails for others, too; False as well where these do not fit together.
        seconds: after which nothing else is tried.
    """
    end = time.monotonic() + seconds
    shares = list(map(_adds_up, arguments))
    free = [place for place, one in enumerate(arguments) if _has_both_signs(one)]

    def still_fails(given: Arguments) -> bool:
        kept = (_adds_up(one) for one, share in zip(given, shares, strict=True) if share)
        return time.monotonic() < end and all(kept) and fails(given)

    while smaller := next(filter(still_fails, _smaller(arguments)), None):
        arguments = smaller
    for simpler, places in [(_rounded, free), (_whole, free), *((_whole, [place]) for place in free)]:
        tried = tuple(simpler(one) if place in places else one for place, one in enumerate(arguments))
        arguments = tried if places and still_fails(tried) else arguments
    return arguments


def _smaller(arguments: Arguments) -> Iterator[Arguments]:
    lengths = {length for array in _arrays(arguments) for length in array.shape}
    for length in sorted(lengths - {0, 1}):
        for part in _parts(length):
            yield _cut(arguments, length, part)
    for place, argument in enumerate(arguments):
        if isinstance(argument, list) and len(argument) > 1:
            for part in _parts(len(argument)):
                yield (*arguments[:place], argument[part], *arguments[place + 1 :])


def _parts(length: int) -> list[slice]:
    """Return parts of an axis, the shortest first: one number, two, a half, all but one."""
    half = length // 2
    return [slice(1), slice(min(2, half)), slice(half), slice(half, None), slice(length - 1), slice(1, None)]


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _arrays(one)


def _cut(value: Any, length: int, part: slice) -> Any:
    """Return arrays, also inside of lists, with this part alone of each axis of this length."""
    if isinstance(value, np.ndarray):
        return value[tuple(part if one == length else slice(None) for one in value.shape)].copy()
    if isinstance(value, list | tuple):
        return type(value)(_cut(one, length, part) for one in value)
    return value


def _adds_up(value: Any) -> bool:
    """Say whether a value is an array of shares, such as the probabilities of classes for each picture."""
    is_floats = isinstance(value, np.ndarray) and value.ndim > 0 and value.dtype.kind == "f"
    return is_floats and np.allclose(value.sum(axis=-1), 1)


def _has_both_signs(value: Any) -> bool:
    """Say whether a value is made of arrays that may hold any number, unlike probabilities or labels."""
    arrays = list(_arrays(value))
    return bool(arrays) and all(
        array.dtype.kind == "f" and (array < 0).any() and (array > 0).any() for array in arrays
    )


def _rounded(value: Any) -> Any:
    return type(value)(map(_rounded, value)) if isinstance(value, list | tuple) else value.round(2)


def _whole(value: Any) -> Any:
    """Return 1, 2, 3 ... in place of positive numbers, from the smallest, and -1, -2 ... of negative ones."""
    if isinstance(value, list | tuple):
        return type(value)(map(_whole, value))
    ranks = [np.searchsorted(np.unique(one[one > 0]), one, side="right") for one in (value, -value)]
    return (ranks[0] - ranks[1]).astype(value.dtype)
