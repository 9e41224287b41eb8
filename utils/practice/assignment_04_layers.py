"""Tasks of assignment 04 about layers: a separable one, one with a normalization in it, a way back."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.sheets import Seen, Several

import numpy as np

RNG = np.random.default_rng(44)

RIGHT_FORM = (
    "The result should be a tuple of two arrays: depthwise, (rows, columns, channels), and pointwise, "
    "(channels, maps)."
)


def _merged(result) -> np.ndarray:
    """Return the ordinary kernel that does the same as depthwise and pointwise."""
    depthwise, pointwise = (np.asarray(one, dtype=float) for one in result)
    if depthwise.ndim != 3 or pointwise.ndim != 2 or depthwise.shape[2] != len(pointwise):
        raise ValueError
    return depthwise[:, :, :, np.newaxis] * pointwise


FACTOR = "values[0] * left[:, 0].reshape(rows, columns)"
SEPARATE = Exercise(
    question="Return the depthwise and the pointwise kernel that together come closest to a kernel.",
    answer="nearest_separable",
    solution=f"""\
def nearest_separable(kernel):
    rows, columns, channels, maps = kernel.shape
    depthwise, pointwise = np.zeros((rows, columns, channels)), np.zeros((channels, maps))
    for c in range(channels):
        left, values, right = np.linalg.svd(kernel[:, :, c].reshape(-1, maps), full_matrices=False)
        depthwise[:, :, c] = {FACTOR}
        pointwise[c] = right[0]
    return depthwise, pointwise""",
    shows="Each channel keeps one picture and one row of factors. No other pair comes closer.",
    kind=Function(
        inputs={
            "a window of one pixel, one channel, two maps": (np.array([[[[3.0, -4.0]]]]),),
            "a window of 1 x 2, one channel, two maps": (np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]),),
            "a window of 2 x 3, one channel, two maps": (RNG.normal(size=(2, 3, 1, 2)),),
            "a window of 3 x 2, two channels, four maps": (RNG.normal(size=(3, 2, 2, 4)),),
            "a window of 3 x 3, three channels, five maps": (RNG.normal(size=(3, 3, 3, 5)),),
        },
        result=Seen(_merged, RIGHT_FORM, Numbers(reveal=True), "The product of both kernels"),
    ),
    hints=(
        "For one channel, what does depthwise times pointwise look like as a matrix with a line for each "
        "pixel of the window and a column for each map?",
        "It is a column times a row, a matrix of rank 1. The singular value decomposition gives the nearest "
        "matrix of rank 1. Do it for each channel apart.",
        "For channel c, decompose kernel[:, :, c].reshape(-1, maps). The first left vector times the first "
        "singular value, as rows x columns, is depthwise; the first right vector is pointwise.",
    ),
    slips={
        "The singular value is missing: it says how large the product is.": (
            FACTOR,
            "left[:, 0].reshape(rows, columns)",
        ),
        "The singular value is in both kernels, and so twice in their product.": (
            "pointwise[c] = right[0]",
            "pointwise[c] = values[0] * right[0]",
        ),
        "This is the smallest part of the kernel. The first singular value is the largest.": (
            FACTOR,
            "values[-1] * left[:, -1].reshape(rows, columns); right = right[::-1]",
        ),
        "Rows and columns of the window are exchanged.": (
            FACTOR,
            "values[0] * left[:, 0].reshape(columns, rows).T",
        ),
        "All channels have the same window here. In a depthwise layer each has its own.": (
            "kernel[:, :, c].reshape",
            "kernel.mean(axis=2).reshape",
        ),
        "This is the mean over the maps. Another window comes closer.": (
            FACTOR,
            "kernel[:, :, c].mean(axis=2); right = np.ones((1, maps))",
        ),
        "The right vectors are rows already: right[0] is the first. This takes a column.": (
            "pointwise[c] = right[0]",
            "pointwise[c] = np.resize(right[:, 0], maps)",
        ),
    },
)

KERNEL_SCALED = "kernel * scale"
BIAS_MOVED = "(bias - mean) * scale + beta"
SMALL = (np.array([[[[2.0, 1.0]]]]), np.array([1.0, 0.0]))
FOLD = Exercise(
    question="Return the kernel and the bias that do the work of the normalization as well.",
    answer="fold_normalization",
    solution=f"""\
