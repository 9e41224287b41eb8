"""No task earns full marks with what can be pasted from the chapters or taken from utils.

The functions, cells, classes and values of all chapters are tried, exercises' solutions included, and
every public function of utils: under the task's name, with their variables as its parameters in any order.
With COURSE_GRADING set, what needs Keras is tried as well.
"""

import concurrent.futures
import concurrent.futures.process
import contextlib
import inspect
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pasted_answers
import pytest
from assignment_answers import SOURCES, tasks
from pasted_trials import Found, TooSlow, pasted_that_pass, pasted_that_pass_made_up, quiet

# A lecturer wants these asked although a chapter answers them: at most one point each, and why.
REPEATED: dict[tuple[str, str], str] = {}
TASKS = [(source, task) for source in SOURCES for task in tasks(source)]
NAMES = [f"{source.parent.name}-{task.name}" for source, task in TASKS]


class Apart:
    """A process in which trials run, so that what they leave behind meets no other test."""

    def __init__(self):
        self._start()

    def _start(self) -> None:
        self._pool = concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))

    def run(self, function: Callable, *arguments: object, anew: bool = False) -> list[Found]:
        """Run a function there; in a new process if `anew`, or if it fails in one where others have run.

        What was stopped in the middle can have left Keras in disorder, or ended the process.
        """
        if not anew:
            with contextlib.suppress(Exception, TooSlow):
                return self._pool.submit(function, *arguments).result()
        with contextlib.suppress(concurrent.futures.process.BrokenProcessPool):
            return self._run_anew(function, *arguments)
        return self._run_anew(function, *arguments)  # a fault in a library, which need not come again

    def _run_anew(self, function: Callable, *arguments: object) -> list[Found]:
        self.close()
        self._start()
        return self._pool.submit(function, *arguments).result()

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    process = Apart()
    yield process
    process.close()


@pytest.mark.parametrize(("source", "task"), TASKS, ids=NAMES)
def test_nothing_pasted_earns_full_marks(apart, source, task):
    found = apart.run(pasted_that_pass, source, task)
    if found:  # by a check that trials before it have broken?
        found = apart.run(pasted_that_pass, source, task, anew=True)
    if (source.parent.name, task.name) in REPEATED:
        assert task.points <= 1 and found, "take it off the list, or give it one point"
    else:
        assert not found, f"{task.name}, {task.points} points: {found[:5]}"


@pytest.fixture
def made_up(apart):
    """Put a task in place of an assignment's, and return what passes it."""
    return lambda *task: [found.origin for found in apart.run(pasted_that_pass_made_up, *task)]


def _fail_once(marker: Path, how: str) -> list[Found]:
    if marker.exists():
        return [Found("here", "the second time")]
    marker.touch()
    if how in ("raise", "stop"):
        raise AssertionError if how == "raise" else TooSlow
    os._exit(1)


@pytest.mark.parametrize("how", ["raise", "stop", "end"])
def test_what_fails_is_tried_once_more_in_a_new_process(apart, tmp_path, how):
    assert apart.run(_fail_once, tmp_path / "marker", how) == [Found("here", "the second time")]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_trial_is_stopped_in_what_it_tries_and_not_in_its_end():
    callers = []

    @contextlib.contextmanager
    def end():
        callers.append(inspect.stack()[1].frame)
        yield

    with end(), quiet(60):
        stop: Any = signal.getsignal(signal.SIGPROF)
        assert stop(signal.SIGPROF, callers[0]) is None, "in contextlib, where the timer is still to be ended"
        with pytest.raises(TooSlow):
            signal.raise_signal(signal.SIGPROF)
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_what_fails_in_a_new_process_fails(apart):
    with pytest.raises(ZeroDivisionError):
        apart.run(divmod, 1, 0)


IMAGE = "np.arange(20.0).reshape(4, 5) ** 2"
KERNEL = "np.array([[1.0, 2, 0], [0, 3, 5]])"
WINDOWS = "np.lib.stride_tricks.sliding_window_view(image, kernel.shape)"


def test_a_function_of_a_chapter_and_one_of_utils_are_found(made_up):
    solution = f"def answer(kernel, image):\n    return ({WINDOWS} * kernel).sum(axis=(2, 3))"
    check = f"kernel, image = {KERNEL}, {IMAGE}\nright = ({WINDOWS} * kernel).sum(axis=(2, 3))\n"
    found = made_up(solution, f"{check}assert np.allclose(answer(kernel, image), right)")
    assert "utils.convolution.plane.correlate2d" in found
    assert any(origin.endswith("correlate_with_loops") for origin in found)


def test_a_part_of_what_a_function_returns_is_found(made_up):
    solution = "def answer(x):\n    return x.reshape(1, 2, 2, 3, 2, 1).max(axis=(2, 4))"
    check = "x = np.arange(24.0).reshape(1, 4, 6, 1)\nassert (answer(x) == x[:, 1::2, 1::2]).all()"
    assert "utils.convolution.pooling.max_pool2d" in made_up(solution, check)


def test_a_cell_is_found_as_the_body_of_a_function(made_up):
    """Chapter 02 finds a kernel by least squares in a cell, not in a function."""
    rows = "np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(-1, 9)"
    solution = f"def answer(image, wanted):\n    return np.linalg.lstsq({rows}, wanted.ravel())[0]"
    check = "x = np.arange(48.0).reshape(6, 8) ** 1.5 % 7\n"
    check += "assert np.allclose(answer(x, 2 * x[1:-1, 1:-1]), 2 * np.eye(9)[4])"
    assert any("02_filters, cell" in origin for origin in made_up(solution, check))


def test_a_value_of_a_chapter_is_found(made_up):
    found = made_up(
        "answer = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])", "assert answer[1, 0] == 1 == answer.sum()"
    )
    assert any(origin.startswith("01_convolution, 'shift'") for origin in found)


def test_chapters_and_utils_offer_what_they_hold():
    materials = pasted_answers.of_chapters(False)
    assert sum(len(one.functions) for one in materials) > 100 and all(one.cells for one in materials)
    origins = {pasted.origin for pasted in pasted_answers.of_utils(False)}
    assert {"utils.convolution.layer.conv2d", "utils.convolution.windows.im2col"} <= origins
    assert all(inspect.signature(one.function) for material in materials for one in material.functions)
