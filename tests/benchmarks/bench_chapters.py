"""Minutes and peak memory of each chapter, run top to bottom as its reader runs it.

    python tests/benchmarks/bench_chapters.py [CHAPTER ...]     such as 01 03; default: all

Each chapter is executed by nbclient in a process of its own; memory is the most that its kernel
held. The notebooks are not changed. A line per chapter is kept, and the README's columns are printed.
Wall minutes are those of this hour: on a machine that does other work, see the processor minutes.
"""

import json
import subprocess
import sys
from pathlib import Path

from results import keep

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LIMITS = {"minutes": 4.0, "memory_gb": 2.0}
# Runs in a process of its own, whose only child is the kernel.
EXECUTE = """
import json, resource, sys, time
from course.execute import peak_memory_of_children
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
start = time.perf_counter()
NotebookClient(notebook, timeout=None, kernel_name="python3",
               resources={"metadata": {"path": sys.argv[2]}}).execute()
wall = time.perf_counter() - start
kernel = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "minutes": round(wall / 60, 2),
    "processor_minutes": round((kernel.ru_utime + kernel.ru_stime) / 60, 2),
    "memory_gb": round(peak_memory_of_children() / 1e9, 2),
}))
"""


def measure(chapter: Path) -> dict[str, float]:
    """Execute a chapter in a new process; return its minutes and its peak memory.

    Raises:
        RuntimeError: a cell failed; the end of its message is in ours.
    """
    command = [sys.executable, "-c", EXECUTE, chapter, chapter.parent]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(f"{chapter.name} failed:\n{process.stderr[-2000:]}")
    return json.loads(process.stdout.splitlines()[-1])


def find(numbers: list[str]) -> list[Path]:
    """Return the chapters with these numbers, or all."""
    chapters = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    known = [chapter.name[:2] for chapter in chapters]
    if unknown := set(numbers) - set(known):
        raise SystemExit(f"no chapter {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [chapter for chapter in chapters if not numbers or chapter.name[:2] in numbers]


def main(*numbers: str) -> None:
    table = {}
    for chapter in find(list(numbers)):
        table[chapter.stem] = measure(chapter)
        keep("chapters", table[chapter.stem], row=chapter.stem)
    print("\n| chapter | minutes | memory |\n| --- | --- | --- |")
    for name, found in table.items():
        over = [key for key, limit in LIMITS.items() if found[key] > limit]
        note = f" (over the limit: {', '.join(over)})" if over else ""
        print(f"| {name[:2]} | {found['minutes']:.1f} | {found['memory_gb']:.1f} GB |{note}")
    print(f"together {sum(found['minutes'] for found in table.values()):.1f} minutes")


if __name__ == "__main__":
    main(*sys.argv[1:])
