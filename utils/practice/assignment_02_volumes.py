"""A task of assignment 02: the shapes of four layers, for a picture of the student's own size."""

from utils.convolution import output_size
from utils.practice.exercises import Exercise
from utils.practice.kinds import Numbers, Values
from utils.practice.sheets import Several
from utils.practice.variants import drawn

# Sizes for which each division leaves a remainder, so that rounding up shows.
HEIGHT, WIDTH = drawn("height", 50, range(50, 107, 8)), drawn("width", 34, range(26, 43, 8))
FIRST, SECOND = drawn("first filters", 8, range(5, 13)), drawn("second filters", 16, range(14, 31))
STEPS = "((HEIGHT - 5) // 2 + 1, (WIDTH - 5) // 2 + 1)"
PLANES = f"""\
large = {STEPS}
half = (large[0] // 2, large[1] // 2)
small = (half[0] // 2, half[1] // 2)"""
SHAPES = "[(*large, FIRST), (*half, FIRST), (*half, SECOND), (*small, SECOND)]"

LARGE = output_size(HEIGHT, 5, 2), output_size(WIDTH, 5, 2)
ROWS, COLUMNS = LARGE[0] // 4, LARGE[1] // 4

VOLUMES = Exercise(
    question="Give the four shapes and the length of the vector.",
    answer="answer",
    solution=f"""\
{PLANES}
shapes = {SHAPES}
length = small[0] * small[1] * SECOND
answer = (shapes, length)""",
    shows=f"Four layers turn {HEIGHT * WIDTH * 3:,} numbers into {ROWS * COLUMNS * SECOND:,}, and all that "
    f"is left of the places is {ROWS} times {COLUMNS}.",
    kind=Several({"shapes": Numbers(), "length": Values()}),
    hints=(
        f"How many windows of 5 pixels fit into {HEIGHT} pixels with a stride of 2, and into {WIDTH}?",
        "A convolution changes the channels into its filters; pooling leaves the channels. What does not fit "
        "completely is left out.",
        f"The first volume is {LARGE[0]} x {LARGE[1]} x {FIRST}. Pooling halves both sizes and rounds down.",
    ),
    slips={
        "A convolution has as many maps as filters. The channels of the picture end in it.": (
            "(*large, FIRST), (*half, FIRST)",
            "(*large, 3), (*half, 3)",
        ),
        "The first convolution has a stride of 2.": (STEPS, "(HEIGHT - 4, WIDTH - 4)"),
        'With padding="same", a convolution leaves height and width as they are.': (
            f"small = (half[0] // 2, half[1] // 2)\nshapes = {SHAPES}",
            "third = (half[0] - 2, half[1] - 2)\nsmall = (third[0] // 2, third[1] // 2)\n"
            "shapes = [(*large, FIRST), (*half, FIRST), (*third, SECOND), (*small, SECOND)]",
        ),
        "A block that does not fit completely is left out: round down.": (
            PLANES,
            f"large = {STEPS}\nhalf = (-(-large[0] // 2), -(-large[1] // 2))\n"
            "small = (-(-half[0] // 2), -(-half[1] // 2))",
        ),
        "The vector holds the numbers of all channels.": ("small[1] * SECOND", "small[1]"),
        "The vector has the numbers of the last volume, not of the one before it.": (
            "length = small[0] * small[1]",
            "length = half[0] * half[1]",
        ),
        "Height comes first, then width.": (
            SHAPES,
            f"[(width, height, maps) for height, width, maps in {SHAPES}]",
        ),
    },
    given="from utils.practice.assignment_02_volumes import FIRST, HEIGHT, SECOND, WIDTH",
)
