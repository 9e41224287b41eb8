"""Tasks of assignment 06 about heat maps: two classes, a known mask, and two witnesses."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(66)

FOR, AGAINST = "gradients.mean(axis=(0, 1))", "other_gradients.mean(axis=(0, 1))"
HEAT = f"np.maximum((maps * ({FOR} - {AGAINST})).sum(axis=2), 0)"
TWO_MAPS = np.array([[[1.0, 2.0], [3.0, 0.0]], [[0.0, 4.0], [2.0, 2.0]]])
CONTRAST = Exercise(
    question="Show what speaks for a class rather than for another one.",
    answer="contrast_cam",
    solution=f"""\
def contrast_cam(maps, gradients, other_gradients):
    return {HEAT}""",
    shows="Evidence that both classes share cancels. Two heat maps side by side would both show it.",
    kind=Function(
        inputs={
            "one place, one map": (np.array([[[2.0]]]), np.array([[[3.0]]]), np.array([[[1.0]]])),
            "one place, two maps, one of them shared": (
                np.array([[[2.0, 5.0]]]),
                np.array([[[3.0, 1.0]]]),
                np.array([[[0.0, 1.0]]]),
            ),
            "one place, two maps, evidence against": (
                np.array([[[2.0, 5.0]]]),
                np.array([[[3.0, 1.0]]]),
                np.array([[[1.0, 3.0]]]),
            ),
            "2 x 2 places, two maps": (
                TWO_MAPS,
                np.array([[[4.0, -1.0], [0.0, 1.0]], [[0.0, -4.0], [0.0, 0.0]]]),
                np.array([[[0.0, 2.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
            ),
            "3 x 5 places, four maps": tuple(RNG.normal(size=(3, 3, 5, 4))),
        }
    ),
    hints=(
        "Which number should be small for a map that raises both scores alike?",
        "The weight of a map is the mean gradient for the class, less the mean gradient for the other one. "
        "Weight the maps, add them up, and rectify once, at the end.",
        "weights = gradients.mean(axis=(0, 1)) - other_gradients.mean(axis=(0, 1)); then "
        "(maps * weights).sum(axis=2), and 0 in place of negative numbers.",
    ),
    slips={
        "These are two rectified heat maps, subtracted. Subtract the weights, and rectify once.": (
            HEAT,
            f"np.maximum((maps * {FOR}).sum(axis=2), 0) - np.maximum((maps * {AGAINST}).sum(axis=2), 0)",
        ),
        "These are two rectified heat maps, subtracted and rectified again. Subtract the weights.": (
            HEAT,
            f"np.maximum(np.maximum((maps * {FOR}).sum(axis=2), 0) - np.maximum((maps * "
            f"{AGAINST}).sum(axis=2), "
            "0), 0)",
        ),
        "The negative numbers have not become 0.": (HEAT, f"(maps * ({FOR} - {AGAINST})).sum(axis=2)"),
        "The rectifier comes after the sum over the maps, not before.": (
            HEAT,
            f"np.maximum(maps * ({FOR} - {AGAINST}), 0).sum(axis=2)",
        ),
        "Negative weights count: a map can speak against the class.": (
            HEAT,
            f"np.maximum((maps * np.maximum({FOR} - {AGAINST}, 0)).sum(axis=2), 0)",
        ),
        "The weight of a map is the mean of its gradient, not the sum.": (
            HEAT,
            f"np.maximum((maps * ({FOR} - {AGAINST})).sum(axis=2), 0) * gradients[..., 0].size",
        ),
        "Average the gradients over all places first. Here each place has its own weight.": (
            HEAT,
            "np.maximum((maps * (gradients - other_gradients)).sum(axis=2), 0)",
        ),
        "The other class is missing: this is an ordinary Grad-CAM.": (
            HEAT,
            f"np.maximum((maps * {FOR}).sum(axis=2), 0)",
        ),
        "The two classes are exchanged.": (HEAT, f"np.maximum((maps * ({AGAINST} - {FOR})).sum(axis=2), 0)"),
        "This adds the two classes. Subtract the other one.": (
            HEAT,
            f"np.maximum((maps * ({FOR} + {AGAINST})).sum(axis=2), 0)",
        ),
        "Add up the weighted maps. This is their mean.": (
            HEAT,
            f"np.maximum((maps * ({FOR} - {AGAINST})).mean(axis=2), 0)",
        ),
    },
)

HOTTEST = "heat >= np.sort(heat.ravel())[-mask.sum()]"
RATIO = "(hottest & mask).sum() / (hottest | mask).sum()"
OVERLAP = Exercise(
    question="Return the intersection over union of the hottest pixels and the mask.",
    answer="mask_overlap",
    solution=f"""\
