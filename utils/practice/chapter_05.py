"""The exercises of chapter 05: parameters, and the learning rate of Keras 2."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

COUNTS = """(
    (3 * 3 * 3 + 1) * 32,
    (3 * 3 * 32 + 1) * 32,
    (16 * 16 * 32 + 1) * 512,
    (512 + 1) * 10,
)"""

COUNT = Exercise(
    question="Make a list of four products: the parameters of both convolutions and of both dense layers, "
    "biases included.",
    answer="counts",
    solution=f"counts = {COUNTS}",
    shows="Only the pooled image of 16 × 16 × 32 numbers makes one of the four counts large.",
    kind=Values(),
    hints=(
        "How many numbers does one filter, or one unit, look at? And how many of them does the layer have?",
        "A filter of the second convolution looks at a window of 3 × 3 in all 32 maps. A unit of the first "
        "dense layer looks at everything that the pooling leaves.",
        "The pooling leaves 16 × 16 × 32 numbers. Each filter and each unit has a bias as well.",
    ),
    slips={
        "The biases are missing: each filter and each unit has one.": (
            COUNTS,
            "(3 * 3 * 3 * 32, 3 * 3 * 32 * 32, 16 * 16 * 32 * 512, 512 * 10)",
        ),
        "Each filter and each unit has a bias of its own; a layer has more than one.": (
            COUNTS,
            "(3 * 3 * 3 * 32 + 1, 3 * 3 * 32 * 32 + 1, 16 * 16 * 32 * 512 + 1, 512 * 10 + 1)",
        ),
        "The units of the dense layers have biases, too, one each.": (
            COUNTS,
            "((3 * 3 * 3 + 1) * 32, (3 * 3 * 32 + 1) * 32, 16 * 16 * 32 * 512, 512 * 10)",
        ),
        "The ten units of the last layer have biases, too, one each.": ("(512 + 1) * 10", "512 * 10"),
        "The last layer has ten units, one for each class, and each of them sees 512 numbers.": (
            "(512 + 1) * 10",
            "(512 + 1) * 512",
        ),
        "This is the sum. Give the four numbers, one for each layer.": (COUNTS, f"sum({COUNTS})"),
        "A filter of the first convolution looks at all three colors.": (
            "(3 * 3 * 3 + 1) * 32",
            "(3 * 3 + 1) * 32",
        ),
        "A filter of the second convolution goes through all 32 maps of the first.": (
            "(3 * 3 * 32 + 1) * 32",
            "(3 * 3 + 1) * 32",
        ),
        "A filter of the second convolution meets 32 maps, not the 3 colors.": (
            "(3 * 3 * 32 + 1) * 32",
            "(3 * 3 * 3 + 1) * 32",
        ),
        "The pooling halves height and width, so the dense layer sees 16 × 16 × 32 numbers.": (
            "16 * 16 * 32",
            "32 * 32 * 32",
        ),
        "The dense layer sees all 32 maps of 16 × 16, not one of them.": (
            "16 * 16 * 32",
            "16 * 16",
        ),
    },
)

RATE = "start / (1 + decay * step)"

SCHEDULE = Exercise(
    question="Complete the learning rate after a number of steps, by the formula above.",
    answer="learning_rate",
    solution=f"""\
def learning_rate(step, start=0.01, decay=0.01 / 25):
    return {RATE}""",
    shows="Halved after 2,500 steps, a third after 5,000: it falls fast at first, then ever more slowly.",
    kind=Function(
        inputs={
            "step 0": (0,),
            "step 2,500": (2500,),
            "step 39,075": (39_075,),
            "step 3 with start 1 and decay 0.5": (3, 1.0, 0.5),
        }
    ),
    hints=(
        "What should the denominator be at step 0, where the rate is still the start?",
        "The denominator is 1 at step 0, and grows by decay with every step.",
        "Divide start by (1 + decay * step).",
    ),
    slips={
        "This subtracts, and soon falls below zero. The rate is divided by 1 + decay * step.": (
            RATE,
            "start * (1 - decay * step)",
        ),
        "Here the rate shrinks by the same factor in each step. Keras 2 divides by 1 + decay * step.": (
            RATE,
            "start / (1 + decay) ** step",
        ),
        "The start is missing: divide start, and not 1.": (RATE, "1 / (1 + decay * step)"),
        "Only the 1 is in the denominator here. Put 1 + decay * step in parentheses.": (
            RATE,
            "start / 1 + decay * step",
        ),
        "The rate would rise. Divide by 1 + decay * step.": (RATE, "start * (1 + decay * step)"),
        "This counts epochs of 1,563 steps. In Keras 2 the rate falls after every step.": (
            RATE,
            "start / (1 + decay * step / 1563)",
        ),
        "Use the argument start, and not the number 0.01, so that the function serves every start.": (
            RATE,
            "0.01 / (1 + decay * step)",
        ),
        "Use the argument decay, and not the number 0.01 / 25, so that the function serves every decay.": (
            RATE,
            "start / (1 + 0.01 / 25 * step)",
        ),
    },
    blank=RATE,
)

practice = Practice({"counts": COUNT, "schedule": SCHEDULE})
