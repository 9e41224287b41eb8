"""Send values between two processes that do not trust each other: numbers, text, arrays, and calls.

Pickle would let the sender run code where it is read. Here a message is JSON, and what can be read from
it are the plain values below. A function stays where it is: the other side gets one that asks for it.
"""

import base64
import builtins
import json
import traceback
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

KINDS = "biufcUS"  # of arrays: numbers and text, never objects
COLLECTIONS: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
MOST_ITEMS = 1_000_000
MOST_BITS = 4096  # of an integer
MOST_CHARACTERS = 2_000


class Unreadable:
    """Stands for a value that cannot be sent, and says what it was."""

    def __init__(self, description: str):
        self.description = description

    def __repr__(self) -> str:
        return self.description


class Peer:
    """One end of a line to another process; both ends may call functions of the other.

    Args:
        send: writes a line of text.
        receive: returns the next line of text from the other end.
    """

    def __init__(self, send: Callable[[str], None], receive: Callable[[], str]):
        self._send, self._receive = send, receive
        self._functions: list[Callable] = []

    def ask(self, message: dict) -> dict:
        """Send a message, answer calls that come back, and return the reply."""
        self._send(json.dumps(message))
        while True:
            reply = json.loads(self._receive())
            if not isinstance(reply, dict):
                raise ValueError("A reply is no message.")
            if "call" not in reply:
                return reply
            self._send(json.dumps(self.called(reply)))

    def called(self, message: dict) -> dict:
        """Call a function of this end for the other one; return its result, or its error."""
        try:
            function = self._functions[message["call"]]
            arguments, named = self.decode(message["arguments"]), self.decode(message["named"])
            value = self.encode(function(*arguments, **named))
            # What a function does to its arguments has to be seen on the other side as well.
            return {"value": value, "after": self.encode((arguments, named))}
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            return {"error": described(error)}

    def encode(self, value: Any) -> Any:
        """Return a value in the terms of JSON."""
        try:
            return self._encoded(value)
        except Exception as error:  # an object that cannot even be asked what it is
            return {"unreadable": f"a value that cannot be read ({type(error).__name__})"}

    def _encoded(self, value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic):
            return _encoded_array(np.asarray(value), isinstance(value, np.generic))
        for name, kind in COLLECTIONS.items():
            if isinstance(value, kind):
                return {name: [self._encoded(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": [[self._encoded(key), self._encoded(item)] for key, item in value.items()]}
        if value is ...:
            return {"gap": "an answer that was not given"}
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and value.bit_length() <= MOST_BITS:
            return int(value)
        if isinstance(value, str | float):
            return str(value) if isinstance(value, str) else float(value)
        return self._encoded_other(value)

    def _encoded_other(self, value: Any) -> Any:
        if isinstance(value, range | type({}.keys()) | type({}.values()) | Iterator):
            return {"list": [self._encoded(item) for item in islice(value, MOST_ITEMS)]}
        if hasattr(value, "__array__"):
            return _encoded_array(np.asarray(value), False)
        if callable(value):
            self._functions.append(value)
            return {"function": len(self._functions) - 1, "name": str(getattr(value, "__name__", ""))[:100]}
        return {"unreadable": repr(value)[:MOST_CHARACTERS]}

    def decode(self, sent: Any) -> Any:
        """Return the value of what `encode` made at the other end."""
        if not isinstance(sent, dict):
            return sent
        kind, content = next(iter(sent.items()))
        if kind in COLLECTIONS:
            return COLLECTIONS[kind](self.decode(item) for item in content)
        if kind == "dict":
            return {self.decode(key): self.decode(item) for key, item in content}
        if kind in ("array", "scalar"):
            return _decoded_array(content)[() if kind == "scalar" else ...]
        if kind == "gap":
            return ...
        if kind == "function":
            return self._function(content, str(sent.get("name")))
        return Unreadable(str(content))

    def _function(self, number: int, name: str) -> Callable:
        def call(*arguments, **named):
            sent = {"arguments": self.encode(arguments), "named": self.encode(named)}
            reply = self.ask({"call": number, **sent})
            if "error" in reply:
                raise error_from(reply["error"])
            changed((arguments, named), self.decode(reply["after"]))
            return self.decode(reply["value"])

        call.__name__ = name if name.isidentifier() else "function"
        return call


def described(error: BaseException) -> dict[str, Any]:
    """Return kind, message and traceback of an error as text."""
    try:
        message = str(error)[:MOST_CHARACTERS]
    except Exception:
        message = ""
    lines = traceback.format_exception(error, limit=-20)
    return {
        "ename": type(error).__name__[:100],
        "evalue": message,
        "traceback": [line[:MOST_CHARACTERS] for line in lines[-50:]],
    }


def error_from(sent: dict) -> Exception:
    """Return the error that the other end described: of the same kind where Python has it."""
    name, message = str(sent.get("ename")), str(sent.get("evalue"))
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(message)
        except TypeError:  # it wants more than a message
            pass
    return RuntimeError(f"{name}: {message}")


def changed(before: Any, after: Any) -> Any:
    """Let arrays, lists and dictionaries become what a function made of them; return the value then."""
    if isinstance(before, np.ndarray):
        fits = isinstance(after, np.ndarray) and (before.shape, before.dtype) == (after.shape, after.dtype)
        if fits and before.flags.writeable:
            np.copyto(before, after)
        return before
    if type(before) is not type(after):
        return after
    if isinstance(before, list):
        kept = [changed(*pair) for pair in zip(before, after, strict=False)]
        before[:] = kept + after[len(kept) :]
        return before
    if isinstance(before, dict):
        kept = {key: changed(before[key], item) if key in before else item for key, item in after.items()}
        before.clear()
        before.update(kept)
        return before
    if isinstance(before, tuple):
        return tuple(changed(*pair) for pair in zip(before, after, strict=False))
    return after if isinstance(before, bool | int | float | str) else before


def _encoded_array(array: np.ndarray, scalar: bool) -> dict:
    if array.dtype.kind not in KINDS:
        return {"unreadable": f"an array of {array.dtype}"[:MOST_CHARACTERS]}
    content = [array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]
    return {"scalar" if scalar else "array": content}


def _decoded_array(content: Any) -> np.ndarray:
    kind, shape, data = content
    dtype = np.dtype(str(kind))
    if dtype.kind not in KINDS:
        raise ValueError(f"An array of {dtype} is not sent.")
    return np.frombuffer(base64.b64decode(data), dtype).reshape(shape).copy()
