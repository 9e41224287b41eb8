"""The tasks of assignment 08: a schedule, whitening, averages, roofs, fusing, and rounding by chance."""

from utils.practice.assignment_08_bits import FACTOR, ROUNDING, SUMS
from utils.practice.assignment_08_roofs import FUSED, INTENSITY
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.tasks import Tasks

import numpy as np

RNG = np.random.default_rng(8)

DONE = "(step - warmup) / (total - warmup)"
COOLED = "floor + (peak - floor) * (1 + np.cos(np.pi * done)) / 2"
SCHEDULE = Exercise(
    question="Warm up along a line, then cool down along half a cosine wave.",
    answer="learning_rate",
    solution=f"""\
def learning_rate(step, total, warmup, peak, floor):
    if step < warmup:
        return peak * step / warmup
    done = {DONE}
    return {COOLED}""",
    shows="A cosine leaves the peak slowly, and comes slowly to rest.",
    kind=Function(
        inputs={
            "step 0 of 4, warm-up 2, peak 1, floor 0": (0, 4, 2, 1.0, 0.0),
            "step 2 of 4, warm-up 2, peak 1, floor 0": (2, 4, 2, 1.0, 0.0),
            "step 1 of 4, warm-up 2, peak 3, floor 1": (1, 4, 2, 3.0, 1.0),
            "step 3 of 4, warm-up 2, peak 3, floor 1": (3, 4, 2, 3.0, 1.0),
            "step 4 of 4, warm-up 2, peak 3, floor 1": (4, 4, 2, 3.0, 1.0),
            "step 20 of 100, warm-up 10, peak 0.5, floor 0.125": (20, 100, 10, 0.5, 0.125),
        }
    ),
    hints=(
        "Which share of the way from the warm-up to the end is done at this step?",
        "(1 + cos(pi * done)) / 2 falls from 1 to 0 while done grows from 0 to 1. Stretch it, so that it "
        "falls "
        "from the peak to the floor.",
        "done = (step - warmup) / (total - warmup), and then floor + (peak - floor) * "
        "(1 + np.cos(np.pi * done)) / 2.",
    ),
    slips={
        "The wave begins at the end of the warm-up. Here it begins at step 0.": (DONE, "step / total"),
        "The wave ends at `total`. Here it ends later: take the steps behind the warm-up.": (
            DONE,
            "(step - warmup) / total",
        ),
        "The floor is not used.": (COOLED, "peak * (1 + np.cos(np.pi * done)) / 2"),
        "The floor is added to the peak as well: the wave should fall by peak - floor.": (
            COOLED,
            "floor + peak * (1 + np.cos(np.pi * done)) / 2",
        ),
        "It falls along a line. Take half a cosine wave.": (COOLED, "peak + (floor - peak) * done"),
        "This is a quarter of a wave. Half a wave leaves the peak slowly and arrives slowly.": (
            COOLED,
            "floor + (peak - floor) * np.cos(np.pi / 2 * done)",
        ),
        "This is a whole wave, which comes back to the peak.": (
            COOLED,
            "floor + (peak - floor) * (1 + np.cos(2 * np.pi * done)) / 2",
        ),
        "It begins at the peak: where is the warm-up?": ("return peak * step / warmup", "return peak"),
        "The warm-up begins at 0, not at the floor.": (
            "return peak * step / warmup",
            "return floor + (peak - floor) * step / warmup",
        ),
        "The warm-up reaches the peak one step too early.": (
            "peak * step / warmup",
            "peak * (step + 1) / warmup",
        ),
        "It rises at the end: the wave is upside down.": (
            COOLED,
            "floor + (peak - floor) * (1 - np.cos(np.pi * done)) / 2",
        ),
        "It stays at the peak after the warm-up.": (COOLED, "peak"),
    },
)

