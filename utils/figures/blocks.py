"""The layers of a block from left to right, with an arrow for each connection."""

import itertools
from collections import Counter
from typing import NamedTuple

from utils.figures.style import describe

import keras
import matplotlib.pyplot as plt
from keras import layers
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

MAX_PATHS = 32
BOX_WIDTH, BOX_HEIGHT = 0.78, 0.72  # of the distance between columns, and between rows
# Layers that only change the numbers of the layer before them share its box.
FOLDED = (layers.BatchNormalization, layers.Activation, layers.ReLU, layers.Dropout)
COLORS = (
    (layers.InputLayer, "#ffffff"),
    (layers.DepthwiseConv2D, "#d9c2ec"),
    (layers.SeparableConv2D, "#d9c2ec"),
    (layers.Conv2D, "#bcd9f2"),
    (layers.MaxPooling2D, "#ffdf9e"),
    (layers.AveragePooling2D, "#ffdf9e"),
    (layers.GlobalAveragePooling2D, "#ffdf9e"),
    (layers.Dense, "#f0c4bb"),
)
OTHER_COLOR = "#dfe4e3"


class Node(NamedTuple):
    """A box of the drawing: a layer, those folded into it, and its place."""

    layers: tuple[layers.Layer, ...]
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
        _, ax = plt.subplots(figsize=(1.35 * num_columns, 0.2 + 0.72 * (num_rows + 0.3)))
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
    groups, sources = _fold(model)
    columns: list[int] = []
    for index in range(len(groups)):
        columns.append(1 + max((columns[source] for source in sources[index]), default=-1))
    ways = _ways(sources)
    rows = [_mean(number for number, way in enumerate(ways) if index in way) for index in range(len(groups))]
    nodes = [Node(*placed) for placed in zip(groups, columns, rows, strict=True)]
    steps = [list(itertools.pairwise(way)) for way in ways]
    edges = [
        (source, target, _mean(n for n, pairs in enumerate(steps) if (source, target) in pairs))
        for target, own in enumerate(sources)
        for source in own
    ]
    return nodes, edges


def _fold(model: keras.Model) -> tuple[list[tuple], list[list[int]]]:
    """Group the layers into boxes; of each box say from which boxes its input comes."""
    feeding = {layer: _layers_before(layer) for layer in model.layers}
    num_consumers = Counter(source for own in feeding.values() for source in own)
    box_of, groups, sources = {}, [], []
    for layer, before in feeding.items():
        if isinstance(layer, FOLDED) and _can_fold(before[0], num_consumers):
            box_of[layer] = box_of[before[0]]
            groups[box_of[layer]] += (layer,)
        else:
            box_of[layer] = len(groups)
            groups.append((layer,))
            sources.append([box_of[source] for source in before])
    return groups, sources


def _layers_before(layer: layers.Layer) -> list[layers.Layer]:
    if isinstance(layer, layers.InputLayer):
        return []
    return [tensor._keras_history[0] for tensor in keras.tree.flatten(layer.input)]


def _can_fold(before: layers.Layer, num_consumers: dict) -> bool:
    return num_consumers[before] == 1 and not isinstance(before, layers.InputLayer)


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


def _mean(numbers) -> float:
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


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
    first = node.layers[0]
    color = next((color for kind, color in COLORS if isinstance(first, kind)), OTHER_COLOR)
    corner = (node.column - BOX_WIDTH / 2, node.row - BOX_HEIGHT / 2)
    style = "round,pad=0,rounding_size=0.08"
    ax.add_patch(
        FancyBboxPatch(corner, BOX_WIDTH, BOX_HEIGHT, boxstyle=style, facecolor=color, edgecolor="#555555")
    )
    ax.text(node.column, node.row, box_label(node.layers), ha="center", va="center", fontsize="x-small")


def box_label(group: tuple[layers.Layer, ...]) -> str:
    """Say what a layer does, how many maps come out, and what is folded into its box."""
    first = group[0]
    shape = first.output.shape[1:]
    if isinstance(first, layers.InputLayer):
        return "input\n" + "×".join(map(str, shape))
    size = f"{shape[-1]} maps" if len(shape) == 3 else f"{shape[-1]} units"
    own = "" if isinstance(first, FOLDED) else _activation(first)
    extras = ", ".join(filter(None, [own, *map(_folded_label, group[1:])]))
    return "\n".join(filter(None, [_kind(first), size, extras]))


def _folded_label(layer: layers.Layer) -> str:
    names = {layers.BatchNormalization: "BN", layers.Dropout: "dropout"}
    return names.get(type(layer)) or _activation(layer)


def _activation(layer: layers.Layer) -> str:
    if isinstance(layer, layers.ReLU):
        return "ReLU"
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return {"relu": "ReLU", "linear": ""}.get(name, name)


def _kind(layer: layers.Layer) -> str:
    names = {
        layers.Concatenate: "stack",
        layers.Add: "add",
        layers.Dense: "dense",
        layers.Flatten: "flatten",
        layers.GlobalAveragePooling2D: "mean of each map",
    }
    if type(layer) in names:
        return names[type(layer)]
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if window is None:
        return _activation(layer) or type(layer).__name__
    window = "×".join(map(str, (window, window) if isinstance(window, int) else window))
    kinds = {"Conv": "conv", "SeparableConv": "separable", "DepthwiseConv": "depthwise"}
    kinds |= {"MaxPooling": "max", "AveragePooling": "mean"}
    strides = layer.strides if isinstance(layer.strides, int) else layer.strides[0]
    name = type(layer).__name__.removesuffix("2D")
    return f"{kinds.get(name, name)} {window}" + (f" / {strides}" if strides > 1 else "")