def fold_normalization(kernel, bias, gamma, beta, mean, variance, epsilon=0.001):
    scale = gamma / np.sqrt(variance + epsilon)
    return {KERNEL_SCALED}, {BIAS_MOVED}""",
    shows="In use, the normalization costs nothing. In training it cannot be folded.",
    kind=Function(
        inputs={
            "one pixel, one channel, two maps": (
                *SMALL,
                np.array([3.0, 4.0]),
                np.array([5.0, -1.0]),
                np.array([7.0, 2.0]),
                np.array([8.0, 15.0]),
                1.0,
            ),
            "a window of 2 x 3, two channels, four maps": (
                RNG.normal(size=(2, 3, 2, 4)),
                *RNG.normal(size=(4, 4)),
                RNG.uniform(0.1, 4, 4),
            ),
            "a window of 3 x 3, five channels, two maps": (
                RNG.normal(size=(3, 3, 5, 2)),
                *RNG.normal(size=(4, 2)),
                RNG.uniform(0.1, 4, 2),
            ),
        },
        result=Several({"kernel": Numbers(reveal=True), "bias": Numbers(reveal=True)}),
    ),
    hints=(
        "What does the normalization do to the sum of products and bias that the convolution gives?",
        "It subtracts mean, multiplies by gamma / root(variance + epsilon), and adds beta. The products and "
        "the bias are multiplied alike; mean and beta go into the bias.",
        "With scale = gamma / np.sqrt(variance + epsilon), the kernel is kernel * scale, and the bias is "
        "(bias - mean), scaled in the same way, plus beta.",
    ),
    slips={
        "The old bias is scaled as well, as it is part of what is normalized.": (
            BIAS_MOVED,
            "bias - mean * scale + beta",
        ),
        "The mean is scaled as well: it is subtracted before the scaling.": (
            BIAS_MOVED,
            "bias * scale - mean + beta",
        ),
        "The mean is subtracted, not added.": (BIAS_MOVED, "(bias + mean) * scale + beta"),
        "The mean is missing in the bias.": (BIAS_MOVED, "bias * scale + beta"),
        "Beta is missing in the bias.": (BIAS_MOVED, "(bias - mean) * scale"),
        "Beta is added after the scaling, so it is not scaled.": (BIAS_MOVED, "(bias - mean + beta) * scale"),
        "The old bias is missing.": (BIAS_MOVED, "beta - mean * scale"),
        "Divide by the root of the variance.": ("np.sqrt(variance + epsilon)", "(variance + epsilon)"),
        "Epsilon stands under the root, beside the variance.": (
            "np.sqrt(variance + epsilon)",
            "(np.sqrt(variance) + epsilon)",
        ),
        "Epsilon is missing.": ("variance + epsilon", "variance"),
        "Gamma is missing in the scale.": ("gamma / np.sqrt", "1 / np.sqrt"),
        "The kernel is not scaled.": (KERNEL_SCALED, "kernel"),
    },
)

BACK = "signal + first.T @ (second.T @ signal * (hidden > 0))"
OPEN = "upstream * (x + second @ np.maximum(hidden, 0) > 0)"
RESIDUAL = Exercise(
    question="Return the gradient with respect to the input of a residual block.",
    answer="residual_backward",
    solution=f"""\
def residual_backward(upstream, x, first, second):
    hidden = first @ x
    signal = {OPEN}
    return {BACK}""",
    shows="What comes back along the shortcut is not multiplied by any weight.",
    kind=Function(
        inputs={
            "one number, weights 2 and 3": (
                np.array([5.0]),
                np.array([1.0]),
                np.array([[2.0]]),
                np.array([[3.0]]),
            ),
            "one negative number, weights -2 and 3": (
                np.array([5.0]),
                np.array([-1.0]),
                np.array([[-2.0]]),
                np.array([[3.0]]),
            ),
            "one number whose sum is negative": (
                np.array([5.0]),
                np.array([1.0]),
                np.array([[2.0]]),
                np.array([[-3.0]]),
            ),
            "two numbers and three hidden ones": (
                np.array([1.0, -2.0]),
                np.array([2.0, 1.0]),
                np.array([[1.0, 2.0], [-1.0, 0.5], [0.5, -3.0]]),
                np.array([[0.5, 1.0, -1.0], [2.0, -0.5, 1.0]]),
            ),
            "four numbers and four hidden ones": (
                RNG.normal(size=4),
                RNG.normal(size=4),
                *RNG.normal(size=(2, 4, 4)),
            ),
            "five numbers and three hidden ones": (
                RNG.normal(size=5),
                RNG.normal(size=5) + 1,
                RNG.normal(size=(3, 5)),
                RNG.normal(size=(5, 3)),
            ),
        }
    ),
    hints=(
        "Which two ways lead from x to the sum, and what does the last rectifier do to a gradient?",
        "First the rectifier behind the sum: it passes upstream where the sum is positive. This signal then "
        "goes back along the shortcut as it is, and through both matrices. Add the two.",
        "Through the branch: second.T @ signal, then only where first @ x is positive, then first.T @ that. "
        "Add signal itself for the shortcut.",
    ),
    slips={
        "The shortcut is missing: the input also reaches the sum directly.": (
            BACK,
            "first.T @ (second.T @ signal * (hidden > 0))",
        ),
        "This is the shortcut alone. The gradient goes back through the two matrices as well.": (
            BACK,
            "signal",
        ),
        "The rectifier behind the sum is missing.": (OPEN, "upstream"),
        "The rectifier lies behind the sum, so it also stops what comes back along the shortcut.": (
            "return signal + first",
            "return upstream + first",
        ),
        "The rectifier between the matrices is missing on the way back.": (" * (hidden > 0)", ""),
        "The last rectifier asks whether the sum is positive, not the input.": (OPEN, "upstream * (x > 0)"),
        "The last rectifier asks whether the sum is positive, with the input in it.": (
            OPEN,
            "upstream * (second @ np.maximum(hidden, 0) > 0)",
        ),
        "On the way back both matrices are transposed.": (
            "first.T @ (second.T @ signal * (hidden > 0))",
            "first @ (second @ signal * (hidden > 0))",
        ),
        "On the way back, the gradient meets the second matrix first.": (
            "first.T @ (second.T @ signal * (hidden > 0))",
            "second @ (first @ signal * (hidden > 0))",
        ),
        "The way back multiplies by whether hidden is positive, not by hidden itself.": (
            "(hidden > 0)",
            "np.maximum(hidden, 0)",
        ),
    },
)
