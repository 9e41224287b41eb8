"""The exercises of chapter 07: stacks of 3 × 3, a bottleneck, and the kernel of a separable convolution."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

import numpy as np

STACKED = "2 * num_layers + 1, num_layers * 9 * maps**2"

STACK = Exercise(
    question="Return the side of the window that a unit sees after `num_layers` convolutions of 3 × 3, and "
    "the number of their weights, with `maps` maps in and out of each.",
    answer="stack_of_three",
    solution=f"""\
def stack_of_three(num_layers, maps):
    return {STACKED}""",
    shows="The window grows with every layer by 2, the weights by 9 for each pair of maps.",
    kind=Function(
        inputs={
            "one layer, one map": (1, 1),
            "one layer, 4 maps": (1, 4),
            "2 layers, 5 maps": (2, 5),
            "3 layers, 64 maps": (3, 64),
            "5 layers, 10 maps": (5, 10),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "By how much does one more layer of 3 × 3 widen what a unit sees, and how many weights does it have?",
        "The first layer sees 3 pixels along each axis, and each further one a pixel more on each side. Each "
        "layer has a window of weights for each pair of an input map and an output map.",
        "The side is 1 before the first layer, and every layer adds 2. A layer has 9 weights for each of the "
        "maps**2 pairs.",
    ),
    slips={
        "The windows overlap: a further layer adds one pixel on each side, and not three.": (
            STACKED,
            "3 * num_layers, num_layers * 9 * maps**2",
        ),
        "A single layer sees 3 pixels along each axis, so the side is 3 for one layer.": (
            STACKED,
            "2 * num_layers - 1, num_layers * 9 * maps**2",
        ),
        "Before the first layer a unit sees 1 pixel, so the side is 3 for one layer.": (
            STACKED,
            "2 * num_layers + 3, num_layers * 9 * maps**2",
        ),
        "Return the side of the window, not the number of its pixels.": (
            STACKED,
            "(2 * num_layers + 1) ** 2, num_layers * 9 * maps**2",
        ),
        "The windows do not multiply: a further layer adds one pixel on each side.": (
            STACKED,
            "3**num_layers, num_layers * 9 * maps**2",
        ),
        "A window of 3 × 3 has 9 weights for each pair of maps.": (
            STACKED,
            "2 * num_layers + 1, num_layers * 3 * maps**2",
        ),
        "Side and weights are exchanged.": (STACKED, "num_layers * 9 * maps**2, 2 * num_layers + 1"),
        "A filter reaches through all maps: there are maps**2 pairs of an input and an output map.": (
            STACKED,
            "2 * num_layers + 1, num_layers * 9 * maps",
        ),
        "These are the weights of one large window. Each layer of 3 × 3 has 9 for a pair of maps.": (
            STACKED,
            "2 * num_layers + 1, (2 * num_layers + 1) ** 2 * maps**2",
        ),
        "These are the weights of a single layer. All layers count.": (
            STACKED,
            "2 * num_layers + 1, 9 * maps**2",
        ),
        "Only weights are asked for here, no biases.": (
            STACKED,
            "2 * num_layers + 1, num_layers * (9 * maps**2 + maps)",
        ),
        "This is what the window adds to one pixel; the pixel itself counts as well.": (
            STACKED,
            "2 * num_layers, num_layers * 9 * maps**2",
        ),
    },
    blank=STACKED,
)

PRODUCTS = "size**2 * (maps_in * reduced + window**2 * reduced * maps_out)"

BOTTLENECK = Exercise(
    question="Count the multiply-adds of a 1 × 1 convolution to `reduced` maps and a window × window "
    "convolution after it, on maps of size × size.",
    answer="count_bottleneck",
    solution=f"""\
