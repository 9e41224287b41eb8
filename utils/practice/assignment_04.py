"""The tasks of assignment 04: the reading sheet, normalization, cheaper layers, a residual block."""

from utils.practice.assignment_04_layers import FOLD, RESIDUAL, SEPARATE
from utils.practice.assignment_04_reading import CLAIMS, RESULTS, TRAINING
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(4)

WINDOW = "maps[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]"
NORMALIZE = Exercise(
    question="Divide each number by the activity of the n x n places around it, in its own map.",
    answer="normalize_places",
    solution=f"""\
def normalize_places(maps, n=5, k=2.0, alpha=1e-4, beta=0.75):
    half = n // 2
    result = np.zeros(maps.shape)
    for row, column in np.ndindex(maps.shape[:2]):
        near = {WINDOW}
        result[row, column] = maps[row, column] / (k + alpha * (near**2).sum(axis=(0, 1))) ** beta
    return result""",
    shows="A place is compared with its neighbors in the map, as the paper compares a map with others.",
    kind=Function(
        inputs={
            "one place in one map, n=1, k=1, alpha=1, beta=1": (np.array([[[2.0]]]), 1, 1.0, 1.0, 1.0),
            "a row of four places, n=3, k=1, alpha=1, beta=1": (
                np.array([[[1.0], [2.0], [3.0], [4.0]]]),
                3,
                1.0,
                1.0,
                1.0,
            ),
            "one place in two maps, n=3, k=2, alpha=0.5, beta=1": (
                np.array([[[3.0, 5.0]]]),
                3,
                2.0,
                0.5,
                1.0,
            ),
            "3 x 2 places in two maps, n=3, k=1, alpha=0.5, beta=0.5": (
                np.arange(1.0, 13.0).reshape(3, 2, 2),
                3,
                1.0,
                0.5,
                0.5,
            ),
            "4 x 6 places in three maps, with the numbers of the paper": (
                RNG.normal(scale=100, size=(4, 6, 3)),
            ),
        }
    ),
    hints=(
        "Which places lie within n // 2 rows and columns of a place, and what happens at the border?",
        "Cut the window out of all maps at once. At the border it begins at row 0, not at a negative row. "
        "Square, sum over its rows and columns, multiply by alpha, add k, raise to the power beta.",
        "The window of a row begins at max(0, row - n // 2) and ends before row + n // 2 + 1, and likewise "
        "for the column. The sum has axis=(0, 1), so that each map keeps its own.",
    ),
    slips={
        "The window wraps around: behind the last row it goes on with the first. Beyond the border there is "
        "nothing to add.": (
            WINDOW,
            "np.take(np.take(maps, range(row - half, row + half + 1), 0, mode='wrap'), "
            "range(column - half, column + half + 1), 1, mode='wrap')",
        ),
        "At the border the window repeats the outermost place. Beyond the border there is nothing to add.": (
            WINDOW,
            "np.take(np.take(maps, range(row - half, row + half + 1), 0, mode='clip'), "
            "range(column - half, column + half + 1), 1, mode='clip')",
        ),
        "At the border the slice begins at a negative index, which counts from the end. Begin at 0 there.": (
            WINDOW,
            "maps[row - half : row + half + 1, column - half : column + half + 1]",
        ),
        "The constant k is missing: quiet places would be divided by next to nothing.": (
            "k + alpha",
            "alpha",
        ),
        "The constant k is an argument. Here it is always 1.": ("k + alpha", "1 + alpha"),
        "The last row and column of the window are missing: a slice ends before its end.": (
            WINDOW,
            "maps[max(0, row - half) : row + half, max(0, column - half) : column + half]",
        ),
        "n places in all, n // 2 on each side. This takes n on each side.": ("n // 2", "n"),
        "This is the paper's normalization, across the maps at one place. Here each map has its own sum, "
        "over the places around.": ("(near**2).sum(axis=(0, 1))", "(maps[row, column] ** 2).sum()"),
        "The sum goes over all maps. Each map has a sum of its own.": (
            "(near**2).sum(axis=(0, 1))",
            "(near**2).sum()",
        ),
        "Sum the squares, not the numbers.": ("(near**2)", "near"),
        "This is the mean of the squares. Take their sum.": (".sum(axis=(0, 1))", ".mean(axis=(0, 1))"),
        "The power beta is missing.": (" ** beta", ""),
        "Beta is a power, not a factor.": (" ** beta", " * beta"),
        "The power belongs to the whole bracket, k included.": (
            "(k + alpha * (near**2).sum(axis=(0, 1))) ** beta",
            "(k + (alpha * (near**2).sum(axis=(0, 1))) ** beta)",
        ),
        "Alpha multiplies the sum alone, not k.": (
            "k + alpha * (near**2).sum(axis=(0, 1))",
            "alpha * (k + (near**2).sum(axis=(0, 1)))",
        ),
        "This multiplies. It should divide.": ("maps[row, column] / (", "maps[row, column] * ("),
        "Only the window is returned, not the number divided by it.": (
            "maps[row, column] / (k",
            "1 / (k",
        ),
    },
)

