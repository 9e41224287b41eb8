"""Export grades as nbgrader does, with a column that tells a refused submission from a real zero."""

import csv
import re
from glob import glob
from pathlib import Path
from typing import Any

from course.assignments.submission import Refused, fitted, read
from course.assignments.with_nbgrader import template_of

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

OF_STUDENT = ("last_name", "first_name", "email")
OF_GRADE = ("raw_score", "late_submission_penalty", "score")
FIELDS: list[str] = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    *OF_STUDENT,
    *OF_GRADE,
    "max_score",
    "refused",
]


class GradesAndRefusals(ExportPlugin):
    """Write grades.csv: a submission that was not graded has no score, and the reason in "refused"."""

    def export(self, gradebook: Gradebook) -> None:
        """Write a row for each assignment and each student whom gradebook or folder know."""
        place = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", place)
        known = {student.id: student for student in gradebook.students}
        with place.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            assignments: Any = gradebook.assignments
            for assignment in assignments:
                refused = self._refused(assignment)
                for name in [*known, *sorted(set(refused) - set(known))]:
                    if _wanted(self.assignment, assignment.name) and _wanted(self.student, name):
                        row = _row(gradebook, assignment, name, refused.get(name, ""))
                        row |= {field: getattr(known.get(name), field, None) or "" for field in OF_STUDENT}
                        writer.writerow(row)

    def _refused(self, assignment: Any) -> dict[str, str]:
        """Return why submissions were not graded, by student."""
        folder = CourseDirectory(parent=self)
        handed_in = folder.format_path(folder.submitted_directory, "*", assignment.name)
        pattern = folder.format_path(
            folder.submitted_directory, "(?P<student>.*)", assignment.name, escape=True
        )
        refused = {}
        for path in sorted(glob(handed_in)):
            student = re.match(pattern, path)["student"]  # pyright: ignore[reportOptionalSubscript]
            graded = Path(folder.format_path(folder.autograded_directory, student, assignment.name))
            for notebook in assignment.notebooks:
                if not (graded / f"{notebook.name}.ipynb").is_file():
                    refused[student] = _reason(Path(path) / f"{notebook.name}.ipynb", notebook)
        return refused


def _reason(path: Path, notebook: Any) -> str:
    """Return why a notebook cannot be graded."""
    try:
        fitted(read(path), template_of(notebook))
    except Refused as error:
        return str(error)
    except OSError as error:
        return f"{path} cannot be read: {error}"
    return "not graded yet: run nbgrader autograde, and read what it says about this student"


def _row(gradebook: Gradebook, assignment: Any, student: str, refused: str) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(FIELDS, "")
    row |= {"assignment": assignment.name, "student_id": student, "max_score": assignment.max_score}
    row |= {"duedate": assignment.duedate or "", "refused": refused}
    if refused:
        return row
    try:
        found: Any = gradebook.find_submission(assignment.name, student)
    except MissingEntry:  # nothing was handed in
        return row | dict.fromkeys(OF_GRADE, 0.0)
    penalty = found.late_submission_penalty
    score = max(0.0, found.score - penalty)
    row |= {"timestamp": found.timestamp or "", "raw_score": found.score}
    return row | {"late_submission_penalty": penalty, "score": score}


def _wanted(names: list, name: str) -> bool:
    return not names or name in map(str, names)
