"""A reader opens the course as the README says, runs a chapter, and moves its sliders."""

import copy
import json
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course.execute import KERNEL

import nbformat
import pytest
from axe import violations
from browser import Reader, find_browser, start_jupyterlab, start_reader
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, expect

COURSE = Path(__file__).resolve().parents[1]
FIRST_SEEN = COURSE / "notebooks" / "05_cifar10.ipynb"  # what the README's command opens
CHAPTER = COURSE / "notebooks" / "01_convolution.ipynb"  # what is run
SAME_EVERYWHERE = ("operands", "loops", "libraries", "sums")  # integers
LECTURE_RESULT = [[29, 12, 64], [38, 41, 32], [13, 80, 81]]
PATIENCE = 60_000  # milliseconds
# An explorer, and a cell that runs for a while.
WAITING = new_notebook(
    cells=[
        new_code_cell(
            "from utils.figures.convolution_explorer import explore_convolution\n"
            "explore_convolution([[1, 2], [3, 4]], [[1]])"
        ),
        new_code_cell("import time; time.sleep(15)"),
    ],
    metadata={"kernelspec": KERNEL},
)
EXPLORER = ".jp-OutputArea-output > .widget-vbox"
# What has the focus: a field of type range, that is a slider, one of type number, or something outside.
FOCUSED = """() => {
  const here = document.activeElement;
  return here?.closest('.widget-vbox') ? here.type ?? here.tagName : 'outside';
}"""


# The command


def readme_command() -> list[str]:
    """Return the words of the README's first command, from where the course is installed."""
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^```sh\n(.+)\n```$", readme, re.MULTILINE).group(1)
    return command.rpartition("uv run ")[2].split()


def test_the_readme_opens_a_chapter_that_exists():
    *jupyterlab, chapter = readme_command()
    assert jupyterlab == ["jupyter", "lab"]
    assert COURSE / chapter == FIRST_SEEN


# One session, read by all tests below


@dataclass
class Session:
    """The README's command was given; then a chapter was opened without outputs, run, and saved."""

    reader: Reader
    address: str  # of a notebook without its name
    home: Path
    was_changed: bool  # by being opened
    stored: dict
    saved: dict

    @property
    def explorer(self) -> Locator:
        return self.reader.page.locator(EXPLORER)


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> Iterator[Session]:
    browser, home = find_browser(), tmp_path_factory.mktemp("home")
    stored, first = read(CHAPTER), read(FIRST_SEEN)
    chapter = home / "notebooks" / CHAPTER.name
    chapter.parent.mkdir()
    chapter.write_text(json.dumps(without_outputs(stored)), encoding="utf-8")
    (chapter.parent / FIRST_SEEN.name).write_text(json.dumps(of_this_python(first)), encoding="utf-8")
    nbformat.write(WAITING, chapter.parent / "waiting.ipynb")
    with start_jupyterlab(readme_command(), home) as address, start_reader(browser) as reader:
        reader.open_notebook(address, num_cells=len(first["cells"]))
        shown = reader.page.locator(".jp-OutputArea-output img")
        expect(shown).to_have_count(len(pictures(first)), timeout=PATIENCE)
        was_changed = reader.page.locator(".jp-mod-dirty").count() > 0
        address = address.partition("?")[0].removesuffix(FIRST_SEEN.name)
        reader.open_notebook(workspace(address, 2) + CHAPTER.name, num_cells=len(stored["cells"]))
        reader.run_all_cells()
        reader.save()
        yield Session(reader, address, home, was_changed, stored, read(chapter))


def workspace(address: str, number: int) -> str:
    """Return the address in a workspace of its own: else the notebooks before would open again beside it."""
    return address.replace("/lab/tree/", f"/lab/workspaces/{number}/tree/")


