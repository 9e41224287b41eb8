"""Drawings of networks: every layer has its place, no two share one, and labels say what is there."""

import itertools

from utils.architectures.googlenet import Widths, inception_module
from utils.architectures.inception_v3 import module_8
from utils.architectures.resnet50 import bottleneck_block
from utils.figures.blocks import arrange, box_label, draw_layers
from utils.figures.timeline import draw_timeline
from utils.figures.volumes import draw_volumes

import keras
import matplotlib.pyplot as plt
import pytest
from keras import layers

WIDTHS = Widths(2, 3, 4, 1, 2, 2)


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def block(function, *arguments, size=8, channels=6, **options):
    inputs = keras.Input((size, size, channels))
    return keras.Model(inputs, function(inputs, *arguments, **options))


BLOCKS = {
    "inception": block(inception_module, WIDTHS, "m"),
    "inception v3": block(module_8, "m"),
    "residual": block(bottleneck_block, 2, "b", project=True),
    "identity": block(bottleneck_block, 2, "b", channels=8),
}


@pytest.mark.parametrize("model", BLOCKS.values(), ids=BLOCKS)
def test_each_layer_is_in_one_box_and_each_connection_an_arrow(model):
    nodes, edges = arrange(model)
    drawn = [step.operation for node in nodes for step in node.box.steps]
    assert sorted(drawn, key=id) == sorted(model.layers[1:], key=id)
    made_in = {
        id(tensor): index
        for index, node in enumerate(nodes)
        for tensor in [step.operation.output for step in node.box.steps] or model.inputs
    }
    connections = {
        (made_in[id(tensor)], made_in[id(layer.output)])
        for layer in model.layers[1:]
        for tensor in keras.tree.flatten(layer.input)
    }
    assert {edge[:2] for edge in edges} == {pair for pair in connections if pair[0] != pair[1]}


@pytest.mark.parametrize("model", BLOCKS.values(), ids=BLOCKS)
def test_boxes_lie_apart_and_arrows_lead_right_without_crossing_boxes(model):
    nodes, edges = arrange(model)
    for one, other in itertools.combinations(nodes, 2):
        assert one.column != other.column or abs(one.row - other.row) >= 1
    for source, target, row in edges:
        assert nodes[source].column < nodes[target].column
        between = range(nodes[source].column + 1, nodes[target].column)
        assert all(node.column not in between or abs(node.row - row) >= 0.5 for node in nodes)


def _is_stack(node):
    return isinstance(node.box.steps[0].operation, layers.Concatenate)


def test_inception_module_by_hand():
    nodes, edges = arrange(BLOCKS["inception"])
    assert [node.column for node in nodes[1:] if _is_stack(node)] == [3]
    assert len(nodes) == 1 + 1 + 2 + 2 + 2 + 1
    assert len(edges) == 4 + 3 + 4
    assert nodes[0].row == 1.5 and {row for *_, row in edges} == {0, 1, 2, 3}