def mask_overlap(heat, mask):
    hottest = {HOTTEST}
    return {RATIO}""",
    shows="It is 1 for the same pixels and 0 for none in common, however large the object is.",
    kind=Function(
        inputs={
            "two pixels, of which the mask has the colder one": (
                np.array([[3.0, 5.0]]),
                np.array([[True, False]]),
            ),
            "three pixels, of which the mask has two": (
                np.array([[3.0, 5.0, 4.0]]),
                np.array([[True, True, False]]),
            ),
            "one very hot pixel and a mask of two": (
                np.array([[100.0, 2.0, 1.0, 0.5]]),
                np.array([[True, True, False, False]]),
            ),
            "negative heats": (
                np.array([[-5.0, -1.0], [-2.0, -9.0]]),
                np.array([[False, True], [True, False]]),
            ),
            "3 x 3 pixels and a mask of four": (
                np.array([[9.0, 8, 1], [7, 2, 3], [0, 4, 5]]),
                np.array([[True, True, False], [False, True, False], [False, False, True]]),
            ),
            "6 x 7 pixels and a large mask": (RNG.normal(size=(6, 7)), RNG.random((6, 7)) < 0.6),
        },
        fit=lambda heat, mask: mask.any(),
    ),
    hints=(
        "How many pixels are taken, and how can the heat of the coldest of them be found?",
        "As many as the mask has. Sort all heats: the lowest heat that counts stands as many places from the "
        "end. Then count pixels in both, and pixels in at least one.",
        "hottest = heat >= np.sort(heat.ravel())[-mask.sum()]; then (hottest & mask).sum() divided by "
        "(hottest | mask).sum().",
    ),
    slips={
        "All pixels above the mean are taken. Take as many as the mask has.": (HOTTEST, "heat > heat.mean()"),
        "All pixels above half of the maximum are taken. Take as many as the mask has.": (
            HOTTEST,
            "heat >= heat.max() / 2",
        ),
        "All positive pixels are taken. Take as many as the mask has.": (HOTTEST, "heat > 0"),
        "One pixel too few is taken: the lowest of the hottest counts as well.": (
            HOTTEST,
            HOTTEST.replace(">=", ">"),
        ),
        "These are the coldest pixels.": (HOTTEST, "heat <= np.sort(heat.ravel())[mask.sum() - 1]"),
        "This divides by the size of the mask. Divide by the pixels in at least one.": (
            RATIO,
            "(hottest & mask).sum() / mask.sum()",
        ),
        "This divides by all pixels of the picture. Divide by the pixels in at least one.": (
            RATIO,
            "(hottest & mask).sum() / mask.size",
        ),
        "This counts the pixels in which both agree, the cold ones as well.": (
            RATIO,
            "(hottest == mask).mean()",
        ),
        "Pixels in both are counted twice in the denominator.": (
            RATIO,
            "(hottest & mask).sum() / (hottest.sum() + mask.sum())",
        ),
        "Only the hottest pixel is asked. That is the pointing game.": (
            RATIO,
            "float(mask[np.unravel_index(heat.argmax(), heat.shape)])",
        ),
    },
)

WITNESSES = Exercise(
    question="Which statements does the table support?",
    answer="statements",
    solution='statements = {"a", "c", "d", "f"}',
    shows="Both maps are right about their own question, and neither shows all the evidence.",
    kind=Statements(
        supported={
            "a": "Compare the falls for one covered part with the score of the whole picture.",
            "c": "What is the fall when both parts are covered, compared with the score?",
            "d": "Which gradient does the table print for the left part?",
            "f": "What would you conclude about the left part from the gradient alone?",
        },
        unsupported={
            "b": "Cover the right part, and the left one carries nearly all of the score: it is used there.",
            "e": "Here both put the right part first. One table cannot say it for every network.",
        },
    ),
    hints=(
        "Which of the printed numbers decides each statement?",
        "Compare each fall with the score of the whole picture, and each gradient with 0.",
        "Four statements are supported. Two others speak of all pictures, or of all networks: one table does "
        "not show that.",
    ),
)
