"""The exercises of chapter 14: what a step can bring at most, rotated views, and answers that cost least."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

WRONG = np.array([True, True, True, False, False, False, False, False, False, False])
GROUP = np.array([True, True, False, True, True, False, False, False, False, False])
MANY = np.arange(200) % 7 == 0
REACHED = "100 * (is_wrong & in_group).mean()"

CEILING = Exercise(
    question="Return the gain, in points, if all errors of a group vanish.",
    answer="ceiling",
    solution=f"""\
def ceiling(is_wrong, in_group):
    return {REACHED}""",
    shows="A remedy for a group can bring no more than the errors of this group, counted over all scenes.",
    kind=Function(
        inputs={
            "ten scenes with three errors, two of them among four turned scenes": (WRONG, GROUP),
            "ten scenes, all of them in the group": (WRONG, np.ones(10, bool)),
            "two hundred scenes, half of them in the group": (MANY, np.arange(200) % 2 == 0),
        }
    ),
    hints=(
        "Which scenes would be answered rightly after the remedy, and are not now?",
        "Those that are wrong and in the group. The accuracy is a share of all scenes, so divide by their "
        "number; a point is a percent.",
        "Combine both arrays with the operator for 'and', take the mean, and multiply it by 100.",
    ),
    slips={
        "This is the error rate inside the group. Accuracy is counted over all scenes.": (
            REACHED,
            "100 * is_wrong[in_group].mean()",
        ),
        "This is the size of the group. Scenes that are right already bring nothing.": (
            REACHED,
            "100 * in_group.mean()",
        ),
        "These are the errors of all scenes. The remedy reaches those of the group alone.": (
            REACHED,
            "100 * is_wrong.mean()",
        ),
        "This is the share of all errors. Points are a share of all scenes.": (
            REACHED,
            "100 * in_group[is_wrong].mean()",
        ),
        "This is a share between 0 and 1. A point is a percent.": (REACHED, "(is_wrong & in_group).mean()"),
        "This is a number of scenes. Divide it by the number of all scenes.": (
            REACHED,
            "(is_wrong & in_group).sum()",
        ),
        "This multiplies a number of scenes by 100. Divide by the number of all scenes.": (
            REACHED,
            "100 * (is_wrong & in_group).sum()",
        ),
        "These are the errors outside the group, which the remedy does not reach.": (
            REACHED,
            "100 * (is_wrong & ~in_group).mean()",
        ),
        "This takes scenes that are wrong or in the group. It should be both at once.": (
            REACHED,
            "100 * (is_wrong | in_group).mean()",
        ),
    },
    blank=REACHED,
)

RNG = np.random.default_rng(14)
ONE_SCENE = np.array([[[0.55, 0.45, 0.0]], [[0.55, 0.45, 0.0]], [[0.05, 0.95, 0.0]]])
NONE_OR_GREEN = np.array([[[0.9, 0.1, 0.0], [0.1, 0.2, 0.7]], [[0.1, 0.1, 0.8], [0.6, 0.3, 0.1]]])
SCENES = RNG.dirichlet((0.5, 0.5, 0.5), size=(4, 9))
JOINED = "probabilities.mean(axis=0).argmax(axis=1)"

VIEWS = Exercise(
    question="The probabilities have the shape (views, scenes, classes). Average over the views, and return "
    "each scene's class.",
    answer="answer_from_views",
    solution=f"""\
