"""Run chapters from top to bottom and store outputs: `python -m course.execute notebooks/NN_name.ipynb`.

What a chapter must not store is left out: the state of widgets, bars that have reached their end, and
times of execution. What JupyterLab would add when it opens the chapter is stored. The exit status is 0 when
all have run, 1 when a cell failed, and 2 when there was nothing to run.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from utils.files import written_beside

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

SLOW_SECONDS = 5  # The time of a cell that takes longer is printed.
WIDGET = "application/vnd.jupyter.widget-view+json"
# As ipykernel names it: JupyterLab counts a notebook as changed that names it otherwise.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def execute(path: Path, timeout: float = 600) -> float:
    """Run all cells of the chapter at `path` and write it back; return the seconds that it took.

    Args:
        path: of the notebook; its folder is the working folder, as in JupyterLab.
        timeout: seconds for one cell.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed; the file stays as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    num_code = sum(cell.cell_type == "code" for cell in notebook.cells)
    start = last = time.perf_counter()
    with tqdm(total=num_code, desc=path.stem, unit="cell") as bar:

        def note(cell, cell_index, **_) -> None:
            nonlocal last
            now = time.perf_counter()
            if cell.cell_type == "code" and now - last > SLOW_SECONDS:
                bar.write(f"cell {cell_index}: {now - last:.0f} s")
            last = now
            bar.update(cell.cell_type == "code")

        client = NotebookClient(
            notebook,
            timeout=timeout,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=note,
        )
        client.execute()
    with written_beside(path) as partial:
        nbformat.write(as_stored(notebook), partial)
    return time.perf_counter() - start


def as_stored(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Change an executed notebook, in place, into what is stored; return it."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.kernelspec = KERNEL
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_bare_widget(output)]
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
    return notebook


def _is_bare_widget(output: nbformat.NotebookNode) -> bool:
    """Whether an output is a widget without a still picture, such as a bar, or what is left of one."""
    data = output.get("data", {})
    return data == {"text/plain": ""} or (WIDGET in data and "image/png" not in data)


def peak_memory_of_children() -> int | None:
    """Return the most bytes that one of the processes that have ended held; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def nothing_to_run(path: Path) -> str:
    """Say why a file cannot be run as a chapter, or nothing."""
    if not path.is_file():
        return f"{path}: there is no such file; name chapters, such as notebooks/01_convolution.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat lets errors of JSON, of Unicode and of its own schemas through
        return f"{path}: not a notebook ({type(error).__name__}: {error})"
    has_code = any(cell.cell_type == "code" and cell.source.strip() for cell in notebook.cells)
    return "" if has_code else f"{path}: no code cell to run"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m course.execute", description=__doc__)
    parser.add_argument("chapters", nargs="+", type=Path, metavar="notebooks/NN_name.ipynb")
    chapters = parser.parse_args(arguments).chapters
    if reasons := list(filter(None, map(nothing_to_run, chapters))):
        print("\n".join(["Nothing was run.", *reasons]), file=sys.stderr)
        return 2
    for path in chapters:
        try:
            print(f"{path.stem}: {execute(path) / 60:.1f} minutes")
        except CellExecutionError as error:
            print(f"{path}: a cell failed; the file stays as it was.\n{error}", file=sys.stderr)
            return 1
    if (peak := peak_memory_of_children()) is not None:
        print(f"Most memory that a kernel took: {peak / 2**30:.1f} GiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