REDUCED = "share * direct / (channels + window**2 * maps)"
BUDGET = Exercise(
    question="Return the largest number of maps between the two layers that the budget allows.",
    answer="largest_bottleneck",
    solution=f"""\
def largest_bottleneck(channels, maps, window, share):
    direct = window**2 * channels * maps
    return int({REDUCED})""",
    shows="The price is that all maps behind it are made of so few.",
    kind=Function(
        inputs={
            "windows of 3, 100 channels, 100 maps, half of the work": (100, 100, 3, 0.5),
            "windows of 1, 6 channels, 3 maps, all of the work": (6, 3, 1, 1.0),
            "windows of 5, 192 channels, 32 maps, a tenth of the work": (192, 32, 5, 0.1),
            "windows of 3, 64 channels, 256 maps, a quarter of the work": (64, 256, 3, 0.25),
            "windows of 7, 3 channels, 64 maps, 0.9 of the work": (3, 64, 7, 0.9),
            "windows of 5, 16 channels, 192 maps, a thirty-second of the work": (16, 192, 5, 0.03125),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "How many multiply-adds does each place cost directly, and how many through r maps?",
        "Directly, window² times channels times maps. Through r maps, r times channels, and then window² "
        "times r times maps. Both are proportional to the number of places, which cancels.",
        "Solve r * (channels + window**2 * maps) <= share * window**2 * channels * maps for r, and take the "
        "largest whole number.",
    ),
    slips={
        "Rounded up, the two layers would cost more than allowed. Take the largest that still fits.": (
            f"int({REDUCED})",
            f"int(np.ceil({REDUCED}))",
        ),
        "Rounded to the nearest, the two layers may cost more than allowed.": (
            f"int({REDUCED})",
            f"round({REDUCED})",
        ),
        "The 1 x 1 layer costs as well: it makes each of the maps between from all channels.": (
            "(channels + window**2 * maps)",
            "(window**2 * maps)",
        ),
        "The second layer costs as well: it reads the maps between through its windows.": (
            "(channels + window**2 * maps)",
            "channels",
        ),
        "A window has window x window weights for each map between: square it in the second layer too.": (
            "(channels + window**2 * maps)",
            "(channels + window * maps)",
        ),
        "In the direct layer, too, a window has window x window weights.": (
            "direct = window**2 * channels",
            "direct = window * channels",
        ),
        "The first layer has windows of 1 x 1.": (
            "(channels + window**2 * maps)",
            "(window**2 * channels + window**2 * maps)",
        ),
        "The share is missing: this costs as much as the direct layer.": ("share * direct", "direct"),
        "This is what the budget saves. The share is what the two layers may cost.": (
            "share * direct",
            "(1 - share) * direct",
        ),
        "Of the direct layer the share is taken twice.": ("share * direct", "share**2 * direct"),
    },
)

tasks = Tasks(
    {
        "training": TRAINING,
        "results": RESULTS,
        "claims": CLAIMS,
        "normalize": NORMALIZE,
        "budget": BUDGET,
        "separate": SEPARATE,
        "fold": FOLD,
        "residual": RESIDUAL,
    }
)
