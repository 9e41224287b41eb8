"""Tasks of assignment 05 about a training: when it stops, what it sees, and how two are compared."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(55)

BETTER = "loss < val_losses[best] - min_delta"
LOOP = f"""\
    best = 0
    for epoch, loss in enumerate(val_losses):
        if {BETTER}:
            best = epoch
        if epoch - best >= patience:
            break
"""
EARLY = Exercise(
    question="Return the last epoch that is trained and the best one, both counted from 1.",
    answer="stop_early",
    solution=f"""\
def stop_early(val_losses, patience, min_delta):
{LOOP}    return epoch + 1, best + 1""",
    shows="With a large min_delta, slow progress counts as none.",
    kind=Function(
        inputs={
            "losses 1, patience 1, min_delta 0": ([1.0], 1, 0.0),
            "losses 1, 2, 3, patience 1, min_delta 0": ([1.0, 2.0, 3.0], 1, 0.0),
            "losses 1, 1, 1, patience 2, min_delta 0": ([1.0, 1.0, 1.0], 2, 0.0),
            "losses 4, 3, 3.5, 2, 1, patience 2, min_delta 0": ([4.0, 3.0, 3.5, 2.0, 1.0], 2, 0.0),
            "losses 4, 1, 3, 2, 1.5, patience 2, min_delta 0": ([4.0, 1.0, 3.0, 2.0, 1.5], 2, 0.0),
            "losses 4, 3, 2, 1, patience 2, min_delta 1": ([4.0, 3.0, 2.0, 1.0], 2, 1.0),
            "losses 4, 4.25, 4.5, 4.75, patience 2, min_delta 0.5": ([4.0, 4.25, 4.5, 4.75], 2, 0.5),
            "losses 4, 3.75, 4, 4, patience 2, min_delta 0.5": ([4.0, 3.75, 4.0, 4.0], 2, 0.5),
            "losses 4, 3.75, 3.5, 3.25, 3, 0, patience 3, min_delta 0.5": (
                [4.0, 3.75, 3.5, 3.25, 3.0, 0.0],
                3,
                0.5,
            ),
            "losses 4, 2, 5, 1, 6, 7, 0, patience 2, min_delta 0.5": (
                [4.0, 2.0, 5.0, 1.0, 6.0, 7.0, 0.0],
                2,
                0.5,
            ),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "With which earlier loss is a new one compared, and what happens to the waiting after an "
        "improvement?",
        "Keep the best epoch. A loss is an improvement if it is below the best loss by more than min_delta. "
        "Stop as soon as the best epoch lies `patience` epochs back.",
        "Loop over the losses. If loss < val_losses[best] - min_delta, then best = epoch. If "
        "epoch - best >= patience, break. Add 1 to both numbers at the end.",
    ),
    slips={
        "Count the epochs from 1.": ("return epoch + 1, best + 1", "return epoch, best"),
        "One epoch too long: it stops when the patience is used up.": (
            "epoch - best >= patience",
            "epoch - best > patience",
        ),
        "A loss that lies exactly min_delta below the best is no improvement; with min_delta 0, an equal "
        "loss is none.": (BETTER, "loss <= val_losses[best] - min_delta"),
        "Each loss is compared with that of the epoch before. Compare it with the best so far.": (
            BETTER,
            "loss < val_losses[max(epoch - 1, 0)] - min_delta",
        ),
        "The best weights are those of the best epoch, not of the last one.": (
            "return epoch + 1, best + 1",
            "return epoch + 1, epoch + 1",
        ),
        "The argument min_delta is not used.": (BETTER, "loss < val_losses[best]"),
        "An improvement lies *below* the best loss by more than min_delta. This adds it.": (
            BETTER,
            "loss < val_losses[best] + min_delta and epoch > 0",
        ),
        "The epoch with the smallest loss need not count as an improvement: it may lie less than min_delta "
        "below the best.": ("best + 1", "int(np.argmin(val_losses[: epoch + 1])) + 1"),
        "After an improvement the waiting begins anew. Here all epochs without one are counted.": (
            LOOP,
            """\
    best = waited = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best] - min_delta:
            best = epoch
        elif epoch:
            waited += 1
        if waited >= patience:
            break
""",
        ),
        "It looks into the future: while it trains, nobody knows the later losses.": (
            LOOP,
            "    best, epoch = int(np.argmin(val_losses)), len(val_losses) - 1\n",
        ),
    },
)

PADDED = "np.pad(image, ((0, 0), (width, width), (0, 0)))"
MIXED = "(1 - part) * near + part * far"
SHIFT = Exercise(
    question="Move the image to the right by a number of pixels that need not be whole.",
    answer="shift_right",
    solution=f"""\
