"""The exercises of chapter 15: what a layer does per byte, and one round of making a step orthogonal."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.session import Practice

import numpy as np

NUMBERS = "places * maps_in + 9 * maps_in * maps_out + places * maps_out"

INTENSITY = Exercise(
    question="How many numbers does the layer move? Inputs, kernel and outputs, each once.",
    answer="operations_per_byte",
    solution=f"""\
def operations_per_byte(batch, side, maps_in, maps_out, bytes_per_number):
    places = batch * side**2
    operations = 2 * places * 9 * maps_in * maps_out
    numbers = {NUMBERS}
    return operations / (bytes_per_number * numbers)""",
    shows="The kernel is moved once for the whole batch, and used at every place of every image.",
    kind=Function(
        inputs={
            "250 images, 15 × 15, 64 to 256 maps": (250, 15, 64, 256, 2),
            "one image of it": (1, 15, 64, 256, 2),
            "250 images, 31 × 31, 24 to 64 maps, in float32": (250, 31, 24, 64, 4),
            "one image, 3 × 3, 256 to 256 maps": (1, 3, 256, 256, 2),
        }
    ),
    hints=(
        "Which three arrays does a convolution read or write, and how many numbers does each hold?",
        "The inputs hold one number for each place and input map. What do the kernel and the outputs hold?",
        "The kernel holds 9 · maps_in · maps_out numbers, and the outputs places · maps_out.",
    ),
    slips={
        "The outputs are missing. They have to be written to memory, too.": (
            NUMBERS,
            "places * maps_in + 9 * maps_in * maps_out",
        ),
        "The inputs are missing. They have to be read from memory.": (
            NUMBERS,
            "9 * maps_in * maps_out + places * maps_out",
        ),
        "The kernel is missing. Without it a single image would look better than it is.": (
            NUMBERS,
            "places * maps_in + places * maps_out",
        ),
        "This reads each input nine times, once for each window. Count each number once.": (
            NUMBERS,
            "9 * places * maps_in + 9 * maps_in * maps_out + places * maps_out",
        ),
        "This reads the kernel anew at every place. Count each of its numbers once.": (
            NUMBERS,
            "places * maps_in + 9 * places * maps_in * maps_out + places * maps_out",
        ),
        "A kernel of 3 × 3 has nine weights for each pair of an input and an output map.": (
            NUMBERS,
            "places * maps_in + maps_in * maps_out + places * maps_out",
        ),
        "These arrays stand side by side in memory: add their sizes, do not multiply them.": (
            NUMBERS,
            "places * maps_in * 9 * maps_in * maps_out * places * maps_out",
        ),
    },
    blank=NUMBERS,
)

LAST = "c * matrix @ products @ products"
SLANTED = np.array([[3.0, -0.4], [4.0, 0.3]]) / 5.03
TALL = np.array([[0.5, -0.25], [0.1, 0.3], [-0.2, 0.05]])
WIDE = np.array([[0.4, -0.1, 0.2], [0.05, 0.3, -0.35]])

ROUND = Exercise(
    question="Add the last term, c X (XᵀX)²: matrix is X, and products is XᵀX.",
    answer="one_round",
    solution=f"""\
def one_round(matrix, a=3.4445, b=-4.7750, c=2.0315):
    products = matrix.T @ matrix
    return a * matrix + b * matrix @ products + {LAST}""",
    shows="Each length s becomes a s + b s³ + c s⁵, and every direction stays as it was.",
    kind=Function(
        inputs={
            "a matrix with the single number 0.5": (np.array([[0.5]]),),
            "a matrix with columns of very different lengths": (SLANTED,),
            "a tall matrix": (TALL,),
            "a wide matrix": (WIDE,),
        }
    ),
    hints=(
        "Which shape has XᵀX, and on which side of it can X stand?",
        "X has one column for each row of XᵀX, so X stands on the left. All products are matrix products.",
        "Multiply the term before it by the products once more, and take c instead of b.",
    ),
    slips={
        "Here XᵀX stands once. The last term has it twice.": (LAST, "c * matrix @ products"),
        "This squares each number of XᵀX. The square of a matrix is its product with itself.": (
            LAST,
            "c * matrix @ products**2",
        ),
        "This squares each number of X (XᵀX). Multiply by XᵀX once more, as a matrix.": (
            LAST,
            "c * (matrix @ products) ** 2",
        ),
        "The factor c is missing.": (LAST, "matrix @ products @ products"),
        "The factor of the last term is c, not b.": (LAST, "b * matrix @ products @ products"),
        "The last term is added. Only b is negative.": (LAST, "-c * matrix @ products @ products"),
    },
    blank=LAST,
)

practice = Practice({"intensity": INTENSITY, "one round": ROUND})
