"""Chapters are run and stored by one command, without what must not be stored."""

from course import execute as module
from course.execute import WIDGET, execute, main

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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such file"),
        ("folder", "there is no such file"),
        ("", "not a notebook"),
        ("not JSON", "not a notebook"),
        ("{}", "not a notebook"),
        ("[1]", "not a notebook"),
        ("no code", "no code cell to run"),
        ("empty code", "no code cell to run"),
    ],
)
def test_where_nothing_was_run_the_status_is_2_with_the_reason(tmp_path, capsys, content, reason):
    """And what could have been run is not, as the list is not what was meant."""
    good, path = _write(tmp_path / "good.ipynb", "print(1)"), tmp_path / "chapter.ipynb"
    if content == "folder":
        path.mkdir()
    elif content in ("no code", "empty code"):
        _write(path, *([" "] if content == "empty code" else []))
    elif content is not None:
        path.write_text(content)
    before = good.read_bytes()
    assert main([str(good), str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("Nothing was run.\n") and f"{path}: {reason}" in error
    assert good.read_bytes() == before


def test_the_status_is_1_for_a_cell_that_fails_and_0_otherwise(tmp_path, capsys):
    assert main([str(_write(tmp_path / "chapter.ipynb", "1 / 0"))]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert main([str(_write(tmp_path / "chapter.ipynb", "print(1)"))]) == 0


def test_no_chapter_named_is_an_error(capsys):
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 2 and "required" in capsys.readouterr().err
