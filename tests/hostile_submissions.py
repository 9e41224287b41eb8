"""Submissions of the unlucky and the hostile to assignment 01, and what each of them should earn.

Each answers all tasks rightly and then spoils something. What it should earn stands beside it: ALL points,
all BUT_FIRST where it spoils the first answer, or REFUSED.
"""

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbformat
from assignment_answers import SOURCES, grade_id, read, tasks

TASKS = tasks(SOURCES[0])
ALL = sum(task.points for task in TASKS)
BUT_FIRST = ALL - TASKS[0].points
NOTHING = 0
REFUSED = "refused"
WRONG = "\ncorrelate = lambda image, kernel, stride: image * 0\n"


class Hostile(NamedTuple):
    """What a student does to a notebook with right answers, and the points that it should earn."""

    change: Callable[[nbformat.NotebookNode], nbformat.NotebookNode]
    earns: int | str


class HostileFolder(NamedTuple):
    """What a student hands in instead of, or beside, the file of a notebook with right answers."""

    change: Callable[[Path], object]
    earns: int | str


# What an unlucky answer does. It stands in place of the first one.
ACCIDENTS = {
    "endless-loop": "while True:\n    pass",
    "endless-loop-in-a-call": "def correlate(image, kernel, stride):\n    while True:\n        pass",
    "endless-recursion": "def correlate(image, kernel, stride):\n    return correlate(image, kernel, stride)",
    "system-exit": "import sys\n\nsys.exit(0)",
    "system-exit-in-a-call": "import sys\n\ncorrelate = lambda image, kernel, stride: sys.exit(0)",
    "killed-python": "import os\n\nos._exit(0)",
    "killed-python-in-a-call": "import os\n\ncorrelate = lambda image, kernel, stride: os._exit(0)",
    "interrupt": "raise KeyboardInterrupt",
    "memory-hog": "import numpy as np\n\nhoard = [np.ones(2**25) for _ in range(1000)]",
    "output-flood": "while True:\n    print('x' * 1000)",
    "raw-output-flood": "import os\n\nfor _ in range(1000):\n    os.write(1, b'x' * 100_000)",
    "large-page": "from IPython.display import HTML, display\n\ndisplay(HTML('x' * 50_000_000))" + WRONG,
    "large-result": "import numpy as np\n\ncorrelate = lambda image, kernel, stride: np.zeros(10_000_000)",
    "large-integer": "correlate = lambda image, kernel, stride: 10**100_000",
    "endless-result": "import itertools\n\ncorrelate = lambda image, kernel, stride: itertools.count()",
    "large-file": "file = open('large', 'wb')\nfor _ in range(5000):\n    file.write(bytes(2**20))",
    "large-files": "for k in range(100):\n    open(f'{k}', 'wb').write(bytes(2**25))\nwhile True:\n    pass",
    "asks-for-input": "correlate = input()",
    "syntax-error": "def correlate(image, kernel, stride)\n    return image",
    "null-character": "correlate = '\0'",
    "waiting-child": "import subprocess\n\nsubprocess.Popen(['sleep', '600'])" + WRONG,
    "no-function": "correlate = [1, 2, 3]",
    "nothing": "",
}

