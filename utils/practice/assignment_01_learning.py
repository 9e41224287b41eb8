"""Tasks of assignment 01 on results: the gradient through a stride, and what the edge kernel sees."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(1)
VIEW = "np.lib.stride_tricks.sliding_window_view(image, kernel.shape)"
SLOPE = "2 * error / error.size"
LAST = "(slope[:, :, np.newaxis, np.newaxis] * windows).sum(axis=(0, 1))"


def outputs(image: tuple[int, ...], kernel: tuple[int, ...], stride: int) -> tuple[int, ...]:
    """Return how many windows of a kernel fit into an image along each axis, both given by their shapes."""
    return tuple((pixels - size) // stride + 1 for pixels, size in zip(image, kernel, strict=True))


GRADIENT = Exercise(
    question="Return the derivative of the mean squared error with respect to each weight.",
    answer="kernel_gradient",
    solution=f"""\
def kernel_gradient(image, kernel, target, stride):
    windows = {VIEW}[::stride, ::stride]
    error = (windows * kernel).sum(axis=(2, 3)) - target
    slope = {SLOPE}
    return {LAST}""",
    shows="Each weight is told by all places at once: this is what shared weights mean for learning.",
    kind=Function(
        inputs={
            "one pixel, one weight": (np.array([[3.0]]), np.array([[2.0]]), np.array([[1.0]]), 1),
            "a row of three pixels, two weights": (
                np.array([[1.0, 2.0, 4.0]]),
                np.array([[1.0, -1.0]]),
                np.array([[0.0, 1.0]]),
                1,
            ),
            "a row of five pixels, two weights, stride 2": (
                np.array([[1.0, 2.0, 4.0, 8.0, 3.0]]),
                np.array([[1.0, -1.0]]),
                np.array([[0.0, 1.0]]),
                2,
            ),
            "6 x 8 pixels, a kernel of 2 x 3 weights, stride 2": (
                RNG.normal(size=(6, 8)),
                RNG.normal(size=(2, 3)),
                RNG.normal(size=(3, 3)),
                2,
            ),
            "9 x 7 pixels, a kernel of 3 x 1 weights, stride 3": (
                RNG.normal(size=(9, 7)),
                RNG.normal(size=(3, 1)),
                RNG.normal(size=(3, 3)),
                3,
            ),
        },
        fit=lambda image, kernel, target, stride: target.shape == outputs(image.shape, kernel.shape, stride),
    ),
    hints=(
        "By how much does the output at one place grow, when one weight grows a little?",
        "By the pixel under that weight. So the derivative adds, over all places, 2 * error / number of "
        "places times that pixel. With a stride, the places lie further apart in the image.",
        "Take the windows one stride apart, multiply each by its 2 * error / error.size, and add them up.",
    ),
    slips={
        "Half of it: the derivative of a square has a factor of two.": (SLOPE, "error / error.size"),
        "The loss is a mean: divide by the number of outputs.": (SLOPE, "2 * error"),
        "Two things are missing: the factor of two from the square, and the division of the mean.": (
            SLOPE,
            "error",
        ),
        "Divide by the number of outputs, not by that of the weights.": (SLOPE, "2 * error / kernel.size"),
        "Divide by the number of all outputs, not by that of the rows.": (SLOPE, "2 * error / len(error)"),
        "This is the derivative of the mean absolute error. The loss takes squares.": (
            SLOPE,
            "np.sign(error) / error.size",
        ),
        "The sign is wrong: the error is output minus target.": (SLOPE, f"-{SLOPE}"),
        "It is turned by 180 degrees: the gradient of a correlation is a correlation.": (
            LAST,
            f"{LAST}[::-1, ::-1]",
        ),
        "The output is right, but its gradient meets windows one pixel apart. They lie one stride apart.": (
            f"{LAST}",
            LAST.replace("windows", f"{VIEW}[: error.shape[0], : error.shape[1]]"),
        ),
    },
)

EXPLAIN = Exercise(
    question="Give the letters of the statements that the three results support.",
    answer="statements",
    solution='statements = {"a", "c", "d", "f"}',
    shows="An edge kernel sees changes of the slope, whatever the brightness.",
    kind=Statements(
        supported={
            "a": "Look at the first line: how does the kernel respond to a ramp?",
            "c": "At the step, which signs have the two numbers beside it, and on which sides do they stand?",
            "d": "Compare the last two lines.",
            "f": "Each edge has two numbers. What is left of them if negative ones become zero?",
        },
        unsupported={
            "b": "There are two numbers at the step, with different signs.",
            "e": "The last two lines are equal, although one picture is 0.5 brighter.",
        },
    ),
    hints=(
        "For each statement, which of the three printed lines decides it?",
        "The weights sum to zero. What does that mean for a constant that is added to all pixels?",
        "Compare the lines two and three number by number, and look at the signs on both sides of the step.",
    ),
)
