"""One check of integer arguments, with one message."""

import numpy as np


def require_integer(name: str, value: object, smallest: int) -> None:
    """Refuse an argument that is no integer, or too small.

    Args:
        name: of the argument, for the message.
        value: what was passed; True and False are no integers here.
        smallest: the smallest value allowed.

    Raises:
        ValueError: the value is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < smallest:
        raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}.")
