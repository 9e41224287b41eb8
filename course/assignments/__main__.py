"""Study alone: python -m course.assignments start, progress or solutions.

`start` puts the assignments into a folder of yours, `progress` says which tasks pass, and `solutions`
puts worked solutions beside your answers. Existing files are never overwritten.
"""

import argparse
import sys
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
    """Run the learner's notebooks and print a line per task."""
    from course.assignments.progress import check

    from tqdm import tqdm

    places = [folder / source.parent.name / source.name for source in _chosen(numbers)]
    places = [place for place in places if place.exists()]
    if not places:
        raise ValueError(f"There is no assignment in {folder} yet: python -m course.assignments start")
    lines = []
    for place in tqdm(places, desc="running", unit="notebook", leave=False):
        results = check(place)
        full = sum(result.points for result in results)
        earned = sum(result.points for result in results if result.passes)
        lines += [f"{place.parent.name}: {earned} of {full} points"]
        lines += [f"  {'passes' if r.passes else 'open  '}  {r.task}  {r.message}".rstrip() for r in results]
    print("\n".join(lines))


def _chosen(numbers: list[str]) -> list[Path]:
    return [find(number) for number in numbers] or list(sources().values())


def _write_new(place: Path, notebook: nbformat.NotebookNode) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with place.open("x", encoding="utf-8") as file:
            nbformat.write(notebook, file)
        print(f"new   {place}")
    except FileExistsError:
        print(f"kept  {place} (it is yours; delete or rename it to get a new one)")


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
