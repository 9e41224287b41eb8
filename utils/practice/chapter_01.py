"""The exercises of chapter 01: one output by hand, the inner line of the loops, sharpening, a move."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.session import Practice

import numpy as np

BY_HAND = Exercise(
    question="Compute the output at row 0, column 2 (counted from 0) on paper, and fill it in.",
    answer="value",
    solution="value = 1 * 60 + 1 * 4",
    shows="Seven of the nine weights are zero, so only two pixels of the window count: 60 and 4.",
    kind=Numbers(),
    hints=(
        "Which nine pixels lie under the kernel when its upper left weight lies on row 0, column 2?",
        "The window holds the rows 0 to 2 and the columns 2 to 4 of the image: its first row is 1, 3, 60. "
        "Multiply each pixel by the weight above it, and add the nine products.",
        "The weight in the upper right corner lies on 60, the one in the lower left corner on 4. "
        "All other weights are zero.",
    ),
    slips={
        "This is the output at column 1. Columns are counted from 0: move the window one step further.": (
            "1 * 60 + 1 * 4",
            "1 * 3 + 1 * 9",
        ),
        "This is the output at row 2, column 0. The row comes first, then the column.": (
            "1 * 60 + 1 * 4",
            "1 * 4 + 1 * 9",
        ),
        "This is the output at row 1. Rows are counted from 0: move the window up by one step.": (
            "1 * 60 + 1 * 4",
            "1 * 7 + 1 * 25",
        ),
        "This is what the mirrored kernel gives. Our ones stand in the upper right and lower left corner.": (
            "1 * 60 + 1 * 4",
            "1 * 1 + 1 * 79",
        ),
        "This is the sum of all nine pixels. Multiply each by its weight first; most weights are zero.": (
            "1 * 60 + 1 * 4",
            "1 + 3 + 60 + 38 + 39 + 7 + 4 + 66 + 79",
        ),
        "This is the output of the figure, at row 0, column 0. Move the window two columns to the right.": (
            "1 * 60 + 1 * 4",
            "1 * 1 + 1 * 28",
        ),
        "This is the product of the two pixels. Multiply each by its weight, and add the products.": (
            "1 * 60 + 1 * 4",
            "60 * 4",
        ),
    },
)

WINDOW_SUM = "np.sum(image[row : row + h, column : column + w] * kernel)"

CORRELATE = Exercise(
    question="Complete the line inside the loop, which computes the output at one place.",
    answer="correlate",
    solution=f"""\
