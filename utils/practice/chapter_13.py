"""The exercises of chapter 13: one step with a frozen layer, and a row that is shrunk."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.session import Practice

import numpy as np

NEW_UPPER = "upper - rate * error * hidden"

STEP = Exercise(
    question="The lower layer is frozen. Return the upper weights after one step.",
    answer="step_of_the_upper",
    solution=f"""\
def step_of_the_upper(upper, hidden, error, rate):
    return {NEW_UPPER}""",
    shows="Of the lower layer the step needs the outputs, and no gradient.",
    kind=Function(
        inputs={
            "the network of the text": (np.array([1.0, 2.0]), np.array([-0.5, 1.0]), 0.5, 0.1),
            "three hidden numbers": (np.array([1.0, 0.5, -1.0]), np.array([0.75, 0.0, 2.0]), -1.5, 0.2),
            "an answer that is right": (np.array([3.0, -2.0]), np.array([1.0, 4.0]), 0.0, 0.5),
        }
    ),
    hints=(
        "Which gradient stands in the text for the upper layer, and in which direction does a step go?",
        "The gradient is the error times the hidden numbers. The step goes against it.",
        "Take the rate times this gradient away from upper.",
    ),
    slips={
        "This goes up the slope. Subtract the gradient.": (NEW_UPPER, "upper + rate * error * hidden"),
        "The error is missing: without it, a right answer would be changed as much as a wrong one.": (
            NEW_UPPER,
            "upper - rate * hidden",
        ),
        "Each weight moves in proportion to its own hidden number, which is missing here.": (
            NEW_UPPER,
            "upper - rate * error",
        ),
        "The error stands here twice.": (NEW_UPPER, "upper - rate * error * error * hidden"),
        "The learning rate is missing.": (NEW_UPPER, "upper - error * hidden"),
        "This is the gradient of the hidden numbers. For the weights, it is the error times hidden.": (
            NEW_UPPER,
            "upper - rate * error * upper",
        ),
        "This is only the change. It is to be added to the old weights.": (
            NEW_UPPER,
            "-rate * error * hidden",
        ),
    },
    blank=NEW_UPPER,
)

SHRUNK = Exercise(
    question="Shrink the row in both ways: one row of two pixels for each way, the first way on top.",
    answer="shrunk",
    solution="shrunk = [[0, 0], [100, 100]]",
    shows="Reading two of four pixels makes these stripes black. The mean of all makes them gray.",
    kind=Numbers(),
    hints=(
        "Each new pixel replaces four pixels. Which two of them lie at the middle of the four?",
        "The first new pixel replaces 200, 0, 0, 200. The two in the middle are both 0.",
        "For the second way, add up 200, 0, 0 and 200, and divide by 4.",
    ),
    slips={
        "These are the two ways in the other order. The first reads two pixels, the second all four.": (
            "[[0, 0], [100, 100]]",
            "[[100, 100], [0, 0]]",
        ),
        "Write one row for each way, with its two new pixels in it.": (
            "[[0, 0], [100, 100]]",
            "[[0, 100], [0, 100]]",
        ),
        "The first way reads the two pixels in the middle of each four, not those at its edges.": (
            "[0, 0]",
            "[200, 200]",
        ),
        "The first way reads only the two pixels in the middle of each four.": ("[0, 0]", "[100, 100]"),
        "The second way takes the mean of four pixels, not their sum.": ("[100, 100]", "[400, 400]"),
        "The second way reads all four pixels, also the two at the edges.": ("[100, 100]", "[0, 0]"),
    },
)

practice = Practice({"step": STEP, "shrunk": SHRUNK})
