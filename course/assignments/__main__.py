"""Study alone: python -m course.assignments start, progress or solutions; with a class: report and codes.

`start` puts the assignments into a folder of yours, `progress` says which tasks pass, and `solutions`
puts worked solutions beside your answers. Existing files are never overwritten. `report` counts the
frequent wrong answers in what nbgrader has graded, and `codes` prints a code for each student.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from course.assignments.chapters import progress_lines
from course.assignments.progress import Report, check
from course.assignments.release import SOURCE_FOLDER, find, solved_version, sources, student_version
from course.assignments.report import in_lines, report
from utils.practice.variants import SECRET, code_of

import nbformat

FOLDER = Path("my_assignments")
GRADED = SOURCE_FOLDER.parent / "autograded"


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

    Without numbers, the cells to fill of those chapters that have been begun stand first.

    Raises:
        ValueError: there is no notebook to run, or one of them could not be checked.
    """
    from tqdm import tqdm

    places = [folder / source.parent.name / source.name for source in _chosen(numbers)]
    if not numbers:
        places = [place for place in places if os.path.lexists(place)]
    if not places:
        raise ValueError(f"There is no assignment in {folder} yet: python -m course.assignments start")
    lines, problems = [] if numbers else progress_lines(), []
    for place in tqdm(places, desc="running", unit="notebook", leave=False):
        try:
            lines += _lines(place.parent.name, check(place))
        except (ValueError, OSError, RuntimeError) as error:
            problems.append(f"{place.parent.name} was not checked: {error}")
    print("\n".join(lines))
    if problems:
        raise ValueError("\n".join(problems))


def report_wrong_answers(folder: Path, numbers: list[str]) -> None:
    """Print, for each task of the assignments that were graded, how many are right and the frequent errors.

    A picture of each assignment is written into the folder.

    Raises:
        ValueError: nothing has been graded in the folder.
    """
    chosen = _chosen(numbers)
    if not numbers:
        chosen = [source for source in chosen if list(folder.glob(f"*/{source.parent.name}/{source.name}"))]
    if not chosen:
        raise ValueError(f"Nothing has been graded in {folder} yet: see notebooks/assignments/README.md.")
    from course.assignments.report_picture import save

    for source in chosen:
        name, tasks = source.parent.name, report(source, folder)
        print("\n".join([*in_lines(name, tasks), f"  picture: {save(name, tasks, folder)}"]))


def codes(_: Path, students: list[str]) -> None:
    """Print the code of each student, from which numbers of their own are drawn.

    Raises:
        ValueError: no secret is set, or no student is named.
    """
    secret = os.environ.get(SECRET, "")
    if not secret or not students:
        raise ValueError(f"Set {SECRET} to a text of yours, and give the names under which students hand in.")
    for student in students:
        print(f"{code_of(secret, student)}  {student}")


def _lines(name: str, found: Report) -> list[str]:
    """Return the points of an assignment, what is odd about the notebook, and a line for each task."""
    full = sum(result.points for result in found.results)
    earned = sum(result.points for result in found.results if result.passes)
    longest = max(len(result.task) for result in found.results)
    return [
        f"{name}: {earned} of {full} points",
        *(f"  warning: {warning}" for warning in found.warnings),
        *(
            f"  {number}  {result.task:{longest}}  {result.message}"
            for number, result in enumerate(found.results, start=1)
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
    parser.add_argument("action", choices=["start", "progress", "solutions", "report", "codes"])
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="such as 1 or 01, all without one; or names"
    )
    parser.add_argument("--folder", type=Path, help=f"yours; {FOLDER}, for a report {GRADED.name}")
    chosen = parser.parse_args(arguments)
    actions = {"start": start, "progress": progress, "solutions": solutions}
    actions |= {"report": report_wrong_answers, "codes": codes}
    folder = chosen.folder or (GRADED if chosen.action == "report" else FOLDER)
    try:
        actions[chosen.action](folder, chosen.numbers)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
