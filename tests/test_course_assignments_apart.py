"""Answers and checks in two processes: only values pass between them, and only what is said to pass."""

import json
import os

from course.assignments.checker import results_of
from course.assignments.grading import grade
from course.assignments.release import template
from course.assignments.submission import Refused, fitted, read
from course.assignments.values import Peer, Unreadable, changed

import nbformat
import numpy as np
import pytest
from assignment_answers import SOURCES, fill, submissions
from assignment_answers import read as read_source
from hostile_submissions import HOSTILE, HOSTILE_FOLDERS, REFUSED
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

SOURCE = SOURCES[0]
SETTINGS = {"cell_seconds": 20, "total_seconds": 60, "memory_bytes": 3 * 2**30}
# Without COURSE_GRADING, these stand for all that test_course_assignments_class.py sends through nbgrader.
QUICK = [
    "checks-pasted-and-emptied",
    "helper-cell",
    "names-exchanged",
    "killed-python-in-a-call",
    "replaced-checkers",
    "replaced-tasks",
    "replaced-numpy",
    "input-transformer",
    "equal-to-all",
]


def line() -> tuple[Peer, Peer]:
    """Return two ends that answer each other in one process."""
    ends: list[Peer] = []

    def end(other: int) -> Peer:
        replies: list[str] = []
        send = lambda text: replies.append(json.dumps(ends[other].called(json.loads(text))))  # noqa: E731
        return Peer(send, lambda: replies.pop())

    ends += [end(1), end(0)]
    return ends[0], ends[1]


def sent(value):
    """Return what arrives of a value at the other end."""
    here, there = line()
    return there.decode(json.loads(json.dumps(here.encode(value))))


# Values

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ARRAYS = arrays.arrays(
    st.sampled_from(["?", "u1", "i2", "<i8", ">f8", "f2", "f4", "c16", "U5"]), arrays.array_shapes(min_dims=0)
)


@given(PLAIN)
def test_plain_values_arrive_as_they_are(value):
    arrived = sent(value)
    assert arrived == value and type(arrived) is type(value)


@given(ARRAYS)
def test_arrays_arrive_as_they_are(array):
    for value in (array, np.asfortranarray(array), array.T):
        arrived = sent(value)
        assert arrived.dtype == value.dtype and arrived.flags.writeable
        np.testing.assert_array_equal(arrived, value)


@pytest.mark.parametrize("value", [np.float32(1.5), np.int64(-3), np.bool_(True), np.str_("a")], ids=repr)
def test_numpy_numbers_stay_numpy_numbers(value):
    assert sent(value) == value and type(sent(value)) is type(value)


@pytest.mark.parametrize(
    ("value", "arrives"),
    [({"a", "b"}, {"a", "b"}), (range(3), [0, 1, 2]), (map(abs, [-1]), [1]), ({1: 2}.values(), [2])],
    ids=["set", "range", "iterator", "values"],
)
def test_collections_arrive(value, arrives):
    assert sent(value) == arrives


def test_a_gap_and_the_name_of_a_function_arrive():
    """A check says "Not answered yet." of `...`, and how to call a function by its name."""
    assert sent(...) is ... and sent((1, ...))[1] is ...
    assert sent(line).__name__ == "line" and sent(lambda: 0).__name__ == "function"


class Strange:
    """Nothing about it can be asked."""

    def __getattribute__(self, name):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


