"""The layers of a block from left to right, with an arrow for each connection."""

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from utils.convolution import kinds
from utils.convolution.graph import Graph, Shape, Slot, Step
from utils.convolution.steps import walk
from utils.explain.activations import kind_of
from utils.explain.behavior import Kind
from utils.figures.style import describe
from utils.layers import LocalResponseNormalization, RBFOutput, Subsampling, TableConv2D

import keras
import matplotlib.pyplot as plt
from keras import layers
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

MAX_PATHS = 32
BOX_WIDTH, BOX_HEIGHT = 0.82, 0.76  # of the distance between columns, and between rows
COLUMN, ROW, FONT = 1.62, 0.92, 10  # inches, inches, points
# Layers that only change, or arrange, the numbers of the layer before them share its box.
FOLDED = (
    *(layers.BatchNormalization, layers.Activation, layers.ReLU, layers.Dropout, layers.Flatten),
    LocalResponseNormalization,
)
COLORS = (
    ((layers.DepthwiseConv2D, layers.SeparableConv2D), "#d9c2ec"),
    ((layers.Conv2D, TableConv2D), "#bcd9f2"),
    ((*kinds.POOLINGS, layers.GlobalAveragePooling2D, Subsampling), "#ffdf9e"),
    ((layers.Dense,), "#f0c4bb"),
)
INPUT_COLOR, OTHER_COLOR = "#ffffff", "#dfe4e3"
# What a layer is called in a drawing; one with a window has its size behind the name.
NAMES = (
    (layers.Concatenate, "stack"),
    (layers.Add, "add"),
    (layers.Dense, "dense"),
    (layers.Flatten, "flatten"),
    (layers.GlobalAveragePooling2D, "mean of each map"),
    (layers.SeparableConv2D, "separable"),
    (layers.DepthwiseConv2D, "depthwise"),
    ((layers.Conv2D, TableConv2D), "conv"),
    (Subsampling, "sum"),
    (RBFOutput, "distances"),
    (layers.MaxPooling2D, "max"),
    (layers.AveragePooling2D, "mean"),
    (layers.BatchNormalization, "BN"),
    (layers.Dropout, "dropout"),
    (LocalResponseNormalization, "LRN"),
)


class Box(NamedTuple):
    """What a box of the drawing stands for: a call of a layer and those folded into it, or an input."""

    steps: tuple[Step, ...]  # none for an input
    shape: Shape  # of what comes out of the first


class Node(NamedTuple):
    """A box of the drawing, and its place."""

    box: Box
    column: int
    row: float


def draw_layers(model: keras.Model, *, alt: str, ax: Axes | None = None) -> Axes:
    """Draw the layers of a block from left to right, with an arrow for each connection.

    Args:
        model: a network with few branches; normalization, activation and dropout are written into
            the box of the layer before them.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.

    Raises:
        ValueError: more than 32 ways lead through the network.
    """
    nodes, edges = arrange(model)
    num_columns = 1 + max(node.column for node in nodes)
    num_rows = 1 + max(node.row for node in nodes) - min(node.row for node in nodes)
    if ax is None:
        _, ax = plt.subplots(figsize=(COLUMN * num_columns, 0.2 + ROW * (num_rows + 0.3)))
    for source, target, row in edges:
        _draw_arrow(ax, nodes[source], nodes[target], row)
    for node in nodes:
        _draw_box(ax, node)
    rows = [row for *_, row in edges] + [node.row for node in nodes]
    ax.set(xlim=(-0.5, num_columns - 0.5), ylim=(max(rows) + 0.5, min(rows) - 0.5))
    ax.axis("off")
    return describe(ax, alt)


def arrange(model: keras.Model) -> tuple[list[Node], list[tuple[int, int, float]]]:
    """Place the layers of a model: a column for each step, a row for each way through.

    Returns:
        the boxes, and the arrows: from box, to box, and the row in which the arrow runs.

    Raises:
        ValueError: more than 32 ways lead through the network.
    """
    boxes, sources = fold(walk(model))
    columns: list[int] = []
    for own in sources:
        columns.append(1 + max((columns[source] for source in own), default=-1))
    ways = _ways(sources)
    rows = [_mean_place(ways, [index]) for index in range(len(boxes))]
    nodes = [Node(*placed) for placed in zip(boxes, columns, rows, strict=True)]
    edges = [
        (source, target, _mean_place(ways, [source, target]))
        for target, own in enumerate(sources)
        for source in own
    ]
    return nodes, edges


def fold(graph: Graph) -> tuple[list[Box], list[list[int]]]:
    """Put the steps of a model into boxes; of each box say from which boxes its input comes."""
    num_consumers = Counter(graph.outputs)
    num_consumers.update(source for step in graph.steps for source in step.sources)
    box_of: dict[Slot, int] = {slot: number for number, slot in enumerate(graph.inputs)}
    boxes = [Box((), shape) for shape in graph.input_shapes]
    sources: list[list[int]] = [[] for _ in boxes]
    for step in graph.steps:
        before = [box_of[source] for source in step.sources]
        is_folded = isinstance(step.operation, FOLDED) and num_consumers[step.sources[0]] == 1
        if is_folded and boxes[before[0]].steps:
            number = before[0]
            boxes[number] = boxes[number]._replace(steps=(*boxes[number].steps, step))
        else:
            number = len(boxes)
            boxes.append(Box((step,), step.output_shape))
            sources.append(list(dict.fromkeys(before)))
        box_of |= dict.fromkeys(step.targets, number)
    return boxes, sources


