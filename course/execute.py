"""Run chapters from top to bottom and store outputs: `python -m course.execute notebooks/NN_name.ipynb`.

What a chapter must not store is left out: the state of widgets, bars that have reached their end, and
times of execution.
"""

import argparse
import sys
import time
from pathlib import Path

from utils.files import written_beside

import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

SLOW_SECONDS = 5  # A cell that takes longer shows a bar that moves; its time is printed.
WIDGET = "application/vnd.jupyter.widget-view+json"


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
        nbformat.write(without_unwanted_outputs(notebook), partial)
    return time.perf_counter() - start


def without_unwanted_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Drop from an executed notebook what is not to be stored, in place; return the notebook."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_bare_widget(output)]
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
    return notebook


def _is_bare_widget(output: nbformat.NotebookNode) -> bool:
    """Whether an output is a widget without a still picture, such as a bar that has reached its end."""
    data = output.get("data", {})
    return WIDGET in data and "image/png" not in data


def peak_memory_of_children() -> int | None:
    """Return the most bytes that one of the processes that have ended held; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="+", type=Path, metavar="notebooks/NN_name.ipynb")
    for path in parser.parse_args().chapters:
        print(f"{path.stem}: {execute(path) / 60:.1f} minutes")
    if (peak := peak_memory_of_children()) is not None:
        print(f"Most memory that a kernel took: {peak / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
