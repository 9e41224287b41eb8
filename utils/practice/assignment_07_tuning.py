"""The task of assignment 07 in Keras: what two stages of fine-tuning should and should not change.

The network is small enough to be computed here with NumPy, so that a check needs no Keras.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from utils.practice.comparison import NotNumbers, as_numbers, error_in_short, in_short
from utils.practice.functions import Outcome, call
from utils.practice.kinds import Kind, has_gap

import numpy as np

NAMES = (
    "kernel of the convolution",
    "bias of the convolution",
    "gamma",
    "beta",
    "moving mean",
    "moving variance",
    "kernel of the head",
    "bias of the head",
)
CONV, NORM, MOVING, HEAD = (0, 1), (2, 3), (4, 5), (6, 7)
EPSILON = 0.001  # of Keras's batch normalization
STILL, CLOSE = 1e-7, 2e-3  # relative to the largest number; float32 computes a step to about 1e-4
FORM = (
    "Return a pair: model.get_weights() after the first stage, and after the second. "
    "Each is a list of eight arrays, in the order of the layers."
)


class Inputs(NamedTuple):
    """What the function to be written is called with."""

    weights: list[np.ndarray]
    images: np.ndarray
    labels: np.ndarray
    rate: float


def tune_inputs(seed: int = 7, num_images: int = 12) -> Inputs:
    """Draw weights of the small network, images (N, 4, 4, 2) and labels of two classes."""
    rng = np.random.default_rng(seed)
    weights = [
        rng.normal(scale=0.5, size=(3, 3, 2, 3)),
        rng.normal(scale=0.1, size=3),
        rng.uniform(0.5, 1.5, 3),
        rng.normal(scale=0.3, size=3),
        rng.normal(scale=0.5, size=3),
        rng.uniform(0.5, 2, 3),
        rng.normal(scale=0.5, size=(3, 2)),
        np.zeros(2),
    ]
    images = rng.normal(size=(num_images, 4, 4, 2))
    return Inputs(
        [one.astype("float32") for one in weights],
        images.astype("float32"),
        rng.integers(0, 2, num_images),
        0.5,
    )


def expected_weights(
    weights: Sequence[np.ndarray], images: np.ndarray, labels: np.ndarray, rate: float
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Compute with NumPy what the two stages should leave: all weights after each of them."""
    first = _stepped([one.astype(float) for one in weights], images, labels, rate, HEAD)
    return first, _stepped(first, images, labels, rate / 10, (*CONV, *HEAD))


def _stepped(
    weights: list[np.ndarray], images: np.ndarray, labels: np.ndarray, rate: float, learning: tuple[int, ...]
) -> list[np.ndarray]:
    """Take one step of gradient descent with the weights that learn."""
    slopes = _gradients(weights, images, labels)
    return [
        one - rate * slopes[place] if place in learning else one.copy() for place, one in enumerate(weights)
    ]


def _gradients(weights: list[np.ndarray], images: np.ndarray, labels: np.ndarray) -> dict[int, np.ndarray]:
    """Return the gradients of the mean cross-entropy, the normalization in inference mode."""
    kernel, bias, gamma, beta, mean, variance, head, head_bias = weights
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    maps = np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias
    scale = gamma / np.sqrt(variance + EPSILON)
    normal = (maps - mean) * scale + beta
    features = np.maximum(normal, 0).mean(axis=(1, 2))
    scores = features @ head + head_bias
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = exponentials / exponentials.sum(axis=1, keepdims=True)
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    places = maps.shape[1] * maps.shape[2]
    signal = (error @ head.T)[:, np.newaxis, np.newaxis] / places * (normal > 0) * scale
    slopes = {6: features.T @ error, 7: error.sum(axis=0), 1: signal.sum(axis=(0, 1, 2))}
    return slopes | {0: np.einsum("nhwcij,nhwo->ijco", windows, signal)}