def shift_right(image, pixels):
    width, whole = image.shape[1], int(np.floor(pixels))
    part, padded = pixels - whole, {PADDED}
    start = width - whole
    near, far = padded[:, start : start + width], padded[:, start - 1 : start - 1 + width]
    return {MIXED}""",
    shows="Half a pixel also blurs: the mean of two neighbors is smoother than both.",
    kind=Function(
        inputs={
            "a row of one pixel, 8, moved by 0.25": (np.array([[[8.0]]]), 0.25),
            "the row 8, 4, 0, moved by 1": (np.array([[[8.0], [4.0], [0.0]]]), 1.0),
            "the row 8, 4, 0, moved by -1": (np.array([[[8.0], [4.0], [0.0]]]), -1.0),
            "the row 8, 4, 0, moved by 0.25": (np.array([[[8.0], [4.0], [0.0]]]), 0.25),
            "the row 8, 4, 1, moved by -0.25": (np.array([[[8.0], [4.0], [1.0]]]), -0.25),
            "the row 8, 4, 1, moved by 1.5": (np.array([[[8.0], [4.0], [1.0]]]), 1.5),
            "3 x 4 pixels of two channels, moved by -2.5": (RNG.normal(size=(3, 4, 2)), -2.5),
            "4 x 4 pixels of three channels, moved by 0": (RNG.normal(size=(4, 4, 3)), 0.0),
        }
    ),
    hints=(
        "Moved by 0.25, between which two old pixels does the new pixel at column 5 lie, and near which?",
        "It lies between the old columns 4 and 5, and takes a quarter of the first and three quarters of "
        "the second. For -0.25, the whole part is -1 and the rest 0.75: np.floor rounds down.",
        "Put `width` zeros on each side. With whole = floor(pixels) and part = pixels - whole, the result is "
        "(1 - part) times the image moved by whole, plus part times the image moved by whole + 1.",
    ),
    slips={
        "It moves to the left.": (
            "image.shape[1], int(np.floor(pixels))",
            "image.shape[1], int(np.floor(pixels := -pixels))",
        ),
        "The two shares are exchanged: the nearer pixel gets the larger one.": (
            MIXED,
            "part * near + (1 - part) * far",
        ),
        "What leaves on one side comes back on the other. Fill with zeros.": (
            PADDED,
            'np.pad(image, ((0, 0), (width, width), (0, 0)), mode="wrap")',
        ),
        "The outermost pixel is repeated. Fill with zeros.": (
            PADDED,
            'np.pad(image, ((0, 0), (width, width), (0, 0)), mode="edge")',
        ),
        "int cuts toward zero: -0.25 becomes 0. Round down with np.floor.": (
            "int(np.floor(pixels))",
            "int(pixels)",
        ),
        "It moves by whole pixels only. Mix the two neighbors.": (MIXED, "near"),
        "It is rounded to whole pixels. Mix the two neighbors.": (MIXED, "near if part <= 0.5 else far"),
        "The neighbor on the wrong side is mixed in.": (
            "padded[:, start - 1 : start - 1 + width]",
            "padded[:, start + 1 : start + 1 + width]",
        ),
        "It always takes half of each neighbor. The shares depend on the part.": (
            MIXED,
            "near if part == 0 else (near + far) / 2",
        ),
        "It moves by one pixel too many.": ("start = width - whole", "start = width - whole - 1"),
    },
)

TARGETS = """\
    targets = np.full(num_classes, amount / num_classes)
    targets[0] += 1 - amount
"""
LABELS = Exercise(
    question="Return the smallest cross-entropy that any answer of a network can reach.",
    answer="smallest_loss",
    solution=f"""\
def smallest_loss(num_classes, amount):
{TARGETS}    kept = targets[targets > 0]
    return -(kept * np.log(kept)).sum()""",
    shows="With smoothed labels the loss never reaches 0, however good the network is.",
    kind=Function(
        inputs={
            "two classes, amount 1": (2, 1.0),
            "two classes, amount 0.5": (2, 0.5),
            "three classes, amount 0": (3, 0.0),
            "ten classes, amount 0.1": (10, 0.1),
            "a thousand classes, amount 0.2": (1000, 0.2),
        }
    ),
    hints=(
        "Which answer makes the cross-entropy with a target smallest?",
        "The target itself: then the cross-entropy is -sum(target * log(target)), over all classes.",
        "The true class has 1 - amount + amount / num_classes, each other amount / num_classes. Where a "
        "target is 0, its term is 0 as well.",
    ),
    slips={
        "The amount is spread over all classes, the true one included. Here the true one gets no part.": (
            TARGETS,
            """\
    targets = np.full(num_classes, amount / (num_classes - 1))
    targets[0] = 1 - amount
""",
        ),
        "The terms of the other classes are missing.": (
            "return -(kept * np.log(kept)).sum()",
            "return -targets[0] * np.log(targets[0])",
        ),
        "This counts the true class alone, as a label that is not smoothed would.": (
            "return -(kept * np.log(kept)).sum()",
            "return -np.log(targets[0])",
        ),
        "Use the natural logarithm, as the loss does.": ("np.log(kept)", "np.log2(kept)"),
        "A loss of 0 takes a target with a single 1. These targets are smoothed.": (
            "return -(kept * np.log(kept)).sum()",
            "return 0.0",
        ),
        "With amount 0, some targets are 0, and 0 times log 0 is not a number. Leave these terms out.": (
            "targets[targets > 0]",
            "targets",
        ),
        "The sign is missing: the logarithms of probabilities are negative.": ("return -(", "return ("),
        "The cross-entropy is a sum over the classes, not a mean.": (".sum()", ".sum() / num_classes"),
        "This is the loss of a network that guesses, with the same probability for all classes.": (
            "return -(kept * np.log(kept)).sum()",
            "return np.log(num_classes)",
        ),
    },
)

PAIRS = Exercise(
    question="Which statements do the printed numbers support?",
    answer="statements",
    solution='statements = {"a", "b", "c", "e"}',
    shows="The same ten trainings decide, or do not, by how they are compared.",
    kind=Statements(
        supported={
            "a": "Compare the two standard deviations over the seeds with the mean difference.",
            "b": "Take the mean difference and the reach for two groups: does the interval contain 0?",
            "c": "Take the mean of the differences and the reach in pairs: where does the interval begin?",
            "e": "What is left of a lucky seed in a difference, if it is lucky for both methods?",
        },
        unsupported={
            "d": "Both lines print the same mean difference. Only the reach differs.",
            "f": "Look at the luck of single seeds: it is larger than the difference.",
        },
    ),
    hints=(
        "For each statement, which two of the printed numbers decide it?",
        "An interval is the mean difference, and the reach to each side. Compute both intervals.",
        "The two intervals have the same center. The wide one contains 0, the narrow one does not.",
    ),
)