def correlate(image, kernel):
    h, w = kernel.shape
    output = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for row, column in np.ndindex(output.shape):
        output[row, column] = {WINDOW_SUM}
    return output""",
    shows="This line is the definition of a correlation. Every faster way has to give the same numbers.",
    kind=Function(
        inputs={
            "an image of one pixel and a kernel of one weight": (np.array([[3.0]]), np.array([[-2.0]])),
            "a row of three pixels and a kernel of 1 × 2 weights": (
                np.array([[1.0, -2.0, 4.0]]),
                np.array([[1.0, 0.5]]),
            ),
            "an image of 3 × 2 pixels and a kernel of 2 × 1 weights": (
                np.array([[1.0, 2.0], [3.0, -5.0], [0.0, 4.0]]),
                np.array([[2.0], [-1.0]]),
            ),
            "an image of 4 × 6 pixels and a kernel of 3 × 2 weights": (
                np.arange(24.0).reshape(4, 6) ** 2 - 100,
                np.array([[1.0, -2.0], [0.0, 0.5], [3.0, -1.0]]),
            ),
        }
    ),
    hints=(
        "Which pixels lie under the kernel when its upper left weight lies on image[row, column]?",
        "They are a slice of the image, as large as the kernel: from row to row + h, and likewise for the "
        "columns. Multiply it by the kernel, weight by weight, and add the products.",
        "The window is image[row : row + h, column : column + w]. With * it is multiplied by the kernel, "
        "and np.sum adds all products.",
    ),
    slips={
        "The kernel is turned: this is the convolution of mathematics. Leave the kernel as it is.": (
            "* kernel)",
            "* kernel[::-1, ::-1])",
        ),
        "The window stays in the upper left corner, so all outputs are the same. "
        "It has to begin at row and column.": (
            "image[row : row + h, column : column + w]",
            "image[:h, :w]",
        ),
        "The window ends too early: a slice that begins at row has to end at row + h.": (
            "image[row : row + h, column : column + w]",
            "image[row:h, column:w]",
        ),
        "Row and column are exchanged: the first index of the image is the row.": (
            "image[row : row + h, column : column + w]",
            "image[column : column + h, row : row + w]",
        ),
        "Height and width of the kernel are exchanged: the window is h rows high and w columns wide.": (
            "image[row : row + h, column : column + w]",
            "image[row : row + w, column : column + h]",
        ),
        "The weights are missing: this adds up the pixels of the window.": (" * kernel)", ")"),
        "This is the mean of the products. The output is their sum.": ("np.sum", "np.mean"),
        "This is still an array. The output at one place is a single number: multiply weight by weight, "
        "and add all products with np.sum.": ("np.sum(", "("),
        "The window is always 3 x 3. Take the kernel's own size, h and w.": (
            "image[row : row + h, column : column + w]",
            "image[row : row + 3, column : column + 3]",
        ),
        "The sign @ multiplies matrices. Multiply weight by weight, with *.": (" * kernel)", " @ kernel)"),
        "The products are of the whole image. Cut the window out of it first.": (
            "image[row : row + h, column : column + w]",
            "image",
        ),
    },
    blank=WINDOW_SUM,
)

SHIFT = Exercise(
    question="Fill in a 3 × 3 kernel that moves the picture one pixel to the right. "
    "It is applied as Keras does it, without a turn.",
    answer="move_right",
    solution="move_right = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])",
    shows="Each output shows the pixel to its left, and so the whole picture moves to the right.",
    kind=Numbers(),
    hints=(
        "After the move, which pixel of the old picture should an output pixel show?",
        "An output is a weighted sum of the pixels around its place. Here it should equal a single one "
        "of them, so one weight is 1 and all others are 0. Where does that pixel lie?",
        "The output shows the pixel to its left, so the 1 stands to the left of the center: in the middle "
        "row, in the first column.",
    ),
    slips={
        "This kernel moves the picture to the left. It would move it to the right under a convolution, "
        "which turns the kernel; Keras does not turn it.": ("[1, 0, 0]", "[0, 0, 1]"),
        "This kernel leaves the picture where it is.": ("[1, 0, 0]", "[0, 1, 0]"),
        "This kernel moves the picture down: each output shows the pixel above it.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[0, 1, 0], [0, 0, 0], [0, 0, 0]]",
        ),
        "This kernel moves the picture up: each output shows the pixel below it.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[0, 0, 0], [0, 0, 0], [0, 1, 0]]",
        ),
        "This is the corner kernel, which moves the picture down as well. Take the middle row.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[1, 0, 0], [0, 0, 0], [0, 0, 0]]",
        ),
        "It moves the picture up as well. Take the middle row.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[0, 0, 0], [0, 0, 0], [1, 0, 0]]",
        ),
        "It moves the picture down and to the left. Take the middle row, and the other side.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[0, 0, 1], [0, 0, 0], [0, 0, 0]]",
        ),
        "It moves the picture up and to the left. Take the middle row, and the other side.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[0, 0, 0], [0, 0, 0], [0, 0, 1]]",
        ),
        "This kernel takes the difference of two neighbors, which shows edges. To move the picture, "
        "a single weight is enough.": ("[1, 0, 0]", "[-1, 0, 1]"),
        "This kernel adds three neighbors. Exactly one of them is enough.": ("[1, 0, 0]", "[1, 1, 1]"),
        "It moves the picture, and makes it nine times as bright: the weight should be 1.": (
            "[1, 0, 0]",
            "[9, 0, 0]",
        ),
        "This kernel averages three pixels of the column to the left. One of them is enough.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[1 / 3, 0, 0], [1 / 3, 0, 0], [1 / 3, 0, 0]]",
        ),
        "This kernel adds three pixels of the column to the left. One of them is enough.": (
            "[[0, 0, 0], [1, 0, 0], [0, 0, 0]]",
            "[[1, 0, 0], [1, 0, 0], [1, 0, 0]]",
        ),
    },
)

SHARPEN = Exercise(
    question="Fill in the number with which identity - edges / number is the sharpen kernel.",
    answer="number",
    solution="number = 3",
    shows="Sharpen = identity - edges / 3, weight by weight: 9 + 36 / 3 = 21 and 0 - 9 / 3 = -3.",
    kind=Numbers(),
    hints=(
        "Look at the weight above the center, which is zero in the identity kernel: what is it in the edge "
        "kernel, and what in the sharpen kernel?",
        "Above the center, 0 - 9 / number has to be -3. Check your number with the center: "
        "9 - (-36) / number has to be 21.",
        "Nine divided by the number is three.",
    ),
    slips={
        "The size is right, the sign is not: the formula has a minus already.": ("3", "-3"),
        "This is the weight of the identity kernel. Ask by which number 9 is divided to give 3.": ("3", "9"),
        "This is the factor. The formula divides: ask for the number below the line.": ("3", "1 / 3"),
        "This gives −edges / number the center 21, and the identity adds 9 to it. The edges have to add only "
        "21 − 9 = 12.": ("3", "36 / 21"),
    },
)

practice = Practice({"by hand": BY_HAND, "correlate": CORRELATE, "shift": SHIFT, "sharpen": SHARPEN})
