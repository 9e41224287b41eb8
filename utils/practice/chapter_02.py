"""The exercises of chapter 02: a filter through all channels, the number of windows, a gradient."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

import numpy as np

PIXELS = np.arange(60.0).reshape(4, 5, 3) ** 2 % 17

CHANNELS = Exercise(
    question="Complete the function: one filter through all channels of an image.",
    answer="apply_filter",
    solution="""\
def apply_filter(image, weights):
    feature_map = 0
    for channel in range(image.shape[2]):
        feature_map += correlate2d(image[:, :, channel], weights[:, :, channel])
    return feature_map""",
    shows="However many channels go in, one filter makes one feature map.",
    kind=Function(
        inputs={
            "an image of 2 × 3 pixels with one channel": (
                np.arange(6.0).reshape(2, 3, 1),
                np.array([[[2.0], [0.5]], [[-1.0], [3.0]]]),
            ),
            "an image of 2 × 2 pixels with two channels": (
                np.array([[[1.0, 10], [2, 20]], [[3, 30], [4, 40]]]),
                np.array([[[1.0, -1]], [[2, 0.5]]]),
            ),
            "an image of 4 × 5 pixels with three channels": (PIXELS, PIXELS[:2, 1:4] - 8),
        }
    ),
    hints=(
        "What does channel 0 of the filter do to channel 0 of the image, and what happens to the result?",
        "Each channel has a kernel of its own. Apply it to its channel with correlate2d, and add the results "
        "of all channels.",
        "The channel of the image is image[:, :, channel], its kernel is weights[:, :, channel].",
    ),
    slips={
        "Only the last channel is left: add each channel's result to those before, with +=.": ("+=", "="),
        "All channels use the kernel of channel 0. Each has its own: weights[:, :, channel].": (
            "weights[:, :, channel]",
            "weights[:, :, 0]",
        ),
        "Every step takes channel 0 of the image. Take image[:, :, channel].": (
            "image[:, :, channel]",
            "image[:, :, 0]",
        ),
        "This is the mean of the channels' results. The filter adds them.": (
            "return feature_map",
            "return feature_map / image.shape[2]",
        ),
        "Multiplying is not sliding: use correlate2d for each channel.": (
            "correlate2d(image[:, :, channel], weights[:, :, channel])",
            "image[:, :, channel] * weights[:, :, channel]",
        ),
        "Take one channel of each: image[:, :, channel] and weights[:, :, channel].": (
            "correlate2d(image[:, :, channel], weights[:, :, channel])",
            "correlate2d(image, weights)",
        ),
        "The kernel is turned; leave it as it is.": (
            "weights[:, :, channel]",
            "weights[::-1, ::-1, channel]",
        ),
        "The last channel is left out: range(n) ends at n - 1.": (
            "range(image.shape[2])",
            "range(image.shape[2] - 1)",
        ),
    },
    blank="correlate2d(image[:, :, channel], weights[:, :, channel])",
    given="import numpy as np\nfrom utils.convolution import correlate2d",
)

FORMULA = "(n + 2 * p - d * (k - 1) - 1) // s + 1"

WINDOWS = Exercise(
    question="Return how many windows fit along an axis of n pixels, for k weights, padding p, stride s "
    "and dilation d.",
    answer="count_windows",
    solution=f"""\