def _ways(sources: list[list[int]]) -> list[tuple[int, ...]]:
    """List all ways from an input to an output, neighbors beside each other."""
    inner = {source for own in sources for source in own}
    ways: list[tuple[int, ...]] = []

    def walk_back(way: tuple[int, ...]) -> None:
        if len(ways) > MAX_PATHS:
            raise ValueError(f"More than {MAX_PATHS} ways lead through the network: draw one block of it.")
        if not sources[way[0]]:
            ways.append(way)
        for source in sources[way[0]]:
            walk_back((source, *way))

    for output in (index for index in range(len(sources)) if index not in inner):
        walk_back((output,))
    return ways


def _mean_place(ways: Sequence[tuple[int, ...]], boxes: list[int]) -> float:
    """Return the mean number of the ways on which some boxes follow each other."""
    length = len(boxes)
    found = [
        number
        for number, way in enumerate(ways)
        if any(list(way[start : start + length]) == boxes for start in range(len(way)))
    ]
    return sum(found) / len(found)


def _draw_arrow(ax: Axes, source: Node, target: Node, row: float) -> None:
    """A curve out of one box, along its row, and into the other."""
    start, end = source.column + BOX_WIDTH / 2, target.column - BOX_WIDTH / 2
    half = (1 - BOX_WIDTH) / 2
    points, codes = [(start, source.row)], [Path.MOVETO]
    stops = [(start, source.row)]
    if target.column - source.column > 1:
        stops += [(start + 2 * half, row), (end - 2 * half, row)]
    for (x, y), (next_x, next_y) in itertools.pairwise([*stops, (end, target.row)]):
        points += [(x + half, y), (next_x - half, next_y), (next_x, next_y)]
        codes += [Path.CURVE4] * 3
    style = {"arrowstyle": "->", "mutation_scale": 9, "color": "#555555"}
    ax.add_patch(FancyArrowPatch(path=Path(points, codes), **style))


def _draw_box(ax: Axes, node: Node) -> None:
    corner = (node.column - BOX_WIDTH / 2, node.row - BOX_HEIGHT / 2)
    style = "round,pad=0,rounding_size=0.08"
    face = color(node.box)
    ax.add_patch(
        FancyBboxPatch(corner, BOX_WIDTH, BOX_HEIGHT, boxstyle=style, facecolor=face, edgecolor="#555555")
    )
    ax.text(node.column, node.row, box_label(node.box), ha="center", va="center", fontsize=FONT)


def color(box: Box) -> str:
    if not box.steps:
        return INPUT_COLOR
    first = box.steps[0].operation
    return next((shade for classes, shade in COLORS if isinstance(first, classes)), OTHER_COLOR)


def box_label(box: Box) -> str:
    """Say what a layer does, its padding, how many maps come out, and what is folded into its box."""
    shape = box.shape[1:]
    if not box.steps:
        return "input\n" + "×".join("?" if size is None else str(size) for size in shape)
    first = box.steps[0].operation
    size = f"{shape[-1]} maps" if len(shape) == 3 else f"{shape[-1]} units"
    settings = ", ".join(filter(None, [padding(first), size]))
    return "\n".join(filter(None, [kind(first), settings, extras(box)]))


def extras(box: Box) -> str:
    """Say what changes the numbers of a layer before the next layer reads them."""
    first, *folded = (step.operation for step in box.steps)
    own = "" if isinstance(first, FOLDED) else _activation(first)
    return ", ".join(filter(None, [own, *(_folded_label(layer) for layer in folded)]))


def _folded_label(layer: layers.Layer) -> str:
    return _activation(layer) or _name(layer)


def _activation(operation) -> str:
    """Return the activation that a layer is or ends with, "" for none."""
    is_layer = isinstance(operation, layers.ReLU)
    known, label = kind_of(operation if is_layer else getattr(operation, "activation", None))
    return {Kind.RELU: "ReLU", Kind.LINEAR: ""}.get(known, label.replace("_", " "))


def _name(operation) -> str:
    return next((name for classes, name in NAMES if isinstance(operation, classes)), type(operation).__name__)


def kind(operation) -> str:
    """Say what a layer does, through which window and with which stride ("/ 2")."""
    window = getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", None)
    if window is None:
        is_activation = isinstance(operation, layers.ReLU | layers.Activation)
        return (_activation(operation) if is_activation else "") or _name(operation)
    height, width = (window, window) if isinstance(window, int) else window
    strides = getattr(operation, "strides", 1)
    strides = strides if isinstance(strides, int) else strides[0]
    return f"{_name(operation)} {height}×{width}" + (f" / {strides}" if strides > 1 else "")


def padding(operation) -> str:
    """Return "same" or "valid"; "" where there is no padding to choose, as for a window of 1×1."""
    window = getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", None)
    return "" if window in (None, 1, (1, 1)) else operation.padding