@dataclass(frozen=True)
class TwoStages(Kind):
    """A function that fine-tunes in two stages: what was frozen stays, and what learned took its step.

    Args:
        inputs: what the function is called with, once: it takes seconds.
    """

    inputs: Inputs
    _outcomes: dict[int, tuple[object, Outcome]] = field(default_factory=dict, repr=False, compare=False)

    def is_open(self, answer: object) -> bool:
        return (
            isinstance(self._outcome(answer).error, NotImplementedError)
            if callable(answer)
            else has_gap(answer)
        )

    def difference(self, answer: object, expected: Any, subject: str) -> str:
        if not callable(answer):
            return f"{subject} should be a function, not {in_short(answer)}."
        value, error, changed_input = self._outcome(answer)
        if error:
            return f"The function stops with {error_in_short(error)}."
        if changed_input:
            return "The function changes the arrays that it is given."
        return self.weights_difference(value, expected(*self.inputs))

    def _outcome(self, answer: Any) -> Outcome:
        """Call the function, unless it was called before."""
        known = self._outcomes.get(id(answer))
        if known is None or known[0] is not answer:
            self._outcomes.clear()  # the last answer alone is kept
            known = self._outcomes[id(answer)] = answer, call(answer, tuple(self.inputs))
        return known[1]

    def weights_difference(self, answer: object, expected: tuple[list[np.ndarray], list[np.ndarray]]) -> str:
        """Return "" for the right weights after both stages, otherwise what is wrong with them."""
        stages = self._read(answer)
        if isinstance(stages, str):
            return stages
        first, second = stages
        start = list(self.inputs.weights)
        if not any(_moved(start[place], first[place]) for place in HEAD):
            return "In the first stage nothing has learned. The head should."
        if sentence := _frozen(start, first, CONV + NORM + MOVING, "first"):
            return sentence
        if not any(map(_moved, first, second)):
            return (
                "Both lists are the same: nothing has learned in the second stage, or one list stands twice."
            )
        if not any(_moved(first[place], second[place]) for place in CONV):
            return (
                "In the second stage the convolution has not moved. What learns is settled when the model is "
                "compiled: compile again after changing `trainable`."
            )
        if sentence := _frozen(first, second, NORM + MOVING, "second"):
            return sentence
        right_first, right_second = expected
        steps = [
            (start, first, right_first, HEAD, "first"),
            (first, second, right_second, CONV + HEAD, "second"),
        ]
        found = (_wrong_step(*step) for step in steps)
        return next((sentence for sentence in found if sentence), "")

    def _read(self, answer: object) -> str | list[list[np.ndarray]]:
        """Return both lists of weights, or what is wrong with their form."""
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            return FORM
        read = []
        for weights in answer:
            if not isinstance(weights, tuple | list) or len(weights) != len(NAMES):
                return FORM
            try:
                arrays = [as_numbers(one).astype(float) for one in weights]
            except NotNumbers:
                return FORM
            for name, found, right in zip(NAMES, arrays, self.inputs.weights, strict=True):
                if found.shape != right.shape:
                    return f"The {name} has the shape {found.shape}, not {right.shape}. {FORM}"
                if not np.isfinite(found).all():
                    return f"The {name} holds numbers that are not finite."
            read.append(arrays)
        return read


def _moved(before: np.ndarray, after: np.ndarray) -> bool:
    return bool(np.abs(after - before).max() > STILL * max(1, np.abs(before).max()))


def _frozen(before: list[np.ndarray], after: list[np.ndarray], places: tuple[int, ...], stage: str) -> str:
    """Say which of the weights that should stay has moved."""
    for place in places:
        if _moved(before[place], after[place]):
            remedy = (
                "The normalization should be frozen as well, in both stages."
                if place in NORM
                else "The normalization has run in training mode. Frozen, it keeps what it has stored."
                if place in MOVING
                else "Freeze the layer before you compile."
            )
            return f"In the {stage} stage the {NAMES[place]} has moved. {remedy}"
    return ""


def _wrong_step(
    before: list[np.ndarray],
    after: list[np.ndarray],
    right: list[np.ndarray],
    places: tuple[int, ...],
    stage: str,
) -> str:
    """Say how a step departs from the right one: by a factor, or in its direction."""
    taken = np.concatenate([(after[place] - before[place]).ravel() for place in places])
    wanted = np.concatenate([(right[place] - before[place]).ravel() for place in places])
    length = np.linalg.norm(wanted)
    if np.linalg.norm(taken - wanted) < CLOSE * length:
        return ""
    factor = float(taken @ wanted / length**2)
    if np.linalg.norm(taken - factor * wanted) < 10 * CLOSE * length:
        times = f"{factor:.3g} times as far as"
        return f"In the {stage} stage the weights went {times} one step of gradient descent at its rate."
    return (
        f"In the {stage} stage the weights went another way than one step of gradient descent on the mean "
        "cross-entropy of all images. Look at the optimizer, the loss, the batch, the number of epochs, and "
        "the weights at the start."
    )