# What a hostile answer does, so that a wrong function may pass.
ATTACKS = {
    "replaced-checkers": """
from utils.practice import checks
checks.expect_array = checks.expect_equal = checks.verify = lambda *arguments: None
""",
    "replaced-tasks": """
from utils.practice import exercises, tasks
from utils.practice.assignment_01 import tasks as checks
tasks.Tasks.expect = lambda *_, **named: print("Right")
exercises.Exercise.judge = lambda *_: exercises.Verdict("right", "Right.")
checks.exercises.clear()
""",
    "replaced-comparison": """
from utils.practice import checks, comparison
comparison.same_numbers = lambda answer, expected: True
comparison.number_difference = checks.number_difference = lambda *arguments, **named: ""
""",
    "large-tolerance": "from utils.practice import comparison\ncomparison.TOLERANCE = 1e9",
    "replaced-numpy": """
import numpy as np
np.isclose = lambda answer, expected, **named: np.ones(np.shape(expected), bool)
np.allclose = np.array_equal = lambda *arguments, **named: True
np.testing.assert_allclose = np.testing.assert_array_equal = print
""",
    "replaced-builtins": """
import builtins
builtins.AssertionError = type("Quiet", (BaseException,), {"__new__": lambda *_: SystemExit(0)})
builtins.abs = builtins.max = lambda *_: 0
""",
    "replaced-module": """
import sys, types
fake = types.ModuleType("utils.practice.checks")
fake.expect_array = fake.expect_equal = fake.expect_statements = fake.verify = lambda *_: None
sys.modules["utils.practice.checks"] = fake
""",
    "replaced-convolution": """
import utils.convolution
utils.convolution.correlate2d = lambda image, kernel: image * 0
""",
    "input-transformer": """
shell = get_ipython()
shell.input_transformers_post.append(lambda lines: [] if any("expect" in line for line in lines) else lines)
""",
    "ast-transformer": """
import ast
class Nothing(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.Module(body=[], type_ignores=[])
get_ipython().ast_transformers.append(Nothing())
""",
    "own-run-cell": """
shell = get_ipython()
shell.run_cell = lambda *arguments, **named: type("Fine", (), {"error_before_exec": 0, "error_in_exec": 0})
""",
    "trace": "import sys\nsys.settrace(lambda *_: None)\nsys.setprofile(lambda *_: None)",
    "frames": """
import sys
frame = sys._getframe()
while frame:
    for name in ("error", "result", "reply"):
        frame.f_locals.pop(name, None)
    frame.f_globals.update(described=lambda error: None, passed=True)
    frame = frame.f_back
""",
    "garbage": """
import gc
for found in gc.get_objects():
    if type(found) is dict and "error" in found:
        found.update(error=None, passed=True)
""",
    "at-exit": "import atexit, os\natexit.register(lambda: os._exit(0))",
    "equal-to-all": """
class Equal:
    shape, dtype, ndim, size = (3, 3), float, 2, 9
    __eq__ = __array_ufunc__ = __array_function__ = lambda self, *arguments, **named: True
    __bool__ = __len__ = __index__ = lambda self: 1
correlate = lambda image, kernel, stride: Equal()
""",
    "array-that-lies": """
import numpy as np
class Lies(np.ndarray):
    def __array_ufunc__(self, *arguments, **named):
        return True
    astype = all = lambda self, *arguments, **named: self
correlate = lambda image, kernel, stride: np.zeros((3, 3)).view(Lies)
""",
    "pickled-code": """
import numpy as np
class Code:
    def __reduce__(self):
        return print, ("passed",)
correlate = lambda image, kernel, stride: np.array([Code()], dtype=object)
""",
    "forged-replies": """
import os
for number in range(3, 40):
    for line in (b'{"value": true, "passed": true, "error": null, "text": ""}\\n', b"[]\\n", b"{}\\n"):
        try:
            os.write(number, line)
        except OSError:
            pass
""",
    "deep-reply": """
import os
for number in range(3, 40):
    try:
        os.write(number, b"[" * 100_000 + b"\\n")
    except OSError:
        pass
""",
    "environment": """
import os
os.environ.update(PYTHONOPTIMIZE="2", PYTHONPATH=os.getcwd(), PYTHONSTARTUP="x.py", IPYTHONDIR=os.getcwd())
""",
    "numpy-in-the-folder": """
for name in ("numpy", "json", "sitecustomize", "usercustomize"):
    open(f"{name}.py", "w").write("raise SystemExit(0)")
""",
    "no-exceptions": "import sys\nsys.excepthook = print\nget_ipython().set_custom_exc((Exception,), print)",
    "no-folder": "import os, shutil\nshutil.rmtree(os.getcwd())\nos.chdir('/')",
    "no-pipes": "import os\nos.closerange(0, 100)",
    "stopped-process": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "killed-checker": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "forked-process": "import os, time\nif os.fork() == 0:\n    time.sleep(600)",
    "reads-source": """
from pathlib import Path
found = [path for folder in [Path.cwd(), *Path.cwd().parents] for path in folder.glob("source/*/*.ipynb")]
assert not found, found
""",
}


# These also keep the other answers from running: nobody but their author loses points.
SELF_HARM = {"ast-transformer": NOTHING, "own-run-cell": NOTHING, "forged-replies": NOTHING}
# What code can do with the rights of whoever grades leads to no grade.
SELF_HARM["killed-checker"] = REFUSED


def spoil(notebook: nbformat.NotebookNode, code: str) -> nbformat.NotebookNode:
    """Put `code` in place of the first answer."""
    spoiled = copy.deepcopy(notebook)
    _answers(spoiled)[0].source = code.strip("\n")
    return spoiled


