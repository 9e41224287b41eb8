"""Chapters are run and stored by one command, without what must not be stored."""

from course import execute as module
from course.execute import WIDGET, execute

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def _write(path, *sources):
    cells = [new_code_cell(source) for source in sources]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells]), path)
    return path


def test_outputs_are_stored_without_widgets_and_times(tmp_path):
    show = "display({'text/plain': 'a slider', 'PICTURE' 'WIDGET': {}}, raw=True)".replace("WIDGET", WIDGET)
    slider = show.replace("'PICTURE'", "'image/png': 'iVBORw0KGgo=',")
    bar = show.replace("'PICTURE'", "")
    path = _write(tmp_path / "chapter.ipynb", "print(6 * 7)", slider, bar)
    assert execute(path) > 0
    _, printed, still, nothing = nbformat.read(path, as_version=4).cells
    assert printed.outputs[0].text == "42\n"
    assert still.outputs[0].data.keys() == {"text/plain", "image/png"}
    assert nothing.outputs == []
    assert "execution" not in printed.metadata


def test_a_slow_cell_is_named_with_its_seconds(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.5)
    execute(_write(tmp_path / "chapter.ipynb", "print(1)", "import time; time.sleep(0.7)"))
    assert "cell 2: 1 s" in capsys.readouterr().out


def test_a_failing_chapter_stays_as_it_was(tmp_path):
    path = _write(tmp_path / "chapter.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(path)
    assert path.read_bytes() == before