def of_this_python(notebook: dict) -> dict:
    """Return a notebook as if this version of Python had stored it: JupyterLab would write its version in."""
    info = notebook["metadata"]["language_info"] | {"version": platform.python_version()}
    return notebook | {"metadata": notebook["metadata"] | {"language_info": info}}


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def without_outputs(notebook: dict) -> dict:
    notebook = copy.deepcopy(notebook)
    for cell in code_cells(notebook):
        cell.update(execution_count=None, outputs=[])
    return notebook


def complaints(notebook: dict) -> list[str]:
    """Return the errors in a notebook, and what it wrote to stderr."""
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    errors = [output["evalue"] for output in outputs if output["output_type"] == "error"]
    return errors + ["".join(o["text"]) for o in outputs if o.get("name") == "stderr"]


def pictures(notebook: dict) -> list[str]:
    """Return the cell of each picture."""
    return [
        cell["id"]
        for cell in code_cells(notebook)
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]


def printed(notebook: dict, cell_id: str) -> str:
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == cell_id)
    texts = (output.get("text") or output["data"]["text/plain"] for output in cell["outputs"])
    return "".join("".join(text) for text in texts)


def test_complaints_are_found():
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
    stderr = {"output_type": "stream", "name": "stderr", "text": ["beware\n"]}
    stdout = {"output_type": "stream", "name": "stdout", "text": ["fine\n"]}
    cells = [{"cell_type": "code", "outputs": [stdout, stderr, error]}, {"cell_type": "markdown"}]
    assert complaints({"cells": cells}) == ["no", "beware\n"]


def test_opening_a_chapter_does_not_change_it(session):
    assert not session.was_changed


# Run All


def test_every_cell_runs_in_order(session):
    assert complaints(session.saved) == []
    counts = [cell["execution_count"] for cell in code_cells(session.saved)]
    assert counts == list(range(1, len(counts) + 1))


def test_the_results_are_the_stored_ones(session):
    for cell_id in SAME_EVERYWHERE:
        assert printed(session.saved, cell_id) == printed(session.stored, cell_id) != ""


def test_the_pictures_are_there(session):
    assert pictures(session.saved) == pictures(session.stored)
    images = session.reader.page.locator(".jp-OutputArea-output img")
    widths = images.evaluate_all("images => images.map(image => image.naturalWidth)")
    assert len(widths) == len(pictures(session.stored))
    assert min(widths) > 100


# The explorer


def total(explorer: Locator) -> Locator:
    return explorer.locator(".widget-html-content").first


def slider(explorer: Locator, name: str) -> Locator:
    return explorer.get_by_role("slider", name=name)


def test_the_explorer_has_no_violation(session):
    """A screen reader finds the name of every slider, weight and picture."""
    assert session.explorer.get_by_role("slider").count() == 5
    weights = session.explorer.get_by_role("spinbutton", name=re.compile(r"^weight in row \d, column \d$"))
    assert weights.count() == 9
    assert violations(session.reader.page, within=EXPLORER) == []


def test_the_explorer_follows_sliders_and_weights(session):
    explorer = session.explorer
    picture = explorer.locator("img")

    def expect_output(row: int, column: int, result: int) -> None:
        text = re.compile(rf"^Output \({row}, {column}\) = .+ = {result}$")
        expect(total(explorer)).to_have_text(text, timeout=PATIENCE)

    expect_output(0, 0, LECTURE_RESULT[0][0])
    first = picture.get_attribute("src")
    slider(explorer, "column").press("ArrowRight")
    expect_output(0, 1, LECTURE_RESULT[0][1])
    expect(picture).not_to_have_attribute("src", first, timeout=PATIENCE)
    slider(explorer, "row").press("End")
    expect_output(2, 1, LECTURE_RESULT[2][1])
    slider(explorer, "padding").press("ArrowRight")
    expect_output(2, 1, LECTURE_RESULT[1][0])  # a border moves every output by one
    center = explorer.get_by_role("spinbutton").nth(4)
    assert center.input_value() == "0"
    center.fill("1")
    center.press("Enter")
    expect_output(2, 1, LECTURE_RESULT[1][0] + 9)  # the pixel below the center
    explorer.get_by_role("combobox", name="kernel").select_option("identity")
    expect_output(2, 1, 9 * 9)  # times the pixel under the center
    # The first output, at the right.
    box = picture.bounding_box()
    picture.click(position={"x": 0.805 * box["width"], "y": 0.27 * box["height"]})
    expect_output(0, 0, 9 * 22)  # padding 1: the first pixel lies under the center


