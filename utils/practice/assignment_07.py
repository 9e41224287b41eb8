"""The tasks of assignment 07: fine-tuning in Keras, pixels, a head, a fair test, what no error proves."""

from utils.practice.assignment_07_measuring import LIMIT, MIRROR, MODES
from utils.practice.assignment_07_sets import FILMS, STANDARDIZE
from utils.practice.assignment_07_tuning import TwoStages, tune_inputs
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.sheets import Seen, Several
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(7)

TUNE = Exercise(
    question="Train the head of a frozen network, then the convolution as well, and return what moved.",
    answer="fine_tune",
    solution="""\
def fine_tune(weights, images, labels, rate):
    return expected_weights(weights, images, labels, rate)""",
    given="from utils.practice.assignment_07_tuning import expected_weights",
    shows="The numbers prove it: what was frozen has not moved at all, and what learned took its step.",
    kind=TwoStages(tune_inputs()),
    hints=(
        "When does Keras settle which weights learn, and what does a frozen normalization use?",
        "Set `trainable` of the layers, then compile, then fit: once for each stage. Of the layers, only the "
        "convolution changes between the stages; the normalization stays frozen, and so in inference mode.",
        "Stage 1: conv.trainable = norm.trainable = False, compile with SGD(rate), fit one epoch with one "
        "batch of all images, keep model.get_weights(). Stage 2: conv.trainable = True, compile with "
        "SGD(rate / 10), fit again, and return both lists.",
    ),
)


def _bytes(result) -> np.ndarray:
    array = np.asarray(result)
    if array.dtype != np.uint8:
        raise TypeError
    return array


ROUNDED = "np.clip(np.round(128 * numbers + 127), 0, 255).astype(np.uint8)"
PIXELS = Exercise(
    question="Make pixels of the numbers that the network sees.",
    answer="to_pixels",
    solution=f"""\
def to_pixels(numbers):
    return {ROUNDED}""",
    shows="Clip before you change the type: bytes have no room for what lies outside.",
    kind=Function(
        inputs={
            "the number 0": (np.array([0.0]),),
            "the numbers -0.5 and 1": (np.array([-0.5, 1.0]),),
            "the number 0.005, which lies between two pixels": (np.array([0.005]),),
            "the numbers -1.2 and 1.3, which no pixel has": (np.array([-1.2, 1.3]),),
            "2 x 3 numbers": (np.array([[0.1, -0.31, 0.77], [-0.99, 0.501, -2.0]]),),
        },
        result=Seen(
            _bytes,
            "The result should be an array of whole numbers of 8 bits: dtype uint8.",
            Numbers(reveal=True),
            "The result",
        ),
    ),
    hints=(
        "The network sees (x - 127) / 128. Which x gave the number 0.5?",
        "Solve for x. It need not be a whole number, and may lie outside of 0 to 255.",
        "128 * numbers + 127, rounded with np.round, kept within 0 and 255 with np.clip, and only then "
        ".astype(np.uint8).",
    ),
    slips={
        "Numbers below 0 or above 255 wrap around in a byte. Clip them first.": (
            ROUNDED,
            "np.round(128 * numbers + 127).astype(int).astype(np.uint8)",
        ),
        "Changing the type cuts off. Round to the nearest pixel first.": (
            ROUNDED,
            "np.clip(128 * numbers + 127, 0, 255).astype(np.uint8)",
        ),
        "This undoes another scale, (x / 127.5) - 1.": (
            ROUNDED,
            ROUNDED.replace("128 * numbers + 127", "127.5 * (numbers + 1)"),
        ),
        "This undoes another scale, x / 255.": (
            ROUNDED,
            ROUNDED.replace("128 * numbers + 127", "255 * numbers"),
        ),
        "Undo the steps in the opposite order: multiply by 128, then add 127.": (
            ROUNDED,
            ROUNDED.replace("128 * numbers + 127", "128 * (numbers + 127)"),
        ),
        "The 127 is not added.": (ROUNDED, ROUNDED.replace(" + 127", "")),
        "The two numbers are exchanged: multiply by 128, add 127.": (
            ROUNDED,
            ROUNDED.replace("128 * numbers + 127", "127 * numbers + 128"),
        ),
        "This prepares pixels for the network once more. The opposite is asked for.": (
            ROUNDED,
            ROUNDED.replace("128 * numbers + 127", "(numbers - 127) / 128"),
        ),
    },
)

