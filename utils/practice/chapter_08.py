"""The exercises of chapter 08: batch normalization, a layer that copies, and two networks on one test."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

COLUMN = np.array([2.0, 4, 4, 10]).reshape(4, 1, 1, 1)
MAPS = (np.arange(36.0).reshape(2, 3, 2, 3) * 7) % 11 - 3.5
ONE, NONE = np.array([1.0]), np.array([0.0])

NORMALIZED = "(maps - mean) / np.sqrt(variance + 0.001)"

NORMALIZE = Exercise(
    question="Shift and scale the maps, (N, height, width, channels).",
    answer="batch_normalize",
    solution=f"""\
def batch_normalize(maps, mean, variance, gamma, beta):
    return gamma * {NORMALIZED} + beta""",
    shows="With a batch's own mean and variance, each channel gets mean beta and deviation gamma.",
    kind=Function(
        inputs={
            "four pictures of one pixel": (COLUMN, 5 * ONE, 9 * ONE, ONE, NONE),
            "the same pictures, with gamma 3 and beta 1": (COLUMN, 5 * ONE, 9 * ONE, 3 * ONE, ONE),
            "two pictures that are nearly alike": (
                np.array([1.0, 1.02]).reshape(2, 1, 1, 1),
                1.01 * ONE,
                0.0001 * ONE,
                ONE,
                ONE,
            ),
            "two pictures of 3 × 2 pixels with three channels": (
                MAPS,
                MAPS.mean(axis=(0, 1, 2)),
                MAPS.var(axis=(0, 1, 2)),
                np.array([1.0, 2, 0.5]),
                np.array([0.0, -1, 4]),
            ),
            "the same pictures, with the mean and variance of others": (
                MAPS,
                np.array([0.0, 1, -2]),
                np.array([1.0, 4, 9]),
                np.array([1.0, 2, 0.5]),
                np.array([0.0, -1, 4]),
            ),
        }
    ),
    hints=(
        "Which two steps give a channel mean 0 and standard deviation 1?",
        "Subtract the mean, and divide by the standard deviation, the root of the variance. Where does the "
        "small number 0.001 have to stand, so that the root is never 0?",
        "The 0.001 is added to the variance, before the root is taken.",
    ),
    slips={
        "This divides by the variance. The standard deviation is its square root.": (
            NORMALIZED,
            "(maps - mean) / (variance + 0.001)",
        ),
        "The mean is still in there: subtract it first.": (
            NORMALIZED,
            "maps / np.sqrt(variance + 0.001)",
        ),
        "The 0.001 is missing. Without it a channel that is the same everywhere is divided by 0.": (
            NORMALIZED,
            "(maps - mean) / np.sqrt(variance)",
        ),
        "The 0.001 belongs into the root: it is added to the variance.": (
            NORMALIZED,
            "(maps - mean) / (np.sqrt(variance) + 0.001)",
        ),
        "The 0.001 is added to the result here. It belongs to the variance, before the root is taken.": (
            NORMALIZED,
            "(maps - mean) / np.sqrt(variance) + 0.001",
        ),
        "This takes mean and variance from the maps. Use the arguments, which may come from other images.": (
            NORMALIZED,
            "(maps - maps.mean(axis=(0, 1, 2))) / np.sqrt(maps.var(axis=(0, 1, 2)) + 0.001)",
        ),
        "This subtracts the maps from the mean, so that every sign is turned.": (
            NORMALIZED,
            "(mean - maps) / np.sqrt(variance + 0.001)",
        ),
    },
    blank=NORMALIZED,
)

COPY = Exercise(
    question="Complete the line, so that a 3 × 3 convolution copies its input. At which row and column "
    "are weights that are not 0? Give them as a matrix, (inputs, outputs).",
    answer="copying_kernel",
    solution="""\
