"""The process that checks: python -I -m course.assignments.checker, with cells as JSON on standard input.

The checks run here, and the student's code does not: it runs in a process of its own (`worker`), which
sends values. Where a check calls an answer, the call goes there and its result comes back.
"""

import ast
import builtins
import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

from course.assignments.limits import limit_process
from course.assignments.student import Stopped, StudentProcess
from course.assignments.values import described
from utils.practice.variants import CODE


def main() -> None:
    """Read the cells and settings, and write one result per cell."""
    asked = json.load(sys.stdin)
    limit_process(asked["memory_bytes"])
    os.environ[CODE] = asked.pop("code", "")  # before a check draws the student's numbers
    answer_to = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()):
        results = results_of(**asked)
    json.dump(results, answer_to)
    answer_to.flush()


def results_of(cells: list[dict], cell_seconds: float, total_seconds: float, memory_bytes: int) -> list[dict]:
    """Run the cells of a notebook in order.

    Args:
        cells: each with "role" (answer, given, check or own), "source", and "shown", which is the source
            without hidden tests.
        cell_seconds: of one cell; a check may take as long again.
        total_seconds: of the whole notebook. What has not run by then earns nothing.
        memory_bytes: of the student's process.

    Returns:
        for each cell "text", what it printed; "error" or None; and "passed" for a check.
    """
    deadline = time.monotonic() + total_seconds
    course = {"__name__": "__main__"}
    results, answer_error = [], None
    with StudentProcess(memory_bytes, cell_seconds, deadline) as student:
        for cell in cells:
            role, result = cell["role"], None
            if role == "given":
                _execute(cell["source"], course)
            if role == "check":
                with contextlib.redirect_stdout(io.StringIO()) as printed:
                    error = _error_of_check(cell["source"], course, student, answer_error)
                text = "" if error else printed.getvalue()
                result = {"text": text, "error": error, "passed": error is None}
                if error and error["ename"] == Stopped.__name__:
                    results.append(result)
                    continue  # it would only be stopped again
            # What a check defines is there for the cells after it, as in the notebook.
            ran = student.run(cell["shown"])
            if role == "answer":
                answer_error = ran["error"]
            results.append(result or ran)
    return results


def _error_of_check(
    source: str, course: dict, student: StudentProcess, answer_error: dict | None
) -> dict | None:
    """Run a check on the student's values and functions, and return its error, if any."""
    student.allow_time()
    answers: dict[str, object] = {}
    try:
        for name in names_needed(source, course):
            found, value = student.get(name)
            if found:
                answers[name] = value
            elif answer_error:
                return answer_error
        # A dictionary of its own: what one check defines is no answer to the next one.
        _execute(source, course | answers)
    except Stopped as error:
        student.restart()
        return in_one_sentence(error)
    except AssertionError as error:
        return in_one_sentence(error)
    except Exception as error:
        return described(error)
    return None


def in_one_sentence(error: Exception) -> dict[str, Any]:
    """Return kind and message of an error whose message is for the student: it shows no traceback."""
    return described(error) | {"traceback": [str(error)]}


def names_needed(source: str, given: Iterable[str]) -> list[str]:
    """Return the names that a check reads, and that neither it, the cells before it nor Python defines.

    Args:
        source: of the check.
        given: the names that cells of the course define for all checks.
    """
    nodes = list(ast.walk(ast.parse(source)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    defined = (
        {node.id for node in names if not isinstance(node.ctx, ast.Load)} | set(given) | set(dir(builtins))
    )
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
    return sorted({node.id for node in names} - defined)


def _execute(source: str, namespace: dict) -> None:
    # Assertions count even where whoever grades runs Python with -O.
    exec(compile(source, "check", "exec", optimize=0), namespace)


if __name__ == "__main__":
    main()
    os._exit(0)  # without waiting for threads that the student's process may hold