def answer_from_views(probabilities):
    return {JOINED}""",
    shows="A view that is sure counts more than one that hesitates.",
    kind=Function(
        inputs={
            "three views of one scene": (ONE_SCENE,),
            "two views of two scenes": (NONE_OR_GREEN,),
            "two views of one scene": (np.array([[[0.0, 0.6, 0.4]], [[0.9, 0.05, 0.05]]]),),
            "four views of nine scenes": (SCENES,),
        }
    ),
    hints=(
        "Which axis holds the views, and which the classes, once the views are gone?",
        "Take the mean over axis 0, the views. What is left has the axes (scenes, classes).",
        "After the mean, the answer of a scene is the argmax along its classes, axis 1.",
    ),
    slips={
        "This is the majority of the views. Take the mean of their probabilities first.": (
            JOINED,
            "np.array([np.bincount(votes).argmax() for votes in probabilities.argmax(axis=2).T])",
        ),
        "This averages the numbers of the classes. Between none, 0, and green, 2, lies red, 1.": (
            JOINED,
            "probabilities.argmax(axis=2).mean(axis=0)",
        ),
        "Axis 1 holds the scenes here. The mean goes over the views, axis 0.": (
            JOINED,
            "probabilities.mean(axis=1).argmax(axis=1)",
        ),
        "After the mean, axis 0 holds the scenes. The classes are on axis 1.": (
            JOINED,
            "probabilities.mean(axis=0).argmax(axis=0)",
        ),
        "This asks the first view alone.": (JOINED, "probabilities[0].argmax(axis=1)"),
        "The one surest view decides here. Take the mean over the views.": (
            JOINED,
            "probabilities.max(axis=0).argmax(axis=1)",
        ),
        "These are the probabilities. The answer is the class with the largest one.": (
            JOINED,
            "probabilities.mean(axis=0)",
        ),
        "This is the largest mean probability. The answer is its class.": (
            JOINED,
            "probabilities.mean(axis=0).max(axis=1)",
        ),
        "This multiplies the views, so that one of them can rule a class out. Take their mean.": (
            JOINED,
            "probabilities.prod(axis=0).argmax(axis=1)",
        ),
    },
    blank=JOINED,
)

TWO = np.array([[0.2, 0.0, 0.8], [0.005, 0.005, 0.99]])
COSTS = np.array([[0.0, 1, 100], [1, 0, 1], [1, 1, 0]])
WITH_A_GAIN = np.array([[-2.0, 1, 7.5], [3, -0.5, 2], [1, 4, -1]])
CHEAPEST = "(probabilities @ costs).argmin(axis=1)"

CHEAP = Exercise(
    question="Rows of `probabilities` are lights. costs[i, j] is the cost of answer j if i is true. "
    "Return the number of each light's cheapest answer.",
    answer="cheapest_answer",
    solution=f"""\
def cheapest_answer(probabilities, costs):
    return {CHEAPEST}""",
    shows="The likeliest answer is the cheapest one only if all errors cost the same.",
    kind=Function(
        inputs={
            "one light, red with 0.2 and green with 0.8": (TWO[:1], COSTS),
            "two lights": (TWO, COSTS),
            "twenty lights, where right answers are a gain": (
                RNG.dirichlet((0.5, 0.5, 0.5), size=20),
                WITH_A_GAIN,
            ),
        }
    ),
    hints=(
        "For one light and one answer: which costs do you add up, and by what do you weight them?",
        "The expected cost of an answer sums, over the true classes, probability times cost. Rows of "
        "`costs` are true classes, so this is a product of matrices.",
        "Multiply with @, which sums over the true classes; then take the answer with the smallest sum.",
    ),
    slips={
        "This is the likeliest answer. The costs must come in.": (CHEAPEST, "probabilities.argmax(axis=1)"),
        "This is the answer with the highest expected cost.": (
            CHEAPEST,
            "(probabilities @ costs).argmax(axis=1)",
        ),
        "Here the costs are turned: rows are the truth, columns the answer.": (
            CHEAPEST,
            "(probabilities @ costs.T).argmin(axis=1)",
        ),
        "The answers are on axis 1; axis 0 holds the lights.": (
            CHEAPEST,
            "(probabilities @ costs).argmin(axis=0)",
        ),
        "This is the lowest expected cost. The answer is its class.": (
            CHEAPEST,
            "(probabilities @ costs).min(axis=1)",
        ),
        "These are the expected costs. The answer is the class where they are lowest.": (
            CHEAPEST,
            "probabilities @ costs",
        ),
    },
    blank=CHEAPEST,
)

practice = Practice({"ceiling": CEILING, "views": VIEWS, "cheap": CHEAP})
