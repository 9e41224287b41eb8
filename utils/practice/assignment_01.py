"""The tasks of assignment 01: strides, mirrored borders, sizes, windows put back, a move, a gradient."""

from utils.practice.assignment_01_learning import EXPLAIN, GRADIENT
from utils.practice.assignment_01_sizes import MOVE, PREDICT, SIZES
from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.tasks import Tasks

import numpy as np

PIXELS = np.arange(63.0).reshape(7, 9) ** 2 % 23
WINDOW = "row * down : row * down + h, column * right : column * right + w"

CORRELATE = Exercise(
    question="Correlate an image with a kernel, with a stride for each direction.",
    answer="correlate",
    solution=f"""\
def correlate(image, kernel, stride):
    (h, w), (down, right) = kernel.shape, stride
    rows = (image.shape[0] - h) // down + 1
    columns = (image.shape[1] - w) // right + 1
    output = np.zeros((rows, columns))
    for row, column in np.ndindex(rows, columns):
        window = image[{WINDOW}]
        output[row, column] = (window * kernel).sum()
    return output""",
    shows="A layer with a stride computes fewer places. Nothing is computed that is thrown away afterwards.",
    kind=Function(
        inputs={
            "an image of one pixel": (np.array([[3.0]]), np.array([[-2.0]]), (1, 1)),
            "a row of five pixels, two weights, stride (1, 2)": (
                np.array([[1.0, -2.0, 4.0, 0.0, 3.0]]),
                np.array([[1.0, 0.5]]),
                (1, 2),
            ),
            "whole numbers, 4 x 2 pixels, a kernel of 2 x 1 weights, stride (2, 1)": (
                np.array([[1, 2], [3, -5], [0, 4], [7, 1]]),
                np.array([[0.5], [-1.0]]),
                (2, 1),
            ),
            "7 x 9 pixels, a kernel of 3 x 2 weights, stride (2, 3)": (
                PIXELS,
                np.array([[1.0, -2.0], [0.0, 0.5], [3.0, -1.0]]),
                (2, 3),
            ),
        }
    ),
    hints=(
        "At which row of the image does window number 0 begin, and at which row does window number 1?",
        "Window (row, column) begins at row times the first step, and at column times the second step. "
        "So many windows fit: the pixels that are left behind the first window, divided by the step, plus 1.",
        "rows is (H - h) // stride[0] + 1. The window is image[r : r + h, c : c + w], with r = row * "
        "stride[0] "
        "and c = column * stride[1].",
    ),
    slips={
        "The kernel is turned by 180 degrees: that is a convolution. Leave it as it is.": (
            "window * kernel",
            "window * kernel[::-1, ::-1]",
        ),
        "This is the mean of the products. The output is their sum.": (".sum()", ".mean()"),
        "The windows lie one pixel apart. They should lie one stride apart.": (
            WINDOW,
            "row : row + h, column : column + w",
        ),
        "The two steps are exchanged: the first one goes down, the second one to the right.": (
            "(down, right)",
            "(right, down)",
        ),
        "The step to the right is left out: the windows of a row lie one pixel apart.": (
            "column * right : column * right + w",
            "column : column + w",
        ),
        "The last row of windows is missing: the first window counts, too.": ("// down + 1", "// down"),
        "The last column of windows is missing: the first window counts, too.": ("// right + 1", "// right"),
        "Height and width of the kernel are exchanged.": ("(h, w)", "(w, h)"),
        "The output keeps whole numbers only, and weights may be fractions: fill an array of floats.": (
            "np.zeros((rows, columns))",
            "np.zeros((rows, columns), int)",
        ),
    },
)

SLICE = "padded[i : i + image.shape[0], j : j + image.shape[1]]"
BORDER = "((h // 2, h // 2), (w // 2, w // 2))"

