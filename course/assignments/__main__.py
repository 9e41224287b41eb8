"""Study alone: python -m course.assignments start, progress or solutions.

`start` puts the assignments into a folder of yours, `progress` says which tasks pass, and `solutions`
puts worked solutions beside your answers. Existing files are never overwritten.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from course.assignments.release import find, solved_version, sources, student_version

import nbformat

FOLDER = Path("my_assignments")


def start(folder: Path, numbers: list[str]) -> None:
    """Put the student version of each assignment into the folder, unless it is there already."""
    for source in _chosen(numbers):
        place = folder / source.parent.name / source.name
        _write_new(place, student_version(nbformat.read(source, as_version=4)))
    print(f"Open them with: jupyter lab {folder}")


def solutions(folder: Path, numbers: list[str]) -> None:
    """Put the solution of each assignment beside the learner's notebook, under another name."""
    for source in _chosen(numbers):
        place = folder / source.parent.name / f"{source.stem}_solution.ipynb"
        _write_new(place, solved_version(nbformat.read(source, as_version=4)))


def progress(folder: Path, numbers: list[str]) -> None:
    """Run the learner's notebooks, and print a line per task; what cannot be run is named at the end.

    Raises:
        ValueError: there is no notebook to run, or one of them could not be checked.
    """
    from course.assignments.progress import check

    from tqdm import tqdm

    places = [folder / source.parent.name / source.name for source in _chosen(numbers)]
    if not numbers:
        places = [place for place in places if os.path.lexists(place)]
    if not places:
        raise ValueError(f"There is no assignment in {folder} yet: python -m course.assignments start")
    lines, problems = [], []
    for place in tqdm(places, desc="running", unit="notebook", leave=False):
        try:
            lines += _lines(place.parent.name, check(place))
        except (ValueError, OSError, RuntimeError) as error:
            problems.append(f"{place.parent.name} was not checked: {error}")
    print("\n".join(lines))
    if problems:
        raise ValueError("\n".join(problems))


def _lines(name: str, report) -> list[str]:
    full = sum(result.points for result in report.results)
    earned = sum(result.points for result in report.results if result.passes)
    return [
        f"{name}: {earned} of {full} points",
        *(f"  warning: {warning}" for warning in report.warnings),
        *(
            f"  {'passes' if result.passes else 'open  '}  {result.task}  {result.message}".rstrip()
            for result in report.results
        ),
    ]


def _chosen(numbers: list[str]) -> list[Path]:
    chosen = [find(number) for number in numbers] or list(sources().values())
    return list(dict.fromkeys(chosen))


def _write_new(place: Path, notebook: nbformat.NotebookNode) -> None:
    """Write a whole notebook or nothing, and never in place of another file."""
    if os.path.lexists(place):
        print(f"kept  {place} (it is yours; delete or rename it to get a new one)")
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="partial-", dir=place.parent) as beside:
        partial = Path(beside) / place.name
        with partial.open("w", encoding="utf-8") as file:
            nbformat.write(notebook, file)
        try:
            os.link(partial, place)  # unlike a renaming it never replaces
        except FileExistsError:
            raise
        except OSError:  # a disk without links, such as a memory stick
            os.rename(partial, place)
    print(f"new   {place}")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return 0, or 2 with a message on stderr."""
    parser = argparse.ArgumentParser(prog="python -m course.assignments", description=__doc__)
    parser.add_argument("action", choices=["start", "progress", "solutions"])
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="such as 1 or 01; all without one")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"yours; {FOLDER} if not given")
    chosen = parser.parse_args(arguments)
    try:
        {"start": start, "progress": progress, "solutions": solutions}[chosen.action](
            chosen.folder, chosen.numbers
        )
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
