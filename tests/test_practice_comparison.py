"""Where answers are compared and differences worded: what is the same, and what is not."""

from utils.practice.comparison import (
    TOLERANCE,
    as_numbers,
    error_in_short,
    in_short,
    number_difference,
    same_numbers,
    same_values,
    value_difference,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

settings.register_profile("practice", deadline=None, max_examples=40)
PROFILE = settings.get_profile("practice")
NUMBERS = st.floats(-1e6, 1e6)
SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 4))
# What a reader's cell may hold: numbers, names, containers of them, and things that are neither.
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=8,
)


class Hostile:
    """An object that cannot be shown, compared or read as an array."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __array__(self, *arguments):
        raise RuntimeError("no numbers")

    __hash__ = None


# What no exercise asks for.
NONSENSE = [None, "", "kernel", 0.123, -7, 1e300, np.nan, 1j, [], {}, [[1], [2, 3]], np.zeros((9, 9, 9))]
NONSENSE += [object(), Hostile(), len, int, lambda: None, lambda *given: given, lambda *given: 1 / 0]


def arrays(shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    size = int(np.prod(shape))
    return st.lists(NUMBERS, min_size=size, max_size=size).map(lambda found: np.reshape(found, shape))


@PROFILE
@given(SHAPES.flatmap(arrays))
def test_an_array_is_the_same_in_every_form(expected):
    for answer in (expected, expected.tolist(), tuple(map(tuple, expected)), expected.astype("float32")):
        assert number_difference(answer, expected) == ""
    assert number_difference(np.asfortranarray(expected), expected.tolist()) == ""


@PROFILE
@given(SHAPES.flatmap(arrays), st.data())
def test_one_wrong_number_is_found_at_its_place(expected, data):
    place = tuple(data.draw(st.integers(0, side - 1)) for side in expected.shape)
    answer = expected.copy()
    answer[place] += data.draw(st.sampled_from([-1, 1])) * 0.01 * max(1, np.abs(expected).max())
    sentence = number_difference(answer, expected, "Your `picture`")
    assert sentence.startswith(f"Your `picture` at {place} is ")
    assert "; it should be " in sentence and not same_numbers(answer, expected)
    found, right = (float(sentence.split(words)[1].split()[0].strip(";.")) for words in (" is ", " be "))
    assert found != right, "both numbers are shown with as many digits as it takes"


@PROFILE
@given(SHAPES.flatmap(arrays), SHAPES.flatmap(arrays))
def test_another_shape_is_said_first(answer, expected):
    if answer.shape != expected.shape:
        sentence = number_difference(answer, expected)
        assert sentence == f"The shape is {answer.shape}; it should be {expected.shape}."


@PROFILE
@given(ANYTHING, ANYTHING)
def test_no_answer_makes_a_comparison_raise(answer, expected):
    assert isinstance(number_difference(answer, [[1.0, 2.0]]), str)
    assert isinstance(value_difference(answer, expected), str)
    assert (value_difference(answer, expected) == "") == same_values(answer, expected)
    assert "\n" not in in_short(answer)


@pytest.mark.parametrize("answer", [Hostile(), [Hostile()], {"a": Hostile()}, iter([1]), np.array(Hostile)])
def test_an_object_that_refuses_everything_is_refused_in_words(answer):
    for difference in (number_difference, value_difference):
        sentence = difference(answer, 1)
        assert sentence.startswith("The answer ") and len(sentence) < 250


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "is None: either nothing was given"),
        ("64", "is text"),
        (["6", "4"], "is text"),
        (b"64", "is text"),
        (1j, "not complex128"),
        ({1, 2}, "not {1, 2}"),
        ([1, None], r"not \[1, None\]"),
        ([[1], [2, 3]], "all its rows have the same length"),
        (len, "is a function"),
        (lambda: 3, "is a function"),
        (np.datetime64("2026-01-01"), "real numbers"),
    ],
)
def test_what_is_no_number_is_named(answer, words):
    with pytest.raises(ValueError, match=words):
        as_numbers(answer)


@pytest.mark.parametrize(
    ("answer", "expected", "same"),
    [
        (np.nan, np.nan, True),
        (np.inf, np.inf, True),
        (-np.inf, np.inf, False),
        (1.0, np.inf, False),
        (np.nan, 1.0, False),
        ([1.0, np.inf], [2.0, np.inf], False),  # an infinite number widens no tolerance
        ([np.nan, 1.0], [np.nan, 2.0], False),
        (255, np.uint8(255), True),
        (np.uint8(1), np.uint8(2), False),
        (-1, np.uint8(255), False),  # no number wraps around
        (True, 1, True),
        (1e-9, 0.0, True),
        (1e6, 1e6 + 0.5, True),
        (1e6, 1e6 + 2, False),
        ([], [], True),
    ],
)
@pytest.mark.filterwarnings("error")
def test_numbers_at_the_edges(answer, expected, same):
    assert same_numbers(as_numbers(answer), as_numbers(expected)) == same
    assert (number_difference(answer, expected) == "") == same


def test_the_tolerance_is_relative_to_the_largest_number():
    assert number_difference([1000 + 900 * TOLERANCE, 1], [1000, 1]) == ""
    assert number_difference([1000 + 1100 * TOLERANCE, 1], [1000, 1])


def test_an_expected_value_is_told_only_where_it_may_be():
    assert number_difference(3, 4, "Your `x`") == "Your `x` is 3; it should be 4."
    assert number_difference(3, 4, "Your `x`", reveal=False) == "Your `x` is 3, which is not right."
    assert (
        value_difference("cat", "dog", "Your `x`", reveal=False) == "Your `x` is 'cat', which is not right."
    )
    assert number_difference([3, 5], [3, 4], "Your `x`") == "Your `x` at index 1 is 5; it should be 4."
    assert number_difference([3], 3) == "The shape is (1,); it should be (), a single number."


def test_numbers_that_look_alike_are_shown_with_more_digits():
    assert number_difference(1.00001, 1.000014) == "The answer is 1.00001; it should be 1.000014."


@pytest.mark.parametrize(
    ("answer", "expected", "same"),
    [
        ([1, 2], (1, 2), True),
        (np.array([1, 2]), (1, 2), True),
        (np.int64(3), 3, True),
        (3.0, 3, True),
        ("cat", "cat", True),
        ({"a", "b"}, {"b", "a"}, True),
        ((1, 2), (2, 1), False),
        ((1, 2, 3), (1, 2), False),
        ("12", 12, False),
        (None, (1, 2), False),
        (3 + 1e-9, 3, False),
    ],
)
def test_exact_values(answer, expected, same):
    assert same_values(answer, expected) == same


def test_values_are_shown_as_one_types_them():
    assert in_short((np.int64(3), [np.float32(0.5), "a"])) == "(3, [0.5, 'a'])"
    assert in_short(np.eye(2)) == "[[1.0, 0.0], [0.0, 1.0]]"
    assert len(in_short("x" * 1000)) < 120 and len(in_short(np.ones((99, 99)))) < 120
    assert error_in_short(ValueError("two\nlines.")) == "ValueError: two lines"
    assert error_in_short(ValueError()) == "ValueError"
