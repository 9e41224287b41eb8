"""Whether the tests find a fault: the tests that speak of it first, then all of its room."""

import os
import re
import subprocess
import sys
from pathlib import Path

from mutants import ROOMS, Mutant

LIMIT_S = 1800  # for one group of files; a test that hangs has found the fault, too
# What the suite asks of a whole machine, and no fault in one line should need.
UNASKED = ("test_project_", "test_course_browser", "test_course_accessibility", "test_solutions")
# Minutes each: asked when all others of a fault have passed.
SLOW = re.compile(
    r"test_(laboratory_(speedrun_training|transfer|photographs|regularization|runs$)|explain_|course_ass)"
)
GROUP = 6  # files that one process asks: most of a short test's time is the start of TensorFlow


class Trial:
    """Plant faults in one tree, and ask a second one, without faults, whether a failure is their work.

    Args:
        tree: where faults are planted; nobody else may use it.
        sound: the same files, unchanged.
    """

    def __init__(self, tree: Path, sound: Path) -> None:
        self.tree, self.sound = tree, sound

    def outcome(self, mutant: Mutant) -> tuple[str, list[str]]:
        """Plant a fault, run tests until one fails, and mend it; return what found it, if any."""
        path = self.tree / mutant.file
        source = path.read_text(encoding="utf-8")
        tests = tests_of(self.tree, mutant)
        path.write_text(mutant.apply(source), encoding="utf-8")
        try:
            groups = [tests[start : start + GROUP] for start in range(0, len(tests), GROUP)]
            return next(filter(None, map(self._found_by, groups)), ""), tests
        finally:
            path.write_text(source, encoding="utf-8")

    def _found_by(self, files: list[str]) -> str:
        """Return the first test of some files that fails here, and passes without the fault."""
        unsound: list[str] = []
        while True:
            failed = _first_failure(self.tree, [*files, *(f"--deselect={test}" for test in unsound)])
            if not failed or failed in unsound:
                return ""
            asked = [failed] if "::" in failed else files
            if not _first_failure(self.sound, asked):
                return failed
            print(f"{failed} fails without a fault, too, and is not asked.", flush=True)
            unsound.append(failed)


def tests_of(tree: Path, mutant: Mutant) -> list[str]:
    """Return the test files that can know the fault's file, those that name its function first."""
    room = _room(mutant.file)
    module = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    words = [mutant.function, *_users(tree, module)]
    subject = re.sub(r"[^a-z]", "", module.rsplit(".", 1)[-1])  # "lenet" of lenet5
    chosen = []
    for path in sorted((tree / "tests").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        named = sum(bool(re.search(rf"\b{re.escape(word)}\b", text)) for word in words)
        named += subject in text.lower()
        own = path.stem.startswith(f"test_{room}")
        if (own or named or module in text) and not path.name.startswith(UNASKED):
            chosen.append((bool(SLOW.match(path.stem)), -named, not own, path.name))
    return [f"tests/{name}" for *_, name in sorted(chosen)]


def _users(tree: Path, module: str) -> list[str]:
    """Return the names of the modules that import one, for a test may know it through them alone."""
    wanted = re.compile(rf"^(from|import) {re.escape(module)}\b", re.MULTILINE)
    files = (path for room in ROOMS for path in sorted((tree / room).rglob("*.py")))
    users = (path.stem for path in files if wanted.search(path.read_text(encoding="utf-8")))
    return [name for name in users if not name.startswith("__")]


def _room(file: str) -> str:
    parts = Path(file).parts
    room = parts[1].removesuffix(".py") if len(parts) > 1 else ""
    return room if parts[0] == "utils" else f"{parts[0]}_{room}"


def _first_failure(tree: Path, asked: list[str]) -> str:
    """Return the first of some tests that fails in a tree, or "" if all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *asked]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return f"{asked[0]} or a file after it: no end after {LIMIT_S} s"
    if done.returncode in (0, 5):  # 5: no test was collected
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return failed[1] if failed else f"{asked[0]} or a file after it: exit status {done.returncode}"
