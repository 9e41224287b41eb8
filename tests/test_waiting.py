"""A bar moves below each cell that takes long, and nothing of it stays."""

import time

from course.execute import as_stored
from utils.waiting import NOTHING, VIEW, WAIT_SECONDS

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

LONG = WAIT_SECONDS + 3
SOURCES = {
    "the cell of the import": f"import time, utils; time.sleep({LONG})",
    "a short cell": "time.sleep(0.1)",
    "a long cell": f"time.sleep({LONG}); print('done')",
    "a cell with a bar of its own": f"from tqdm.auto import tqdm\nfor _ in tqdm([{LONG}]): time.sleep(_)",
    "a cell that fails": f"time.sleep({LONG}); 1 / 0",
}


class Listener(NotebookClient):
    """Runs cells, and notes of each when a bar is shown and taken away, in seconds."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.shown, self.gone = {}, {}

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        data, kind = content.get("data", {}), msg["msg_type"]
        if kind == "display_data" and data.keys() == {VIEW}:
            self.shown[cell_index] = time.monotonic()
        elif kind == "update_display_data" and data == NOTHING:
            self.gone[cell_index] = time.monotonic()
        return super().process_message(msg, cell, cell_index)


@pytest.fixture(scope="module")
def run():
    client = Listener(new_notebook(cells=[new_code_cell(source) for source in SOURCES.values()]))
    client.allow_errors = True
    client.execute()
    return client


@pytest.mark.parametrize("name", SOURCES)
def test_a_bar_is_shown_below_a_cell_that_is_silent_and_goes_with_it(run, name):
    number = list(SOURCES).index(name)
    is_expected = name not in ("a short cell", "a cell with a bar of its own")
    assert (number in run.shown) == (number in run.gone) == is_expected
    if is_expected:
        assert run.shown[number] < run.gone[number]


def test_nothing_of_it_is_stored(run):
    cells = as_stored(run.nb).cells
    kinds = [[output.output_type for output in cell.outputs] for cell in cells]
    assert kinds == [[], [], ["stream"], [], ["error"]]
