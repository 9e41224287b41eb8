"""Kinds of answers: a function is judged by what it does, conditions by what they say, a gap by its `...`."""

from utils.practice import Conditions, Exercise, Function, Numbers, Values
from utils.practice.kinds import has_gap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_practice_comparison import ANYTHING, PROFILE, Hostile

TRIPLE = "def triple(x):\n    return 3 * x"
INPUTS = {
    "one number": (np.array([2.0]),),
    "a table with a fraction": (np.array([[1.0, -2.0, 0.5], [0.0, 4.0, 7.0]]),),
    "many numbers": (np.arange(60.0).reshape(5, 12),),
}
KIND = Function(INPUTS)


def function_of(code: str):
    """Return the function that the code defines."""
    names: dict = {"np": np}
    exec(code, names)
    return list(names.values())[-1]


def said_of(code: str, expected: str = TRIPLE) -> str:
    return KIND.difference(function_of(code), function_of(expected), "Your `triple`")


# Untouched answers


@pytest.mark.parametrize("gap", [..., (1, ...), [[1, ...], [2, 3]], {"a": ...}, np.array([[..., 1]])])
def test_a_gap_anywhere_is_an_untouched_answer(gap):
    assert has_gap(gap)
    for kind in (Numbers(), Values(), KIND, Conditions({})):
        assert kind.is_open(gap)


@pytest.mark.parametrize("answer", [None, 0, "...", (), [[]], np.zeros(3), np.array(None), {"...": 1}])
def test_an_answer_without_one_is_not(answer):
    assert not has_gap(answer) and not KIND.is_open(answer)


@pytest.mark.parametrize(
    "body",
    [
        "...",
        "pass",
        "'''Say something.'''\n    ...",
        "return ...",
        "return 2 * ...",
        "result = ...\n    return result",
        "output = np.zeros(x.shape)\n    output[0] = ...\n    return output",
        "output = np.zeros(x.shape)\n    output[0] += ...\n    return output",
        "output = np.zeros(...)\n    return output",
        "for i in range(...):\n        x = x + i\n    return x",
        "return (...).sum() + x",
        "raise NotImplementedError",
        "raise NotImplementedError('Write this.')",
    ],
)
def test_an_untouched_function_is_open(body):
    assert KIND.is_open(function_of(f"def triple(x):\n    {body}"))


@pytest.mark.parametrize(
    "body",
    [
        "return 3 * x[...]",
        "return 3 * x[..., ::-1]",
        "y = 3 * x",  # return forgotten
        "return x[..., 5, 5, 5]",
        "raise ValueError('ellipsis')",
        "return x + {}",
        "return x.triple",
        "return missing",
    ],
)
def test_a_function_that_somebody_wrote_is_not(body):
    assert not KIND.is_open(function_of(f"def triple(x):\n    {body}"))


# Functions


@pytest.mark.parametrize(
    "code",
    [
        TRIPLE,
        "triple = lambda x: x + x + x",
        "class Triple:\n    def __call__(self, x):\n        return 3 * x\n\ntriple = Triple()",
        "def triple(x):\n    return (3 * x).tolist()",
        "def triple(x):\n    return (3 * x).astype('float32')",
        "def triple(x, *more):\n    y = x.copy()\n    y *= 3\n    return y",
    ],
)
def test_a_right_function_is_right_however_it_is_written(code):
    assert said_of(code) == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 2 * x", "For one number: the result at index 0 is 4; it should be 6."),
        ("y = 3 * x", "For one number: the result is None: either"),
        ("return 'six'", "For one number: the result is text."),
        ("return lambda: x", "the result is a function"),
        ("return 3 * x[:1]", "For a table with a fraction: the shape is (1, 3); it should be (2, 3)."),
        ("return 3 * x.T", "For a table with a fraction: the shape is (3, 2); it should be (2, 3)."),
        (
            "return (3 * x).astype(int)",
            "For a table with a fraction: the result at (0, 2) is 1; it should be 1.5.",
        ),
        ("return abs(3 * x)", "For a table with a fraction: the result at (0, 1) is 6; it should be -6."),
        ("return 3 * x / (x.size < 50)", "For many numbers: the result at (0, 0) is nan; it should be 0."),
        ("return x[7]", "For one number: the function stops with IndexError: index 7 is out of bounds"),
        ("return 1 / 0", "the function stops with ZeroDivisionError: division by zero."),
        ("return triple(x)", "the function stops with RecursionError"),
        ("x *= 3\n    return x", "For one number: the function changes its input."),
        ("x.shape = (1, -1)\n    return 3 * x[0]", "For one number: the function changes its input."),
        ("assert False", "the function stops with AssertionError."),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:divide by zero:RuntimeWarning")
def test_a_wrong_function_is_told_the_first_input_on_which_it_fails(body, words):
    assert words in said_of(f"def triple(x):\n    {body}")


@pytest.mark.parametrize("parameters", ["", "x, y", "*, x"])
def test_wrong_parameters_are_answered_in_words(parameters):
    assert "the function stops with TypeError" in said_of(f"def triple({parameters}):\n    return 3")


def test_the_call_is_shown_where_it_is_short():
    assert said_of("def mine(x):\n    return 2 * x").endswith("\nTo see it: mine(np.array([2.0]))")
    assert "To see it" not in said_of("def mine(x):\n    return 3 * x if x.size < 50 else x")


@pytest.mark.parametrize("answer", [None, 3, "triple", [1, 2], np.ones(3), Hostile()])
def test_what_is_no_function_is_named(answer):
    assert KIND.difference(answer, len, "Your `f`").startswith("Your `f` should be a function, not ")