def copying_kernel(channels):
    kernel = np.zeros((3, 3, channels, channels))
    row, column, weights = 1, 1, np.eye(channels)
    kernel[row, column] = weights
    return kernel""",
    shows="A plain layer can copy: of its 9 C² weights, C are 1 and all others exactly 0.",
    kind=Function(inputs={"one channel": (1,), "two channels": (2,), "five channels": (5,)}),
    hints=(
        "Which of the nine places of a kernel lies over the pixel itself, and which input channel does "
        "output channel 3 have to read?",
        "The middle place, row 1 and column 1. Output channel 3 reads input channel 3 and no other.",
        "Rows and columns are counted from 0. A matrix with ones on its diagonal is np.eye of its size.",
    ),
    slips={
        "Every output sums all channels here. Output channel c should read input channel c alone.": (
            "np.eye(channels)",
            "np.ones((channels, channels))",
        ),
        "Row 0, column 0 is the corner: the picture would be shifted. The middle is row 1, column 1.": (
            "1, 1, np",
            "0, 0, np",
        ),
        "Rows and columns are counted from 0, so that row 2, column 2 is a corner.": (
            "1, 1, np",
            "2, 2, np",
        ),
        "Column 0 is the left one: the picture would be shifted. The middle is row 1, column 1.": (
            "1, 1, np",
            "1, 0, np",
        ),
        "Every output sums all nine pixels here. Only the middle one should count.": (
            "1, 1, np",
            "slice(None), slice(None), np",
        ),
        "Output channels read the input channels in reverse order here.": (
            "np.eye(channels)",
            "np.eye(channels)[::-1]",
        ),
    },
    blank="1, 1, np.eye(channels)",
)

REACH = "1.96 * (ours - theirs).std() / np.sqrt(len(ours))"
TEN = np.array([1.0, 1, 1, 1, 1, 1, 1, 0, 0, 0])
OTHER = np.array([1.0, 1, 1, 1, 1, 0, 0, 1, 0, 0])
MANY = (np.arange(60.0) * 7 % 10 > 1).astype(float)

INTERVAL = Exercise(
    question="Complete the reach of the difference's 95 % interval, with NumPy's std().",
    answer="reach_of_difference",
    solution=f"""\
def reach_of_difference(ours, theirs):
    return {REACH}""",
    shows="Pictures on which both networks are right, or both wrong, cancel and add nothing.",
    kind=Function(
        inputs={
            "two networks on ten pictures": (TEN, OTHER),
            "a network and itself": (TEN, TEN),
            "two networks on sixty pictures": (MANY, np.roll(MANY, 3)),
        }
    ),
    hints=(
        "How uncertain is the mean of N numbers, if their standard deviation is s?",
        "The standard error of a mean is s / √N. A 95 % interval reaches 1.96 standard errors to each side.",
        "Take 1.96 times the standard deviation of the differences, divided by the root of their number.",
    ),
    slips={
        "This is one standard error. A 95 % interval reaches 1.96 of them.": (
            REACH,
            "(ours - theirs).std() / np.sqrt(len(ours))",
        ),
        "This is the spread of single pictures. The mean of N is more certain, by the root of N.": (
            REACH,
            "1.96 * (ours - theirs).std()",
        ),
        "The uncertainty falls with the root of the number of pictures, not with the number itself.": (
            REACH,
            "1.96 * (ours - theirs).std() / len(ours)",
        ),
        "This treats the networks as if they had seen different pictures. Use the differences.": (
            REACH,
            "1.96 * np.sqrt((ours.var() + theirs.var()) / len(ours))",
        ),
        "This divides by N − 1 inside the standard deviation. Take the plain one, std() without ddof.": (
            REACH,
            "1.96 * (ours - theirs).std(ddof=1) / np.sqrt(len(ours))",
        ),
        "This is the whole width of the interval. It reaches half of it to each side.": (
            REACH,
            "2 * 1.96 * (ours - theirs).std() / np.sqrt(len(ours))",
        ),
        "This adds the spreads of both networks. What varies is the difference: ours - theirs.": (
            REACH,
            "1.96 * (ours.std() + theirs.std()) / np.sqrt(len(ours))",
        ),
        "This uses the variance. The standard deviation is its square root.": (
            REACH,
            "1.96 * (ours - theirs).var() / np.sqrt(len(ours))",
        ),
    },
    blank=REACH,
)

practice = Practice({"normalize": NORMALIZE, "copy": COPY, "interval": INTERVAL})
