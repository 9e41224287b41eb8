"""The check of integer arguments."""

import numpy as np


def is_integer(value: object, smallest: int) -> bool:
    """Return whether a value is an integer and large enough; True and False are no integers here."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= smallest)


def require_integer(name: str, value: object, smallest: int) -> None:
    """Refuse an argument that is no integer, or too small.

    Args:
        name: of the argument, for the message.
        value: what was passed.
        smallest: the smallest value allowed.

    Raises:
        ValueError: the value is something else.
    """
    if not is_integer(value, smallest):
        raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}.")
