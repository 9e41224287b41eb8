"""The tasks of assignment 06: the steps of a deconvnet, three rules, heat maps, two witnesses."""

from utils.practice.assignment_06_maps import CONTRAST, OVERLAP, WITNESSES
from utils.practice.assignment_06_methods import OCCLUSION, SMOOTH
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(6)

PLACE = "projection[row * stride : row * stride + a, column * stride : column * stride + b]"
ADD = "+= feature_map[row, column] * kernel"
FILTER = Exercise(
    question="Go back through a filter that moved in steps of `stride`.",
    answer="filter_backward",
    solution=f"""\
def filter_backward(feature_map, kernel, stride):
    (height, width), (a, b) = feature_map.shape, kernel.shape
    projection = np.zeros(((height - 1) * stride + a, (width - 1) * stride + b))
    for row, column in np.ndindex(height, width):
        {PLACE} {ADD}
    return projection""",
    shows="Where windows overlap, their contributions add up; with a large stride, gaps stay zero.",
    kind=Function(
        inputs={
            "a map of one number and a kernel of one": (np.array([[3.0]]), np.array([[2.0]]), 2),
            "a map of one number and a kernel of 1 x 2": (np.array([[3.0]]), np.array([[2.0, -1.0]]), 1),
            "a map of 1 x 2 numbers, a kernel of one, stride 3": (
                np.array([[1.0, 4.0]]),
                np.array([[2.0]]),
                3,
            ),
            "a map of 2 x 1 numbers, a kernel of 2 x 1, stride 1": (
                np.array([[1.0], [4.0]]),
                np.array([[2.0], [-1.0]]),
                1,
            ),
            "a map of 1 x 2 numbers, a kernel of 2 x 3, stride 2": (
                np.array([[1.0, 4.0]]),
                np.array([[2.0, -1.0, 3.0], [0.0, 5.0, -2.0]]),
                2,
            ),
            "a map of 3 x 2 numbers, a kernel of 3 x 3, stride 2": (
                RNG.normal(size=(3, 2)),
                RNG.normal(size=(3, 3)),
                2,
            ),
            "a map of 2 x 3 numbers, a kernel of 2 x 4, stride 1": (
                RNG.normal(size=(2, 3)),
                RNG.normal(size=(2, 4)),
                1,
            ),
        }
    ),
    hints=(
        "Which pixels did the number at row 1, column 0 come from, when the filter moved by 2 pixels each "
        "time?",
        "Its window begins at row 1 * stride, and is as large as the kernel. The number adds itself, times "
        "the kernel, to this window. The last window begins at (h - 1) * stride.",
        "Make zeros of the shape ((h - 1) * stride + a, (w - 1) * stride + b). For each place, add "
        "feature_map[row, column] * kernel to the window that begins at row * stride, column * stride.",
    ),
    slips={
        "The kernel comes out turned by 180 degrees.": (
            ADD,
            "+= feature_map[row, column] * kernel[::-1, ::-1]",
        ),
        "The kernel comes out upside down.": (ADD, "+= feature_map[row, column] * kernel[::-1]"),
        "The kernel comes out mirrored.": (ADD, "+= feature_map[row, column] * kernel[:, ::-1]"),
        "Where windows overlap, their contributions add up. Here the later one replaces the earlier.": (
            ADD,
            "= feature_map[row, column] * kernel",
        ),
        "The windows lie side by side as with stride 1. Window (row, column) begins at row * stride.": (
            PLACE,
            "projection[row : row + a, column : column + b]",
        ),
        "The stride is used for the rows only.": (
            PLACE,
            "projection[row * stride : row * stride + a, column : column + b]",
        ),
        "The projection is too large at its end: the last window begins at (h - 1) * stride.": (
            "((height - 1) * stride + a, (width - 1) * stride + b)",
            "(height * stride + a, width * stride + b)",
        ),
        "This has the size for stride 1. The windows lie `stride` pixels apart.": (
            f"((height - 1) * stride + a, (width - 1) * stride + b))\n    for row, column in "
            f"np.ndindex(height, "
            f"width):\n        {PLACE}",
            "(height - 1 + a, width - 1 + b))\n    for row, column in np.ndindex(height, width):\n"
            "        projection[row : row + a, column : column + b]",
        ),
        "The last row of the map is left out.": (
            "np.ndindex(height, width)",
            "np.ndindex(max(height - 1, 1), width)",
        ),
        "The kernel is missing: this adds the number itself to each pixel of its window.": (
            ADD,
            "+= feature_map[row, column]",
        ),
    },
)