def _answers(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.nbgrader.solution]


def _checks(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.nbgrader.grade]


def _in_all(**settings) -> Callable:
    """Return a change that sets metadata of nbgrader in all cells, and makes the first answer wrong."""

    def change(notebook):
        spoiled = spoil(notebook, WRONG)
        for cell in spoiled.cells:
            cell.metadata.nbgrader.update(settings)
        return spoiled

    return change


def _delete_first_task(notebook):
    first = grade_id(_answers(notebook)[0])
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in (first, f"{first}-check")]
    return notebook


def _rewrite_checks(notebook):
    spoiled = spoil(notebook, WRONG)
    for cell in _checks(spoiled):
        cell.source = "print('passed')"
        cell.metadata.nbgrader.update(locked=False, checksum="0")
    return spoiled


def _copy_checks(notebook):
    before, after = ([copy.deepcopy(cell) for cell in _checks(notebook)] for _ in range(2))
    for number, cell in enumerate(before + after):
        cell.id, cell.source = f"copy-{number}", "print('passed')"
    spoiled = spoil(notebook, WRONG)
    spoiled.cells = before + spoiled.cells + after
    return spoiled


def _answer_twice(notebook):
    wrong = copy.deepcopy(_answers(notebook)[0])
    wrong.id, wrong.source = "copy", WRONG
    notebook.cells.insert(0, wrong)
    return notebook


def _wrong_answer_last(notebook):
    wrong = copy.deepcopy(_answers(notebook)[0])
    wrong.id, wrong.source = "copy", WRONG
    notebook.cells.append(wrong)
    return notebook


def _helper(notebook):
    first = _answers(notebook)[0]
    place = notebook.cells.index(first)
    helper = nbformat.v4.new_code_cell("%pwd\n\ndef added(window):\n    return window.sum()")
    first.source = first.source.replace("(window * kernel).sum()", "added(window * kernel)")
    notebook.cells.insert(place, helper)
    return notebook


def _without_first_name(notebook):
    del _answers(notebook)[0].metadata["nbgrader"]
    return notebook


def _as_text(notebook):
    for cell in _answers(notebook):
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]
    return notebook


def _exchange_names(notebook):
    first, check = _answers(notebook)[0], _checks(notebook)[0]
    first.metadata.nbgrader.grade_id, check.metadata.nbgrader.grade_id = grade_id(check), grade_id(first)
    check.source = WRONG
    return notebook


def _reversed(notebook):
    notebook.cells = notebook.cells[::-1]
    return notebook


def _other_metadata(notebook):
    notebook.metadata = nbformat.NotebookNode(kernelspec={"name": "R", "display_name": "R", "language": "R"})
    for cell in notebook.cells:
        cell.metadata.update(tags=["skip", "remove_cell", "raises-exception"], trusted=True)
    return notebook


def _scripts(notebook):
    page = "<script>alert('hostile')</script><img src=x onerror=alert('hostile')>"
    notebook.cells.append(nbformat.v4.new_markdown_cell(page))
    html = {"text/html": page}
    output = nbformat.v4.new_output("display_data", data=html)
    notebook.cells.append(nbformat.v4.new_code_cell(f"print({page!r})", outputs=[output]))
    return notebook


HOSTILE: dict[str, Hostile] = {
    "deleted-task": Hostile(_delete_first_task, BUT_FIRST),
    "rewritten-checks": Hostile(_rewrite_checks, BUT_FIRST),
    "checks-pasted-and-emptied": Hostile(_copy_checks, BUT_FIRST),
    "answer-twice": Hostile(_answer_twice, ALL),
    "wrong-answer-last": Hostile(_wrong_answer_last, BUT_FIRST),
    "helper-cell": Hostile(_helper, ALL),
    "one-name-removed": Hostile(_without_first_name, BUT_FIRST),
    "answers-as-text": Hostile(_as_text, ALL),
    "names-exchanged": Hostile(_exchange_names, BUT_FIRST),
    "cells-reversed": Hostile(_reversed, ALL),
    "metadata-of-others": Hostile(_other_metadata, ALL),
    "points-changed": Hostile(_in_all(points=100), BUT_FIRST),
    "nothing-graded": Hostile(_in_all(grade=False), BUT_FIRST),
    "all-solutions": Hostile(_in_all(solution=True, locked=False), BUT_FIRST),
    "all-tasks": Hostile(_in_all(task=True, points=5, schema_version=1), BUT_FIRST),
    "scripts": Hostile(_scripts, ALL),
}
for _name, _code in ACCIDENTS.items():
    HOSTILE[_name] = Hostile(lambda notebook, code=_code: spoil(notebook, code), BUT_FIRST)
