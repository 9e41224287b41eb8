"""The exercises of chapter 03: the parameters of three layers, the receptive field."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

COUNTS = "(16 * (36 + 1), 16 * (9 + 1), 9 + 1)"

COUNT = Exercise(
    question="Fill in how many parameters, weights and biases together, each layer of the figure has: "
    "(fully connected, local, local and shared).",
    answer="counts",
    solution=f"counts = {COUNTS}",
    shows="The 592 become 160 by locality, and 160 become 10 by sharing.",
    kind=Values(),
    hints=(
        "How many weights and how many biases has a single neuron of each layer?",
        "A neuron of the first layer has 36 weights and 1 bias, one of the second 9 weights and 1 bias. "
        "In the third layer, all 16 neurons share theirs.",
        "They have 16 times 37, 16 times 10, and once 10 parameters.",
    ),
    slips={
        "These are the weights alone. A neuron has a bias as well; in the third layer all share one.": (
            COUNTS,
            "(16 * 36, 16 * 9, 9)",
        ),
        "With shared weights, all neurons share the bias as well: the third layer has a single one.": (
            COUNTS,
            "(16 * (36 + 1), 16 * (9 + 1), 9 + 16)",
        ),
        "The third layer has one kernel for all of its 16 neurons, not one for each.": (
            COUNTS,
            "(16 * (36 + 1), 16 * (9 + 1), 16 * (9 + 1))",
        ),
        "Each neuron of the first two layers has a bias of its own, so there are 16 biases and not one.": (
            COUNTS,
            "(16 * 36 + 1, 16 * 9 + 1, 9 + 1)",
        ),
        "These are the parameters of a single neuron. The first two layers have 16 neurons of their own.": (
            COUNTS,
            "(36 + 1, 9 + 1, 9 + 1)",
        ),
        "The order is reversed: fully connected comes first, local and shared last.": (
            COUNTS,
            "(9 + 1, 16 * (9 + 1), 16 * (36 + 1))",
        ),
        "In the local layer each neuron has a bias of its own, too: 16 biases and not one.": (
            COUNTS,
            "(16 * (36 + 1), 16 * 9 + 1, 9 + 1)",
        ),
    },
)

RULES = "size + (k - 1) * jump, s * jump"

FIELD = Exercise(
    question="Complete the two rules: the size and the jump after a layer with windows of k units and "
    "stride s.",
    answer="see",
    solution=f"""\
def see(windows_and_strides):
    size, jump = 1, 1
    for k, s in windows_and_strides:
        size, jump = {RULES}
    return size, jump""",
    shows="The stride of a layer counts for the windows after it, not for its own.",
    kind=Function(
        inputs={
            "[(3, 1)]": ([(3, 1)],),
            "[(2, 2)]": ([(2, 2)],),
            "[(3, 1), (3, 1), (2, 2)], as in the lecture's network": ([(3, 1), (3, 1), (2, 2)],),
            "[(5, 2), (3, 2), (3, 1)]": ([(5, 2), (3, 2), (3, 1)],),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "By how many pixels does a window reach farther than a single unit, if neighboring units lie jump "
        "pixels apart?",
        "A window of k units adds k - 1 steps, each of them jump pixels long. Behind the layer, the jump "
        "is s times as large.",
        "The new size is size + (k - 1) steps of jump pixels; the new jump is the product of s and jump.",
    ),
    slips={
        "The size grows in steps of the old jump: this layer's stride counts only for the layers after it.": (
            RULES,
            "size + (k - 1) * s * jump, s * jump",
        ),
        "Each step is jump pixels long: (k - 1) * jump.": (RULES, "size + k - 1, s * jump"),
        "The step of a window is the jump of the layer before, not the stride of this one.": (
            RULES,
            "size + (k - 1) * s, s * jump",
        ),
        "Size and jump are exchanged: the size comes first.": (
            RULES,
            "s * jump, size + (k - 1) * jump",
        ),
        "A window of k units adds k - 1 steps to the one unit that was seen already.": (
            RULES,
            "size + k * jump, s * jump",
        ),
        "The jump is multiplied by the stride, not increased by it.": (
            RULES,
            "size + (k - 1) * jump, s + jump",
        ),
        "The jump never changes. A stride multiplies it.": (RULES, "size + (k - 1) * jump, jump"),
        "The jump of the layers before is lost: a stride multiplies it.": (RULES, "size + (k - 1) * jump, s"),
        "This rule goes from the last layer to the first. Here the layers come in order, first the first.": (
            RULES,
            "s * size + (k - 1), s * jump",
        ),
        "The window is added to what one unit saw already: begin with the size.": (
            RULES,
            "k * jump, s * jump",
        ),
    },
    blank=RULES,
)

practice = Practice({"count": COUNT, "field": FIELD})
