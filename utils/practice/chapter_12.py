"""The exercises of chapter 12: a step uphill, Grad-CAM, and the pointing game."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

PICTURE = np.full((2, 2), 0.5)
GRADIENT = np.array([[3.0, -1.0], [1.0, 5.0]])
STEP = "picture + step_size * gradient / np.sqrt(np.mean(gradient**2))"

CLIMB = Exercise(
    question="Return the picture after a step whose root mean square is `step_size`.",
    answer="step_uphill",
    solution=f"""\
def step_uphill(picture, gradient, step_size):
    return {STEP}""",
    shows="Where the gradient is tiny, the step is as long as where it is huge.",
    kind=Function(
        inputs={
            "a gray picture of two by two pixels": (PICTURE, GRADIENT, 0.1),
            "the same picture, and a gradient a hundred times as small": (PICTURE, GRADIENT / 100, 0.1),
            "a picture of three by two pixels": (
                np.arange(6.0).reshape(3, 2) / 10,
                np.array([[0.0, 2], [-2, 1], [0, 0]]),
                0.02,
            ),
            "a picture of two by three pixels": (
                np.arange(6.0).reshape(2, 3) / 10,
                np.array([[0.5, 2, 0], [-2, 1, 0]]),
                0.05,
            ),
        }
    ),
    hints=(
        "In which direction does the activation grow fastest, and how long is that direction as it stands?",
        "Go along the gradient, divided by its root mean square: the root of the mean of its squares.",
        "The root mean square is np.sqrt(np.mean(gradient**2)).",
    ),
    slips={
        "This goes downhill, as training does with a loss. Here the activation should grow.": (
            "picture + step",
            "picture - step",
        ),
        "The length of this step depends on the gradient: divide by its root mean square.": (
            STEP,
            "picture + step_size * gradient",
        ),
        "This is the mean square. Its root is missing.": (
            "np.sqrt(np.mean(gradient**2))",
            "np.mean(gradient**2)",
        ),
        "This divides by the norm, the root of the sum. In large pictures each pixel would hardly move.": (
            "np.mean(gradient**2)",
            "np.sum(gradient**2)",
        ),
        "The standard deviation subtracts the mean of the gradient first. The root mean square does not.": (
            "np.sqrt(np.mean(gradient**2))",
            "np.std(gradient)",
        ),
        "This keeps only the signs, so that all pixels change equally much.": (
            STEP,
            "picture + step_size * np.sign(gradient)",
        ),
        "This returns the step alone. Add it to the picture.": (
            STEP,
            "step_size * gradient / np.sqrt(np.mean(gradient**2))",
        ),
    },
    blank=STEP,
)

TWO_MAPS = np.array([[[1.0, 0], [0, 0]], [[0, 2], [3, 2]]])
TWO_GRADIENTS = np.array([[[2.0, -1], [2, -1]], [[0, -1], [0, 3]]])
MANY_MAPS = (np.arange(24.0).reshape(3, 2, 4) * 7) % 5
MANY_GRADIENTS = (np.arange(24.0).reshape(3, 2, 4) * 5) % 7 - 3
WEIGHTS = "gradients.mean(axis=(0, 1))"
HEAT = f"np.maximum(({WEIGHTS} * maps).sum(axis=-1), 0)"

GRAD_CAM = Exercise(
    question="Weight each map by its mean gradient, add up, and keep what is positive.",
    answer="weigh_maps",
    solution=f"""\
