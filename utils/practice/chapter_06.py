"""The exercises of chapter 06: parameters and connections, response normalization."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Values
from utils.practice.session import Practice

import numpy as np

COUNTS = "maps * (window**2 * links + 1), size**2 * maps * (window**2 * links + 1)"

CONNECT = Exercise(
    question="Return the parameters and the connections of a convolution: `maps` maps of size × size "
    "units. Each unit sees window × window places of `links` input maps, and has a bias.",
    answer="count_layer",
    solution=f"""\
def count_layer(size, maps, window, links):
    return {COUNTS}""",
    shows="Sharing makes the connections size × size times as many as the parameters.",
    kind=Function(
        inputs={
            "one map of 1 × 1 unit, a window of 2 × 2, one link": (1, 1, 2, 1),
            "3 maps of 1 × 1 unit, windows of 5 × 5, 2 links": (1, 3, 5, 2),
            "one map of 4 × 4 units, a window of 3 × 3, one link": (4, 1, 3, 1),
            "6 maps of 28 × 28 units, windows of 5 × 5, one link": (28, 6, 5, 1),
            "20 maps of 7 × 7 units, windows of 3 × 3, 5 links": (7, 20, 3, 5),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "How many inputs does one unit have, the constant 1 of its bias included, and which units share?",
        "A unit has window**2 * links inputs, and its bias. All units of a map share their weights and their "
        "bias; each unit has connections of its own.",
        "Parameters: one set of inputs for each map. Connections: one for each of the size**2 units of each "
        "map.",
    ),
    slips={
        "Each map has a bias as well, and each unit a connection to it: add 1 to the inputs.": (
            COUNTS,
            "maps * window**2 * links, size**2 * maps * window**2 * links",
        ),
        "The parameters have no bias: add one for each map.": (
            COUNTS,
            "maps * window**2 * links, size**2 * maps * (window**2 * links + 1)",
        ),
        "The connection of each unit to its bias is missing: add 1 to the inputs of a unit.": (
            COUNTS,
            "maps * (window**2 * links + 1), size**2 * maps * window**2 * links",
        ),
        "The units of a map share their weights. Only connections are counted for each unit.": (
            COUNTS,
            "size**2 * maps * (window**2 * links + 1), size**2 * maps * (window**2 * links + 1)",
        ),
        "The bias belongs to a map, not to each link: add 1 once for each unit.": (
            COUNTS,
            "maps * links * (window**2 + 1), size**2 * maps * links * (window**2 + 1)",
        ),
        "Each map has a bias of its own: add 1 to the weights of a map before you multiply by maps.": (
            COUNTS,
            "maps * window**2 * links + 1, size**2 * maps * (window**2 * links + 1)",
        ),
        "Each unit has a connection to the bias, not only each map.": (
            COUNTS,
            "maps * (window**2 * links + 1), size**2 * maps * window**2 * links + maps",
        ),
        "Parameters and connections are exchanged.": (
            COUNTS,
            "size**2 * maps * (window**2 * links + 1), maps * (window**2 * links + 1)",
        ),
        "A map has size × size units: square the size.": (
            COUNTS,
            "maps * (window**2 * links + 1), size * maps * (window**2 * links + 1)",
        ),
        "A window has window × window weights for each link: square the window.": (
            COUNTS,
            "maps * (window * links + 1), size**2 * maps * (window * links + 1)",
        ),
    },
    blank=COUNTS,
)

NORMALIZED = "own / (k + alpha * np.sum(near**2)) ** beta"

NORMALIZE = Exercise(
    question="Return the normalized response of a map with the activity `own`; `near` holds the activities "
    "of the neighboring maps, its own included.",
    answer="normalize_response",
    solution=f"""\
def normalize_response(own, near, k=2, alpha=1e-4, beta=0.75):
    return {NORMALIZED}""",
    shows="The map itself is in the sum, so a strong response is divided by more, even without others.",
    kind=Function(
        inputs={
            "a lonely map": (100.0, np.array([100.0])),
            "three maps": (-50.5, np.array([200.0, -50.5, 100.0])),
            "three maps, k=1, alpha=0.5, beta=1": (2.0, np.array([2.0, -1.5, 3.0]), 1, 0.5, 1),
            "five maps": (800.0, 100 * np.array([-1.5, 0.5, 8.0, -2.0, 1.0])),
        }
    ),
    hints=(
        "Which number is divided, and by which sum, with which factor, constant and power?",
        "Sum the squares of all that is near, multiply by alpha, and add k. Raise that to the power beta.",
        "Divide own by (k + alpha * the sum of near**2), that in brackets raised to the power beta.",
    ),
    slips={
        "The activities enter the sum squared: near**2.": ("np.sum(near**2)", "np.sum(near)"),
        "The power beta is missing.": (" ** beta", ""),
        "The power belongs to the whole bracket, k included.": (
            "(k + alpha * np.sum(near**2)) ** beta",
            "(k + (alpha * np.sum(near**2)) ** beta)",
        ),
        "Beta is a power, not a factor: ** beta.": (" ** beta", " * beta"),
        "The map's own activity belongs to the sum as well.": (
            "np.sum(near**2)",
            "(np.sum(near**2) - own**2)",
        ),
        "This is the mean of the squares. The paper takes their sum.": (
            "np.sum(near**2)",
            "np.mean(near**2)",
        ),
        "The constant k is missing: without it, quiet maps would be divided by next to nothing.": (
            "k + alpha",
            "alpha",
        ),
        "The factor alpha is missing.": ("alpha * np.sum", "np.sum"),
        "Alpha multiplies the sum only, not k.": (
            "(k + alpha * np.sum(near**2))",
            "(alpha * (k + np.sum(near**2)))",
        ),
        "First square, then sum: np.sum(near**2) and not the square of the sum.": (
            "np.sum(near**2)",
            "np.sum(near) ** 2",
        ),
        "The activity is divided by the bracket, not multiplied by it.": ("own / (", "own * ("),
    },
    blank=NORMALIZED,
)

practice = Practice({"connections": CONNECT, "normalize": NORMALIZE})
