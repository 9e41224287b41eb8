"""Tasks of assignment 01 on sizes and places: inputs that fit, sizes of three layers, a kernel that moves."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers, Values
from utils.practice.variants import drawn

EXTENT = "(kernel_size - 1) * dilation + 1"

SIZES = Exercise(
    question="Return the smallest and the largest input that gives so many windows.",
    answer="input_sizes",
    solution=f"""\
def input_sizes(windows, kernel_size, stride=1, padding=0, dilation=1):
    extent = {EXTENT}
    smallest = (windows - 1) * stride + extent - 2 * padding
    return smallest, smallest + stride - 1""",
    shows="A stride forgets up to stride - 1 pixels, so the output alone does not tell how large the input "
    "was.",
    kind=Function(
        inputs={
            "one window of one weight": (1, 1),
            "windows=4, kernel_size=3": (4, 3),
            "windows=4, kernel_size=3, stride=2": (4, 3, 2),
            "windows=5, kernel_size=3, stride=1, padding=1": (5, 3, 1, 1),
            "windows=6, kernel_size=3, stride=1, padding=0, dilation=2": (6, 3, 1, 0, 2),
            "windows=7, kernel_size=5, stride=3, padding=2, dilation=2": (7, 5, 3, 2, 2),
        },
        result=Values(reveal=True),
    ),
    hints=(
        "Where does the last window begin, and where does it end, if the first one begins at pixel 0?",
        "The last window begins (windows - 1) * stride behind the first one, and reaches over "
        "(kernel_size - 1) * dilation + 1 pixels. Zeros on both sides count, too.",
        "The smallest input ends with the last window. It may grow by stride - 1 pixels before one more "
        "window fits.",
    ),
    slips={
        "The zeros stand on both sides, so they count twice.": ("2 * padding", "padding"),
        "The zeros belong to what the windows cover: take them off.": ("- 2 * padding", "+ 2 * padding"),
        "The dilation makes the window larger: look at its first and its last weight.": (
            EXTENT,
            "kernel_size",
        ),
        "Three weights with a dilation of 2 reach over 5 pixels, not 6: there is no gap behind the last.": (
            EXTENT,
            "kernel_size * dilation",
        ),
        "With a stride, several inputs give as many windows: the last pixels are left over.": (
            "smallest + stride - 1",
            "smallest",
        ),
        "One pixel too many: here one more window fits.": ("smallest + stride - 1", "smallest + stride"),
        "The first window begins at pixel 0: windows - 1 steps follow.": ("(windows - 1)", "windows"),
        "The order is (smallest, largest).": (
            "return smallest, smallest + stride - 1",
            "return smallest + stride - 1, smallest",
        ),
    },
)

# Odd and even, so that rounding up shows, and height and width never change places unseen.
ROWS, COLUMNS = drawn("rows", 61, range(41, 100, 2)), drawn("columns", 46, range(40, 90, 2))
THIRD = "(second[0] - 6, second[1] - 6)"
FIRST, SIZES_IN_ORDER = "(ROWS - 4, COLUMNS - 2)", f"[first, second, {THIRD}]"

PREDICT = Exercise(
    question="Give height and width after each of the three steps.",
    answer="sizes",
    solution=f"""\