SHARES = "exponentials / exponentials.sum(axis=1, keepdims=True)"
ERROR = "(probabilities - one_hot) * own[:, np.newaxis] / own.sum()"
UPDATE = "weights - rate * features.T @ error, bias - rate * error.sum(axis=0)"
THREE = (np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 0]))
MANY = (RNG.normal(size=(9, 4)), RNG.integers(0, 3, 9))
HEAD = Exercise(
    question="Train a head whose rare classes count more.",
    answer="train_head",
    solution=f"""\
def train_head(features, labels, class_weights, rate, steps):
    num_classes = len(class_weights)
    weights, bias = np.zeros((features.shape[1], num_classes)), np.zeros(num_classes)
    one_hot, own = np.eye(num_classes)[labels], class_weights[labels]
    for _ in range(steps):
        scores = features @ weights + bias
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities = {SHARES}
        error = {ERROR}
        weights, bias = {UPDATE}
    return weights, bias""",
    shows="A class of few pictures pulls as hard as one of many, if its weight says so.",
    kind=Function(
        inputs={
            "one picture, one feature, two classes, one step": (
                np.array([[2.0]]),
                np.array([1]),
                np.array([1.0, 1.0]),
                0.5,
                1,
            ),
            "three pictures, equal weights, one step": (*THREE, np.array([1.0, 1.0]), 0.6, 1),
            "three pictures, class 1 counts three times, one step": (*THREE, np.array([1.0, 3.0]), 0.6, 1),
            "three pictures, class 1 counts three times, three steps": (*THREE, np.array([1.0, 3.0]), 0.6, 3),
            "nine pictures, three classes, five steps": (*MANY, np.array([0.5, 2.0, 1.0]), 0.7, 5),
        },
        result=Several({"weights": Numbers(reveal=True), "bias": Numbers(reveal=True)}),
    ),
    hints=(
        "By which number is the error of one picture multiplied, and by what is the sum divided?",
        "The error of a picture is (probabilities - one-hot), times the weight of its class. The mean "
        "divides "
        "by the sum of these weights over all pictures.",
        "own = class_weights[labels]; error = (probabilities - one_hot) * own[:, np.newaxis] / own.sum(); "
        "then "
        "weights - rate * features.T @ error, and bias - rate * error.sum(axis=0).",
    ),
    slips={
        "The softmax goes over the pictures. It goes over the classes of one picture: axis 1.": (
            SHARES,
            "exponentials / exponentials.sum(axis=0, keepdims=True)",
        ),
        "The weights of the classes are not used.": (ERROR, "(probabilities - one_hot) / len(labels)"),
        "Divide by the sum of the weights of all pictures, not by their number.": (
            ERROR,
            "(probabilities - one_hot) * own[:, np.newaxis] / len(labels)",
        ),
        "The loss is a mean: divide by the sum of the weights of all pictures.": (
            ERROR,
            "(probabilities - one_hot) * own[:, np.newaxis]",
        ),
        "A picture has the weight of its own class. Here each column has the weight of its class.": (
            ERROR,
            "(probabilities - one_hot) * class_weights / own.sum()",
        ),
        "Divide by the weights of the pictures, not of the classes.": (
            ERROR,
            "(probabilities - one_hot) * own[:, np.newaxis] / class_weights.sum()",
        ),
        "The steps go uphill.": (ERROR, "(one_hot - probabilities) * own[:, np.newaxis] / own.sum()"),
        "The derivative of the cross-entropy has no factor of two.": (
            ERROR,
            "2 * (probabilities - one_hot) * own[:, np.newaxis] / own.sum()",
        ),
        "The bias is not trained.": (UPDATE, "weights - rate * features.T @ error, bias"),
        "The gradient of the bias is the sum of the errors, without the features, not their mean.": (
            UPDATE,
            "weights - rate * features.T @ error, bias - rate * error.mean(axis=0)",
        ),
        "Only one step is taken, whatever `steps` says.": ("range(steps)", "range(1)"),
        "The probabilities are computed once, before the first step. They change with each step.": (
            "scores = features @ weights + bias",
            "scores = 0 * (features @ weights + bias)",
        ),
    },
)

tasks = Tasks(
    {
        "tune": TUNE,
        "pixels": PIXELS,
        "head": HEAD,
        "standardize": STANDARDIZE,
        "films": FILMS,
        "limit": LIMIT,
        "mirror": MIRROR,
        "modes": MODES,
    }
)
