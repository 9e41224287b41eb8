"""Read the files of records; one that is damaged is named, together with what to do about it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.files import require_regular_file

if TYPE_CHECKING:
    import keras

NUMBER = (int, float)
KINDS = {NUMBER: "a number", int: "an integer", bool: "true or false", str: "a text"}
KINDS |= {list: "a list", dict: "an object"}


class DamagedFile(ValueError):
    """A file of a record does not hold what was written to it.

    Args:
        path: of the file, with the line if it is known.
        problem: the end of a sentence that begins with the path.
        remedy: what to do next, a sentence.
    """

    def __init__(self, path: Path | str, problem: str, remedy: str):
        super().__init__(f"{path} {problem}. {remedy}")


def make_again(name: str) -> str:
    """Return what to do about a damaged file of a run or a measurement."""
    return f"Bring it back from the repository, or make it again with: python -m laboratory run {name}"


def read_text(path: Path, remedy: str, may_be_cut: bool = False) -> str:
    """Return the text of a file in UTF-8.

    Args:
        path: of the file.
        remedy: what to do if it is damaged, for the message.
        may_be_cut: whether the file may end within a character.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFile: it is no file, as a folder or a named pipe, cannot be read, or is no such text.
    """
    require_file(path, remedy)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedFile(path, f"cannot be read ({error.strerror})", remedy) from error
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(content, final=not may_be_cut)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DamagedFile(f"{path}, line {line},", "is not in UTF-8", remedy) from error
    if text.startswith("\ufeff"):
        raise DamagedFile(
            f"{path}, line 1,", "begins with a byte order mark: save it as UTF-8 without one", remedy
        )
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DamagedFile(f"{path}, line {line},", "holds a zero byte", remedy)
    return text


def require_file(path: Path, remedy: str) -> None:
    """Refuse a folder, a named pipe, which would be waited for, or anything else that is no file.

    Raises:
        FileNotFoundError: there is nothing.
        DamagedFile: there is something else.
    """
    try:
        require_regular_file(path)
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            raise
        raise DamagedFile(path, f"cannot be read ({error})", remedy) from error


def read_object(path: Path, remedy: str) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFile: it holds something else; the message names the line, if it is no JSON.
    """
    text = read_text(path, remedy)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise DamagedFile(f"{path}, line {error.lineno},", f"is not JSON ({error.msg})", remedy) from error
    except (RecursionError, ValueError) as error:  # nested too deeply, or a number of too many digits
        raise DamagedFile(path, f"is not the JSON of a record ({error})", remedy) from error
    if not isinstance(content, dict):
        raise DamagedFile(path, "holds no JSON object", remedy)
    return content


def require_fields(
    content: Mapping[str, Any], kinds: Mapping[str, Any], path: Path | str, remedy: str
) -> None:
    """Refuse an object that lacks a field, or has one of another type.

    Args:
        content: the object.
        kinds: name of each field to its type, a key of `KINDS`.
        path, remedy: for the message.

    Raises:
        DamagedFile: a field is missing or wrong; the message names it.
    """
    for name, kind in kinds.items():
        if name not in content:
            raise DamagedFile(path, f"lacks {name!r}", remedy)
        require_kind(content[name], kind, repr(name), path, remedy)


def require_kind(value: object, kind: Any, name: str, path: Path | str, remedy: str) -> None:
    """Refuse a value of another type; True and False are no numbers here.

    Raises:
        DamagedFile: the message calls the value by `name`.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DamagedFile(path, f"holds {value!r:.40} as {name}, expected {KINDS[kind]}", remedy)


def require_numbers(values: Any, name: str, path: Path | str, remedy: str) -> None:
    """Refuse what is no list of numbers.

    Raises:
        DamagedFile: the message calls the list by `name`.
    """
    require_kind(values, list, name, path, remedy)
    for value in values:
        require_kind(value, NUMBER, f"a value of {name}", path, remedy)


def load_weights(model: keras.Model, path: Path, remedy: str) -> None:
    """Load a file of weights into `model`.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFile: it cannot be read, or holds the weights of another network.
    """
    require_file(path, remedy)
    try:
        model.load_weights(path)
    except Exception as error:  # damaged bytes can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DamagedFile(path, f"does not hold the weights of this network ({reason})", remedy) from error
