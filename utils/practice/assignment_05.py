"""The tasks of assignment 05: maps that are dropped, penalties, groups, early stopping, shifts, labels."""

from utils.practice.assignment_05_steps import DESCEND, DROP
from utils.practice.assignment_05_training import EARLY, LABELS, PAIRS, SHIFT
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(5)

NORMS = "np.sqrt((kernel**2).sum(axis=(0, 1, 2)))"
FACTORS = "np.maximum(norms - amount, 0) / np.where(norms > 0, norms, 1)"
SHRINK = Exercise(
    question="Shrink the norm of each filter by the same amount, to zero if it would pass it.",
    answer="shrink_filters",
    solution=f"""\
def shrink_filters(kernel, amount):
    norms = {NORMS}
    return kernel * {FACTORS}""",
    shows="Filters vanish as a whole, and could be left out. L1 empties them weight by weight.",
    kind=Function(
        inputs={
            "one filter (3, 4), whose norm 5 shrinks by 1": (np.array([3.0, 4.0]).reshape(1, 2, 1, 1), 1.0),
            "one filter (3, 4), whose norm 5 shrinks by 6": (np.array([3.0, 4.0]).reshape(1, 2, 1, 1), 6.0),
            "one filter of two channels, (3, -4)": (np.array([3.0, -4.0]).reshape(1, 1, 2, 1), 1.0),
            "one filter of two rows, (3, -4)": (np.array([3.0, -4.0]).reshape(2, 1, 1, 1), 2.5),
            "two filters, one of them zero": (np.array([3.0, 0.0, 4.0, 0.0]).reshape(1, 2, 1, 2), 1.0),
            "five filters of 2 x 3 pixels and two channels": (RNG.normal(size=(2, 3, 2, 5)), 3.0),
        }
    ),
    hints=(
        "Over which axes of (rows, columns, channels, filters) does the norm of one filter go?",
        "A filter keeps its direction, so it is multiplied by one number: its new norm divided by its old "
        "one. The new norm is the old one less the amount, but not below 0.",
        "norms = np.sqrt((kernel**2).sum(axis=(0, 1, 2))). Multiply by max(norms - amount, 0) / norms, and "
        "mind a filter whose norm is 0.",
    ),
    slips={
        "This shrinks each weight by itself, as L1 does. Shrink the norm of each filter.": (
            FACTORS,
            "1; return np.sign(kernel) * np.maximum(np.abs(kernel) - amount, 0)",
        ),
        "The norm is taken along the rows alone. A filter has columns and channels, too.": (
            NORMS,
            "np.sqrt((kernel**2).sum(axis=0))",
        ),
        "Each channel of a filter has its own norm here. A filter reaches through all channels.": (
            NORMS,
            "np.sqrt((kernel**2).sum(axis=(0, 1)))",
        ),
        "All filters share one norm here. Each filter has its own.": (NORMS, "np.sqrt((kernel**2).sum())"),
        "A filter must not pass zero and turn around.": ("np.maximum(norms - amount, 0)", "(norms - amount)"),
        "A filter of zeros has the norm 0, and 0 / 0 is not a number. It should stay zero.": (
            "np.where(norms > 0, norms, 1)",
            "norms",
        ),
        "Large filters should shrink, too. This only removes the small ones.": (
            FACTORS,
            "(norms > amount)",
        ),
        "This is max-norm: it bounds the norm by the amount. Here the norm is reduced by it.": (
            FACTORS,
            "np.minimum(1, amount / np.where(norms > 0, norms, 1))",
        ),
        "The root is missing in the norm.": (NORMS, "(kernel**2).sum(axis=(0, 1, 2))"),
        "The sum of absolute weights is another norm. Take the root of the sum of squares.": (
            NORMS,
            "np.abs(kernel).sum(axis=(0, 1, 2))",
        ),
    },
)

