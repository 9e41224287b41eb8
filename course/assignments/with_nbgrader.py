"""What nbgrader does differently for this course; `nbgrader_config.py` puts it in place.

A submission is read with suspicion, its answers are put into a fresh copy of the assignment, and its checks
run in a process that the answers do not reach.
"""

from pathlib import Path

from course.assignments.grading import CELL_SECONDS, Ran, grade
from course.assignments.limits import MEMORY_BYTES
from course.assignments.release import settings_of
from course.assignments.submission import fitted, read
from course.execute import KERNEL
from utils.practice.variants import code_of

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer, Unicode


class SubmissionExporter(NotebookExporter):
    """Read a submission within limits, and say in words why one cannot be read."""

    def from_filename(self, filename, resources=None, **options):
        """Read and convert the notebook at a path; `submission.Refused` says why it cannot be graded."""
        return self.from_notebook_node(read(Path(filename)), resources, **options)


class KeepAnswers(NbGraderPreprocessor):
    """Put the answers of a submission into the assignment as the gradebook knows it."""

    def preprocess(self, nb, resources):
        """Return the assignment with the student's answers, whatever else the student changed."""
        asked = resources["nbgrader"]
        with Gradebook(asked["db_url"]) as gradebook:
            template = template_of(gradebook.find_notebook(asked["notebook"], asked["assignment"]))
        result, warnings = fitted(nb, template)
        for warning in warnings:
            self.log.warning("%s: %s", asked["student"], warning)
        return result, resources


class GradeApart(NbGraderPreprocessor):
    """Run the answers in one process and their checks in another one."""

    cell_seconds = Float(CELL_SECONDS, help="Seconds after which a cell or a check is stopped").tag(
        config=True
    )
    memory_bytes = Integer(MEMORY_BYTES, help="Address space of the answers' process").tag(config=True)

    secret = Unicode("", help="The numbers of each student are drawn from it; all the same without").tag(
        config=True
    )

    def preprocess(self, nb, resources):
        """Give each cell the output that it had; a check that did not pass gets an error."""
        code = code_of(self.secret, resources["nbgrader"]["student"])
        ran = grade(nb, cell_seconds=self.cell_seconds, memory_bytes=self.memory_bytes, code=code)
        number = 0
        for cell, result in zip(nb.cells, ran, strict=True):
            if result is not None:
                number += 1
                cell.execution_count, cell.outputs = number, _outputs(cell, result)
        return nb, resources


def template_of(notebook: Notebook) -> nbformat.NotebookNode:
    """Return the assignment's notebook with complete checks, as the gradebook keeps it."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    tasks = {cell.name for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    cells = []
    for source in notebook.source_cells:  # nbgrader keeps them in their order
        make = {"code": nbformat.v4.new_code_cell}.get(source.cell_type, nbformat.v4.new_markdown_cell)
        settings = {
            "grade_id": source.name,
            "grade": source.name in points and source.name not in tasks,
            "solution": source.name in solutions,
            "locked": source.locked,
            "task": source.name in tasks,
            "checksum": source.checksum,
            "cell_type": source.cell_type,
            "schema_version": 3,
        }
        if source.name in points:
            settings["points"] = points[source.name]
        cells.append(make(source.source, metadata={"nbgrader": settings}))
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def _outputs(cell: nbformat.NotebookNode, ran: Ran) -> list[nbformat.NotebookNode]:
    outputs = [nbformat.v4.new_output("stream", text=ran.text)] if ran.text else []
    error = ran.error
    if settings_of(cell).get("grade") and not ran.passed and not error:
        error = {"ename": "NotRun", "evalue": "The check did not run.", "traceback": ["It did not run."]}
    return [*outputs, nbformat.v4.new_output("error", **error)] if error else outputs