COVARIANCE = "patches.T @ patches / len(patches)"
TURNED_BACK = "eigenvectors / np.sqrt(eigenvalues + epsilon) @ eigenvectors.T"
WHITEN = Exercise(
    question="Whiten, and turn back, so that each output stays as near to its pixel as it can.",
    answer="whiten_in_place",
    solution=f"""\
def whiten_in_place(patches, epsilon):
    covariance = {COVARIANCE}
    eigenvalues, eigenvectors = np.linalg.eigh(covariance)
    return {TURNED_BACK}""",
    shows="Its filters look like a pixel that subtracts its neighbors. No sign and no order is left open.",
    kind=Function(
        inputs={
            "patches of one number, 2 and -2": (np.array([[2.0], [-2.0]]), 0.0),
            "patches of one number, 1 and 3, epsilon 4": (np.array([[1.0], [3.0]]), 4.0),
            "the four patches of the chapter": (
                np.array([[2.0, 2.0], [-2.0, -2.0], [1.0, -1.0], [-1.0, 1.0]]),
                0.0,
            ),
            "five patches of three numbers, epsilon 0.5": (RNG.normal(size=(5, 3)) + 1, 0.5),
            "twenty patches of four numbers": (RNG.normal(size=(20, 4)) * [0.1, 1, 2, 5], 0.01),
        }
    ),
    hints=(
        "The filters of the chapter turn the patch to other axes. What turns it back?",
        "With the eigenvectors as columns of V, whitening is V.T, then a division by the roots of "
        "(eigenvalue "
        "+ epsilon). Multiply by V once more.",
        "eigenvalues, V = np.linalg.eigh(patches.T @ patches / N); the result is V, its columns divided by "
        "np.sqrt(eigenvalues + epsilon), times V.T.",
    ),
    slips={
        "These are the filters of the chapter, as rows. They are not turned back: multiply by the "
        "eigenvectors once more.": (
            TURNED_BACK,
            "eigenvectors.T / np.sqrt(eigenvalues + epsilon)[:, np.newaxis]",
        ),
        "These are the filters of the chapter, as columns. They are not turned back: multiply by the "
        "eigenvectors once more.": (TURNED_BACK, "eigenvectors / np.sqrt(eigenvalues + epsilon)"),
        "Divide by the root of the eigenvalue, not by the eigenvalue.": (
            TURNED_BACK,
            "eigenvectors / (eigenvalues + epsilon) @ eigenvectors.T",
        ),
        "Epsilon stands under the root, beside the eigenvalue.": (
            TURNED_BACK,
            "eigenvectors / (np.sqrt(np.abs(eigenvalues)) + epsilon) @ eigenvectors.T",
        ),
        "This multiplies by the roots. Divide by them.": (
            TURNED_BACK,
            "eigenvectors * np.sqrt(eigenvalues + epsilon) @ eigenvectors.T",
        ),
        "The eigenvectors are the columns. Here they are taken for rows.": (
            TURNED_BACK,
            "eigenvectors.T / np.sqrt(eigenvalues + epsilon) @ eigenvectors",
        ),
        "The covariance is the mean over the patches: divide by N.": (COVARIANCE, "patches.T @ patches"),
        "The mean over the patches divides by N, not by N - 1.": (
            COVARIANCE,
            "patches.T @ patches / max(len(patches) - 1, 1)",
        ),
        "The mean of the patches is subtracted here. The task leaves it in.": (
            COVARIANCE,
            "(patches - patches.mean(axis=0)).T @ (patches - patches.mean(axis=0)) / len(patches)",
        ),
        "This is the matrix between the patches, not between their numbers.": (
            COVARIANCE,
            "patches @ patches.T / len(patches)",
        ),
        "These are the whitened patches. The matrix that whitens is asked for.": (
            TURNED_BACK,
            f"patches @ ({TURNED_BACK})",
        ),
    },
)

FOLLOW = "decay * slow + (1 - decay) * value"
CORRECTED = "slow / (1 - decay ** len(values))"
AVERAGE = Exercise(
    question="Average from zero, and correct for the start.",
    answer="corrected_average",
    solution=f"""\
def corrected_average(values, decay):
    slow = np.zeros(values.shape[1:])
    for value in values:
        slow = {FOLLOW}
    return {CORRECTED}""",
    shows="Divided by what has come in so far, the average of equal values is this value, from the start.",
    kind=Function(
        inputs={
            "the value 8 once, decay 0.5": (np.array([[8.0]]), 0.5),
            "the values 8, 8, decay 0.75": (np.array([[8.0], [8.0]]), 0.75),
            "the values 4, 8, decay 0.25": (np.array([[4.0], [8.0]]), 0.25),
            "the values 1, 2, 6, decay 0.5": (np.array([[1.0], [2.0], [6.0]]), 0.5),
            "five values of two weights each, decay 0.9": (RNG.normal(size=(5, 2)), 0.9),
            "three values, decay 0": (RNG.normal(size=(3, 1)), 0.0),
        }
    ),
    hints=(
        "After one value, which share of it is in an average that began at 0? And after two?",
        "1 - decay after one, 1 - decay² after two: what the start still holds is decay to the power of the "
        "number of values. Divide by the rest.",
        "slow = decay * slow + (1 - decay) * value for each value, from zero, and at the end "
        "slow / (1 - decay ** len(values)).",
    ),
    slips={
        "The correction is missing: the zeros of the start still count.": (CORRECTED, "slow"),
        "The shares are exchanged: the old average has the share decay.": (
            FOLLOW,
            "(1 - decay) * slow + decay * value",
        ),
        "The power is the number of values. Here it is one less.": (
            CORRECTED,
            "slow / (1 - decay ** (len(values) - 1) if len(values) > 1 else 1 - decay)",
        ),
        "The power is the number of values. Here it is one more.": (
            CORRECTED,
            "slow / (1 - decay ** (len(values) + 1))",
        ),
        "The correction is that after one value, however many have come in.": (
            CORRECTED,
            "slow / (1 - decay)",
        ),
        "The correction multiplies. It should divide.": (CORRECTED, "slow * (1 - decay ** len(values))"),
        "The average begins with the first value here, not at zero, and needs no correction.": (
            f"slow = np.zeros(values.shape[1:])\n    for value in values:\n        slow = {FOLLOW}\n"
            f"    return {CORRECTED}",
            f"slow = values[0]\n    for value in values[1:]:\n        slow = {FOLLOW}\n    return slow",
        ),
        "This is the plain mean. Older values should count less.": (CORRECTED, "values.mean(axis=0)"),
        "The correction belongs behind the loop. Here it is fed back with each value.": (
            f"slow = {FOLLOW}\n    return {CORRECTED}",
            f"slow = ({FOLLOW}) / (1 - decay)\n    return slow",
        ),
        "The values come in from the last to the first.": (
            "for value in values:",
            "for value in values[::-1]:",
        ),
        "The average goes over all weights together. Each weight has its own.": (
            CORRECTED,
            "slow.mean() / (1 - decay ** len(values)) * np.ones(values.shape[1:])",
        ),
    },
)

tasks = Tasks(
    {
        "schedule": SCHEDULE,
        "whiten": WHITEN,
        "average": AVERAGE,
        "intensity": INTENSITY,
        "fused": FUSED,
        "factor": FACTOR,
        "rounding": ROUNDING,
        "sums": SUMS,
    }
)
