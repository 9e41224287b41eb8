"""The exercises of chapter 11: a filter on the way down, and what is left of a start."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

SHARE_OF_ONE = "signal[row, column] * kernel"

DOWN = Exercise(
    question="Complete the line: what one number of the signal adds to the pixels of its window.",
    answer="filter_down",
    solution=f"""\
def filter_down(signal, kernel):
    h, w = kernel.shape
    pixels = np.zeros((signal.shape[0] + h - 1, signal.shape[1] + w - 1))
    for row, column in np.ndindex(signal.shape):
        pixels[row : row + h, column : column + w] += {SHARE_OF_ONE}
    return pixels""",
    shows="Each number goes back to the pixels that it came from, with the weights that it came by.",
    kind=Function(
        inputs={
            "a single number and a kernel of 2 × 2 weights": (
                np.array([[2.0]]),
                np.array([[1.0, -1.0], [3.0, 0.5]]),
            ),
            "a signal of 2 × 2 numbers and a kernel of 2 × 2 weights": (
                np.array([[1.0, 0.0], [-2.0, 5.0]]),
                np.array([[1.0, -1.0], [3.0, 0.5]]),
            ),
            "a signal of 3 × 4 numbers and a kernel of 3 × 2 weights": (
                np.arange(12.0).reshape(3, 4) ** 2 % 7 - 2,
                np.array([[1.0, -2.0], [0.5, 4.0], [3.0, -1.0]]),
            ),
        }
    ),
    hints=(
        "On the way up, the number at row, column was a sum of products over its window. Which weight did "
        "each pixel of the window meet?",
        "Each pixel of the window met one weight of the kernel. It gets back the number times this weight.",
        "The number is signal[row, column]. Multiply the whole kernel by it.",
    ),
    slips={
        "The kernel is turned here. A pixel gets back its share with the weight that it met on the way up. "
        "Turning is needed only when the same step is written as a convolution.": (
            SHARE_OF_ONE,
            "signal[row, column] * kernel[::-1, ::-1]",
        ),
        "Rows and columns of the kernel are exchanged here. A pixel keeps the weight that it met.": (
            SHARE_OF_ONE,
            "signal[row, column] * kernel.T",
        ),
        "Windows overlap, and a pixel gets a share from each: add the shares, with +=.": ("+=", "="),
        "The weights are missing: every pixel of the window gets the same share here.": (
            SHARE_OF_ONE,
            "signal[row, column]",
        ),
        "The number itself is missing: this adds the same kernel at every place.": (SHARE_OF_ONE, "kernel"),
        "This divides by the weights. The filter is not inverted: large weights get a large share.": (
            SHARE_OF_ONE,
            "signal[row, column] / kernel",
        ),
        "This takes the sum of the whole signal. Take the number at row, column alone.": (
            SHARE_OF_ONE,
            "signal.sum() * kernel",
        ),
    },
    blank=SHARE_OF_ONE,
)

SHARE = "np.sum(kernel * start) / np.sum(start**2)"
START = np.array([[2.0, -1.0, 0.5], [3.0, 1.0, -2.0]])

REMAINS = Exercise(
    question="Complete the line: the number a in kernel = a * start + learned, where the sum of all "
    "products start * learned is 0.",
    answer="share_of_start",
    solution=f"""\
def share_of_start(kernel, start):
    return {SHARE}""",
    shows="What training has added does not count, as long as it has nothing in common with the start.",
    kind=Function(
        inputs={
            "a kernel that is twice the start": (2 * START, START),
            "half of the start, and something learned": (
                0.5 * START + np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]),
                START,
            ),
            "a kernel of 3 × 2 weights": (START.T**2 - 3, START.T),
        }
    ),
    hints=(
        "Multiply both sides of kernel = a * start + learned by start, weight by weight, and sum over all "
        "weights. Which term vanishes?",
        "What is left: sum(kernel * start) = a * sum(start * start). Solve for a.",
        "Divide np.sum(kernel * start) by np.sum(start**2).",
    ),
    slips={
        "This is the cosine of the angle between both. It depends on how much was learned.": (
            SHARE,
            "np.sum(kernel * start) / np.sqrt(np.sum(kernel**2) * np.sum(start**2))",
        ),
        "This compares sizes alone. A kernel with no trace of its start may be as large as the start.": (
            SHARE,
            "np.sqrt(np.sum(kernel**2) / np.sum(start**2))",
        ),
        "This divides by the size of the kernel. It asks how much of the kernel is in the start.": (
            SHARE,
            "np.sum(kernel * start) / np.sum(kernel**2)",
        ),
        "This divides weight by weight, so that a weight that began near 0 decides everything.": (
            SHARE,
            "np.mean(kernel / start)",
        ),
        "This divides sums of weights. Weights of both signs cancel in them.": (
            SHARE,
            "np.sum(kernel) / np.sum(start)",
        ),
        "The division is missing: divide by the sum of the squares of the start.": (
            SHARE,
            "np.sum(kernel * start)",
        ),
        "This divides by the root of the sum of the squares. Divide by that sum itself, without a root.": (
            SHARE,
            "np.sum(kernel * start) / np.sqrt(np.sum(start**2))",
        ),
    },
    blank=SHARE,
)

practice = Practice({"down": DOWN, "remains": REMAINS})
