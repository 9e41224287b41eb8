"""Tasks of assignment 02 on learning: a gradient through a stride, Nesterov's step, and a shift."""

from utils.practice.assignment_01_learning import outputs
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(2)
PLACE = "row * stride, column * stride"
RECEIVED = "gradient[r : r + h, c : c + w] += slope * kernel"

BACKWARD = Exercise(
    question="Send a gradient back through a correlation with a stride, to its image.",
    answer="image_gradient",
    solution=f"""\
def image_gradient(grad_output, kernel, image_shape, stride):
    gradient = np.zeros(image_shape)
    h, w = kernel.shape
    for (row, column), slope in np.ndenumerate(grad_output):
        r, c = {PLACE}
        {RECEIVED}
    return gradient""",
    shows="Going back, each output writes a copy of the kernel into the image: this is how maps are "
    "enlarged, too.",
    kind=Function(
        inputs={
            "one output of one pixel": (np.array([[3.0]]), np.array([[-2.0]]), (1, 1), 1),
            "two outputs of a row of three pixels": (
                np.array([[1.0, 10.0]]),
                np.array([[2.0, 3.0]]),
                (1, 3),
                1,
            ),
            "two outputs of a row of five pixels, stride 2": (
                np.array([[1.0, 10.0]]),
                np.array([[2.0, 3.0]]),
                (1, 5),
                2,
            ),
            "2 x 1 outputs of 4 x 2 pixels, a kernel of 2 x 1 weights, stride 2": (
                np.array([[1.0], [10.0]]),
                np.array([[2.0], [3.0]]),
                (4, 2),
                2,
            ),
            "3 x 2 outputs of 8 x 5 pixels, a kernel of 3 x 2 weights, stride 2": (
                RNG.normal(size=(3, 2)),
                RNG.normal(size=(3, 2)),
                (8, 5),
                2,
            ),
            "2 x 3 outputs of 6 x 9 pixels, a kernel of 3 x 2 weights, stride 3": (
                RNG.normal(size=(2, 3)),
                RNG.normal(size=(3, 2)),
                (6, 9),
                3,
            ),
        },
        fit=lambda grad_output, kernel, image_shape, stride: (
            grad_output.shape == outputs(image_shape, kernel.shape, stride)
        ),
    ),
    hints=(
        "Which pixels went into the output at (row, column), and with which weights?",
        "The window that begins at (row * stride, column * stride), with the weights of the kernel. Each of "
        "its pixels receives its weight times the gradient of that output.",
        "Begin with zeros of the image's shape. For each output, add slope * kernel to its window.",
    ),
    slips={
        "The windows lie one pixel apart. They lie one stride apart.": (PLACE, "row, column"),
        "The stride holds for both directions, not for the rows only.": (PLACE, "row * stride, column"),
        "A later output overwrites an earlier one. A pixel in several windows gets the sum.": (
            RECEIVED,
            RECEIVED.replace("+=", "="),
        ),
        "The kernel is turned. Each pixel receives the weight that it was multiplied by.": (
            "slope * kernel",
            "slope * kernel[::-1, ::-1]",
        ),
        "The gradient of the output is left out: this only counts the weights.": ("slope * kernel", "kernel"),
        "The weights are left out: each pixel receives its own weight times the gradient.": (
            "slope * kernel",
            "slope",
        ),
        "This shares the gradient among the pixels of a window. Each gets its weight times all of it.": (
            "slope * kernel",
            "slope * kernel / kernel.size",
        ),
        "Row and column of the output are exchanged.": ("for (row, column),", "for (column, row),"),
    },
)

STEP = "weight + momentum * velocity - step"

MOMENTUM = Exercise(
    question="Take a step with Nesterov's momentum for each gradient.",
    answer="descend",
    solution=f"""\
def descend(weight, gradients, learning_rate, momentum):
    velocity = np.zeros(weight.shape)
    for gradient in gradients:
        step = learning_rate * gradient
        velocity = momentum * velocity - step
        weight = {STEP}
    return weight""",
    shows="The weight goes ahead by what the momentum will do next. Keras calls it nesterov=True.",
    kind=Function(
        inputs={
            "one weight of 1, no step": (np.array([1.0]), [], 0.5, 0.5),
            "one weight of 1, one step": (np.array([1.0]), [np.array([2.0])], 0.5, 0.5),
            "one weight of 1, two steps": (np.array([1.0]), [np.array([2.0]), np.array([1.0])], 0.5, 0.5),
            "two weights, three steps": (
                np.array([1.0, -2.0]),
                [np.array([1.0, 0.0]), np.array([1.0, 2.0]), np.array([0.0, -1.0])],
                0.25,
                0.75,
            ),
            "whole numbers as weights, two steps": (
                np.array([[1, -2], [3, 0]]),
                [np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[0.25, 0.0], [1.0, -1.0]])],
                0.25,
                0.5,
            ),
        }
    ),
    hints=(
        "Which velocity takes part in the step of the weight, the old one or the new one?",
        "First the velocity becomes momentum * velocity - learning_rate * gradient. Then the weight moves by "
        "momentum * velocity - learning_rate * gradient, with the new velocity.",
        "In the loop: velocity = momentum * velocity - step; weight = weight + momentum * velocity - step, "
        "with step = learning_rate * gradient. Do not use +=, which would change the array that is given.",
    ),
    slips={
        "This is ordinary momentum. The new velocity, not the old one, has to take part in the step.": (
            STEP,
            "weight + velocity",
        ),
        "There is no momentum in it: the velocity is forgotten.": (STEP, "weight - step"),
        "The steps go uphill: subtract the gradient.": (
            "step = learning_rate * gradient",
            "step = -learning_rate * gradient",
        ),
        "The new velocity is not damped in the step: multiply it by the momentum.": (
            STEP,
            "weight + velocity - step",
        ),
        "The velocity is not damped from step to step.": (
            "velocity = momentum * velocity - step",
            "velocity = velocity - step",
        ),
        "The velocity is a moving average here. Keras does not multiply the step by 1 - momentum.": (
            "velocity = momentum * velocity - step",
            "velocity = momentum * velocity - (1 - momentum) * step",
        ),
        "The learning rate is applied twice.": (STEP, "weight + learning_rate * momentum * velocity - step"),
    },
)

EXPLAIN = Exercise(
    question="Give the letters of the statements that the table supports.",
    answer="statements",
    solution='statements = {"a", "c", "e"}',
    shows="A stride keeps equivariance only for shifts that it divides; a mean over all places forgets the "
    "place.",
    kind=Statements(
        supported={
            "a": "Look at the lines of the map: what is its relation to the map before, for both shifts?",
            "c": "Look at the pooled map after a shift by two pixels.",
            "e": "Look at the mean, before and after.",
        },
        unsupported={
            "b": "The lines of the map say that it is not the same after a shift.",
            "d": "Look at the pooled map after a shift by one pixel: has it moved by one place?",
            "f": "Look at the pooled map after a shift by one pixel: is it the same?",
        },
    ),
    hints=(
        "For each statement, which line of the table decides it?",
        "Equivariant means: moved when the picture moves. Invariant means: the same although it moves.",
        "The map moves with both shifts, the pooled map only with one of them, and the mean never changes.",
    ),
)
