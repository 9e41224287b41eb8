"""What the course tells nbgrader; everything else is nbgrader's default."""

import os

from course.assignments.release import STUB

from nbgrader import preprocessors

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "deep_cnn"
if "NBGRADER_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["NBGRADER_EXCHANGE"]

c.ClearSolutions.code_stub = {"python": "\n".join(STUB)}

# A submission under another name, or with a notebook missing, is refused while its
# author can still act. What lies beside the notebook is not handed in.
c.ExchangeSubmit.strict = True
c.CourseDirectory.include = ["*.ipynb", "timestamp.txt", "submission_secret.txt"]

# Names, locks and points of cells are the assignment's, whatever a student changed.
# Answers run in a process of their own, and checks in another that they do not reach.
own = "course.assignments.with_nbgrader"
c.Autograde.exporter_class = f"{own}.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    f"{own}.KeepAnswers",
    preprocessors.CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    f"{own}.GradeApart",
    preprocessors.SaveAutoGrades,
    preprocessors.AssignLatePenalties,
    preprocessors.CheckCellMetadata,
]
# Seconds per cell. A loop without end loses its own task; the cells after it still run.
c.GradeApart.cell_seconds = float(os.environ.get("NBGRADER_CELL_TIMEOUT", 60))
# From this secret the numbers are drawn that differ from student to student.
c.GradeApart.secret = os.environ.get("COURSE_SECRET", "")

# grades.csv says which submissions were refused, and why.
c.ExportApp.plugin_class = "course.assignments.export.GradesAndRefusals"
