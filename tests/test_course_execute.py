"""Chapters are run and stored by one command, without what must not be stored."""

from course.execute import WIDGET, execute

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def _write(path, *sources, tags=()):
    cells = [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells]), path)
    return path


def test_outputs_are_stored_without_widgets_and_times(tmp_path):
    source = f"display({{'text/plain': 'a slider', '{WIDGET}': {{}}}}, raw=True)"
    path = _write(tmp_path / "chapter.ipynb", "print(6 * 7)", source)
    assert execute(path) > 0
    _, printed, widget = nbformat.read(path, as_version=4).cells
    assert printed.outputs[0].text == "42\n"
    assert widget.outputs[0].data == {"text/plain": "a slider"}
    assert "execution" not in printed.metadata


def test_photographs_of_cifar10_are_not_stored(tmp_path):
    path = _write(tmp_path / "chapter.ipynb", "print('a photograph')", tags=["shows-cifar10"])
    execute(path)
    assert nbformat.read(path, as_version=4).cells[1].outputs == []


def test_a_failing_chapter_stays_as_it_was(tmp_path):
    path = _write(tmp_path / "chapter.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(path)
    assert path.read_bytes() == before
