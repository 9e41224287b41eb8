"""Networks by name, as the recipe of a recorded run names them."""

from collections.abc import Callable, Mapping
from typing import Any

import keras


def build(name: str, options: Mapping[str, Any]) -> keras.Model:
    """Build the network of this name in `utils.architectures`, uncompiled.

    Args:
        name: such as "lecture_cifar10".
        options: arguments of its function; lists become tuples, as JSON has none.

    Raises:
        ValueError: there is no network of this name; the message lists all names.
    """
    from utils import architectures  # only here: the package imports this module

    builder: Callable[..., keras.Model] | None = getattr(architectures, name, None)
    if not callable(builder) or name == "build":
        known = ", ".join(other for other in architectures.__all__ if other != "build")
        raise ValueError(f"there is no network {name!r} in utils.architectures: choose from {known}")
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    return builder(**options)
