"""A whole network in rows of boxes: every layer and module with its settings, the sizes to scale."""

import itertools
import math
import re
import textwrap
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from utils.convolution.steps import walk
from utils.figures.blocks import Box, color, extras, fold, kind, padding
from utils.figures.style import RED, describe

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

FONT = 11  # points
LINE = 0.19  # inches from one line of text to the next
STEP = 0.17  # inches for each doubling of the pixels along a side
COLUMN = 1.5  # inches from one box to the next, at least
LETTERS = 21  # in a line of a module, at most
MODULE_COLOR = "#c9e4c5"
LEGEND = "Height: pixels along a side. Width: maps or units. Both on logarithmic scales."


class Block(NamedTuple):
    """A layer or a module of the drawing.

    Attributes:
        boxes: the layers in it, in order, those of a module's branches too.
        lines: what it does; of a module one line for each way through.
        shape: of what comes out, (H, W, C) or (units,).
        color: of its box.
        names: of the layers or modules, where the same one follows several times.
    """

    boxes: tuple[Box, ...]
    lines: tuple[str, ...]
    shape: tuple[int, ...]
    color: str
    names: tuple[str, ...]


def draw_network(model: keras.Model, *, alt: str, columns: int = 6) -> Axes:
    """Draw a whole network from left to right, in rows, without leaving out a layer.

    A layer that only changes the numbers before it, such as ReLU, is written to that layer. Layers
    between a fork and the place where its ways meet are one module. The same layer or module several
    times in a row is drawn once, with its number.

    Args:
        model: a network for images of one size.
        alt: alternative text of the figure.
        columns: how many boxes stand in a row.

    Returns:
        the Axes. Both lengths of a box grow by one step when the number doubles.

    Raises:
        ValueError: the network takes images of any size.
    """
    blocks = blocks_of(model)
    rows = [blocks[start : start + columns] for start in range(0, len(blocks), columns)]
    heights = [_row_height(row) for row in rows]
    lines = [line for block in blocks for line in (*_text(block), f"{_title(block)}__")]
    pitch = max(COLUMN, 0.15 + max(map(_width, lines)))
    width, total = pitch * min(columns, len(blocks)), sum(heights) + 0.3
    figure = plt.figure(figsize=(width, total), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, total))
    ax.axis("off")
    for row, top in zip(rows, total - np.cumsum([0, *heights[:-1]]), strict=True):
        _draw_row(ax, row, float(top), pitch)
    ax.text(width / 2, 0.08, LEGEND, ha="center", va="bottom", fontsize=FONT, style="italic")
    return describe(ax, alt)


def draw_towers(columns: Sequence[str], crossing: Collection[int], *, last: str, alt: str) -> Axes:
    """Draw two rows of equal boxes, and an arrow for each reading.

    Args:
        columns: the text of each pair of boxes, from left to right.
        crossing: the indices of the columns that read both rows.
        last: the text of one more box, which reads both rows.
        alt: alternative text of the figure.

    Returns:
        the Axes.
    """
    _, ax = plt.subplots(figsize=(1.05 * (len(columns) + 1.3), 3.2))
    words: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": FONT}
    boxes = {}
    for column, text in enumerate((*columns, last)):
        is_last = column == len(columns)
        for row in [0.5] if is_last else [1, 0]:
            shade = "#ffffff" if is_last else ("#c9e4c5", "#bcd9f2")[int(row)]
            box = ax.text(column, row, text, bbox={"boxstyle": "round", "facecolor": shade}, **words)
            boxes[column, row] = box.get_bbox_patch()
            for source in (0, 1) if column in crossing or is_last else (row,) if column else ():
                ends = {"patchA": boxes[column - 1, source], "patchB": boxes[column, row]}
                arrow = {"arrowstyle": "->", "color": "#444444" if source == row else RED, "lw": 1.5}
                ax.annotate("", (column, row), (column - 1, source), arrowprops=arrow | ends)
    for row, name in enumerate(("GPU 2", "GPU 1")):
        ax.text(-0.6, row, name, weight="bold", ha="right", va="center", fontsize=FONT)
    ax.set(xlim=(-1.2, len(columns) + 0.4), ylim=(-0.5, 1.5))
    ax.axis("off")
    return describe(ax, alt)


def blocks_of(model: keras.Model) -> list[Block]:
    """Return the layers and modules of a network in order; each layer is in exactly one of them."""
    boxes, sources = fold(walk(model))
    last_use = {source: target for target, own in enumerate(sources) for source in own}
    blocks, start = [], 0
    for index in range(len(boxes)):
        # All that follows reads this box alone: a part of the network ends with it.
        if all(last_use.get(before, index) <= index for before in range(max(0, start - 1), index)):
            ways = [[boxes[box] for box in way] for way in _ways(sources, start, index)]
            blocks.append(_block(tuple(boxes[start : index + 1]), ways))
            start = index + 1
    groups = itertools.groupby(blocks, lambda block: (block.lines, block.shape))
    return [_merged(list(group)) for _, group in groups]


