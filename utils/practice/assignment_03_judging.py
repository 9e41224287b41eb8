"""Tasks of assignment 03 on results: precision and recall, calibration, a noisy curve, two trainings."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.sheets import Several, Statements

import numpy as np

RNG = np.random.default_rng(4)
PROBABILITIES = RNG.dirichlet(np.ones(3), size=11)
SURE = PROBABILITIES.max(axis=1) > 0.6
# The sure answers are wrong and the others right, so that the gaps have both signs.
LABELS = np.where(SURE, PROBABILITIES.argmin(axis=1), PROBABILITIES.argmax(axis=1))

PRECISION = Exercise(
    question="Return precision and recall of each class.",
    answer="precision_and_recall",
    solution="""\
def precision_and_recall(labels, predictions, num_classes):
    right = np.bincount(labels[labels == predictions], minlength=num_classes)
    answered = np.bincount(predictions, minlength=num_classes)
    present = np.bincount(labels, minlength=num_classes)
    return right / np.maximum(answered, 1), right / np.maximum(present, 1)""",
    shows="A class that is answered too often has a good recall and a poor precision; accuracy hides both.",
    kind=Function(
        inputs={
            "three images, two classes": (np.array([0, 0, 1]), np.array([0, 1, 1]), 2),
            "a class that is never answered": (np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0]), 2),
            "a class without images": (np.array([0, 1, 1]), np.array([0, 1, 2]), 3),
            "six images, four classes": (np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 2, 2]), 4),
        },
        result=Several({"precisions": Numbers(True), "recalls": Numbers(True)}),
    ),
    hints=(
        "Of all images that were answered with class c, how many are right? Of all images of class c?",
        "Count three things for each class: right answers, answers, images. np.bincount counts labels, and "
        "minlength makes room for classes that do not occur.",
        "precision = right / answers, recall = right / images; where the lower number is 0, divide by 1 "
        "instead.",
    ),
    slips={
        "Precision and recall are exchanged: precision divides by the answers of a class.": (
            "right / np.maximum(answered, 1), right / np.maximum(present, 1)",
            "right / np.maximum(present, 1), right / np.maximum(answered, 1)",
        ),
        "A class that is never answered has precision 0, not 0 / 0.": ("np.maximum(answered, 1)", "answered"),
        "A class without images has recall 0, not 0 / 0.": ("np.maximum(present, 1)", "present"),
        "This divides by all images. Each class has its own number.": (
            "right / np.maximum(answered, 1), right / np.maximum(present, 1)",
            "right / len(labels), right / len(labels)",
        ),
        "These are the wrong answers. Count the right ones.": (
            "labels == predictions",
            "labels != predictions",
        ),
        "The precision is right. The recall divides by the images of a class, not by its answers.": (
            "right / np.maximum(present, 1)",
            "right / np.maximum(answered, 1)",
        ),
        "There should be a number for each of `num_classes` classes, also for those that do not occur.": (
            "return right / np.maximum(answered, 1), right / np.maximum(present, 1)",
            "seen = np.union1d(labels, predictions)\n"
            "    return (right / np.maximum(answered, 1))[seen], (right / np.maximum(present, 1))[seen]",
        ),
    },
)

SORTED, SHARE = 'np.argsort(confidence, kind="stable")', "* len(part) / len(labels)"
LOOP = f"for part in np.array_split({SORTED}, num_bins):"
LARGEST = "probabilities.max(axis=1)"

CALIBRATION = Exercise(
    question="Measure the calibration in bins with equally many images.",
    answer="calibration_error",
    solution=f"""\