first = {FIRST}
second = (first[0] // 2, first[1] // 2)
sizes = {SIZES_IN_ORDER}""",
    shows="A dilated kernel reaches as far as a large one, with the weights of a small one.",
    kind=Numbers(),
    hints=(
        f"How many places has a kernel of 5 rows in a column of {ROWS} pixels?",
        "Without padding, n - extent + 1 windows fit, and with a stride of 2 half of them, rounded up. "
        "How far does a kernel of 3 weights reach with dilation 3?",
        "The first kernel takes away 4 rows and 2 columns. The dilated one reaches over 7 pixels.",
    ),
    slips={
        f"Height and width are exchanged: the picture has {ROWS} rows, and the kernel 5.": (
            SIZES_IN_ORDER,
            f"[size[::-1] for size in {SIZES_IN_ORDER}]",
        ),
        "In the second step, a window that does not fit completely does not count.": (
            "first[0] // 2,",
            "(first[0] + 1) // 2,",
        ),
        "The dilation makes the third kernel larger.": (THIRD, "(second[0] - 2, second[1] - 2)"),
        "A kernel of 3 weights with dilation 3 reaches over 7 pixels, not 9.": (
            THIRD,
            "(second[0] - 8, second[1] - 8)",
        ),
        "One too few each time: the first window counts, too.": (
            f"{FIRST}\nsecond = (first[0] // 2, first[1] // 2)\nsizes = {SIZES_IN_ORDER}",
            "(ROWS - 5, COLUMNS - 3)\nsecond = (first[0] // 2 - 1, first[1] // 2 - 1)\n"
            "sizes = [first, second, (second[0] - 7, second[1] - 7)]",
        ),
        "Nothing is padded, so the first kernel makes the picture smaller.": (FIRST, "(ROWS, COLUMNS)"),
        f"The picture has {ROWS} rows, but the kernel is only 3 columns wide.": (
            FIRST,
            "(ROWS - 4, COLUMNS - 4)",
        ),
    },
    given="from utils.practice.assignment_01_sizes import COLUMNS, ROWS",
)

# How far the picture moves down and to the right, never by as many pixels in both directions.
MOVES = [(down, right) for down in range(-3, 4) for right in range(-3, 4) if 0 < abs(down) != abs(right) > 0]
DOWN, RIGHT = drawn("move", (1, -2), MOVES)
BRIGHTNESS = drawn("brightness", 0.5, (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8))
WEIGHT = "move[3 - DOWN, 3 - RIGHT] = BRIGHTNESS"


def moved(pixels: int, ways: tuple[str, str]) -> str:
    """Return how far something moves, in words; a negative number goes the second of two ways."""
    return f"{abs(pixels)} pixel{'s' * (abs(pixels) > 1)} {ways[pixels < 0]}"


ACROSS, ALONG = moved(RIGHT, ("to the right", "to the left")), moved(DOWN, ("down", "up"))

MOVE = Exercise(
    question=f"Move the picture {ACROSS} and {ALONG}, and make it {BRIGHTNESS} times as bright.",
    answer="move",
    solution=f"""\
move = np.zeros((7, 7))
{WEIGHT}""",
    shows="The weight stands where the output has to look: opposite to the move.",
    kind=Numbers(),
    hints=(
        "After the move, which pixel of the old picture does a place show?",
        "A picture that has moved left shows at each place what was to the right of it. The kernel's "
        "center is "
        "row 3, column 3.",
        f"A single weight, in row {3 - DOWN} and column {3 - RIGHT}. How large has it to be?",
    ),
    slips={
        "It moves the opposite way: where does each new pixel have to look?": (
            "[3 - DOWN, 3 - RIGHT]",
            "[3 + DOWN, 3 + RIGHT]",
        ),
        f"It moves {ACROSS}, but not {ALONG}: up and down are exchanged.": ("3 - DOWN", "3 + DOWN"),
        f"It moves {ALONG}, but not {ACROSS}: left and right are exchanged.": ("3 - RIGHT", "3 + RIGHT"),
        "Row and column are exchanged. The row comes first.": (
            "[3 - DOWN, 3 - RIGHT]",
            "[3 - RIGHT, 3 - DOWN]",
        ),
        "Row and column are exchanged, and it moves the opposite way.": (
            "[3 - DOWN, 3 - RIGHT]",
            "[3 + RIGHT, 3 + DOWN]",
        ),
        f"It does not move {ALONG}.": ("3 - DOWN", "3"),
        f"It does not move {ACROSS}.": ("3 - RIGHT", "3"),
        f"It moves as it should, and leaves the brightness as it is. Make it {BRIGHTNESS} times as bright.": (
            "= BRIGHTNESS",
            "= 1",
        ),
        "The brightness is divided by the number. Multiply by it.": ("= BRIGHTNESS", "= 1 / BRIGHTNESS"),
        "Two weights show two pictures, one over the other. A single one is enough.": (
            WEIGHT,
            "move[3 - DOWN, 3] = move[3, 3 - RIGHT] = BRIGHTNESS",
        ),
    },
    given="from utils.practice.assignment_01_sizes import BRIGHTNESS, DOWN, RIGHT\nimport numpy as np",
)
