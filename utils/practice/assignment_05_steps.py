"""Tasks of assignment 05 about a step of training: maps that are dropped, momentum with a penalty."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function

import numpy as np

RNG = np.random.default_rng(555)

SCALED = "maps * kept[:, np.newaxis, np.newaxis] / (1 - rate)"
DROP = Exercise(
    question="Drop whole maps, and scale the others.",
    answer="drop_maps",
    solution=f"""\
def drop_maps(maps, rate, random):
    kept = random >= rate
    return {SCALED}""",
    shows="A map is dropped at all its places at once, so that no neighbor can stand in for a place.",
    kind=Function(
        inputs={
            "one number, which is kept, at rate 0.5": (np.array([[[[3.0]]]]), 0.5, np.array([[0.5]])),
            "two maps of 1 x 3 places, one of them dropped": (
                np.arange(1.0, 7.0).reshape(1, 1, 3, 2),
                0.25,
                np.array([[0.1, 0.8]]),
            ),
            "two images of 2 x 1 places, two maps": (
                np.arange(1.0, 9.0).reshape(2, 2, 1, 2),
                0.5,
                np.array([[0.9, 0.2], [0.4, 0.6]]),
            ),
            "three images of 3 x 3 places, three maps, at rate 0.4": (
                RNG.normal(size=(3, 3, 3, 3)),
                0.4,
                np.array([[0.1, 0.9, 0.5], [0.6, 0.3, 0.2], [0.4, 0.8, 0.39]]),
            ),
            "two images of 4 x 3 places, five maps, at rate 0": (
                RNG.normal(size=(2, 4, 3, 5)),
                0.0,
                RNG.random((2, 5)),
            ),
        }
    ),
    hints=(
        "How many decisions are there for an image, and which axes of `maps` does a decision hold for?",
        "One decision for each image and map, the same at all places. A number below the rate drops the map. "
        "The others are scaled so that the sum stays the same on average.",
        "Give the decisions the shape (N, 1, 1, C), multiply the maps by them, and divide by 1 - rate.",
    ),
    slips={
        "The maps that stay are not scaled: the sum would shrink on average.": (" / (1 - rate)", ""),
        "Divide by the share that stays. This multiplies by it.": ("/ (1 - rate)", "* (1 - rate)"),
        "This divides by the rate. Divide by the share that stays.": ("/ (1 - rate)", "/ max(rate, 1e-9)"),
        "Those maps are kept that should be dropped.": (">= rate", "< rate"),
        "A random number equal to the rate is not below it, so its map stays.": (">= rate", "> rate"),
        "Divide by 1 - rate, not by the share that happened to stay in this batch.": (
            "/ (1 - rate)",
            "/ max(kept.mean(), 1e-9)",
        ),
        "All images use the decisions of the first. Each image has its own.": (
            "kept[:, np.newaxis, np.newaxis]",
            "kept[0]",
        ),
        "The decisions lie along the width here. They belong to images and maps: (N, 1, 1, C).": (
            "kept[:, np.newaxis, np.newaxis]",
            "kept[:, np.newaxis, :, np.newaxis]",
        ),
        "The decisions lie along the height here. They belong to images and maps: (N, 1, 1, C).": (
            "kept[:, np.newaxis, np.newaxis]",
            "kept[:, :, np.newaxis, np.newaxis]",
        ),
    },
)

SLOPE = "gradient + 2 * strength * weights"
MOVE = "momentum * velocity - rate * slope"
DESCEND = Exercise(
    question="Descend with momentum, with an L2 penalty in the loss.",
    answer="descend_with_l2",
    solution=f"""\
def descend_with_l2(weights, gradients, rate, momentum, strength):
    velocity = np.zeros(weights.shape)
    for gradient in gradients:
        slope = {SLOPE}
        velocity = {MOVE}
        weights = weights + velocity
    return weights""",
    shows="In the velocity, the pull of the penalty adds up like every other gradient.",
    kind=Function(
        inputs={
            "one weight of 2, one step without a gradient": (
                np.array([2.0]),
                np.array([[0.0]]),
                0.5,
                0.0,
                0.25,
            ),
            "one weight of 2, two steps, no penalty": (
                np.array([2.0]),
                np.array([[1.0], [1.0]]),
                0.5,
                0.5,
                0.0,
            ),
            "two weights, two steps, no momentum": (
                np.array([2.0, -1.0]),
                np.array([[1.0, 0.0], [0.0, 2.0]]),
                0.5,
                0.0,
                0.25,
            ),
            "two weights, three steps, all together": (
                np.array([2.0, -1.0]),
                np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]),
                0.25,
                0.5,
                0.125,
            ),
            "weights of shape 3 x 2, four steps": (
                RNG.normal(size=(3, 2)),
                RNG.normal(size=(4, 3, 2)),
                0.1,
                0.9,
                0.05,
            ),
        }
    ),
    hints=(
        "What is the derivative of strength * w**2, and to what is it added?",
        "The penalty belongs to the loss, so its derivative, 2 * strength * w, is added to the gradient of "
        "each step. The velocity keeps a share of itself, and takes the rate times this slope away.",
        "In each step: slope = gradient + 2 * strength * weights, then the velocity becomes momentum * "
        "velocity - rate * slope, then it is added to the weights.",
    ),
    slips={
        "The derivative of a square has a factor of two.": ("2 * strength", "strength"),
        "The penalty should pull toward zero: its sign is wrong.": ("gradient + 2", "gradient - 2"),
        "This is the penalty of L1, which does not depend on the size of a weight.": (
            "2 * strength * weights",
            "strength * np.sign(weights)",
        ),
        "The penalty is missing.": (SLOPE, "gradient"),
        "This is decoupled weight decay. The penalty is part of the loss here, so it enters the velocity.": (
            f"{SLOPE}\n        velocity = {MOVE}",
            "gradient\n        velocity = momentum * velocity - rate * slope"
            "\n        weights = weights - rate * 2 * strength * weights",
        ),
        "The velocity forgets the steps before: the momentum is missing.": (MOVE, "-rate * slope"),
        "The momentum multiplies the old velocity alone. Here the new slope is weakened as well.": (
            MOVE,
            "momentum * velocity - (1 - momentum) * rate * slope",
        ),
        "The steps go uphill.": (MOVE, "momentum * velocity + rate * slope"),
        "The learning rate multiplies the gradient as well.": (
            MOVE,
            "momentum * velocity - gradient - rate * 2 * strength * weights",
        ),
        "This is the velocity at the end. Return the weights.": ("    return weights", "    return velocity"),
        "This returns after the first step. The return stands inside the loop.": (
            "    return weights",
            "        return weights",
        ),
    },
)
