"""Tasks of assignment 02 on windows behind windows: what a unit sees, and two layers made into one."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values

import numpy as np

FIRST, LAST = "first * stride - padding", "last * stride - padding + size - 1"

SEEN = Exercise(
    question="Return the first and the last pixel that a unit of the last layer sees.",
    answer="pixels_seen",
    solution=f"""\
def pixels_seen(layers, unit):
    first, last = unit, unit
    for size, stride, padding in reversed(layers):
        first = {FIRST}
        last = {LAST}
    return first, last""",
    shows="Going back through the layers, a window grows at both ends, and every stride stretches it.",
    kind=Function(
        inputs={
            "no layer, unit 3": ([], 3),
            "one layer (3, 1, 0), unit 0": ([(3, 1, 0)], 0),
            "one layer (3, 1, 0), unit 2": ([(3, 1, 0)], 2),
            "one layer (3, 1, 1), unit 0": ([(3, 1, 1)], 0),
            "one layer (2, 2, 0), unit 3": ([(2, 2, 0)], 3),
            "two layers (3, 1, 1) and (3, 1, 1), unit 0": ([(3, 1, 1), (3, 1, 1)], 0),
            "two layers (2, 2, 0) and (3, 1, 0), unit 1": ([(2, 2, 0), (3, 1, 0)], 1),
            "three layers (5, 2, 2), (3, 3, 1) and (4, 1, 0), unit 4": ([(5, 2, 2), (3, 3, 1), (4, 1, 0)], 4),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "Which units of the layer before does a unit look at, if that layer is the only one?",
        "Unit u of a layer looks at the units u * stride - padding to u * stride - padding + size - 1 of the "
        "layer before. So go from the last layer to the first.",
        "Begin with first = last = unit. For each layer, from the last one on: first becomes first * "
        "stride - "
        "padding, and last becomes last * stride - padding + size - 1.",
    ),
    slips={
        "The layers are taken from the first to the last. A unit of the last layer looks back: reverse "
        "them.": (
            "reversed(layers)",
            "layers",
        ),
        "The padding is left out: unit 0 begins in the padding, before the first pixel.": (
            f"{FIRST}\n        last = {LAST}",
            "first * stride\n        last = last * stride + size - 1",
        ),
        "The padding lies before the first pixel: subtract it.": (
            f"{FIRST}\n        last = {LAST}",
            "first * stride + padding\n        last = last * stride + padding + size - 1",
        ),
        "This is the pixel behind the last one that is seen.": (LAST, "last * stride - padding + size"),
        "Neighboring units lie one stride apart: multiply by it.": (
            f"{FIRST}\n        last = {LAST}",
            "first - padding\n        last = last - padding + size - 1",
        ),
        "The padding moves the whole window, its last pixel, too.": (LAST, "last * stride + size - 1"),
        "Only the first pixel is followed. Behind a stride, the last one moves further than size - 1.": (
            LAST,
            "first + size - 1",
        ),
        "These are the first pixel and the number of pixels. The task asks for the last pixel.": (
            "return first, last",
            "return first, last - first + 1",
        ),
    },
)

PLACE = "row * dilation, column * dilation"
SHARE = "merged[r : r + first.shape[0], c : c + first.shape[1]] += weight * first"

MERGE = Exercise(
    question="Return one kernel in place of a correlation and a dilated correlation.",
    answer="merge",
    solution=f"""\
def merge(first, second, dilation):
    reach = (np.array(second.shape) - 1) * dilation
    merged = np.zeros(first.shape + reach)
    for (row, column), weight in np.ndenumerate(second):
        r, c = {PLACE}
        {SHARE}
    return merged""",
    shows="Without a non-linearity between them, two layers can do no more than one, however dilated.",
    kind=Function(
        inputs={
            "one weight each": (np.array([[3.0]]), np.array([[-2.0]]), 1),
            "two kernels of 1 x 2 weights, no dilation": (np.array([[1.0, 10.0]]), np.array([[2.0, 3.0]]), 1),
            "two kernels of 1 x 2 weights, dilation 2": (np.array([[1.0, 10.0]]), np.array([[2.0, 3.0]]), 2),
            "a column of 2 weights and a row of 2 weights, dilation 3": (
                np.array([[1.0], [4.0]]),
                np.array([[2.0, -1.0]]),
                3,
            ),
            "kernels of 3 x 2 and 2 x 3 weights, dilation 2": (
                np.array([[1.0, 2.0], [0.0, -1.0], [5.0, 3.0]]),
                np.array([[2.0, 0.0, 1.0], [-3.0, 4.0, 7.0]]),
                2,
            ),
        }
    ),
    hints=(
        "A weight of the second kernel looks at one number of the first map. Which pixels does that number "
        "see?",
        "It sees a window as large as the first kernel, row * dilation rows and column * dilation columns "
        "further on. So the merged kernel holds shifted copies of the first one.",
        "Begin with zeros, and add weight * first at the place (row * dilation, column * dilation), for each "
        "weight of the second kernel.",
    ),
    slips={
        "The weights of the second kernel lie one pixel apart. They lie `dilation` pixels apart.": (
            PLACE,
            "row, column",
        ),
        "The second kernel is turned: copies of the first one stand where its weights stand.": (
            "np.ndenumerate(second)",
            "np.ndenumerate(second[::-1, ::-1])",
        ),
        "The first kernel is turned. Both are correlations.": ("* first", "* first[::-1, ::-1]"),
        "The kernel is right, but turned by 180 degrees.": ("return merged", "return merged[::-1, ::-1]"),
        "A later copy overwrites an earlier one. Where they overlap, they add up.": (
            SHARE,
            SHARE.replace("+=", "="),
        ),
        "The dilation is applied to the rows only.": (PLACE, "row * dilation, column"),
        "The merged kernel is too small: the second kernel is dilated.": (
            "(np.array(second.shape) - 1) * dilation",
            "np.array(second.shape) - 1",
        ),
        "The merged kernel has empty rows or columns: between n weights there are n - 1 gaps.": (
            "(np.array(second.shape) - 1) * dilation",
            "np.array(second.shape) * dilation",
        ),
    },
)
