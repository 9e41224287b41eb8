"""Integers are accepted in every integer type, and nothing else is."""

from utils.checks import is_integer, require_integer

import numpy as np
import pytest


@pytest.mark.parametrize("value", [2, 3, np.uint8(2), np.int64(7), 10**30])
def test_integers_that_are_large_enough_pass(value):
    assert is_integer(value, 2)
    require_integer("size", value, 2)


@pytest.mark.parametrize("value", [1, -5, 2.0, np.float32(3), "3", None, [3], np.array([3]), True, np.True_])
def test_everything_else_is_refused_by_name(value):
    assert not is_integer(value, 2)
    with pytest.raises(ValueError, match="size must be an integer of at least 2, got "):
        require_integer("size", value, 2)


def test_true_is_no_integer_even_where_1_would_pass():
    assert is_integer(1, 0) and not is_integer(True, 0)
