"""Tasks of assignment 06 that ask a network many times: with parts covered, and with noise added."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function

import numpy as np

RNG = np.random.default_rng(666)


def _second(picture: np.ndarray) -> float:
    return float(8 * picture[0, 1])


def _bright(picture: np.ndarray) -> float:
    return float((picture * np.arange(1.0, picture.size + 1).reshape(picture.shape)).sum())


def _largest(picture: np.ndarray) -> float:
    return float(picture.max() + picture[-1, 0])


FALL = "whole - score(covered)"
COVER = "covered[row : row + size, column : column + size] = fill"
PIXELS = "total / np.maximum(count, 1)"
OCCLUSION = Exercise(
    question="Give each pixel the mean fall of the score over all squares that cover it.",
    answer="mean_fall",
    solution=f"""\
def mean_fall(score, image, size, stride, fill):
    whole = score(image)
    total, count = np.zeros(image.shape), np.zeros(image.shape)
    for row in range(0, image.shape[0] - size + 1, stride):
        for column in range(0, image.shape[1] - size + 1, stride):
            covered = image.copy()
            {COVER}
            total[row : row + size, column : column + size] += {FALL}
            count[row : row + size, column : column + size] += 1
    return {PIXELS}""",
    shows="The mean spreads the effect of a single pixel over all squares that hold it.",
    kind=Function(
        inputs={
            "a row of two pixels, of which the score takes the second 8 times; squares of 1, fill 0": (
                _second,
                np.array([[0.25, 0.5]]),
                1,
                1,
                0.0,
            ),
            "the same row, fill 1": (_second, np.array([[0.25, 0.5]]), 1, 1, 1.0),
            "2 x 3 pixels, squares of 2, stride 1, fill 0.5": (
                _bright,
                np.arange(6.0).reshape(2, 3),
                2,
                1,
                0.5,
            ),
            "3 x 4 pixels, squares of 2, stride 2, fill 0": (
                _bright,
                np.arange(12.0).reshape(3, 4),
                2,
                2,
                0.0,
            ),
            "4 x 3 pixels, squares of 3, stride 1, fill 0.5": (_largest, RNG.normal(size=(4, 3)), 3, 1, 0.5),
            "7 x 5 pixels, squares of 2, stride 3, fill 1": (_bright, RNG.normal(size=(7, 5)), 2, 3, 1.0),
        }
    ),
    hints=(
        "How many squares cover a pixel in a corner, and how many a pixel in the middle?",
        "Keep two arrays of the image's size: the sum of the falls, and how many squares covered the pixel. "
        "Divide one by the other at the end, where any square covered the pixel.",
        "For each place of the square, cover a copy of the image, add score(image) - score(covered) to the "
        "square's pixels in the first array, and 1 in the second.",
    ),
    slips={
        "The sign is turned: the score of the whole image minus that of the covered one.": (
            FALL,
            "score(covered) - whole",
        ),
        "This is the score of the covered image. Its fall is asked for.": (FALL, "score(covered)"),
        "The square should have the value of `fill`.": (COVER, COVER.replace("= fill", "= 0.0")),
        "A square stays behind when the next one is laid. Cover a fresh copy each time.": (
            """\
    for row in range(0, image.shape[0] - size + 1, stride):
        for column in range(0, image.shape[1] - size + 1, stride):
            covered = image.copy()
""",
            """\
    covered = image.copy()
    for row in range(0, image.shape[0] - size + 1, stride):
        for column in range(0, image.shape[1] - size + 1, stride):
