"""The exercises of chapter 04: the gradient of the loss, and what pixels receive from a convolution."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

TWO = np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
THREE = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]])

LOSS_LINE = "(probabilities - is_right) / len(probabilities)"

LOSS = Exercise(
    question="Complete the gradient of the mean cross-entropy with respect to the scores, (N, classes).",
    answer="loss_gradient",
    solution=f"""\
def loss_gradient(probabilities, is_right):
    return {LOSS_LINE}""",
    shows="Every picture pulls up the score of its right class, and pushes down all others.",
    kind=Function(
        inputs={
            "one picture of class 1": (np.array([[0.2, 0.8]]), np.array([[0.0, 1.0]])),
            "two pictures, of class 2 and class 0": (TWO, np.array([[0.0, 0, 1], [1, 0, 0]])),
            "three pictures and two classes": (THREE, np.array([[1.0, 0], [1, 0], [0, 1]])),
            "a probability below zero, which no softmax gives": (
                np.array([[-0.5, 1.5]]),
                np.array([[1.0, 0]]),
            ),
        }
    ),
    hints=(
        "What has to be subtracted from the probability of the right class, and what from the others?",
        "The array is_right is 1 at the right class and 0 elsewhere, so it is just what has to be "
        "subtracted. And the loss is a mean over the pictures.",
        "Subtract is_right from the probabilities, and divide by the number of rows.",
    ),
    slips={
        "The loss is a mean over the pictures, so divide by their number: len(probabilities).": (
            LOSS_LINE,
            "probabilities - is_right",
        ),
        "The sign is wrong: the loss grows when a wrong class gets a higher score.": (
            LOSS_LINE,
            "(is_right - probabilities) / len(probabilities)",
        ),
        "This divides by the number of classes. The mean is over the pictures: len(probabilities).": (
            LOSS_LINE,
            "(probabilities - is_right) / probabilities.shape[1]",
        ),
        "From the probability of the wrong classes nothing is subtracted. Use is_right instead of 1.": (
            LOSS_LINE,
            "(probabilities - 1) / len(probabilities)",
        ),
        "This divides by the number of all scores. The mean is over the pictures, the rows.": (
            LOSS_LINE,
            "(probabilities - is_right) / probabilities.size",
        ),
        "The wrong classes count as well: their scores have the probabilities as gradients.": (
            LOSS_LINE,
            "(probabilities - is_right) * is_right / len(probabilities)",
        ),
        "Divide the whole difference: without parentheses, only is_right is divided.": (
            LOSS_LINE,
            "probabilities - is_right / len(probabilities)",
        ),
        "The sign is wrong, and the mean over the pictures is missing: divide by len(probabilities).": (
            LOSS_LINE,
            "is_right - probabilities",
        ),
        "Subtract is_right from the probabilities; the wrong classes have a gradient, too.": (
            LOSS_LINE,
            "-is_right / probabilities / len(probabilities)",
        ),
        "The gradient has a row for each picture. Divide by their number instead of adding the rows up.": (
            LOSS_LINE,
            "(probabilities - is_right).mean(axis=0)",
        ),
    },
    blank=LOSS_LINE,
)

RECEIVE_LINE = "grad_output @ kernel[i, j].T"
MAPS = np.arange(24.0).reshape(1, 2, 3, 4) % 7 - 3
KERNEL = np.arange(72.0).reshape(3, 3, 2, 4) % 5 - 1.5

CONVOLUTION = Exercise(
    question="Complete the line: what a slice of the images receives through the weights in row i, column j.",
    answer="image_gradient",
    solution=f"""\
def image_gradient(grad_output, kernel):
    N, height, width, filters = grad_output.shape
    rows, columns, channels, filters = kernel.shape
    gradient = np.zeros((N, height + rows - 1, width + columns - 1, channels))
    for i, j in np.ndindex(rows, columns):
        gradient[:, i : i + height, j : j + width] += {RECEIVE_LINE}
    return gradient""",
    shows="One product for each weight's place serves all pictures, pixels, channels and filters.",
    kind=Function(
        inputs={
            "one output and a kernel of one weight": (np.array([[[[2.0]]]]), np.array([[[[3.0]]]])),
            "one output, one channel, and a kernel of 1 × 2 weights": (
                np.array([[[[2.0]]]]),
                np.array([[[[3.0]], [[-1.0]]]]),
            ),
            "one output, two channels, two filters": (
                np.array([[[[1.0, 2.0]]]]),
                np.array([[[[1.0, 0.5], [3.0, -2.0]]]]),
            ),
            "2 × 3 outputs, two channels, four filters": (MAPS, KERNEL),
        }
    ),
    hints=(
        "What does a pixel receive from one output through one weight, and over what has it to be added up?",
        "It receives the gradient of the output times the weight, summed over the filters. Summing over the "
        "last axis of grad_output is a matrix product.",
        "Both arrays have the filters last. For a matrix product, transpose the second: kernel[i, j].T.",
    ),
    slips={
        "The sum has to run over the filters, the last axis of both: transpose kernel[i, j].": (
            RECEIVE_LINE,
            "grad_output @ kernel[i, j]",
        ),
        "The sum over the filters is a matrix product: write @, and transpose kernel[i, j].": (
            RECEIVE_LINE,
            "grad_output * kernel[i, j]",
        ),
        "The filters are the last axis of both: transpose the second and multiply with @ instead of *.": (
            RECEIVE_LINE,
            "grad_output * kernel[i, j].T",
        ),
        "The filters are the last axis of both: begin with grad_output and transpose the second.": (
            RECEIVE_LINE,
            "kernel[i, j] @ grad_output",
        ),
        "The kernel goes by rows first: kernel[i, j], and not kernel[j, i].": (
            RECEIVE_LINE,
            "grad_output @ kernel[j, i].T",
        ),
        "All places use the weights in row 0, column 0. Take kernel[i, j].": (
            "kernel[i, j]",
            "kernel[0, 0]",
        ),
        "The kernel is turned: output (r, c) met pixel (r + i, c + j) with the weight in row i, column j.": (
            "kernel[i, j]",
            "kernel[rows - 1 - i, columns - 1 - j]",
        ),
        "Each place overwrites what came before. Where stamps overlap, they add up: use +=.": ("+=", "="),
    },
    blank=RECEIVE_LINE,
)

practice = Practice({"loss": LOSS, "convolution": CONVOLUTION})