def count_bottleneck(size, maps_in, reduced, maps_out, window):
    return {PRODUCTS}""",
    shows="The large window now reads only a few maps, and the 1 × 1 that makes them costs little.",
    kind=Function(
        inputs={
            "size 1, one map everywhere, window 1": (1, 1, 1, 1, 1),
            "size 1, 4 maps reduced to 2, 3 maps out, window 1": (1, 4, 2, 3, 1),
            "size 1, 4 maps reduced to 2, 3 maps out, window 3": (1, 4, 2, 3, 3),
            "size 5, 8 maps reduced to 3, 6 maps out, window 5": (5, 8, 3, 6, 5),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "How many products does each of the two convolutions need at a single place, and how many places are "
        "there?",
        "At a place, a convolution needs its window times its input maps times its output maps. The second "
        "one gets what the first one gives.",
        "First: maps_in * reduced. Second: window**2 * reduced * maps_out. Both at all size**2 places.",
    ),
    slips={
        "The second convolution reads the reduced maps, not all of the input.": (
            PRODUCTS,
            "size**2 * (maps_in * reduced + window**2 * maps_in * maps_out)",
        ),
        "The 1 × 1 convolution costs something too: add its maps_in * reduced products.": (
            PRODUCTS,
            "size**2 * window**2 * reduced * maps_out",
        ),
        "Both convolutions work at all size × size places; multiply the whole sum.": (
            PRODUCTS,
            "maps_in * reduced + size**2 * window**2 * reduced * maps_out",
        ),
        "The second convolution works at all size × size places too; multiply the whole sum.": (
            PRODUCTS,
            "size**2 * maps_in * reduced + window**2 * reduced * maps_out",
        ),
        "These are the weights. Each is used at all size × size places.": (
            PRODUCTS,
            "maps_in * reduced + window**2 * reduced * maps_out",
        ),
        "The maps have size × size places: size**2.": (
            PRODUCTS,
            "size * (maps_in * reduced + window**2 * reduced * maps_out)",
        ),
        "This is the direct convolution, without the reduced maps.": (
            PRODUCTS,
            "size**2 * window**2 * maps_in * maps_out",
        ),
        "The first convolution has a window of 1 × 1.": (
            PRODUCTS,
            "size**2 * window**2 * (maps_in * reduced + reduced * maps_out)",
        ),
        "The window is a square: window**2.": (
            PRODUCTS,
            "size**2 * (maps_in * reduced + window * reduced * maps_out)",
        ),
        "The costs of both convolutions are added, not multiplied.": (
            PRODUCTS,
            "size**2 * maps_in * reduced * window**2 * reduced * maps_out",
        ),
    },
    blank=PRODUCTS,
)

FULL = "depthwise[:, :, :, np.newaxis] * pointwise"
FILTERS = np.arange(12.0).reshape(2, 3, 2) % 5 - 1.5

SEPARABLE = Exercise(
    question="Return the kernel (rows, columns, maps in, maps out) of the ordinary convolution that does the "
    "same as depthwise (rows, columns, maps in) and pointwise (maps in, maps out).",
    answer="full_kernel",
    solution=f"""\
def full_kernel(depthwise, pointwise):
    return {FULL}""",
    shows="All windows that read the same input map are equal, up to a factor.",
    kind=Function(
        inputs={
            "one weight, one map in, one out": (np.array([[[2.0]]]), np.array([[3.0]])),
            "one weight for each of 2 maps in, 3 maps out": (
                np.array([[[2.0, -1.0]]]),
                np.array([[1.0, 0.5, -2.0], [4.0, 0.0, 3.0]]),
            ),
            "2 × 3 weights, 2 maps in, 3 out": (
                FILTERS,
                np.array([[1.0, 0.5, -2.0], [4.0, 0.0, 3.0]]),
            ),
            "2 × 3 weights, 2 maps in, one out": (FILTERS, np.array([[0.5], [-2.0]])),
        }
    ),
    hints=(
        "By which number is the filtered map i multiplied before it is added to output map o?",
        "It is the filter of map i, times pointwise[i, o]. So entry (r, c, i, o) is depthwise[r, c, i] * "
        "pointwise[i, o].",
        "Give depthwise a fourth axis with np.newaxis, and multiply: NumPy repeats it for each map out.",
    ),
    slips={
        "The sum over the maps in belongs to the convolution. A kernel keeps an axis for them.": (
            FULL,
            "depthwise @ pointwise",
        ),
        "The factors of the output maps are missing; each pair of maps has its own.": (
            FULL,
            "np.repeat(depthwise[..., np.newaxis], pointwise.shape[1], axis=3)",
        ),
        "The axes are in another order. The maps out come last.": (
            FULL,
            "np.moveaxis(depthwise[:, :, :, np.newaxis] * pointwise, 3, 2)",
        ),
        "The numbers are multiplied, not added.": (FULL, "depthwise[:, :, :, np.newaxis] + pointwise"),
    },
    blank=FULL,
)

practice = Practice({"stack": STACK, "bottleneck": BOTTLENECK, "separable": SEPARABLE})
