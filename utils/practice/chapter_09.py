"""The exercises of chapter 09: dropout, a filter kept in a ball, and Holm's correction."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

ONES = np.ones(5)
KEPT = np.array([True, False, True, True, False])
UNITS = np.array([[0.5, 2.0, 0.0], [4.0, 1.0, 3.0]])
KEPT_UNITS = np.array([[True, True, False], [False, True, True]])
DROPPED = "activations * is_kept / (1 - rate)"

DROPOUT = Exercise(
    question="Complete dropout in training: is_kept is True for what stays.",
    answer="drop",
    solution=f"""\
def drop(activations, is_kept, rate):
    return {DROPPED}""",
    shows="On average the next layer gets the same sum as without dropout.",
    kind=Function(
        inputs={
            "five ones, of which three stay": (ONES, KEPT, 0.4),
            "two images of three units": (UNITS, KEPT_UNITS, 0.25),
            "three images of two units, some negative": (UNITS.T - 1.5, KEPT_UNITS.T, 0.6),
            "a rate of zero": (UNITS, np.ones((2, 3), bool), 0.0),
        }
    ),
    hints=(
        "With a rate of 0.4, what share of the activations stays on average? By what do you make up for it?",
        "A share of 1 - rate stays. Multiply by is_kept, which counts as 1 or 0, and divide by that share.",
        "With a rate of 0.4, a kept activation of 3 becomes 3 / 0.6 = 5.",
    ),
    slips={
        "What stays has to grow, to make up for what is dropped: divide by 1 - rate.": (
            DROPPED,
            "activations * is_kept",
        ),
        "This makes smaller what stays. It has to grow: divide by 1 - rate.": (
            DROPPED,
            "activations * is_kept * (1 - rate)",
        ),
        "This divides by the share that is dropped. Divide by the share that stays, 1 - rate.": (
            DROPPED,
            "activations * is_kept / rate",
        ),
        "Here all units stay: multiply by is_kept as well.": (DROPPED, "activations / (1 - rate)"),
        "This keeps what should be dropped: is_kept is True for what stays.": (
            DROPPED,
            "activations * ~is_kept / (1 - rate)",
        ),
        "This divides by what stayed in this very draw. Dropout divides by 1 - rate, its average.": (
            DROPPED,
            "activations * is_kept / is_kept.mean()",
        ),
        "The parentheses are missing: divide by (1 - rate).": (
            DROPPED,
            "activations * is_kept / 1 - rate",
        ),
    },
    blank=DROPPED,
)

FACTOR = "np.minimum(1, bound / norms)"
PAIR = np.array([[3.0, 4.0]])
SHORT = np.array([[0.3, 0.4]])
KERNEL = ((np.arange(54.0) * 7) % 11 - 4.5).reshape(3, 3, 2, 3) * [0.5, 1, 2]
NORMS = np.sqrt((KERNEL**2).sum(axis=(0, 1, 2), keepdims=True))

PROJECT = Exercise(
    question="Complete the factor. `norms` holds the norm of each filter; those within the bound stay as "
    "they are.",
    answer="project",
    solution=f"""\
def project(weights, norms, bound):
    return weights * {FACTOR}""",
    shows="The direction of a filter stays, and its norm is at most the bound.",
    kind=Function(
        inputs={
            "two weights of norm 5, with bound 2": (PAIR, np.array([[5.0]]), 2.0),
            "two weights of norm 0.5, with bound 2": (SHORT, np.array([[0.5]]), 2.0),
            "three filters of two weights, with bound 2": (
                np.array([[3.0, -1.5, 0.5], [4.0, 0.5, -0.5]]),
                np.array([[5.0, np.sqrt(2.5), np.sqrt(0.5)]]),
                2.0,
            ),
            "two filters of three weights, with bound 1": (
                np.array([[2.0, -0.1], [1.0, 0.2], [-2.0, 0.2]]),
                np.array([[3.0, 0.3]]),
                1.0,
            ),
            "three filters of 3 × 3 × 2 weights": (KERNEL, NORMS, 12.0),
        }
    ),
    hints=(
        "By what do you multiply weights of norm 5, so that they get norm 2? And weights of norm 0.5?",
        "Outside the ball the factor is bound / norms. Inside it would be above 1, and should be 1.",
        "NumPy's minimum of two numbers, np.minimum, works on arrays as well.",
    ),
    slips={
        "This stretches what lies inside the ball, up to its surface. Inside, the factor is 1.": (
            FACTOR,
            "(bound / norms)",
        ),
        "The larger of the two leaves what is outside, and stretches what is inside. Take the smaller.": (
            FACTOR,
            "np.maximum(1, bound / norms)",
        ),
        "This is upside down: outside the ball it makes the weights longer. Divide the bound by the norms.": (
            FACTOR,
            "np.minimum(1, norms / bound)",
        ),
        "This makes the norm 1. Outside the ball, the bound should be reached.": (
            FACTOR,
            "np.minimum(1, 1 / norms)",
        ),
        "This takes the root once more. Outside the ball, the factor is bound / norms.": (
            FACTOR,
            "np.minimum(1, np.sqrt(bound / norms))",
        ),
        "This limits each single weight, which turns the filter. All its weights share one factor.": (
            FACTOR,
            "np.minimum(1, bound / np.abs(weights))",
        ),
    },
    blank=FACTOR,
)

LIMIT = "0.05 / (len(p_values) - number)"
FOUR = np.array([0.04, 0.001, 0.03, 0.015])
FIVE = np.array([0.012, 0.2, 0.009, 0.011, 0.0002])
LATE = np.array([0.03, 0.02, 0.024, 0.01])
SIX = np.array([0.008, 0.0001, 0.04, 0.0095, 0.012, 0.02])

HOLM = Exercise(
    question="Complete the limit of Holm's correction; number is 0 for the smallest p-value, then 1, 2 ...",
    answer="holm",
    solution=f"""\
def holm(p_values):
    is_decided = np.zeros(len(p_values), bool)
    for number, index in enumerate(np.argsort(p_values)):
        if p_values[index] > {LIMIT}:
            break
        is_decided[index] = True
    return is_decided""",
    shows="The smallest p-value meets the strictest limit, and the first that fails ends the search.",
    kind=Function(
        inputs={
            "one comparison": (np.array([0.04]),),
            "four comparisons": (FOUR,),
            "five comparisons": (FIVE,),
            "four comparisons, of which the first just passes": (LATE,),
            "six comparisons": (SIX,),
        }
    ),
    hints=(
        "How many comparisons are still open when number of them are decided?",
        "The limit is 0.05, divided by how many are still open, this one included.",
        "Of four comparisons, the limits are 0.05 / 4, 0.05 / 3, 0.05 / 2 and 0.05 / 1.",
    ),
    slips={
        "This corrects nothing: it allows 0.05 for every comparison.": (LIMIT, "0.05"),
        "This is Bonferroni's correction. Holm divides by the comparisons that are still open.": (
            LIMIT,
            "0.05 / len(p_values)",
        ),
        "The limits go the wrong way: they start at 0.05 and get stricter.": (LIMIT, "0.05 / (number + 1)"),
        "One comparison too many: number starts at 0, so len(p_values) - number are open.": (
            LIMIT,
            "0.05 / (len(p_values) - number + 1)",
        ),
    },
    blank=LIMIT,
)

practice = Practice({"dropout": DROPOUT, "ball": PROJECT, "holm": HOLM})
