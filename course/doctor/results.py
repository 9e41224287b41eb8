"""What a check returns, and the commands that several checks recommend."""

import sys
from pathlib import Path
from typing import NamedTuple

COURSE = Path(__file__).resolve().parents[2]
GIB = 2**30
OK, NOTE, LACK = "ok", "note", "lack"  # with a note the course runs all the same


class Result(NamedTuple):
    """What one check found; `fix` is what to type, line by line."""

    name: str
    level: str
    found: str
    fix: tuple[str, ...] = ()


def commands(uv: list[str], pip: list[str]) -> tuple[str, ...]:
    """Return the lines to type for those who use uv and for those who use pip."""
    return (*(f"with uv:   {line}" for line in uv), *(f"with pip:  {line}" for line in pip))


def set_variable(name: str, value: str) -> str:
    """Return the command that sets an environment variable; an empty value counts as not set."""
    return f'setx {name} "{value}"' if sys.platform == "win32" else f'export {name}="{value}"'


INSTALL = commands(["uv sync"], ["python -m pip install -e ."])
REINSTALL = commands(["uv sync --reinstall"], ["python -m pip install --force-reinstall -e ."])
FREE_DISK = commands(["uv cache clean"], ["python -m pip cache purge"])
MOVE_DATA = (set_variable("KERAS_HOME", str(COURSE / ".keras")),)
# Where the machine itself cannot run the course.
ELSEWHERE = ("python -m webbrowser https://colab.research.google.com",)