""",
        ),
        "This is the sum over the squares. Divide by how many cover the pixel.": (PIXELS, "total"),
        "This divides by all squares. Divide by how many cover the pixel.": (
            PIXELS,
            "total * size**2 / count.sum()",
        ),
        "A pixel that no square covers gets 0. Here it is 0 / 0, which is not a number.": (
            PIXELS,
            "total / count",
        ),
        "The last place where the square fits is left out: it begins at the size of the image minus size.": (
            "range(0, image.shape[0] - size + 1, stride)",
            "range(0, image.shape[0] - size, stride)",
        ),
        "The places of the square are `stride` apart. Here they are 1 apart.": (
            "in range(0, image.shape[0] - size + 1, stride):\n        for column in "
            "range(0, image.shape[1] - size + 1, stride)",
            "in range(image.shape[0] - size + 1):\n        for column in range(image.shape[1] - size + 1)",
        ),
        "The fall stands only at the corner of the square. All its pixels share it.": (
            "total[row : row + size, column : column + size]",
            "total[row, column]",
        ),
        "The largest fall is kept. Take the mean over the squares.": (
            f"{FALL}\n            count[row : row + size, column : column + size] += 1\n    return {PIXELS}",
            "0\n            part = (slice(row, row + size), slice(column, column + size))\n"
            "            total[part] = np.where(count[part] > 0, np.maximum(total[part], whole - "
            "score(covered)), "
            "whole - score(covered))\n            count[part] += 1\n    return total",
        ),
    },
)


def _square(image: np.ndarray) -> np.ndarray:
    return image**2 - 1


def _mixed(image: np.ndarray) -> np.ndarray:
    return np.sin(image) * image[..., ::-1]


MEAN = "np.mean([gradient(image + noise) for noise in noises], axis=0)"
SALIENCY = "np.abs(mean).max(axis=2)"
SMOOTH = Exercise(
    question="Return the saliency of the mean gradient over noisy copies.",
    answer="smooth_saliency",
    solution=f"""\
def smooth_saliency(gradient, image, noises):
    mean = {MEAN}
    return {SALIENCY}""",
    shows="Speckles differ in sign from copy to copy, and cancel. What stays is larger than they are.",
    kind=Function(
        inputs={
            "one pixel of one color; the gradient is x**2 - 1": (
                _square,
                np.array([[[0.0]]]),
                np.array([0.0, 1.0]).reshape(2, 1, 1, 1),
            ),
            "one pixel of one color; gradients of both signs": (
                _square,
                np.array([[[0.5]]]),
                np.array([-0.5, 2.0]).reshape(2, 1, 1, 1),
            ),
            "one pixel of two colors": (
                _square,
                np.array([[[0.5, 0.0]]]),
                np.array([[0.5, -0.5], [1.5, 0.25], [0.0, 0.5]]).reshape(3, 1, 1, 2),
            ),
            "2 x 3 pixels of three colors; another gradient": (
                _mixed,
                RNG.normal(size=(2, 3, 3)),
                RNG.normal(size=(4, 2, 3, 3)),
            ),
        }
    ),
    hints=(
        "In which order do the mean over the copies, the absolute value and the largest color come?",
        "First the gradient of each noisy copy, then their mean with its signs. Of this mean, take the "
        "absolute value, and of the colors of a pixel the largest.",
        "mean = np.mean([gradient(image + noise) for noise in noises], axis=0), and then "
        "np.abs(mean).max(axis=2).",
    ),
    slips={
        "The absolute value is taken before the mean, so that opposite signs do not cancel.": (
            MEAN,
            "np.mean([np.abs(gradient(image + noise)) for noise in noises], axis=0)",
        ),
        "This is the mean of the saliency maps. Take the saliency of the mean gradient.": (
            f"{MEAN}\n    return {SALIENCY}",
            "np.mean([np.abs(gradient(image + noise)).max(axis=2) for noise in noises], axis=0)\n    "
            "return mean",
        ),
        "The noise is averaged first. Average the gradients.": (
            MEAN,
            "gradient(image + noises.mean(axis=0))",
        ),
        "The noise is missing: these are gradients of the image itself.": (MEAN, "gradient(image)"),
        "The image is missing: these are gradients of the noise alone.": (
            MEAN,
            "np.mean([gradient(noise) for noise in noises], axis=0)",
        ),
        "The gradients are added. Take their mean.": (
            MEAN,
            "np.sum([gradient(image + noise) for noise in noises], axis=0)",
        ),
        "Of the colors, take the largest absolute value. This is their mean.": (
            SALIENCY,
            "np.abs(mean).mean(axis=2)",
        ),
        "Of the colors, take the largest absolute value. This is their sum.": (
            SALIENCY,
            "np.abs(mean).sum(axis=2)",
        ),
        "The absolute value is missing: the largest gradient may be a negative one.": (
            SALIENCY,
            "mean.max(axis=2)",
        ),
        "Only the first noisy copy is used.": (MEAN, "gradient(image + noises[0])"),
    },
)
