"""Receptive fields, against published numbers and against gradients."""

from utils.convolution import Layer, conv2d, conv2d_backward, receptive_field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

CONV, POOL = Layer(3, padding=1), Layer(2, stride=2)


def vgg(*convolutions):
    return [layer for count in convolutions for layer in [CONV] * count + [POOL]]


# Araujo, Norris and Sim 2019, table of effective receptive fields.
ALEXNET_V2 = [
    Layer(11, 4),
    Layer(3, 2),
    Layer(5, 1, 2),
    Layer(3, 2),
    CONV,
    CONV,
    CONV,
    Layer(3, 2),
]


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [(vgg(2, 2, 3, 3, 3), 212, 32), (ALEXNET_V2, 195, 32)],
    ids=["VGG-16", "AlexNet"],
)
def test_published_receptive_fields(layers, size, jump):
    assert receptive_field(layers)[-1][1:3] == (size, jump)


def test_small_kernels_see_what_a_large_one_sees():
    assert receptive_field([Layer(3)] * 2)[-1].size == receptive_field([Layer(5)])[-1].size == 5
    assert receptive_field([Layer(3)] * 3)[-1].size == receptive_field([Layer(7)])[-1].size == 7


def test_fields_layer_by_layer():
    layers = [{"kernel_size": 5, "name": "C1"}, Layer(2, 2, name="S2"), Layer(5, 1, 2, name="C3")]
    fields = receptive_field(layers)
    assert fields == [("C1", 5, 1, 0), ("S2", 6, 2, 0), ("C3", 14, 2, -4)]
    assert [field.center for field in fields] == [2.0, 2.5, 2.5]


def test_the_axes_are_apart():
    layers = [Layer((1, 7), stride=(1, 2), padding=(0, 3))]
    assert receptive_field(layers) == [("", 1, 1, 0)]
    assert receptive_field(layers, axis=1) == [("", 7, 2, -3)]


def units_seen(layers, input_size, unit):
    """Return the pixels with a gradient to one unit, where all weights are 1."""
    images, steps = np.ones((1, input_size, 1, 1)), []
    for layer in layers:
        padding = layer.padding if isinstance(layer.padding, str) else (layer.padding, 0)
        options = {"stride": layer.stride, "padding": padding, "dilation": layer.dilation}
        steps.append((images, np.ones((layer.kernel_size, 1, 1, 1)), options))
        images = conv2d(*steps[-1][:2], **options)
    gradient = np.zeros_like(images)
    gradient[0, unit] = 1
    for images, kernel, options in reversed(steps):
        gradient, _, _ = conv2d_backward(gradient, images, kernel, **options)
    return np.flatnonzero(gradient)


stacks = st.lists(
    st.builds(
        Layer,
        kernel_size=st.integers(1, 4),
        stride=st.integers(1, 2),
        padding=st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, 1)),
        dilation=st.integers(1, 2),
    ),
    min_size=1,
    max_size=3,
)


@given(layers=stacks, input_size=st.integers(80, 90), unit=st.integers(0, 4))
def test_the_gradient_reaches_exactly_the_field(layers, input_size, unit):
    field = receptive_field(layers, input_size)[-1]
    first, last = field.start + unit * field.jump, field.start + unit * field.jump + field.size - 1
    seen = units_seen(layers, input_size, unit)
    assert np.all((first <= seen) & (seen <= last))
    if first >= 0 and last < input_size:
        assert (seen.min(), seen.max()) == (first, last)


def test_padding_cuts_the_field_at_the_edge():
    layers = [CONV, CONV, POOL]
    assert receptive_field(layers)[-1] == ("", 6, 2, -2)
    assert units_seen(layers, 12, unit=0).tolist() == [0, 1, 2, 3]
    assert units_seen(layers, 12, unit=2).tolist() == [2, 3, 4, 5, 6, 7]


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="pass input_size"):
        receptive_field([Layer(3, stride=2, padding="same")])
    assert receptive_field([Layer(3, stride=2, padding="same")], 224)[0].start == 0
    assert receptive_field([Layer(3, stride=2, padding="same")], 225)[0].start == -1
    with pytest.raises(ValueError, match="does not fit into 4 pixels"):
        receptive_field([Layer(5)], input_size=4)
    with pytest.raises(ValueError, match="stride"):
        receptive_field([Layer(3, stride=0)])
    with pytest.raises(ValueError, match="A list holds `Layer`s"):
        receptive_field([(3, 1)])
    for wrong in (0, 2.5, True):
        with pytest.raises(ValueError, match="input_size must be an integer of at least 1"):
            receptive_field([Layer(1)], wrong)
    with pytest.raises(ValueError, match="axis must be 0"):
        receptive_field([Layer(1)], axis=-1)


def test_a_size_is_needed_only_where_the_start_depends_on_it():
    even = [Layer(2, stride=2, padding="same"), Layer((1, 3), stride=2, padding="same")]
    assert receptive_field(even) == receptive_field(even, 10) == receptive_field(even, 11)
    with pytest.raises(ValueError, match="pass input_size"):
        receptive_field(even, axis=1)
    # One axis asks nothing of the other: a window that does not fit there is no matter.
    assert receptive_field([Layer((1, 5))], 3) == [("", 1, 1, 0)]