SPLIT = "maps.reshape(n, height, width, groups, channels // groups)"
AXES = '{"axis": (1, 2, 4), "keepdims": True}'
DIVISOR = "np.sqrt(parts.var(**own) + epsilon)"
GROUPS = Exercise(
    question="Normalize each group of maps of each image.",
    answer="group_normalize",
    solution=f"""\
def group_normalize(maps, groups, epsilon=0.001):
    n, height, width, channels = maps.shape
    parts = {SPLIT}
    own = {AXES}
    normal = (parts - parts.mean(**own)) / {DIVISOR}
    return normal.reshape(maps.shape)""",
    shows="No image depends on the others of its batch, so training and use compute the same.",
    kind=Function(
        inputs={
            "one image of 1 x 2 places, one map, epsilon 3": (
                np.array([1.0, 3.0]).reshape(1, 1, 2, 1),
                1,
                3.0,
            ),
            "one image of one place, four maps in two groups": (
                np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 1, 1, 4),
                2,
                0.5,
            ),
            "one image of 2 x 1 places, two maps in one group": (
                np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 2, 1, 2),
                1,
                0.5,
            ),
            "two images of 1 x 2 places, two maps in two groups": (
                np.array([1.0, 3.0, 10.0, 30.0, -2.0, 5.0, 0.0, 4.0]).reshape(2, 1, 2, 2),
                2,
                0.5,
            ),
            "three images of 2 x 3 places, six maps in three groups": (RNG.normal(2, 3, (3, 2, 3, 6)), 3),
            "two images of 3 x 2 places, six maps in two groups": (RNG.normal(2, 3, (2, 3, 2, 6)), 2),
        }
    ),
    hints=(
        "Which numbers share a mean: of which images, at which places, of which maps?",
        "Those of one image, at all its places, in neighboring maps of one group. Split the last axis into "
        "(groups, maps of a group), and take mean and variance over height, width and the maps of a group.",
        "parts = maps.reshape(n, height, width, groups, channels // groups); mean and variance over the axes "
        "1, 2 and 4, with keepdims=True; divide by the root of (variance + epsilon).",
    ),
    slips={
        "Epsilon stands under the root, beside the variance. Here it is added to the root.": (
            DIVISOR,
            "(np.sqrt(parts.var(**own)) + epsilon)",
        ),
        "Epsilon is missing under the root.": (DIVISOR, "np.sqrt(parts.var(**own) + 1e-12)"),
        "Divide by the root of the variance plus epsilon. The root is missing.": (
            DIVISOR,
            "(parts.var(**own) + epsilon)",
        ),
        "The variance is the mean of the squared differences. This divides by one less.": (
            DIVISOR,
            "np.sqrt(parts.var(**own, ddof=1 if parts[0, :, :, 0].size > 1 else 0) + epsilon)",
        ),
        "Mean and variance go over the batch as well. Each image has its own.": (
            AXES,
            '{"axis": (0, 1, 2, 4), "keepdims": True}',
        ),
        "Each map is normalized by itself. The maps of a group share mean and variance.": (
            AXES,
            '{"axis": (1, 2), "keepdims": True}',
        ),
        "All maps of an image share mean and variance here. Each group has its own.": (
            AXES,
            '{"axis": (1, 2, 3, 4), "keepdims": True}',
        ),
        "Each place is normalized by itself. Height and width belong together.": (
            AXES,
            '{"axis": 4, "keepdims": True}',
        ),
        "A group holds neighboring maps. Here every third or so is put together.": (
            f"{SPLIT}\n    own = {AXES}",
            "maps.reshape(n, height, width, channels // groups, groups)"
            '\n    own = {"axis": (1, 2, 3), "keepdims": True}',
        ),
        "The mean is not subtracted.": ("(parts - parts.mean(**own))", "parts"),
    },
)

tasks = Tasks(
    {
        "drop": DROP,
        "descend": DESCEND,
        "shrink": SHRINK,
        "groups": GROUPS,
        "early": EARLY,
        "shift": SHIFT,
        "labels": LABELS,
        "pairs": PAIRS,
    }
)