@PROFILE
@given(ANYTHING)
def test_whatever_a_function_returns_is_answered_in_words(value):
    sentence = KIND.difference(lambda x: value, function_of(TRIPLE), "Your `triple`")
    assert sentence.startswith("For one number: the ") or value == [6.0]


@PROFILE
@given(st.integers(0, 2), st.integers(0, 59), st.sampled_from([0.01, -1.0, np.nan]))
def test_a_single_wrong_number_of_a_single_result_is_found(which, place, error):
    """Also where it is the last number of the last input."""

    def nearly(x):
        result = 3 * x
        if x.shape == list(INPUTS.values())[which][0].shape:
            result.flat[place % x.size] += error * np.abs(result).max()
        return result

    assert f"For {list(INPUTS)[which]}: the result" in KIND.difference(nearly, function_of(TRIPLE), "")


def test_a_function_cannot_spoil_the_inputs_of_the_next_answer():
    said_of("def triple(x):\n    x[:] = 0\n    return x")
    assert INPUTS["one number"][0][0] == 2 and said_of(TRIPLE) == ""


def test_an_input_that_should_be_refused():
    refusing = "def triple(x):\n    if x.ndim > 1:\n        raise ValueError('one axis')\n    return 3 * x"
    assert said_of(refusing, refusing) == ""
    assert said_of(TRIPLE, refusing) == (
        "For a table with a fraction: the function should refuse this input."
        "\nTo see it: triple(np.array([[1.0, -2.0, 0.5], [0.0, 4.0, 7.0]]))"
    )


def test_two_functions_that_stop_with_different_errors_differ():
    one, other = (f"def triple(x):\n    return x[{index}]" for index in (7, 8))
    assert said_of(one, one) == "" and "index 7" in said_of(one, other)


def test_results_can_be_exact_values():
    kind = Function({"a word": ("cat",), "nothing": ("",)}, Values(reveal=True))
    assert kind.difference(lambda word: (len(word), word), lambda word: (len(word), word), "") == ""
    sentence = kind.difference(lambda word: (3, word), lambda word: (len(word), word), "")
    assert sentence.startswith("For nothing: the result is (3, ''); it should be (0, '').")


# Conditions


EDGE = Conditions(
    {
        "The weights should sum to 0.": lambda kernel: abs(np.sum(kernel)) < 1e-9,
        "A kernel of zeros answers to nothing.": lambda kernel: np.any(kernel),
    }
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([[1, -1]], ""),
        (np.array([[1, 1], [-1, -1]]), ""),
        ([[1, 1]], "The weights should sum to 0."),
        (np.zeros((3, 3)), "A kernel of zeros answers to nothing."),
        (None, "Your `kernel` is None"),
        ("edges", "Your `kernel` is not of the right kind ("),
        (Hostile(), "Your `kernel` is not of the right kind (RuntimeError: no numbers)."),
    ],
)
def test_conditions_say_their_own_sentence(answer, words):
    sentence = EDGE.difference(answer, None, "Your `kernel`")
    assert sentence.startswith(words) and bool(sentence) == bool(words)


# Exercises


def exercise(**changes) -> Exercise:
    parts = {
        "question": "Fill in twice 3.",
        "answer": "x",
        "solution": "x = 2 * 3",
        "shows": "It is 6.",
        "kind": Numbers(),
        "hints": ("How much is 3 + 3?",),
        "slips": {"That is the square.": ("2 * 3", "3**2"), "That is a sum.": ("*", "+")},
    }
    return Exercise(**(parts | changes))


def test_an_answer_is_open_wrong_by_a_slip_wrong_or_right():
    assert [exercise().judge(answer) for answer in (..., 9, 5, 7, 6.0)] == [
        ("open", "Not answered yet."),
        ("wrong", "Not yet. That is the square."),
        ("wrong", "Not yet. That is a sum."),
        ("wrong", "Not yet. Your `x` is 7, which is not right."),
        ("right", "Right. It is 6."),
    ]


def test_a_slip_of_a_condition_is_told_the_condition():
    told = exercise(kind=Conditions({"That is odd.": lambda x: x % 2 == 0}), slips={}).judge(7)
    assert told == ("wrong", "Not yet. That is odd.")


def test_the_untouched_cell_comes_from_the_solution():
    assert exercise().untouched == "x = ..."
    assert exercise(blank="3").untouched == "x = 2 * ..."


def test_code_of_the_chapter_can_be_given():
    given_before = exercise(given="three = 3", solution="x = 2 * three", slips={})
    assert given_before.judge(6).status == "right"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hints": ()}, "'x' has 0 hints; give one to three"),
        ({"hints": ("a?", "b", "c", "d")}, "has 4 hints"),
        ({"blank": "4"}, "'4' should stand once in the solution"),
        ({"slips": {"Wrong.": ("5", "6")}}, "'5' should stand once"),
        ({"solution": "x = 3 + 3", "slips": {"Wrong.": ("3", "4")}}, "'3' should stand once"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, words):
    with pytest.raises(ValueError, match=r"[Ee]xercise 'x'") as error:
        exercise(**changes)
    assert words in str(error.value)


@pytest.mark.parametrize(("size", "is_shown"), [(12, True), (13, False)])
def test_a_call_is_shown_for_repetition_while_its_arrays_are_small(size, is_shown):
    def half(array):
        return array

    kind = Function(inputs={"an array": (np.arange(float(size)),)})
    sentence = kind.difference(half, lambda array: array / 2, "Your `half`")
    assert ("\nTo see it: half(np.array([0.0, 1.0," in sentence) == is_shown
