"""Whether the tests find a fault: the tests that speak of it first, then all of its room."""

import os
import re
import subprocess
import sys
from pathlib import Path

from mutants import Mutant

LIMIT_S = 900  # for one fault; a test that hangs has found it, too
# What the suite asks of a whole machine, and no fault in one line should need.
UNASKED = ("test_project_", "test_course_browser", "test_course_accessibility", "test_solutions")
# Minutes each: asked when all others of a fault have passed.
SLOW = re.compile(
    r"test_(laboratory_(speedrun_training|transfer|photographs|regularization|runs$)|explain_|course_ass)"
)
MOST_FILES = 8


def outcome(tree: Path, mutant: Mutant) -> tuple[str, list[str]]:
    """Plant a fault in a tree, run tests until one fails, and mend it; return what found it, if any."""
    path = tree / mutant.file
    source = path.read_text(encoding="utf-8")
    path.write_text(mutant.apply(source), encoding="utf-8")
    try:
        tests = tests_of(tree, mutant)
        for test in tests:
            found = _run(tree, test)
            if found:
                return found, tests
        return "", tests
    finally:
        path.write_text(source, encoding="utf-8")


def tests_of(tree: Path, mutant: Mutant) -> list[str]:
    """Return the test files that can know the fault's file, those that name its function first."""
    room = _room(mutant.file)
    module = mutant.file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    words = [mutant.function, module.rsplit(".", 1)[-1], *_users(tree, module)]
    chosen = []
    for path in sorted((tree / "tests").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        named = sum(bool(re.search(rf"\b{re.escape(word)}\b", text)) for word in words)
        own = path.stem.startswith(f"test_{room}")
        if (own or named or module in text) and not path.name.startswith(UNASKED):
            chosen.append((bool(SLOW.match(path.stem)), -named, not own, path.name))
    return [f"tests/{name}" for *_, name in sorted(chosen)][:MOST_FILES]


def _users(tree: Path, module: str) -> list[str]:
    """Return the names of the modules that import one, for a test may know it through them alone."""
    wanted = re.compile(rf"^(from|import) {re.escape(module)}\b", re.MULTILINE)
    files = (
        path for room in ("utils", "laboratory", "course") for path in sorted((tree / room).rglob("*.py"))
    )
    users = (path.stem for path in files if wanted.search(path.read_text(encoding="utf-8")))
    return [name for name in users if not name.startswith("__")]


def _room(file: str) -> str:
    parts = Path(file).parts
    room = parts[1].removesuffix(".py") if len(parts) > 1 else ""
    return room if parts[0] == "utils" else f"{parts[0]}_{room}"


def _run(tree: Path, test: str) -> str:
    """Run one file of tests; return the first that fails, or "" if all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", test]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return f"{test}: no end after {LIMIT_S} s"
    if done.returncode in (0, 5):  # 5: no test was collected
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return failed[1] if failed else f"{test}: exit status {done.returncode}"
