"""The tasks of assignment 02: cost, volumes, pooling, what a unit sees, and steps of a backward pass."""

from utils.practice.assignment_02_fields import MERGE, SEEN
from utils.practice.assignment_02_learning import BACKWARD, EXPLAIN, MOMENTUM
from utils.practice.assignment_02_volumes import VOLUMES
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.sheets import Several
from utils.practice.tasks import Tasks

import numpy as np

IMAGES = np.arange(120.0).reshape(2, 5, 6, 2) ** 2 % 37 - 18
WEIGHTS, PLACES = "size * size * channels * filters", "rows * columns * weights"

COST = Exercise(
    question="Return the number of weights and biases, and of multiplications for one picture.",
    answer="layer_cost",
    solution=f"""\
def layer_cost(height, width, channels, filters, size, stride):
    weights = {WEIGHTS}
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    return weights + filters, {PLACES}""",
    shows="A stride of 2 leaves the weights as they are, and saves three quarters of the work.",
    kind=Function(
        inputs={
            "one pixel, one channel, one filter of one weight": (1, 1, 1, 1, 1, 1),
            "4 x 3 pixels, 2 channels, 5 filters of 3 x 3, stride 1": (4, 3, 2, 5, 3, 1),
            "8 x 6 pixels, 3 channels, 4 filters of 3 x 3, stride 2": (8, 6, 3, 4, 3, 2),
            "227 x 227 pixels, 3 channels, 96 filters of 11 x 11, stride 4": (227, 227, 3, 96, 11, 4),
        },
        result=Several(
            {"number of weights and biases": Values(True), "number of multiplications": Values(True)}
        ),
    ),
    hints=(
        "At how many places is a filter applied, and how many multiplications does it take at each of them?",
        "A filter has size * size * channels weights and one bias. Without padding, (n - size) // stride + 1 "
        "windows fit along an axis of n pixels.",
        "Each weight is used once at each place: rows * columns * all weights. A bias is added, not "
        "multiplied.",
    ),
    slips={
        "The biases are missing: one for each filter.": ("weights + filters", "weights"),
        "A filter has one bias, not one for each channel.": (
            "weights + filters",
            "weights + channels * filters",
        ),
        "A filter reaches through all channels of its input.": (WEIGHTS, "size * size * filters"),
        "Each weight is used once at every place of the map: rows times columns times.": (PLACES, "weights"),
        "Nothing is padded, and there is a stride: fewer places are left than pixels.": (
            PLACES,
            "height * width * weights",
        ),
        "A bias is added, not multiplied.": (PLACES, "rows * columns * (weights + filters)"),
        "The stride holds for both directions: rows and columns become fewer.": (
            "(width - size) // stride + 1",
            "width - size + 1",
        ),
        "The windows have to fit into the picture: size - 1 pixels are no place to begin.": (
            "(height - size) // stride + 1, (width - size) // stride + 1",
            "(height - 1) // stride + 1, (width - 1) // stride + 1",
        ),
        "The first window counts, too: add 1 along each axis.": (
            "(height - size) // stride + 1, (width - size) // stride + 1",
            "(height - size) // stride, (width - size) // stride",
        ),
    },
)

ALL_WINDOWS = "windows[:, ::stride, ::stride]"

POOL = Exercise(
    question="Return the means of windows that may overlap.",
    answer="average_pool",
    solution=f"""\
def average_pool(images, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return {ALL_WINDOWS}.mean(axis=(-2, -1))""",
    shows="Average pooling is a convolution of each channel with equal weights, applied with a stride.",
    kind=Function(
        inputs={
            "one block of 2 x 2 numbers": (np.array([[[[1.0], [2.0]], [[4.0], [9.0]]]]), 2, 2),
            "a map of 2 x 5 numbers, size 2, stride 2": (
                np.array([[[[1.0], [2.0], [0.0], [7.0], [5.0]], [[4.0], [9.0], [8.0], [1.0], [3.0]]]]),
                2,
                2,
            ),
            "a map of 3 x 4 numbers, size 2, stride 1": (IMAGES[:1, :3, :4, :1], 2, 1),
            "two images of 5 x 6 numbers with two channels, size 3, stride 2": (IMAGES, 3, 2),
        }
    ),
    hints=(
        "How many windows fit along an axis, and where does each of them begin?",
        "Window (r, c) begins at row r * stride and column c * stride and is size x size. Images and "
        "channels "
        "stay apart.",
        "Fill output[:, r, c] with images[:, r * stride : r * stride + size, c * stride : c * stride + size]"
        ".mean(axis=(1, 2)).",
    ),
    slips={
        "This is max-pooling. Take the mean.": (".mean(", ".max("),
        "This is the sum of each window. Divide by the number of its numbers.": (".mean(", ".sum("),
        "Divide by the numbers of a window, size * size. The stride does not count.": (
            ".mean(axis=(-2, -1))",
            ".sum(axis=(-2, -1)) / stride**2",
        ),
        "The windows lie one size apart. They lie one stride apart, and may overlap.": (
            ALL_WINDOWS,
            "windows[:, ::size, ::size]",
        ),
        "The windows lie one pixel apart. They lie one stride apart.": (ALL_WINDOWS, "windows"),
        "The stride holds for both directions: these windows lie one pixel apart in a row.": (
            ALL_WINDOWS,
            "windows[:, ::stride]",
        ),
        "The first axis holds the images, the last one the channels: take a stride along the axes 1 and 2.": (
            ALL_WINDOWS,
            "windows[::stride, ::stride]",
        ),
        "The channels are averaged, too. Each channel is pooled on its own.": (
            ".mean(axis=(-2, -1))",
            ".mean(axis=(-3, -2, -1))",
        ),
    },
)

tasks = Tasks(
    {
        "cost": COST,
        "volumes": VOLUMES,
        "pool": POOL,
        "receptive-field": SEEN,
        "merge": MERGE,
        "backward": BACKWARD,
        "momentum": MOMENTUM,
        "explain": EXPLAIN,
    }
)
