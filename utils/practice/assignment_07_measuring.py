"""Tasks of assignment 07 about what is measured: what no error proves, mirrors, modes."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(77)

CHANCE = "sum(comb(pictures, k) * p**k * (1 - p) ** (pictures - k) for k in range(errors + 1))"
LIMIT = Exercise(
    question="Return the largest true share of errors that the test leaves possible.",
    answer="largest_share",
    solution=f"""\
def largest_share(errors, pictures):
    from math import comb

    low, high = errors / pictures, 1.0
    for _ in range(60):
        p = (low + high) / 2
        chance = {CHANCE}
        low, high = (p, high) if chance >= 0.05 else (low, p)
    return low""",
    shows="Without an error this is the rule of three; one error among 100 already allows 4.7 %.",
    kind=Function(
        inputs={
            "no error in one picture": (0, 1),
            "one error in two pictures": (1, 2),
            "no error in 181 pictures": (0, 181),
            "one error in 100 pictures": (1, 100),
            "7 errors in 181 pictures": (7, 181),
            "50 errors in 60 pictures": (50, 60),
        }
    ),
    hints=(
        "If the true share were p, how probable would a test be that looks at least as good as this one?",
        "At most that many errors: the sum of comb(n, k) * p**k * (1 - p)**(n - k) for k from 0 to errors. "
        "It "
        "falls as p grows. Find the p at which it is 0.05, by halving an interval.",
        "Begin with low = errors / pictures and high = 1. Take the middle: if the sum is still at least "
        "0.05, "
        "the middle is the new low, otherwise the new high. Sixty halvings are enough.",
    ),
    slips={
        "Fewer errors would look even better: add up the chances of 0, 1, ... up to `errors`.": (
            "range(errors + 1))",
            "[errors])",
        ),
        "The case of exactly `errors` errors is missing: a range ends before its end.": (
            "range(errors + 1))",
            "range(max(errors, 1)))",
        ),
        "This leaves 2.5 %. The task says 5 %.": ("0.05", "0.025"),
        "This leaves 10 %. The task says 5 %.": ("0.05", "0.1"),
        "The factor comb(n, k) is missing: the errors may be any of the pictures.": (
            "comb(pictures, k) * ",
            "",
        ),
        "This is the share that was seen. The true one may be larger.": (
            "return low",
            "return errors / pictures",
        ),
        "The rule of three holds for no error alone.": (
            "return low",
            "return min(1.0, (errors + 3) / pictures)",
        ),
        "The interval of chapter 08 is too narrow here: it is 0 wide where no error is seen.": (
            "return low",
            "share = errors / pictures; return share + 1.96 * (share * (1 - share) / pictures) ** 0.5",
        ),
        "This is the share of right answers that is certain. The share of errors is asked for.": (
            "return low",
            "return 1 - low",
        ),
        "This is in percent. A share from 0 to 1 is asked for.": ("return low", "return 100 * low"),
        "The interval is halved too rarely to be exact.": ("range(60)", "range(8)"),
    },
)


def _columns(images: np.ndarray) -> np.ndarray:
    return images[..., 0] * np.arange(1.0, images.shape[2] + 1)


def _uneven(images: np.ndarray) -> np.ndarray:
    places = np.arange(images[0].size, dtype=float).reshape(images.shape[1:])
    return (images * np.cos(places)).sum(axis=3) ** 2


BACK = "(explain(images) + explain(images[:, :, ::-1])[:, :, ::-1]) / 2"
MIRROR = Exercise(
    question="Average the heat maps of each picture and of its mirror image.",
    answer="mirrored_maps",
    solution=f"""\
def mirrored_maps(explain, images):
    return {BACK}""",
    shows="The mean belongs to the picture, so the map of its mirror image has to be turned back first.",
    kind=Function(
        inputs={
            "one picture of 1 x 2 pixels; the map weights its columns by 1, 2": (
                _columns,
                np.array([[[[1.0], [4.0]]]]),
            ),
            "one picture of 2 x 1 pixels": (_uneven, np.array([[[[1.0, 2.0]], [[4.0, -1.0]]]])),
            "two pictures of 1 x 2 pixels": (
                _uneven,
                np.arange(8.0).reshape(2, 1, 2, 2) ** 2,
            ),
            "three pictures of 3 x 4 pixels": (_uneven, RNG.normal(size=(3, 3, 4, 2))),
        }
    ),
    hints=(
        "In the map of the mirror image, where does the evidence lie that stands at the left of the picture?",
        "On the right. So mirror the pictures, ask for their maps, mirror these maps back, and only then "
        "take "
        "the mean. The axes are (pictures, rows, columns).",
        "The mean of explain(images) and explain(images[:, :, ::-1])[:, :, ::-1].",
    ),
    slips={
        "The maps of the mirror images are not turned back.": (
            BACK,
            "(explain(images) + explain(images[:, :, ::-1])) / 2",
        ),
        "The pictures are turned upside down. Exchange left and right: axis 2.": (
            BACK,
            "(explain(images) + explain(images[:, ::-1])[:, ::-1]) / 2",
        ),
        "The maps are turned back along the rows. Columns are axis 2.": (
            BACK,
            "(explain(images) + explain(images[:, :, ::-1])[:, ::-1]) / 2",
        ),
        "The order of the pictures is reversed, not their columns.": (
            BACK,
            "(explain(images) + explain(images[::-1])[::-1]) / 2",
        ),
        "The channels are reversed, not the columns.": (
            BACK,
            "(explain(images) + explain(images[..., ::-1])[:, :, ::-1]) / 2",
        ),
        "The maps are added. Take their mean.": (
            BACK,
            "explain(images) + explain(images[:, :, ::-1])[:, :, ::-1]",
        ),
        "The pictures are averaged first. Ask for both maps, and average these.": (
            BACK,
            "explain((images + images[:, :, ::-1]) / 2)",
        ),
        "These are the maps of the mirror images alone.": (BACK, "explain(images[:, :, ::-1])[:, :, ::-1]"),
        "The maps were mirrored, not the pictures.": (
            BACK,
            "(explain(images) + explain(images)[:, :, ::-1]) / 2",
        ),
        "The larger of both maps is taken. Take their mean.": (
            BACK,
            "np.maximum(explain(images), explain(images[:, :, ::-1])[:, :, ::-1])",
        ),
    },
)

MODES = Exercise(
    question="Which statements do the printed numbers support?",
    answer="statements",
    solution='statements = {"a", "b", "c", "e"}',
    shows="A frozen network belongs into inference mode, or its answers depend on the company.",
    kind=Statements(
        supported={
            "a": "Compare the numbers of inference mode for one feature, line by line.",
            "b": "Compare the numbers of training mode for one feature, line by line.",
            "c": "What is left of a single number when its own mean is subtracted?",
            "e": "Compare 4 of each class with 400 of each class, and both with inference mode.",
        },
        unsupported={
            "d": "With 400 of its own class, cat and dog both come out near 0.",
            "f": "The weights stay, and the answers change all the same: compare the lines.",
        },
    ),
    hints=(
        "For each statement, which lines of the table have to be compared?",
        "Look down one column: does it stay the same whatever the company is?",
        "Four statements are supported. Look once more at what happens to cat and dog among their own kind.",
    ),
)