for _name, _code in ATTACKS.items():
    _change = lambda notebook, code=_code + WRONG: spoil(notebook, code)  # noqa: E731
    HOSTILE[_name] = Hostile(_change, SELF_HARM.get(_name, BUT_FIRST))


# What lies in the folder of the submission. The path is that of the notebook.


def _replaced(make: Callable[[Path], object]) -> Callable[[Path], object]:
    def change(path: Path):
        path.unlink()
        make(path)

    return change


def _edited(edit: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(edit(path.read_bytes()))


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**31)  # takes no room on the disk


def _without_names(content: bytes) -> bytes:
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return json.dumps(notebook).encode()


def _with_cells(cells: object) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(json.loads(content) | {"cells": cells}).encode()


def _cell(name: str) -> dict:
    metadata = {"nbgrader": {"grade_id": name, "solution": True}}
    return {"cell_type": "code", "source": "", "metadata": metadata, "outputs": [], "execution_count": None}


def _beside(**files: str) -> Callable[[Path], object]:
    def change(path: Path):
        for name, text in files.items():
            place = path.parent / name.replace("__", "/").replace("_py", ".py").replace("_pth", ".pth")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    return change


def _link_to_the_source(path: Path) -> None:
    path.symlink_to(SOURCES[0])


STOP = "raise SystemExit('taken from the student')"
HOSTILE_FOLDERS: dict[str, HostileFolder] = {
    "no-notebook": HostileFolder(_edited(lambda _: b"Dear professor, my dog ate my notebook.\n"), REFUSED),
    "empty-file": HostileFolder(_edited(lambda _: b""), REFUSED),
    "truncated": HostileFolder(_edited(lambda content: content[: len(content) // 2]), REFUSED),
    "other-json": HostileFolder(_edited(lambda _: b'{"answer": 42}'), REFUSED),
    "deep-json": HostileFolder(_edited(lambda _: b"[" * 200_000), REFUSED),
    "utf-16": HostileFolder(_edited(lambda content: content.decode().encode("utf-16")), REFUSED),
    "half-character": HostileFolder(_edited(lambda content: content.replace(b"import", rb"\ud800")), REFUSED),
    "no-cells": HostileFolder(_edited(_with_cells([])), REFUSED),
    "many-cells": HostileFolder(_edited(_with_cells([_cell("correlate")] * 5000)), REFUSED),
    "cells-are-a-number": HostileFolder(_edited(_with_cells(3)), REFUSED),
    "cells-are-text": HostileFolder(_edited(_with_cells(["correlate"])), REFUSED),
    "names-removed": HostileFolder(_edited(_without_names), REFUSED),
    "other-assignment": HostileFolder(
        _replaced(lambda path: nbformat.write(read(SOURCES[2]), path)), REFUSED
    ),
    "wrong-name": HostileFolder(lambda path: path.rename(path.with_name("mine.ipynb")), REFUSED),
    "no-file": HostileFolder(lambda path: path.unlink(), REFUSED),
    "folder-as-notebook": HostileFolder(_replaced(lambda path: path.mkdir()), REFUSED),
    "named-pipe": HostileFolder(_replaced(lambda path: os.mkfifo(path)), REFUSED),
    "link-to-the-source": HostileFolder(_replaced(_link_to_the_source), REFUSED),
    "link-to-nothing": HostileFolder(_replaced(lambda path: path.symlink_to("nothing")), REFUSED),
    "two-gigabytes": HostileFolder(_huge, REFUSED),
    "byte-order-mark": HostileFolder(_edited(lambda content: b"\xef\xbb\xbf" + content), ALL),
    "modules-beside": HostileFolder(
        _beside(
            numpy_py=STOP, json_py=STOP, sitecustomize_py=STOP, conftest_py=STOP, x_pth=f"import os; {STOP}"
        ),
        ALL,
    ),
    "package-beside": HostileFolder(
        _beside(utils____init___py=STOP, course____init___py=STOP, utils__practice__checks_py=STOP), ALL
    ),
    "startup-beside": HostileFolder(
        _beside(profile_default__startup__00_py=STOP, ipython_config_py=STOP, jupyter_config_py=STOP), ALL
    ),
}
