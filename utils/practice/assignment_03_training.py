"""Tasks of assignment 03 on training: a weighted loss, and the schedule of the learning rate."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values

import numpy as np

RNG = np.random.default_rng(3)
TRUE = "outputs[np.arange(len(labels)), labels]"
LOG_SUM = "np.log(np.exp(outputs).sum(axis=1))"
SHIFTED = "outputs - outputs.max(axis=1, keepdims=True)"

CROSS_ENTROPY = Exercise(
    question="Return the weighted mean of the cross-entropies.",
    answer="cross_entropy",
    solution=f"""\
def cross_entropy(outputs, labels, class_weights):
    outputs = {SHIFTED}
    losses = {LOG_SUM} - {TRUE}
    weights = class_weights[labels]
    return (weights * losses).sum() / weights.sum()""",
    shows="A rare class can be given more weight, and the loss stays a mean.",
    kind=Function(
        inputs={
            "one image, two equal outputs": (np.array([[0.0, 0.0]]), np.array([1]), np.array([1.0, 1.0])),
            "two images, equal weights": (
                np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
                np.array([0, 2]),
                np.array([1.0, 1.0, 1.0]),
            ),
            "two images, weights 1, 1 and 3": (
                np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
                np.array([0, 2]),
                np.array([1.0, 1.0, 3.0]),
            ),
            "two images, the class of a wrong answer has another weight": (
                np.array([[2.0, 1.0], [0.0, 1.0]]),
                np.array([1, 1]),
                np.array([4.0, 2.0]),
            ),
            "an image with the outputs 1000 and 0, whose class is 1": (
                np.array([[1000.0, 0.0]]),
                np.array([1]),
                np.array([1.0, 1.0]),
            ),
            "two images whose outputs differ by 2000": (
                np.array([[1000.0, 999.0], [-1000.0, -1001.0]]),
                np.array([0, 1]),
                np.array([1.0, 2.0]),
            ),
            "six images of four classes": (
                RNG.normal(size=(6, 4)),
                np.array([0, 3, 1, 1, 2, 0]),
                np.arange(1.0, 5),
            ),
        }
    ),
    hints=(
        "What is -log of the softmax of the true class, before you compute any number?",
        "It is log(sum of exp(outputs)) minus the output of the true class. Without exp of a large number, "
        "if "
        "each image's largest output is subtracted from its outputs first.",
        "losses = log of the sums - outputs[range(N), labels], weights = class_weights[labels]; the result "
        "is "
        "(weights * losses).sum() / weights.sum().",
    ),
    slips={
        "This is the weighted sum. Divide by the sum of the images' weights.": (" / weights.sum()", ""),
        "Divide by the sum of the images' weights, not by their number: it is a weighted mean.": (
            "/ weights.sum()",
            "/ len(labels)",
        ),
        "Divide by the weights of the images, not by those of all classes.": (
            "/ weights.sum()",
            "/ class_weights.sum()",
        ),
        "The sign is wrong: a logarithm of a probability is negative, a loss is positive.": (
            "return (weights",
            "return -(weights",
        ),
        "Use the natural logarithm.": ("np.log(", "np.log2("),
        "The classes are not weighted.": ("class_weights[labels]", "np.ones(len(labels))"),
        "An image counts by its true class, not by the class that the network answers.": (
            "class_weights[labels]",
            "class_weights[outputs.argmax(axis=1)]",
        ),
        "Large outputs overflow. Subtract each image's largest output first.": (SHIFTED, "outputs * 1.0"),
        "Subtract the largest output of each image. This subtracts the largest one of the whole batch.": (
            SHIFTED,
            "outputs - outputs.max()",
        ),
        "The probability of a hopeless class becomes 0, and its logarithm infinite. Take the logarithm of "
        "the "
        "sum, and subtract the output: no probability is needed.": (
            f"{LOG_SUM} - {TRUE}",
            f"-np.log((np.exp(outputs) / np.exp(outputs).sum(axis=1, "
            f"keepdims=True)){TRUE.removeprefix('outputs')})",
        ),
        "Add up the exponentials, not the outputs.": (
            "np.exp(outputs).sum(axis=1)",
            "np.exp(outputs.sum(axis=1))",
        ),
    },
)

PER_EPOCH = "-(-num_images // batch_size)"

SCHEDULE = Exercise(
    question="Return after how many complete epochs the rate has fallen to a share of its start.",
    answer="epochs_until",
    solution=f"""\
def epochs_until(share, decay, num_images, batch_size):
    batches_per_epoch = {PER_EPOCH}
    batches = (1 / share - 1) / decay
    return int(np.ceil(batches / batches_per_epoch))""",
    shows="Such a schedule falls fast at first and then slowly: to halve the rate again takes twice as long.",
    kind=Function(
        inputs={
            "share=0.5, decay=0.25, num_images=8, batch_size=4": (0.5, 0.25, 8, 4),
            "share=0.5, decay=0.0625, num_images=9, batch_size=4": (0.5, 0.0625, 9, 4),
            "share=0.25, decay=0.125, num_images=10, batch_size=2": (0.25, 0.125, 10, 2),
            "share=1.0, decay=0.5, num_images=10, batch_size=2": (1.0, 0.5, 10, 2),
            "share=0.1, decay=0.0004, num_images=50_000, batch_size=32": (0.1, 0.0004, 50_000, 32),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "After how many batches is start / (1 + decay * i) equal to share * start?",
        "After (1 / share - 1) / decay of them; the start cancels. An epoch has as many batches as it "
        "takes to "
        "see all images, the smaller last one included.",
        "Divide the number of batches by the batches of an epoch, and round up.",
    ),
    slips={
        "The last, smaller batch of each epoch counts as well: round up.": (
            PER_EPOCH,
            "num_images // batch_size",
        ),
        "After so many epochs the rate is still a little too high: round up.": ("np.ceil", "np.floor"),
        "This is the number of batches. The task asks for epochs.": (
            "batches / batches_per_epoch",
            "batches",
        ),
        "The schedule counts batches, not images.": ("batches / batches_per_epoch", "batches / num_images"),
        "At the start the rate is 1 times the start: solve 1 + decay * i = 1 / share.": (
            "(1 / share - 1)",
            "(1 / share)",
        ),
        "The rate falls to this share, not by this share.": (
            "(1 / share - 1)",
            "(1 / (1 - share + 1e-12) - 1)",
        ),
        "The decay divides the rate; it is not subtracted.": ("(1 / share - 1)", "(1 - share)"),
        "This is one epoch too many where the share is met exactly.": (
            "int(np.ceil(batches / batches_per_epoch))",
            "int(batches / batches_per_epoch) + 1",
        ),
    },
)
