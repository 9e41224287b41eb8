"""What the course tells nbgrader; everything else is nbgrader's default."""

import os

from course.assignments.release import STUB

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "deep_cnn"
if "NBGRADER_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["NBGRADER_EXCHANGE"]

c.ClearSolutions.code_stub = {"python": "\n".join(STUB)}

# A submission under another name, or with a notebook missing, is refused while its
# author can still act.
c.ExchangeSubmit.strict = True

# A check that a student deleted is put back before grading.
c.OverwriteCells.add_missing_cells = True

# Seconds per cell. A loop without end loses its own task; the cells after it still run.
c.Execute.timeout = int(os.environ.get("NBGRADER_CELL_TIMEOUT", 60))
# Seconds that the last outputs of a cell may take to arrive, on a machine that is busy.
c.Execute.iopub_timeout = 60
module = "course.assignments.limits"
limit = f"from {module} import limit_kernel; limit_kernel(); del limit_kernel"
c.Execute.extra_arguments = [
    "--HistoryManager.hist_file=:memory:",
    f"--IPKernelApp.exec_lines={limit}",
]