def test_labels():
    inputs = keras.Input((9, 9, 3))
    x = layers.Conv2D(4, (1, 3), strides=2, use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.SeparableConv2D(5, 3, padding="same")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Dense(7, activation="softmax")(layers.Dropout(0.5)(layers.Flatten()(x)))
    nodes, _ = arrange(keras.Model(inputs, x))
    assert [box_label(node.box) for node in nodes] == [
        "input\n9×9×3",
        "conv 1×3 / 2\nvalid, 4 maps\nBN, ReLU",
        "separable 3×3\nsame, 5 maps",
        "mean 2×2 / 2\nvalid, 5 maps\nflatten, dropout",
        "dense\n7 units\nsoftmax",
    ]


def test_activation_that_serves_two_layers_has_its_own_box():
    """Folded into the box before, an arrow would start from numbers that are not sent."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    x = layers.Add()([x, layers.ReLU()(x)])
    nodes, edges = arrange(keras.Model(inputs, x))
    assert [box_label(node.box) for node in nodes] == [
        *("input\n8×8×3", "conv 3×3\nsame, 3 maps", "ReLU\n3 maps", "add\n3 maps"),
    ]
    assert len(edges) == 4


def labels(model):
    nodes, edges = arrange(model)
    return [box_label(node.box) for node in nodes], [edge[:2] for edge in edges]


def test_nested_models_are_drawn_layer_by_layer():
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same"), layers.ReLU()])
    inputs = keras.Input((8, 8, 3))
    boxes, edges = labels(keras.Model(inputs, layers.Add()([inputs, inner(inner(inputs))])))
    assert boxes == [
        *("input\n8×8×3", "conv 3×3\nsame, 3 maps\nReLU", "conv 3×3\nsame, 3 maps\nReLU", "add\n3 maps"),
    ]
    assert sorted(edges) == [(0, 1), (0, 3), (1, 2), (2, 3)]


def test_models_filled_by_add_and_of_any_size_are_drawn():
    model = keras.Sequential()
    for layer in (keras.Input((None, None, 3)), layers.Conv2D(2, 3), layers.MaxPooling2D(2)):
        model.add(layer)
    boxes, edges = labels(model)
    assert boxes == ["input\n?×?×3", "conv 3×3\nvalid, 2 maps", "max 2×2 / 2\nvalid, 2 maps"]
    assert edges == [(0, 1), (1, 2)]


def test_activations_of_every_spelling_have_their_name():
    inputs = x = keras.Input((8, 8, 3))
    for activation in (layers.ReLU(), lambda x: keras.ops.relu(x), "gelu", layers.Softmax(), None):
        x = layers.Conv2D(2, 1, activation=activation)(x)
    boxes, _ = labels(keras.Model(inputs, keras.ops.tanh(x)))
    assert [box.split("\n")[2:] for box in boxes] == [
        [],
        ["ReLU"],
        ["ReLU"],
        ["gelu"],
        ["softmax"],
        [],
        [],
    ]


def test_a_whole_network_of_branches_is_refused():
    inputs = x = keras.Input((8, 8, 3))
    for index in range(3):
        x = inception_module(x, WIDTHS, f"m{index}")
    with pytest.raises(ValueError, match=r"More than 32 ways.*draw one block"):
        draw_layers(keras.Model(inputs, x), alt="Never drawn, as it is too large.")


def test_drawing_holds_every_label_and_the_description():
    ax = draw_layers(BLOCKS["residual"], alt="A block in two branches.")
    nodes, _ = arrange(BLOCKS["residual"])
    assert [text.get_text() for text in ax.texts] == [box_label(node.box) for node in nodes]
    assert ax.figure.alt_text == "A block in two branches."


def test_volumes_are_drawn_to_scale_and_labelled_inside_the_figure():
    volumes = {"input": (64, 64, 3), "maps": (16, 16, 100), "scores": (256,)}
    ax = draw_volumes(volumes, alt="Three boxes in a row, smaller and smaller.")
    fronts = [patch.get_xy() for patch in ax.patches[::3]]
    heights = [front[:, 1].max() - front[:, 1].min() for front in fronts]
    assert heights == pytest.approx([8, 4, 1])
    assert [text.get_text() for text in ax.texts] == ["input\n64×64×3", "maps\n16×16×100", "scores\n256"]
    for patch, following in itertools.pairwise(fronts):
        assert patch[:, 0].max() < following[:, 0].min()
    lower, upper = ax.get_ylim()
    assert all(lower < text.get_position()[1] < upper for text in ax.texts)


def test_a_second_row_of_volumes_goes_into_the_same_figure():
    ax = draw_volumes({"above": (9, 9, 4)}, alt="Two rows of one box.", center=10)
    assert draw_volumes({"below": (9, 9, 4)}, alt="Two rows of one box.", ax=ax, center=-10) is ax
    assert len(ax.patches) == 6
    assert ax.get_ylim()[0] < -10 < 10 < ax.get_ylim()[1]


EVENTS = {1990.0: ("A", "first"), 2012.5: ("B", "second\nline"), 2014.0: ("C", "third")}


def test_timeline_is_to_scale():
    ax = draw_timeline(dict(reversed(EVENTS.items())), alt="Three networks between 1990 and 2014.")
    (dots,) = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"]
    assert list(dots) == pytest.approx([(year - 1989.5) / 25 for year in EVENTS])
    place = {text.get_text(): text.get_position()[0] for text in ax.texts}
    names = ("A, 1990", "B, 2012", "C, 2014")
    assert [place[name] for name in names] == pytest.approx(dots)
    assert place["second"] == place["line"] == place["B, 2012"]


def test_timeline_enlarges_the_last_years():
    ax = draw_timeline(EVENTS, alt="Three networks between 1990 and 2014.", zoom=2012)
    upper, lower = [line.get_xdata() for line in ax.lines if line.get_marker() == "o"]
    assert len(upper) == 3 and list(lower) == pytest.approx([0.2, 0.8])
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert place["A, 1990"][0] == pytest.approx(upper[0])
    assert [place[name][0] for name in ("B, 2012", "C, 2014")] == pytest.approx(list(lower))
    assert place["A, 1990"][1] > place["B, 2012"][1] > 0 > place["C, 2014"][1]
    assert place["B, 2012"][1] > place["second"][1] > place["line"][1]


def test_timeline_needs_two_events():
    with pytest.raises(ValueError, match="two events"):
        draw_timeline({1990.0: ("A", "alone")}, alt="Never drawn, as there is nothing to span.")