def calibration_error(probabilities, labels, num_bins):
    confidence = {LARGEST}
    right = probabilities.argmax(axis=1) == labels
    error = 0.0
    {LOOP}
        gap = right[part].mean() - confidence[part].mean()
        error += abs(gap) {SHARE}
    return error""",
    shows="With equally many images in each bin, no gap rests on a handful of them.",
    kind=Function(
        inputs={
            "one image, which is right": (np.array([[0.75, 0.25]]), np.array([0]), 1),
            "two images in two bins": (np.array([[0.75, 0.25], [0.125, 0.875]]), np.array([0, 0]), 2),
            "four images in two bins, not in the order of confidence": (
                np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]]),
                np.array([0, 0, 1, 1]),
                2,
            ),
            "five images in two bins": (
                np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3], [0.05, 0.95]]),
                np.array([0, 0, 1, 1, 0]),
                2,
            ),
            "eleven images of three classes in four bins": (PROBABILITIES, LABELS, 4),
        }
    ),
    hints=(
        "Which images belong to the first bin, if the bins hold equally many?",
        "Sort the images by confidence and cut the order into pieces; np.array_split gives the first "
        "pieces one "
        "more where it does not come out even. In each piece, compare the accuracy with the mean confidence.",
        "For each piece: abs(right[part].mean() - confidence[part].mean()) * len(part) / N, all added up.",
    ),
    slips={
        "The bins are added as they are; weigh each by its share of the images.": (f" {SHARE}", ""),
        "The bins do not all hold the same number of images: weigh each by its own share.": (
            SHARE,
            "/ num_bins",
        ),
        "Take the absolute value in each bin, before the bins are summed.": ("abs(gap)", "gap"),
        "This takes the absolute value in the end. Gaps of different signs must not cancel.": (
            f"abs(gap) {SHARE}\n    return error",
            f"gap {SHARE}\n    return abs(error)",
        ),
        "This compares each image on its own: average within a bin first.": (
            "right[part].mean() - confidence[part].mean()",
            "np.abs(right[part] - confidence[part]).mean()",
        ),
        "The images are cut into bins in the order given. Sort them by confidence first.": (
            SORTED,
            "np.arange(len(labels))",
        ),
        "These bins have equal width. They should hold equally many images.": (
            LOOP,
            "which = np.minimum(confidence * num_bins // 1, num_bins - 1)\n"
            "    for part in filter(len, [np.flatnonzero(which == b) for b in range(num_bins)]):",
        ),
        "The confidence is the largest probability. This takes the one of the true class.": (
            LARGEST,
            "probabilities[np.arange(len(labels)), labels]",
        ),
        "This is the mean squared gap. Take absolute values.": ("abs(gap)", "gap**2"),
    },
)

SMOOTH = "(losses[:-2] + losses[1:-1] + losses[2:]) / 3"
CENTER = "int(smooth.argmin()) + 1"
GAP = 'history["accuracy"][best] - history["val_accuracy"][best]'


def history(val_losses: list[float]) -> dict[str, list[float]]:
    """Return a history with these validation losses, and other columns that differ from epoch to epoch."""
    epochs = range(len(val_losses))
    return {
        "loss": [2.0 / (k + 1) for k in epochs],
        "accuracy": [0.5 + 0.0625 * k for k in epochs],
        "val_loss": val_losses,
        "val_accuracy": [0.5 + 0.03125 * k - 0.015625 * (k % 2) for k in epochs],
    }


EPOCH = Exercise(
    question="Find the best epoch of a noisy learning curve, and the gap in accuracy there.",
    answer="best_epoch",
    solution=f"""\
def best_epoch(history):
    losses = np.array(history["val_loss"])
    smooth = {SMOOTH}
    best = {CENTER}
    return best + 1, {GAP}""",
    shows="The lowest point of a noisy curve is often only its luckiest epoch.",
    kind=Function(
        inputs={
            "three epochs": (history([1.5, 1.0, 1.25]),),
            "five epochs, steadily better": (history([2.0, 1.5, 1.25, 1.0, 0.75]),),
            "six epochs, with one lucky epoch": (history([2.0, 0.5, 2.0, 1.0, 0.75, 1.0]),),
            "eight epochs": (history([1.75, 1.5, 1.0, 1.125, 0.875, 1.5, 1.75, 0.8]),),
        }
    ),
    hints=(
        "To which epoch does the mean of the epochs 1, 2 and 3 belong?",
        "To epoch 2, the middle one. There are two means fewer than epochs: the first and the last epoch "
        "have "
        "none. Find the lowest mean, then its middle epoch.",
        "smooth[k] is the mean of the places k, k + 1 and k + 2, counted from 0. Its middle is place k + 1, "
        "which is epoch k + 2 counted from 1. The gap is that of this epoch.",
    ),
    slips={
        "The curve is not smoothed: a single lucky epoch wins.": (
            f"{SMOOTH}\n    best = {CENTER}",
            "losses\n    best = int(smooth.argmin())",
        ),
        "Count the epochs from 1.": ("return best + 1", "return best"),
        "This is the first of the three epochs. Their mean belongs to the middle one.": (
            CENTER,
            "int(smooth.argmin())",
        ),
        "This is the last of the three epochs. Their mean belongs to the middle one.": (
            CENTER,
            "int(smooth.argmin()) + 2",
        ),
        "This is the epoch of the lowest training loss. Look at the validation loss.": (
            '"val_loss"',
            '"loss"',
        ),
        "The gap belongs to the best epoch, not to the last.": (
            GAP,
            'history["accuracy"][-1] - history["val_accuracy"][-1]',
        ),
        "The gap is training minus validation.": (
            GAP,
            'history["val_accuracy"][best] - history["accuracy"][best]',
        ),
        "The epoch is right. Its gap is taken one epoch too early.": (
            GAP,
            'history["accuracy"][best - 1] - history["val_accuracy"][best - 1]',
        ),
    },
)

EXPLAIN = Exercise(
    question="Give the letters of the statements that the table supports.",
    answer="statements",
    solution='statements = {"a", "c", "d", "f"}',
    shows="In these two trainings, one seed each, the network with the decay overfits later and less.",
    kind=Statements(
        supported={
            "a": "In both trainings, compare the loss and the val_loss of the two epochs.",
            "c": "Compare the lowest validation losses, and the epochs in which they are reached.",
            "d": "Compare the last epochs of the two trainings.",
            "f": "How many of the epochs were over at the lowest validation loss?",
        },
        unsupported={
            "b": "Compare the training losses of the two last epochs.",
            "e": "Look at val_accuracy where val_loss rises.",
        },
    ),
    hints=(
        "For each statement, which of the four printed lines decide it?",
        "The first line of a training is its epoch with the lowest validation loss, the second one its last.",
        "Compare the lines of one training with each other, then the last lines of both.",
    ),
)
