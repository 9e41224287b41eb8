"""The exercises of chapter 10: reading a sweep, McNemar's test, and the winner on fresh images."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

import numpy as np

LOWER = '"overfits" if training > 0 else "learns less"'

READING = Exercise(
    question="Complete the two readings of a change after which the validation accuracy is lower.",
    answer="read_change",
    solution=f"""\
def read_change(training, validation):  # changes of the accuracies, in points
    if validation > 0:
        return "learns more" if training > 0 else "regularizes"
    return {LOWER}""",
    shows="Only the training accuracy tells the two apart.",
    kind=Function(
        inputs={
            "training + 1.5, validation − 1.0": (1.5, -1.0),
            "training − 30, validation − 7": (-30.0, -7.0),
            "training + 1.4, validation + 2.4": (1.4, 2.4),
            "training − 6, validation + 2.2": (-6.0, 2.2),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "The network does worse on new images. What does a better fit of the training images say about why?",
        "A better fit to the training images alone is overfitting. What remains if both accuracies fall?",
        'Write an expression like the one two lines above it, with "overfits" and "learns less".',
    ),
    slips={
        "The two are exchanged: a network that overfits fits its training images *better*.": (
            LOWER,
            '"learns less" if training > 0 else "overfits"',
        ),
        "A lower validation accuracy alone is not overfitting. Look at the training accuracy, too.": (
            LOWER,
            '"overfits"',
        ),
        "This never finds overfitting: look at the sign of the training accuracy's change.": (
            LOWER,
            '"learns less"',
        ),
    },
    blank=LOWER,
)

COUNTS = "(ours & ~theirs).sum(), (theirs & ~ours).sum()"
OURS = np.array([1, 1, 1, 1, 0, 0, 1, 0, 1, 1], bool)
THEIRS = np.array([1, 0, 0, 0, 1, 0, 1, 0, 1, 1], bool)
MANY = np.arange(80) * 7 % 10 > 2

MCNEMAR = Exercise(
    question="Complete the numbers of heads (only `ours` is right) and of tails.",
    answer="deviations",
    solution=f"""\
def deviations(ours, theirs):  # for each image, whether the network is right
    heads, tails = {COUNTS}
    return (heads - tails) / np.sqrt(heads + tails)""",
    shows="Images on which both are right, or both wrong, do not appear in it at all.",
    kind=Function(
        inputs={
            "ten images, of which four are tossed": (OURS, THEIRS),
            "the same two networks, exchanged": (THEIRS, OURS),
            "eighty images": (MANY, np.roll(MANY, 3) & (np.arange(80) % 9 > 0)),
        }
    ),
    hints=(
        "Which images are tossed: those on which a network is right, or those on which it alone is right?",
        "For arrays of True and False, & is True where both are, and ~ turns each around.",
        "An image is heads where `ours` is True and `theirs` is not. Count these with sum().",
    ),
    slips={
        "Images on which both are right toss no coin. Count those on which one alone is right.": (
            COUNTS,
            "ours.sum(), theirs.sum()",
        ),
        "The sides are exchanged: heads are images on which `ours` alone is right.": (
            COUNTS,
            "(theirs & ~ours).sum(), (ours & ~theirs).sum()",
        ),
        "These are the errors of each network. An image that both get wrong tosses no coin.": (
            COUNTS,
            "(~theirs).sum(), (~ours).sum()",
        ),
        "These are the images on which the two agree. Count those on which exactly one is right.": (
            COUNTS,
            "(ours & theirs).sum(), (~ours & ~theirs).sum()",
        ),
    },
    blank=COUNTS,
)

CHOSEN = "fresh[validation.argmax()]"

WINNER = Exercise(
    question="Complete what to report of the candidate that the validation images choose.",
    answer="report_winner",
    solution=f"""\
def report_winner(validation, fresh):  # accuracies of the same candidates
    return {CHOSEN}""",
    shows="The fresh images have had no say in the choice, so their verdict is not biased.",
    kind=Function(
        inputs={
            "three candidates": (np.array([70.0, 71.2, 69.5]), np.array([70.6, 69.9, 70.2])),
            "five candidates": (
                np.array([69.1, 70.4, 69.8, 70.9, 70.1]),
                np.array([70.3, 69.2, 70.8, 70.0, 69.7]),
            ),
        }
    ),
    hints=(
        "Which candidate is chosen, and on which images may its accuracy be reported?",
        "Find the index of the best candidate on the validation images, and look it up in `fresh`.",
        "NumPy's method argmax() returns the index of the largest number of an array.",
    ),
    slips={
        "This chooses again, by the fresh images. Then these have become validation images.": (
            CHOSEN,
            "fresh.max()",
        ),
        "This reports the number by which the candidate was chosen: the one that is too high.": (
            CHOSEN,
            "validation.max()",
        ),
        "This is the mean of all candidates. Report the one that was chosen.": (CHOSEN, "fresh.mean()"),
        "This is the index of the winner. Look up its accuracy on the fresh images.": (
            CHOSEN,
            "validation.argmax()",
        ),
        "Choose by the validation images and measure on the fresh ones, not the other way around.": (
            CHOSEN,
            "validation[fresh.argmax()]",
        ),
    },
    blank=CHOSEN,
)

practice = Practice({"reading": READING, "mcnemar": MCNEMAR, "winner": WINNER})