def test_the_keyboard_reaches_every_control(session):
    """From the first slider on, with the tabulator alone."""
    page, reached = session.reader.page, []
    slider(session.explorer, "row").focus()
    for _ in range(30):
        kind = page.evaluate(FOCUSED)
        if kind == "outside":
            break
        reached.append(kind)
        page.keyboard.press("Tab")
    assert reached.count("range") == 5 and reached.count("number") == 9


# While a cell runs, in a notebook of its own


def test_a_bar_moves_and_an_explorer_answers_or_says_that_it_waits(session):
    page, explorer = session.reader.page, session.explorer
    session.reader.open_notebook(workspace(session.address, 3) + "waiting.ipynb", len(WAITING.cells))
    session.reader.start_all_cells()
    bar = page.get_by_role("progressbar", name="this cell is running")
    expect(bar).to_be_visible(timeout=PATIENCE)
    expect(total(explorer)).to_have_text("Output (0, 0) = 1 × 1 = 1", timeout=PATIENCE)
    slider(explorer, "column").press("ArrowRight")
    waits = explorer.get_by_role("status").filter(has_text="Python is busy")
    answer = explorer.get_by_text("Output (0, 1) = 2 × 1 = 2")
    expect(waits.or_(answer).first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(1)
    expect(answer).to_be_visible(timeout=PATIENCE)
    expect(waits).to_have_count(0)
    expect(page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=PATIENCE)
    expect(bar).to_have_count(0)
    session.reader.save()
    outputs = [cell["outputs"] for cell in read(session.home / "notebooks" / "waiting.ipynb")["cells"]]
    assert [output["data"] for output in outputs[1]] == [{"text/plain": []}], "nothing is kept of the bar"


# Around the chapter: last, after all that could have gone wrong


# JupyterLab itself, on a busy machine: a message reaches a part of the page that it has just removed.
JUPYTERLABS_OWN = re.compile(
    r"TypeError: Cannot read properties of null \(reading 'processLuminoMessage'\)"
    r"(?!.*http://(?!\S*/static/lab/jlab_core\.)).*",
    re.DOTALL,
)


def test_the_console_has_no_error(session):
    assert [error for error in session.reader.errors if not JUPYTERLABS_OWN.fullmatch(error)] == []


def test_only_the_one_error_of_jupyterlab_itself_is_passed_over():
    own = (
        "TypeError: Cannot read properties of null (reading 'processLuminoMessage')\n    at z.processMessage "
        "(http://127.0.0.1:1/static/lab/jlab_core.88.js?v=88:1:2)\n    at a (http://127.0.0.1:1/static/lab/jlab_core.88.js:3:4)"
    )
    assert JUPYTERLABS_OWN.fullmatch(own)
    for other in (
        own.replace("processLuminoMessage", "model"),
        own + "\n at b (http://127.0.0.1:1/lab/extensions/our.js:5:6)",
    ):
        assert not JUPYTERLABS_OWN.fullmatch(other)


def test_nothing_is_fetched_from_another_machine(session):
    assert session.reader.hosts == {"127.0.0.1"}


def test_errors_and_other_machines_are_noticed(session):
    reader = Reader(session.reader.page.context.new_page())
    source = "<script>console.error('wrong')</script><img src='http://elsewhere.invalid/a.png'>"
    reader.page.set_content(source)
    reader.page.close()
    assert any("wrong" in error for error in reader.errors)
    assert reader.hosts == {"elsewhere.invalid"}
