"""The tasks of assignment 03: loss, schedule, bounded norms, a baseline, and results taken apart."""

from utils.practice.assignment_03_judging import CALIBRATION, EPOCH, EXPLAIN, PRECISION
from utils.practice.assignment_03_training import CROSS_ENTROPY, SCHEDULE
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(3)
FILTERS, BOUNDED = "(kernel**2).sum(axis=(0, 1, 2))", "norms.clip(smallest, largest)"

NORMS = Exercise(
    question="Scale each filter so that its norm lies between two bounds.",
    answer="bound_norms",
    solution=f"""\
def bound_norms(kernel, smallest, largest):
    norms = np.sqrt({FILTERS})
    return kernel * ({BOUNDED} / norms)""",
    shows="A filter that is scaled keeps its direction, and so what it looks for. Keras has it as "
    "MinMaxNorm.",
    kind=Function(
        inputs={
            "one filter of one weight, 4, between 1 and 2": (np.array([[[[4.0]]]]), 1.0, 2.0),
            "one filter of one weight, -0.5, between 1 and 2": (np.array([[[[-0.5]]]]), 1.0, 2.0),
            "two filters of two weights": (np.array([[[[3.0, 0.3]], [[4.0, 0.4]]]]), 1.0, 2.0),
            "three filters of 2 x 1 weights and 2 channels": (
                np.array([[[[1.0, 2.0, 0.1], [2.0, 3.0, 0.0]]], [[[0.0, -1.0, 0.2], [2.0, 5.0, 0.1]]]]),
                1.0,
                4.0,
            ),
            "four filters of 3 x 2 weights and 4 channels": (
                RNG.normal(size=(3, 2, 4, 4)) * [0.1, 1, 1, 5],
                2.0,
                6.0,
            ),
        }
    ),
    hints=(
        "Over which axes of (height, width, channels, filters) do you sum for the norm of one filter?",
        "Over the first three. The norm that a filter should have is its own norm, cut off at both bounds; "
        "NumPy's clip does that.",
        "norms = np.sqrt((kernel**2).sum(axis=(0, 1, 2))); the factor of each filter is "
        "norms.clip(smallest, largest) / norms.",
    ),
    slips={
        "Axis 0 alone is one column of the window: a filter has three axes.": (
            FILTERS,
            "(kernel**2).sum(axis=0)",
        ),
        "The filters lie along the last axis. This takes the first one for it.": (
            FILTERS,
            "(kernel**2).sum(axis=(1, 2, 3), keepdims=True)",
        ),
        "The channels belong to the filter: sum over three axes.": (FILTERS, "(kernel**2).sum(axis=(0, 1))"),
        "The norm of the whole kernel is bounded, not that of each filter.": (FILTERS, "(kernel**2).sum()"),
        "The norm is the square root of the sum of the squares.": (f"np.sqrt({FILTERS})", FILTERS),
        "The squares are added up, not averaged.": (FILTERS, "(kernel**2).mean(axis=(0, 1, 2))"),
        "A filter below the smallest norm has to grow to it.": (BOUNDED, "np.minimum(norms, largest)"),
        "A filter above the largest norm has to shrink to it.": (BOUNDED, "np.maximum(norms, smallest)"),
        "A filter whose norm lies between the bounds stays as it is.": (BOUNDED, "largest"),
        "The single weights are cut off. The whole filter should be scaled.": (
            f"kernel * ({BOUNDED} / norms)",
            "np.sign(kernel) * np.abs(kernel).clip(smallest, largest)",
        ),
    },
)

SPREAD, VARYING = "train_images.std(axis=0)", "[:, :, used] / spread[used]"
NEAREST = "(differences**2).sum(axis=2).argmin(axis=1)"

BASELINE = Exercise(
    question="Give each image the class whose average is nearest, in units of each feature's spread.",
    answer="nearest_average",
    solution=f"""\
def nearest_average(train_images, train_labels, images):
    spread = {SPREAD}
    used = np.ptp(train_images, axis=0) > 0  # the deviation of equal numbers need not be exactly 0
    classes = np.unique(train_labels)
    averages = np.stack([train_images[train_labels == label].mean(axis=0) for label in classes])
    differences = (images[:, np.newaxis] - averages){VARYING}
    return classes[{NEAREST}]""",
    shows="A feature with a large unit no longer decides alone.",
    kind=Function(
        inputs={
            "two classes, one feature": (
                np.array([[0.0], [4.0]]),
                np.array([0, 1]),
                np.array([[1.0], [3.0]]),
            ),
            "two classes, two features of different spread": (
                np.array([[0.0, 0.0], [1.0, 100.0], [2.0, 0.0], [3.0, 100.0]]),
                np.array([0, 0, 1, 1]),
                np.array([[0.5, 90.0], [2.5, 20.0], [1.4, 70.0]]),
            ),
            "labels 3 and 7": (np.array([[0.0], [4.0]]), np.array([3, 7]), np.array([[1.0], [3.0]])),
            "a feature that never varies in training": (
                np.array([[0.0, 5.0], [4.0, 5.0]]),
                np.array([1, 0]),
                np.array([[1.0, 5.0], [3.0, 6.0]]),
            ),
            "three classes, four features": (
                RNG.normal(size=(30, 4)) * [1, 10, 0.1, 3],
                np.arange(30) % 3,
                RNG.normal(size=(40, 4)) * [1, 10, 0.1, 3],
            ),
        }
    ),
    hints=(
        "What would decide the distance, if one feature went from 0 to 1000 and all others from 0 to 1?",
        "Divide the difference in each feature by the standard deviation of that feature over all training "
        "images, before you square and add. Leave out a feature whose standard deviation is 0.",
        "classes = np.unique(train_labels); stack the averages; differences has the shape (N, classes, "
        "features); take argmin over the classes, and look up the label.",
    ),
    slips={
        "The features are not scaled: one with a large unit decides alone.": (VARYING, "[:, :, used]"),
        "Divide by the standard deviation, not by the variance.": (VARYING, f"{VARYING} ** 2"),
        "Take the standard deviation of the training images. The others may be few, and are not to be "
        "looked at.": (
            SPREAD,
            "images.std(axis=0)",
        ),
        "Multiply is the wrong way round: a feature with a large spread should count less.": (
            VARYING,
            "[:, :, used] * spread[used]",
        ),
        "These are the farthest averages.": ("argmin", "argmax"),
        "These are positions. Look up the label that stands there.": (f"classes[{NEAREST}]", NEAREST),
        "The square is missing: differences of both signs cancel.": ("differences**2", "differences"),
        "Take the sum over all features, not the first one.": (
            NEAREST,
            "(differences**2)[:, :, 0].argmin(axis=1)",
        ),
    },
)

tasks = Tasks(
    {
        "cross-entropy": CROSS_ENTROPY,
        "schedule": SCHEDULE,
        "max-norm": NORMS,
        "baseline": BASELINE,
        "precision": PRECISION,
        "calibration": CALIBRATION,
        "best-epoch": EPOCH,
        "explain": EXPLAIN,
    }
)
