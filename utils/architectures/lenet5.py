"""LeNet-5, the network that read checks, and what is usually built under its name today.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document
Recognition", Proceedings of the IEEE 86 (11), 1998, section II.B, figure 2 and table I:

    layer     output shape      trainable   connections      as built today
    C1        (28, 28, 6)             156       122,304                 156
    S2        (14, 14, 6)              12         5,880                   0
    C3        (10, 10, 16)          1,516       151,600               2,416
    S4        (5, 5, 16)               32         2,000                   0
    C5        (1, 1, 120)          48,120        48,120              48,120
    F6        (84,)                10,164        10,164              10,164
    output    (10,)                     0           840                 850
    total                          60,000       340,908              61,706
"""

from utils.layers import RBFOutput, Subsampling, TableConv2D, image_input, scaled_tanh, scaled_tanh_options

import keras
import numpy as np
from keras import layers

# Table I: which maps of S2 each map of C3 sees.
C3_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# The course's own drawing of the ten digits, 12 rows of 7 pixels each, in the style of figure 3.
DIGITS = """
..###.. ...#... .#####. ####### .....#. ####### ...###. ####### .#####. .#####.
.#...#. ..##... #.....# ......# ....##. #...... ..#.... ......# #.....# #.....#
.#...#. .#.#... ......# .....#. ...#.#. #...... .#..... ......# #.....# #.....#
#.....# ...#... ......# ....#.. ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... .....#. ...#... .#...#. ######. #...... .....#. #.....# #.....#
#.....# ...#... ....#.. ..####. #....#. ......# ######. ....#.. .#####. #.....#
#.....# ...#... ...#... ......# #....#. ......# #.....# ....#.. #.....# .######
#.....# ...#... ..#.... ......# ####### ......# #.....# ...#... #.....# ......#
#.....# ...#... .#..... ......# .....#. ......# #.....# ...#... #.....# ......#
.#...#. ...#... #...... ......# .....#. ......# #.....# ..#.... #.....# .....#.
.#...#. ...#... #...... #.....# .....#. #.....# #.....# ..#.... #.....# ....#..
..###.. .#####. ####### .#####. .....#. .#####. .#####. ..#.... .#####. .###...
"""


def lenet5(
    variant: str = "1998",
    *,
    input_shape: tuple[int, int, int] = (32, 32, 1),
    classes: int = 10,
    classifier_activation: str | None = "softmax",
) -> keras.Model:
    """Build LeNet-5 as it was published (`variant="1998"`) or as it is built today (`"modern"`).

    Args:
        variant: "1998" has trainable sub-sampling, the table of C3, scaled tanh, and radial basis
            functions at the end; "modern" has max-pooling, full connections, ReLU, and a dense
            layer at the end.
        input_shape: height, width, channels; at least 32x32.
        classes, classifier_activation: of the dense layer at the end of "modern".

    Returns:
        an uncompiled model. "1998": images (N, 32, 32, 1), background -0.1, ink 1.175, to squared
        distances (N, 10), of which the smallest marks the digit; 60,000 trainable parameters and
        840 fixed ones. "modern": to probabilities (N, classes); 61,706 parameters.

    Raises:
        ValueError: the variant is unknown, or has no bitmaps for that many classes.
    """
    if variant == "1998" and classes == 10:
        body = _layers_of_1998(channels=input_shape[-1])
    elif variant == "modern":
        body = _modern_layers(classes, classifier_activation)
    else:
        raise ValueError(
            f'No variant {variant!r} with {classes} classes: use "1998" for the ten digits that it '
            'has bitmaps of, "modern" for any number of classes.'
        )
    return keras.Sequential([image_input(input_shape), *body], name=f"lenet5_{variant}")


def _layers_of_1998(channels: int) -> list[layers.Layer]:
    return [
        layers.Conv2D(6, 5, name="C1", **scaled_tanh_options(25 * channels)),
        Subsampling(activation=scaled_tanh, name="S2"),
        TableConv2D(C3_TABLE, 5, activation=scaled_tanh, name="C3"),
        Subsampling(activation=scaled_tanh, name="S4"),
        layers.Conv2D(120, 5, name="C5", **scaled_tanh_options(25 * 16)),
        layers.Flatten(name="flatten"),
        layers.Dense(84, name="F6", **scaled_tanh_options(120)),
        RBFOutput(digit_bitmaps().reshape(10, 84), dtype="float32", name="output"),
    ]


def _modern_layers(classes: int, classifier_activation: str | None) -> list[layers.Layer]:
    return [
        layers.Conv2D(6, 5, activation="relu", name="C1"),
        layers.MaxPooling2D(2, name="S2"),
        layers.Conv2D(16, 5, activation="relu", name="C3"),
        layers.MaxPooling2D(2, name="S4"),
        layers.Conv2D(120, 5, activation="relu", name="C5"),
        layers.Flatten(name="flatten"),
        layers.Dense(84, activation="relu", name="F6"),
        layers.Dense(classes, activation=classifier_activation, dtype="float32", name="output"),
    ]


def digit_bitmaps() -> np.ndarray:
    """Return the bitmaps of the ten digits: (10, 12, 7), float32, ink 1, background -1."""
    rows = [line.split() for line in DIGITS.split("\n") if line]
    ink = [[[pixel == "#" for pixel in row[digit]] for row in rows] for digit in range(10)]
    return np.where(ink, 1, -1).astype("float32")
