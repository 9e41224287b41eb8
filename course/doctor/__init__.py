"""Say whether this machine is ready for the course and, if anything is missing, what to type.

    python -m course.doctor

It needs nothing but Python: each check imports what it asks about, and what cannot be imported is
reported like anything else. The exit status is 0 when the machine is ready, otherwise 1.
"""

import shutil
import sys
import textwrap
from collections.abc import Callable

from course.doctor import machine, software
from course.doctor.results import COURSE, INSTALL, LACK, NOTE, Result

CHECKS: tuple[Callable[[], Result], ...] = (
    machine.check_system,
    machine.check_processor,
    machine.check_memory,
    machine.check_disk,
    machine.check_data_disk,
    machine.check_data,
    software.check_npm,
    software.check_kernel,
    software.check_keras_settings,
    software.check_tensorflow,
    software.check_gpu,
)


def main() -> int:
    """Print what was found; return the exit status."""
    print("Is this machine ready for the course? TensorFlow takes some seconds to answer.\n")
    sys.stdout.flush()
    results = examine()
    print(_printable(report(results)))
    return int(any(result.level == LACK for result in results))


def examine() -> list[Result]:
    """Run every check; if one fails with an error, report it and go on."""
    return [attempt(software.check_python), *software.check_packages(), *map(attempt, CHECKS)]


def attempt(check: Callable[[], Result]) -> Result:
    """Return what `check` returns or, if it raises an error, that something is missing."""
    try:
        return check()
    except Exception as error:  # an ImportError or anything else: what is broken is not known beforehand
        name = check.__name__.replace("check_", "").replace("_", " ")
        return Result(name, LACK, f"cannot be checked: {error}", INSTALL)


def report(results: list[Result]) -> str:
    """Return the table, then what to type, then the verdict."""
    lines = [line for result in results for line in _rows(result, results)]
    for level, heading in ((NOTE, "If you like"), (LACK, "To be mended")):
        for fix, names in _fixes(results, level).items():
            lines += ["", f"{heading}: {', '.join(names)}. Type, in {COURSE}:"]
            lines += [f"    {command}" for command in fix]
    return "\n".join([*lines, "", verdict(results)])


def verdict(results: list[Result]) -> str:
    """Return the last line of the report."""
    names = [result.name for result in results if result.level == LACK]
    if not names:
        return "This machine is ready."
    things = "1 thing is" if len(names) == 1 else f"{len(names)} things are"
    return f"{things} missing: {', '.join(names)}."


def _rows(result: Result, results: list[Result]) -> list[str]:
    width = max(len(other.name) for other in results)
    return textwrap.wrap(
        f"{result.name:<{width}}  {result.level:<4}  {result.found}",
        width=max(60, min(100, shutil.get_terminal_size().columns)),
        subsequent_indent=" " * (width + 8),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fixes(results: list[Result], level: str) -> dict[tuple[str, ...], list[str]]:
    """Group the names of the results of one level by what to type."""
    names: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        if result.level == level and result.fix:
            names.setdefault(result.fix, []).append(result.name)
    return names


def _printable(text: str) -> str:
    """Replace what the console cannot show, such as an accent in the name of a folder."""
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, errors="backslashreplace").decode(encoding)