def _ways(sources: list[list[int]], start: int, end: int) -> list[list[int]]:
    """Return the boxes on each way to box `end`, from where a part of the network starts."""
    ways = []
    for source in sources[end]:
        before = _ways(sources, start, source) if source >= start else [[]]
        ways += [[*way, end] for way in before]
    return ways or [[end]]


def _block(boxes: tuple[Box, ...], ways: list[list[Box]]) -> Block:
    last = boxes[-1]
    name = last.steps[0].name.removeprefix("inception_").removesuffix("_add") if last.steps else "input"
    if len(boxes) == 1:
        return Block(boxes, _lines(last), _sizes(last), color(last), (name,))
    lines = (*(_way_line(way[:-1]) for way in ways), kind(last.steps[0].operation))
    return Block(boxes, lines, _sizes(last), MODULE_COLOR, (name,))


def _sizes(box: Box) -> tuple[int, ...]:
    sizes = tuple(size for size in box.shape[1:] if size is not None)
    if len(sizes) < len(box.shape) - 1:
        raise ValueError("The network takes images of any size: build it for one size to draw it.")
    return sizes


def _lines(box: Box) -> tuple[str, ...]:
    if not box.steps:
        return ()
    operation = box.steps[0].operation
    groups = getattr(operation, "groups", 1)
    settings = filter(None, [padding(operation), f"{groups} groups" if groups > 1 else ""])
    return tuple(filter(None, [kind(operation), ", ".join(settings), extras(box)]))


def _way_line(way: list[Box]) -> str:
    """Say what happens on one way through a module; the same layer several times is said once."""
    shown = [_short(box) for box in way if not isinstance(box.steps[0].operation, layers.Concatenate)]
    words = [(word, len(list(same))) for word, same in itertools.groupby(shown)]
    return (
        " → ".join(word if number == 1 else f"{number} times {word}" for word, number in words) or "as it is"
    )


def _short(box: Box) -> str:
    """Say in a few letters what a layer of a module does: window, stride, padding if "valid", maps."""
    operation = box.steps[0].operation
    words = kind(operation).removeprefix("conv ").replace("separable", "sep").replace(" / ", "/")
    is_conv = isinstance(operation, layers.Conv2D | layers.SeparableConv2D)
    valid = "valid" if padding(operation) == "valid" else ""
    return " ".join(filter(None, [words, valid, f"{box.shape[-1]}" if is_conv else ""]))


def _merged(same: list[Block]) -> Block:
    """Return blocks that follow each other and look the same as one."""
    boxes = tuple(box for block in same for box in block.boxes)
    return same[0]._replace(boxes=boxes, names=tuple(name for block in same for name in block.names))


def _title(block: Block) -> str:
    """Return the name of a block, "fc6–7" for two of them."""
    first, last = block.names[0], block.names[-1]
    number = re.search(r"\d*$", last)
    return first if first == last else f"{first}–{number[0] if number else last}"


def _text(block: Block) -> list[str]:
    """Return the lines above a box; a way through a module begins with a dot and may take several."""
    lines = [f"{len(block.names)} times"] if len(block.names) > 1 else []
    if block.color != MODULE_COLOR:
        return [*lines, *block.lines]
    *ways, join = block.lines
    lines.append(f"{join}:")
    for way in ways:
        words = way.replace(" ", "\xa0").replace("\xa0→\xa0", " →\xa0")  # broken before an arrow only
        lines += textwrap.wrap(f"•\xa0{words}", LETTERS, break_long_words=False)
    return lines


def _width(line: str) -> float:
    """Return the width of a line of text in inches."""
    return TextPath((0, 0), line, size=FONT).get_extents().width / 72


def _steps(number: int) -> float:
    """Return a length in which each doubling of a number is one step more."""
    return STEP * (1 + math.log2(number))


def _height(block: Block) -> float:
    back = 0.05 * (len(block.names) - 1)
    return _steps(block.shape[0] if len(block.shape) == 3 else 1) + back


def _row_height(row: Sequence[Block]) -> float:
    return max(LINE * len(_text(block)) + _height(block) for block in row) + 3.4 * LINE


def _draw_row(ax: Axes, row: Sequence[Block], top: float, pitch: float) -> None:
    """Draw a row below `top`: what is done, the boxes on a common line, their names and shapes."""
    ground = top - _row_height(row) + 2.7 * LINE
    for column, block in enumerate(row):
        middle, high = (column + 0.5) * pitch, _height(block)
        width, num_back = _steps(block.shape[-1]) / 2.2, len(block.names) - 1
        for back in range(num_back, -1, -1):
            corner = (middle - width / 2 + 0.06 * back, ground + 0.05 * back)
            size = (width, high - 0.05 * num_back)
            ax.add_patch(Rectangle(corner, *size, facecolor=block.color, edgecolor="#444444"))
        words = {"ha": "center", "ma": "center", "fontsize": FONT, "linespacing": 1.15}
        if block.color == MODULE_COLOR:
            words["ma"] = "left"
        ax.text(middle, ground + high + 0.03, "\n".join(_text(block)), va="bottom", **words)
        ax.text(middle, ground - 0.04, _title(block), va="top", weight="bold", **words)
        ax.text(middle, ground - 0.04 - LINE, "×".join(map(str, block.shape)), va="top", **words)