def weigh_maps(maps, gradients):
    return {HEAT}""",
    shows="One number for each place: large where maps are active that raise the score of the class.",
    kind=Function(
        inputs={
            "two maps of two by two places": (TWO_MAPS, TWO_GRADIENTS),
            "the same maps, and gradients of the other sign": (TWO_MAPS, -TWO_GRADIENTS),
            "four maps of three by two places": (MANY_MAPS, MANY_GRADIENTS),
        }
    ),
    hints=(
        "Over which axes is the mean, so that each map gets one weight, and over which one is the sum?",
        "Take the mean gradient over height and width, multiply the maps by it, sum over the channels, and "
        "set what is negative to 0.",
        "The weights are gradients.mean(axis=(0, 1)), the sum is .sum(axis=-1), and np.maximum rectifies.",
    ),
    slips={
        "The rectifier is missing: places that speak against the class should be 0.": (
            HEAT,
            f"({WEIGHTS} * maps).sum(axis=-1)",
        ),
        "Rectify after the sum. At a place, a map against the class may cancel one in its favor.": (
            HEAT,
            f"np.maximum({WEIGHTS} * maps, 0).sum(axis=-1)",
        ),
        "This sums over the places. Sum over the channels, the last axis.": (
            "sum(axis=-1)",
            "sum(axis=(0, 1))",
        ),
        "This adds up the maps without their weights.": (HEAT, "np.maximum(maps.sum(axis=-1), 0)"),
        "Each place has its own gradient here. Grad-CAM gives a map one weight, the mean of its gradients.": (
            HEAT,
            "np.maximum((gradients * maps).sum(axis=-1), 0)",
        ),
        "This takes the absolute value, so that evidence against the class looks like evidence for it.": (
            HEAT,
            f"np.abs(({WEIGHTS} * maps).sum(axis=-1))",
        ),
        "This is the mean over the channels. Grad-CAM adds them up.": ("sum(axis=-1)", "mean(axis=-1)"),
        "This gives all maps the same weight. Take a mean for each map.": (
            "gradients.mean(axis=(0, 1))",
            "gradients.mean()",
        ),
        "This averages over columns and channels. Average over height and width, axes 0 and 1.": (
            "gradients.mean(axis=(0, 1))",
            "gradients.mean(axis=(1, 2))",
        ),
        "This sums the gradients of a map. Its weight is their mean.": ("gradients.mean", "gradients.sum"),
    },
    blank=HEAT,
)

HEAT_MAP = np.array([[0.1, 0.9], [0.4, 0.3], [0.2, 0.0]])
MASK = np.array([[False, True], [False, True], [False, False]])
POINTS = "mask[np.unravel_index(heat.argmax(), heat.shape)]"

POINT = Exercise(
    question="Return whether the largest value of `heat` lies where `mask` is True.",
    answer="points_at_object",
    solution=f"""\
def points_at_object(heat, mask):
    return {POINTS}""",
    shows="Only the largest value counts, however the rest of the map looks.",
    kind=Function(
        inputs={
            "a map with its largest value on the object": (HEAT_MAP, MASK),
            "a map with its largest value beside the object": (HEAT_MAP, ~MASK),
            "a map that is large everywhere but on the object": (1 - HEAT_MAP, MASK),
            "a map of negative numbers": (HEAT_MAP - 2, MASK),
            "a map that is cold on most of the object": (
                np.array([[0.6, 0.9], [0.6, 0.0], [0.6, 0.6]]),
                MASK,
            ),
            "a map whose largest value lies on the object by little": (
                np.array([[0.50, 0.51], [0.50, 0.50]]),
                np.array([[False, True], [False, False]]),
            ),
            "a map of two by three places": (
                np.array([[0.2, 0.1, 0.8], [0.3, 0.4, 0.0]]),
                np.array([[False, False, True], [False, False, False]]),
            ),
            "a map with its largest value on a later place of the object": (
                np.array([[0.1, 0.2], [0.3, 0.9]]),
                np.array([[False, True], [False, True]]),
            ),
            "a map whose largest absolute value lies beside the object": (
                np.array([[0.3, -0.9], [0.1, 0.2]]),
                np.array([[True, False], [False, False]]),
            ),
        }
    ),
    hints=(
        "At which row and column is the map largest, and what does the mask say there?",
        "The number heat.argmax() counts through the flattened map; np.unravel_index makes row and column.",
        "Look the place up in the mask: mask[row, column].",
    ),
    slips={
        "This asks whether any place above the mean lies on the object. Only the largest counts.": (
            POINTS,
            "(mask & (heat > heat.mean())).any()",
        ),
        "This asks whether the object is warmer than the rest on average. Only the largest place counts.": (
            POINTS,
            "heat[mask].mean() > heat[~mask].mean()",
        ),
        "This asks for the first place of the object. Any place on it counts.": (
            POINTS,
            "heat.argmax() == mask.argmax()",
        ),
        "This looks up the smallest value.": ("heat.argmax()", "heat.argmin()"),
        "One number, as heat.argmax() gives it, picks a whole row of the mask. Make row and column of it.": (
            POINTS,
            "mask[heat.argmax()]",
        ),
        "The absolute value counts evidence against as evidence for.": (
            "heat.argmax()",
            "np.abs(heat).argmax()",
        ),
        "This returns the largest value itself. Look its place up in the mask.": (POINTS, "heat.max()"),
    },
    blank=POINTS,
)

practice = Practice({"climb": CLIMB, "grad_cam": GRAD_CAM, "point": POINT})
