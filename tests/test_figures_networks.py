"""Drawings of whole networks: no layer is missing or drawn twice, and lengths keep the stated scale."""

import math
from concurrent.futures import ThreadPoolExecutor

from utils import architectures
from utils.convolution.steps import walk
from utils.figures.networks import STEP, blocks_of, draw_network, draw_towers

import keras
import matplotlib.pyplot as plt
import pytest
from keras import layers
from matplotlib.text import Annotation

FAMOUS = ["lenet1", "lenet5", "alexnet", "vgg19", "googlenet", "inception_v3", "xception", "resnet50"]


@pytest.fixture(scope="module")
def famous():
    """Build each network once, without numbers for its weights."""
    built = {}

    def build(name: str) -> keras.Model:
        if name not in built:
            # In a thread of its own, as Keras would draw the numbers with the thread's next network.
            with ThreadPoolExecutor(max_workers=1) as thread:
                built[name] = thread.submit(_without_numbers, name).result()
        return built[name]

    return build


def _without_numbers(name: str) -> keras.Model:
    with keras.StatelessScope(initialize_variables=False):
        return getattr(architectures, name)()


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", FAMOUS)
def test_each_layer_is_drawn_once(famous, name):
    model = famous(name)
    drawn = [step for block in blocks_of(model) for box in block.boxes for step in box.steps]
    expected = walk(model).steps
    assert sorted(step.name for step in drawn) == sorted(step.name for step in expected)


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("alexnet", []),
        ("googlenet", ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]),
        ("inception_v3", [f"mixed{number}" for number in range(11)]),
        ("xception", [f"block{number}" for number in range(2, 14)]),
    ],
)
def test_modules_are_found(famous, name, modules):
    blocks = [block for block in blocks_of(famous(name)) if block.lines[-1:] in (("stack",), ("add",))]
    assert [name for block in blocks for name in block.names] == modules


def test_settings_are_written():
    """Of each layer: window, stride, padding, groups, and what changes its numbers."""
    inputs = keras.Input((31, 31, 4))
    x = layers.Conv2D(8, 5, strides=2, groups=2, padding="same", activation="relu", name="one")(inputs)
    x = layers.MaxPooling2D(3, 2, name="two")(x)
    for number in (3, 4):
        x = layers.Dense(5, activation="tanh", name=f"layer{number}")(
            x if number == 4 else layers.Flatten()(x)
        )
    blocks = blocks_of(keras.Model(inputs, x))
    assert [(block.names, block.lines, block.shape) for block in blocks] == [
        (("input",), (), (31, 31, 4)),
        (("one",), ("conv 5×5 / 2", "same, 2 groups", "ReLU"), (16, 16, 8)),
        (("two",), ("max 3×3 / 2", "valid", "flatten"), (7, 7, 8)),
        (("layer3", "layer4"), ("dense", "tanh"), (5,)),
    ]


def test_ways_of_a_module():
    inputs = keras.Input((9, 9, 4))
    x = layers.ReLU()(inputs)
    row, column = layers.Conv2D(2, (1, 3), padding="same")(x), layers.Conv2D(3, (3, 1), padding="same")(x)
    inner = layers.Conv2D(4, 3, padding="same")(layers.Concatenate()([row, column]))
    total = layers.Add(name="sum")([inner, x])
    blocks = blocks_of(keras.Model(inputs, layers.Conv2D(5, 3, name="last")(total)))
    assert [block.names[0] for block in blocks[-2:]] == ["sum", "last"]
    assert blocks[-2].lines == ("1×3 2 → 3×3 4", "3×1 3 → 3×3 4", "as it is", "add")


def test_lengths_have_the_stated_scale(famous):
    ax = draw_network(famous("vgg19"), alt="Boxes that become lower and wider.", columns=7)
    heights = {round(box.get_height() / STEP, 6) for box in ax.patches}
    assert heights == {1, *(round(1 + math.log2(side), 6) for side in (224, 112, 56, 28, 14, 7))}
    assert len(ax.patches) == sum(len(block.names) for block in blocks_of(famous("vgg19")))
    texts = " ".join(text.get_text() for text in ax.texts)
    assert "4 times\nconv 3×3\nsame\nReLU" in texts and "block4_conv1–4" in texts
    assert ax.figure.alt_text == "Boxes that become lower and wider."


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "inception_v3", "xception"])
def test_texts_lie_apart_and_inside(famous, name):
    ax = draw_network(famous(name), alt="A network in rows of boxes.", columns=6)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for index, one in enumerate(boxes):
        assert ax.bbox.x0 <= one.x0 and one.x1 <= ax.bbox.x1 and one.y1 <= ax.bbox.y1
        for other in boxes[index + 1 :]:
            is_apart = one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0
            assert is_apart or min(one.y1, other.y1) - max(one.y0, other.y0) < 3  # pixels


def test_towers_have_an_arrow_for_each_reading():
    ax = draw_towers(["in", "own", "both"], {2}, last="end", alt="Two rows of three boxes, and one.")
    arrows = [(text.xyann[1], text.xy) for text in ax.texts if isinstance(text, Annotation)]
    ends = [(source, x, y) for source, (x, y) in arrows]
    own, both = [(1, 1, 1), (0, 1, 0)], [(source, 2, row) for source in (0, 1) for row in (0, 1)]
    assert sorted(ends) == sorted([*own, *both, (0, 3, 0.5), (1, 3, 0.5)])
    names = [text.get_text() for text in ax.texts if text.get_text()]
    assert sorted(names) == sorted(["in", "own", "both"] * 2 + ["end", "GPU 1", "GPU 2"])


def test_a_network_for_any_size_is_refused():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match="build it for one size"):
        draw_network(model, alt="Never drawn, as its sizes are open.")