CONVOLVE = Exercise(
    question="Convolve, and mirror the image at its border so that the size stays.",
    answer="convolve",
    solution=f"""\
def convolve(image, kernel):
    turned = kernel[::-1, ::-1]
    h, w = kernel.shape
    padded = np.pad(image, {BORDER}, mode="reflect")
    output = np.zeros(image.shape)
    for i, j in np.ndindex(h, w):
        output += turned[i, j] * {SLICE}
    return output""",
    shows="With a mirrored border a blur leaves no dark frame, as it does with zeros.",
    kind=Function(
        inputs={
            "an image of one pixel": (np.array([[3.0]]), np.array([[-2.0]])),
            "a row of three pixels and three weights": (
                np.array([[1.0, 2.0, 4.0]]),
                np.array([[1.0, 0.5, 0.0]]),
            ),
            "a column of three pixels and three weights": (
                np.array([[1.0], [2.0], [4.0]]),
                np.array([[0.0], [0.5], [1.0]]),
            ),
            "whole numbers, 2 x 3 pixels, a kernel of 1 x 3 weights": (
                np.array([[1, 2, 4], [3, 0, 5]]),
                np.array([[1.0, 0.5, 0.0]]),
            ),
            "3 x 4 pixels and a kernel of 3 x 3 weights": (PIXELS[:3, :4], np.arange(9.0).reshape(3, 3)),
            "7 x 9 pixels and a kernel of 5 x 3 weights": (PIXELS, np.arange(15.0).reshape(5, 3) ** 2 - 40),
        },
        fit=lambda image, kernel: all(
            size % 2 and size // 2 < pixels for size, pixels in zip(kernel.shape, image.shape, strict=True)
        ),
    ),
    hints=(
        "How many rows and columns have to be added on each side, so that the output is as large as the "
        "image?",
        "A kernel of h rows (h is odd) needs h // 2 rows on each side. They are the rows next to the border, "
        'in reverse order, without the border itself: np.pad calls this mode "reflect".',
        "Pad, turn the kernel with kernel[::-1, ::-1], and correlate the padded image with the turned "
        "kernel.",
    ),
    slips={
        "The kernel is not turned: this is a correlation.": ("kernel[::-1, ::-1]", "kernel"),
        "The kernel is turned upside down only: reverse its columns, too.": (
            "kernel[::-1, ::-1]",
            "kernel[::-1]",
        ),
        "The kernel is mirrored left to right only: reverse its rows, too.": (
            "kernel[::-1, ::-1]",
            "kernel[:, ::-1]",
        ),
        "There are zeros around the image. Mirror the pixels instead.": ('"reflect"', '"constant"'),
        "The border pixel is repeated. Mirror at it: the first pixel outside is the second one inside.": (
            '"reflect"',
            '"symmetric"',
        ),
        "The border pixel is copied outward. Mirror the pixels instead.": ('"reflect"', '"edge"'),
        "The image goes on with its opposite side. Mirror it at its border instead.": ('"reflect"', '"wrap"'),
        "Rows and columns of the border are exchanged: h // 2 rows, w // 2 columns.": (
            BORDER,
            "((w // 2, w // 2), (h // 2, h // 2))",
        ),
        "Of the kernel, only one weight is left: add up the parts of all weights.": (
            "output += ",
            "output = ",
        ),
    },
)

COPIES = "image[r : r + h, c : c + w] += windows[r, c]"

FOLD = Exercise(
    question="Put the windows back where they came from, and add where they overlap.",
    answer="fold",
    solution=f"""\
def fold(rows, image_shape, kernel_shape):
    (height, width), (h, w) = image_shape, kernel_shape
    windows = rows.reshape(height - h + 1, width - w + 1, h, w)
    image = np.zeros(image_shape)
    for r, c in np.ndindex(height - h + 1, width - w + 1):
        {COPIES}
    return image""",
    shows="This is the backward pass of im2col: a pixel receives something from each window that it is in.",
    kind=Function(
        inputs={
            "one window as large as the image": (np.array([[1.0, 2.0, 3.0, 4.0]]), (2, 2), (2, 2)),
            "two windows of two pixels in a row of three": (
                np.array([[1.0, 2.0], [10.0, 20.0]]),
                (1, 3),
                (1, 2),
            ),
            "two windows of 1 x 2 pixels, one below the other": (
                np.array([[1.0, 2.0], [10.0, 20.0]]),
                (2, 2),
                (1, 2),
            ),
            "windows of 2 x 3 pixels in an image of 3 x 4": (
                np.arange(24.0).reshape(4, 6) ** 2,
                (3, 4),
                (2, 3),
            ),
            "windows of 3 x 1 pixels in an image of 5 x 4": (
                np.arange(36.0).reshape(12, 3) ** 2 % 19,
                (5, 4),
                (3, 1),
            ),
        }
    ),
    hints=(
        "From which place of the image does row number k of the matrix come?",
        "There are width - w + 1 windows in a row of windows. With the shape (rows of windows, windows in a "
        "row, h, w), the matrix becomes windows again, each with its place.",
        "Begin with zeros, and add windows[r, c] to image[r : r + h, c : c + w] for every r and c.",
    ),
    slips={
        "A later window overwrites an earlier one. Where windows overlap, their pixels add up.": (
            COPIES,
            COPIES.replace("+=", "="),
        ),
        "The windows are taken column by column. They come row by row.": (
            "rows.reshape(height - h + 1, width - w + 1, h, w)",
            "rows.reshape(width - w + 1, height - h + 1, h, w).swapaxes(0, 1)",
        ),
        "The pixels of a window are taken column by column. They come row by row.": (
            "width - w + 1, h, w)",
            "width - w + 1, w, h).swapaxes(2, 3)",
        ),
        "This divides each window by its number of pixels. The task asks for the plain sum.": (
            COPIES,
            f"{COPIES} / (h * w)",
        ),
        "The windows are turned by 180 degrees. Put them back as they were taken.": (
            COPIES,
            f"{COPIES}[::-1, ::-1]",
        ),
        "Row and column of the place are exchanged.": (
            COPIES,
            "image[c : c + h, r : r + w] += windows[r, c]",
        ),
        "The last row of windows is left out.": (
            "np.ndindex(height - h + 1, width",
            "np.ndindex(height - h, width",
        ),
    },
)

tasks = Tasks(
    {
        "correlate": CORRELATE,
        "convolve": CONVOLVE,
        "output-size": SIZES,
        "predict": PREDICT,
        "fold": FOLD,
        "move": MOVE,
        "gradient": GRADIENT,
        "explain": EXPLAIN,
    }
)