OTHERS = {
    "object": object,
    "strange": Strange,
    "large integer": lambda: 10**5000,
    "array of objects": lambda: np.array([object()]),
    "bytes": lambda: b"bytes",
    "dates": lambda: np.zeros(1, "M8[s]"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_arrives_as_something_unreadable(name):
    assert isinstance(sent(OTHERS[name]()), Unreadable)


def test_an_array_of_objects_is_not_read():
    with pytest.raises(ValueError, match="not sent"):
        line()[0].decode({"array": ["|O", [1], "AAAAAAAAAAA="]})


# Calls


def test_a_function_is_called_where_it_lives_and_changes_its_arguments_here():
    def fill_up(array, items, scale=1):
        array += scale
        items.append(len(items))
        return array.sum()

    array, items = np.zeros(3), [1]
    assert sent(fill_up)(array, items, scale=2) == 6
    assert array.tolist() == [2, 2, 2] and items == [1, 1]


def test_a_function_may_call_back():
    def twice(function, array):
        return function(function(array))

    assert sent(twice)(lambda array: array + 1, np.zeros(2)).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("error", "arrives"),
    [(ValueError("no"), ValueError), (SystemExit(0), RuntimeError), (Refused("no"), RuntimeError)],
    ids=["ValueError", "SystemExit", "own"],
)
def test_an_error_arrives(error, arrives):
    def fail():
        raise error

    with pytest.raises(arrives):
        sent(fail)()


def test_arguments_of_another_shape_change_nothing():
    array = np.zeros(2)
    assert changed((array,), (np.ones(3),))[0] is array and array.tolist() == [0, 0]


# Two processes


def run(*cells: tuple[str, str]) -> list[dict]:
    """Run cells, each with its role and source, and return what became of them."""
    asked = [{"role": role, "source": source, "shown": source} for role, source in cells]
    return results_of(asked, **SETTINGS)


def test_a_check_sees_values_and_functions_of_the_answers_alone():
    check = "assert double(21) == value == 42\nassert 'hidden' not in globals()"
    results = run(
        ("given", "import numpy as np"),
        ("own", "hidden = 1"),
        ("answer", "value = 42\ndef double(x):\n    return 2 * x"),
        ("check", check),
        ("check", "assert np.pi > 3"),
        ("answer", "np = None"),
        ("check", "assert np.pi > 3"),
    )
    assert [result.get("passed") for result in results] == [None, None, None, True, True, None, True]


def test_an_answer_is_lost_with_its_process_but_the_earlier_ones_come_back():
    results = run(
        ("answer", "first = 1"),
        ("check", "assert first == 1"),
        ("answer", "import os\nos._exit(0)"),
        ("check", "assert second == 2"),
        ("answer", "third = first + 2"),
        ("check", "assert third == 3"),
    )
    assert [result["passed"] for result in results[1::2]] == [True, False, True]
    assert "ended its own Python process" in results[3]["error"]["evalue"]


def test_nothing_passes_when_the_time_of_the_notebook_is_over():
    cells = [{"role": role, "source": "x = 1", "shown": "x = 1"} for role in ("answer", "check", "check")]
    results = results_of(cells + cells, **SETTINGS | {"total_seconds": 0})
    assert not any(result.get("passed") for result in results if "x" in result)
    needing = [
        {"role": role, "source": source, "shown": source}
        for role, source in [("answer", "y = 1"), ("check", "y")]
    ]
    assert not results_of(needing, **SETTINGS | {"total_seconds": 0})[1]["passed"]


def test_output_is_shown_and_a_magic_works():
    magics = "%matplotlib inline\nx = !echo shell\nprint(x)"
    ran, magic = run(("own", "print('seen')\n1 + 1"), ("own", magics))
    assert "seen\n" in ran["text"] and "2" in ran["text"] and ran["error"] is None
    assert "shell" in magic["text"] and magic["error"] is None


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_notebook_earns_what_it_should(name):
    hostile = HOSTILE[name]
    notebook, _ = fitted(
        hostile.change(fill(read_source(SOURCE), submissions(SOURCE)["solution"])),
        template(read_source(SOURCE)),
    )
    pairs = zip(notebook.cells, grade(notebook, **SETTINGS), strict=True)
    assert sum(cell.metadata.nbgrader.points for cell, ran in pairs if ran and ran.passed) == hostile.earns


# Reading


@pytest.mark.parametrize("name", HOSTILE_FOLDERS)
def test_what_cannot_be_graded_is_refused_in_words(tmp_path, name):
    if os.name == "nt" and name.startswith(("named-pipe", "link-")):
        pytest.skip("Windows has no pipes in folders, and gives links to administrators alone")
    path = tmp_path / "student" / SOURCE.name
    path.parent.mkdir()
    nbformat.write(fill(read_source(SOURCE), submissions(SOURCE)["solution"]), path)
    HOSTILE_FOLDERS[name].change(path)
    if HOSTILE_FOLDERS[name].earns == REFUSED:
        with pytest.raises(Refused, match=r"."):
            fitted(read(path), template(read_source(SOURCE)))
    else:
        notebook, warnings = fitted(read(path), template(read_source(SOURCE)))
        assert len(notebook.cells) == len(read_source(SOURCE).cells) and warnings == []