FORWARD = """\
    befores, signal = [], image
    for matrix in weights:
        befores.append(matrix @ signal)
        signal = np.maximum(befores[-1], 0)
"""
BOTH_RULES = """\
        if rule in ("gradient", "guided"):
            passes &= before > 0
        if rule in ("deconvnet", "guided"):
            passes &= signal > 0
"""
DOWN = "matrix.T @ (signal * passes)"
A, B = np.array([[1.0, -1.0], [2.0, 1.0], [-1.0, 3.0]]), np.array([[1.0, -2.0, 1.0], [-1.0, 1.0, 0.5]])
IMAGE = np.array([2.0, 1.0])
RULES = Exercise(
    question="Go back from one unit to the pixels, by each of three rules.",
    answer="go_back",
    solution=f"""\
def go_back(weights, image, unit, rule):
{FORWARD}    signal = np.zeros(len(signal))
    signal[unit] = 1.0
    for matrix, before in zip(weights[::-1], befores[::-1], strict=True):
        passes = np.ones(len(signal), dtype=bool)
{BOTH_RULES}        signal = {DOWN}
    return signal""",
    shows="The three methods differ in two lines. All else, the matrices, is the same.",
    kind=Function(
        inputs={
            "one pixel, one unit, weight 3, by the gradient": (
                [np.array([[3.0]])],
                np.array([2.0]),
                0,
                "gradient",
            ),
            "one pixel, one unit, weight -3, by the gradient": (
                [np.array([[-3.0]])],
                np.array([2.0]),
                0,
                "gradient",
            ),
            "one pixel, one unit, weight -3, by the deconvnet": (
                [np.array([[-3.0]])],
                np.array([2.0]),
                0,
                "deconvnet",
            ),
            "one pixel of value 0, by the gradient": ([np.array([[3.0]])], np.array([0.0]), 0, "gradient"),
            "two layers, from unit 0, by the gradient": ([A, B], IMAGE, 0, "gradient"),
            "two layers, from unit 1, by the gradient": ([A, B], IMAGE, 1, "gradient"),
            "two layers and other pixels, from unit 1, by the gradient": (
                [A, B],
                np.array([1.0, -2.0]),
                1,
                "gradient",
            ),
            "two layers, from unit 0, by the deconvnet": ([A, B], IMAGE, 0, "deconvnet"),
            "two layers, from unit 1, by the deconvnet": ([A, B], IMAGE, 1, "deconvnet"),
            "two layers, from unit 1, by the guided rule": ([A, B], IMAGE, 1, "guided"),
            **{
                f"three layers, from unit 2, by the rule {rule}": (
                    [RNG.normal(size=(5, 4)), RNG.normal(size=(5, 5)), np.abs(RNG.normal(size=(3, 5)))],
                    RNG.normal(size=4),
                    2,
                    rule,
                )
                for rule in ("gradient", "deconvnet", "guided")
            },
        }
    ),
    hints=(
        "What has to be kept on the way up, so that each rule can decide on the way down?",
        "Keep the input of every rectifier. On the way down, each layer first applies the rule, then the "
        "transposed matrix. The rules look at the kept input, at the signal, or at both.",
        'passes is (before > 0) for "gradient", (signal > 0) for "deconvnet", and both for "guided"; then '
        "signal = matrix.T @ (signal * passes), from the last matrix to the first.",
    ),
    slips={
        "This passes on a 1 where the signal may pass. Pass on the signal itself.": (
            DOWN,
            "matrix.T @ (1.0 * passes)",
        ),
        "The rules gradient and deconvnet are exchanged: the gradient asks for the input of the rectifier.": (
            BOTH_RULES,
            """\
        if rule in ("deconvnet", "guided"):
            passes &= before > 0
        if rule in ("gradient", "guided"):
            passes &= signal > 0
""",
        ),
        "The guided rule asks for both: here it asks for the input of the rectifier alone.": (
            '("deconvnet", "guided")',
            '("deconvnet",)',
        ),
        "The guided rule asks for both: here it asks for the signal alone.": (
            '("gradient", "guided")',
            '("gradient",)',
        ),
        "An input of exactly 0 does not pass: a rectifier asks for positive numbers.": (
            "before > 0",
            "before >= 0",
        ),
        "The input of the rectifier is passed on. Pass on the signal.": (
            DOWN,
            "matrix.T @ (before * passes)",
        ),
        "The signal begins with 1 at the unit, not with the unit's activation.": (
            "    signal = np.zeros(len(signal))\n    signal[unit] = 1.0",
            "    signal = np.where(np.arange(len(signal)) == unit, signal, 0.0)",
        ),
        "Only one unit is kept at the start. Here all of them are.": (
            "    signal = np.zeros(len(signal))\n    signal[unit] = 1.0",
            "    signal = np.ones(len(signal))",
        ),
        "First the rule, then the matrix: here they are exchanged.": (
            f"{BOTH_RULES}        signal = {DOWN}",
            """\
        if rule in ("gradient", "guided"):
            passes &= before > 0
        signal = matrix.T @ (signal * passes)
        if rule in ("deconvnet", "guided"):
            signal = np.maximum(signal, 0)
""",
        ),
        "On the way up, the rectifiers are missing.": ("np.maximum(befores[-1], 0)", "befores[-1]"),
        "On the way down, the matrices come in the order of the way up.": (
            "zip(weights[::-1], befores[::-1], strict=True)",
            "zip(weights, befores)",
        ),
        "The first layer's rule is missing.": (
            BOTH_RULES,
            BOTH_RULES.replace("if rule in", "if matrix is not weights[0] and rule in"),
        ),
    },
)

tasks = Tasks(
    {
        "filter": FILTER,
        "rules": RULES,
        "contrast": CONTRAST,
        "occlusion": OCCLUSION,
        "overlap": OVERLAP,
        "smooth": SMOOTH,
        "witnesses": WITNESSES,
    }
)