def count_windows(n, k, p=0, s=1, d=1):
    return {FORMULA}""",
    shows="With it you can follow the size of an image through any network.",
    kind=Function(
        inputs={
            "n=5, k=3": (5, 3),
            "n=5, k=3, p=1": (5, 3, 1),
            "n=5, k=3, p=1, s=2": (5, 3, 1, 2),
            "n=5, k=3, p=0, s=1, d=2": (5, 3, 0, 1, 2),
            "n=28, k=5, p=0, s=2": (28, 5, 0, 2),
            "n=32, k=3, p=2, s=3, d=4": (32, 3, 2, 3, 4),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "How many pixels are there with the border, and how many does the first window cover?",
        "The first window leaves n + 2p - (d(k - 1) + 1) pixels over. Each further window needs s of them. "
        "Do not forget the first one.",
        "Steps to the right: (n + 2 * p - d * (k - 1) - 1) // s. The windows are one more than the steps.",
    ),
    slips={
        "These are the steps between windows. The first window takes no step, so there is one more.": (
            FORMULA,
            "(n + 2 * p - d * (k - 1) - 1) // s",
        ),
        "The border has zeros on both sides: 2 * p.": (
            FORMULA,
            "(n + p - d * (k - 1) - 1) // s + 1",
        ),
        "A window of k weights with dilation d covers d * (k - 1) + 1 pixels, not d * k.": (
            FORMULA,
            "(n + 2 * p - d * k) // s + 1",
        ),
        "The dilation is missing: a window covers d * (k - 1) + 1 pixels.": (
            FORMULA,
            "(n + 2 * p - k) // s + 1",
        ),
        "Pixels that are left over make no window: divide with //, which rounds down.": (
            FORMULA,
            "(n + 2 * p - d * (k - 1) - 1) / s + 1",
        ),
        "Subtract all of d * (k - 1) + 1: put it in parentheses.": (
            FORMULA,
            "(n + 2 * p - d * (k - 1) + 1) // s + 1",
        ),
        "The padding is missing: with the border there are n + 2 * p pixels.": (
            FORMULA,
            "(n - d * (k - 1) - 1) // s + 1",
        ),
        "A window covers d * (k - 1) + 1 pixels: from the first weight to the last, both included.": (
            FORMULA,
            "(n + 2 * p - d * (k - 1)) // s + 1",
        ),
    },
    blank=FORMULA,
)

GRADIENT_LINE = "np.mean(2 * error * image[i : i + height, j : j + width])"

GRADIENT = Exercise(
    question="Complete the line: the derivative of the mean squared error with respect to the weight in "
    "row i, column j. `error` is output minus target.",
    answer="kernel_gradient",
    solution=f"""\
def kernel_gradient(image, error):
    height, width = error.shape
    gradient = np.zeros(np.subtract(image.shape, error.shape) + 1)
    for i, j in np.ndindex(gradient.shape):
        gradient[i, j] = {GRADIENT_LINE}
    return gradient""",
    shows="A weight is pulled by the errors of all outputs, each as strongly as the pixel that it met there.",
    kind=Function(
        inputs={
            "an image of 3 × 4 pixels and 2 × 2 outputs": (
                np.array([[1.0, 0, 2, -1], [3, 1, 0, 2], [-2, 4, 1, 0]]),
                np.array([[1.0, -2], [0.5, 3]]),
            ),
            "an image of 2 × 2 pixels and a single output": (
                np.array([[1.0, 2], [3, -4]]),
                np.array([[0.5]]),
            ),
            "an image of 6 × 5 pixels and 5 × 3 outputs": (
                np.arange(30.0).reshape(6, 5) ** 2 % 11,
                np.arange(15.0).reshape(5, 3) - 7,
            ),
        }
    ),
    hints=(
        "Which pixels does the weight in row i, column j meet while the kernel travels over the image?",
        "It meets image[i : i + height, j : j + width], one pixel for each output. Multiply each pixel by "
        "2 * error of that output, and take the mean.",
        "It is the mean of 2 * error * slice, with np.mean.",
    ),
    slips={
        "The factor 2 of the derivative of a square is missing.": ("2 * error", "error"),
        "This is the sum. The error is a mean over the outputs, and so is its derivative.": (
            "np.mean",
            "np.sum",
        ),
        "The factor 2 and the mean are missing: take the mean of 2 * error times the pixels.": (
            "np.mean(2 * error",
            "np.sum(error",
        ),
        "These are the terms of all outputs. Take their mean, with np.mean.": ("np.mean(", "("),
        "A weight meets one pixel for each output: a whole slice, not image[i, j].": (
            "image[i : i + height, j : j + width]",
            "image[i, j]",
        ),
        "A slice that begins at i has to end at i + height.": (
            "image[i : i + height, j : j + width]",
            "image[i:height, j:width]",
        ),
        "The error enters squared. Its derivative is 2 * error, without a square.": (
            "2 * error",
            "error ** 2",
        ),
        "The slice has to begin at row i and column j, where this weight begins.": (
            "image[i : i + height, j : j + width]",
            "image[:height, :width]",
        ),
        "The sign is wrong: error is output minus target, and the output grows with the weight.": (
            "2 * error",
            "-2 * error",
        ),
        "Rows and columns are exchanged: the first index of the image is the row.": (
            "image[i : i + height, j : j + width]",
            "image.T[i : i + width, j : j + height].T",
        ),
    },
    blank=GRADIENT_LINE,
)

practice = Practice({"channels": CHANNELS, "windows": WINDOWS, "gradient": GRADIENT})
