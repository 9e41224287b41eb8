"""Say whether this machine is ready for the course and, if anything is missing, what to type.

    python -m course.doctor [FOLDER]

FOLDER is where your notebooks are; without it, the current folder if it holds notebooks, otherwise those
of the course. A kernel is started there, as JupyterLab does, and looked at from inside. The exit status is
0 when the machine is ready, 1 when something is missing, and 2 when there was nothing to examine.
"""

# The doctor needs nothing but Python: each check imports what it asks about, and what cannot be imported is
# reported like anything else.

import argparse
import functools
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

from course.doctor import imports, machine, software, surroundings
from course.doctor.results import COURSE, INSTALL, LACK, NOTE, Result

CHECKS: tuple[Callable[[], Result], ...] = (
    machine.check_system,
    machine.check_processor,
    machine.check_memory,
    machine.check_disk,
    machine.check_data_disk,
    machine.check_data,
    surroundings.check_home,
    surroundings.check_pip,
    surroundings.check_jupyter,
    software.check_npm,
    software.check_tensorflow,
    software.check_gpu,
)
# These look at notebooks in a folder.
NOTEBOOK_CHECKS: tuple[Callable[[Path], Result], ...] = (
    imports.check_installation,
    imports.check_imports,
    surroundings.check_kernel,
    surroundings.check_startup,
    surroundings.check_tensorflow_settings,
    software.check_keras_settings,
    surroundings.check_figures,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m course.doctor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, help="where your notebooks are")
    folder = notebooks_folder(parser.parse_args(arguments).folder)
    if reason := nothing_to_examine(folder):
        print(_printable(reason), file=sys.stderr)
        return 2
    print("Is this machine ready for the course? TensorFlow and a kernel take some seconds to answer.\n")
    sys.stdout.flush()
    results = examine(folder)
    print(_printable(report(results)))
    return int(any(result.level == LACK for result in results))


def notebooks_folder(given: Path | None) -> Path:
    """Return the folder whose notebooks are meant, with its whole path."""
    here = Path.cwd()
    if given is None:
        given = here if any(here.glob("*.ipynb")) else COURSE / "notebooks"
    return given.resolve()


def nothing_to_examine(folder: Path) -> str:
    """Say why there is no course to examine, or nothing."""
    copy = imports.copied_to(folder)
    if copy is None:
        return "" if folder.is_dir() else f"There is no folder {folder}."
    return "\n".join(
        [
            f"The course is installed without -e: its modules were copied to {copy}, its notebooks, recorded",
            "runs and assignments were not. Type, in the folder that holds README.md and notebooks:",
            *(f"    {line}" for line in INSTALL),
        ]
    )


def examine(folder: Path) -> list[Result]:
    """Run every check; if one fails with an error, report it and go on."""
    found = [attempt(software.check_python), *software.check_packages(), *map(attempt, CHECKS)]
    return [*found, *(attempt(functools.partial(check, folder)) for check in NOTEBOOK_CHECKS)]


def attempt(check: Callable[[], Result]) -> Result:
    """Return what `check` returns or, if it raises an error, that something is missing."""
    try:
        return check()
    except Exception as error:  # an ImportError or anything else: what is broken is not known beforehand
        name = getattr(check, "func", check).__name__.replace("check_", "").replace("_", " ")
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
