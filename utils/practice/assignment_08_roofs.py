"""Tasks of assignment 08 about roofs: operations per byte, and layers that are fused."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function

PLACES = "n * -(-height // stride) * -(-width // stride)"
OPERATIONS = "2 * places * size**2 * channels"
NUMBERS = "n * height * width * channels + size**2 * channels + places * channels"
INTENSITY = Exercise(
    question="Count the operations per byte of a depthwise convolution with a stride.",
    answer="depthwise_intensity",
    solution=f"""\
def depthwise_intensity(n, height, width, channels, size, stride, num_bytes):
    places = {PLACES}
    operations = {OPERATIONS}
    numbers = {NUMBERS}
    return operations / (num_bytes * numbers)""",
    shows="The number of channels cancels: wider layers do not leave the slanted part of the roof.",
    kind=Function(
        inputs={
            "one picture of one pixel, one channel, window 1, one byte": (1, 1, 1, 1, 1, 1, 1),
            "one picture of 2 x 3 pixels, two channels, window 3, two bytes": (1, 2, 3, 2, 3, 1, 2),
            "one picture of 3 x 5 pixels, one channel, window 1, stride 2": (1, 3, 5, 1, 1, 2, 1),
            "4 pictures of 9 x 6 pixels, 8 channels, window 5, stride 2, four bytes": (4, 9, 6, 8, 5, 2, 4),
            "250 pictures of 15 x 15 pixels, 64 channels, window 3, stride 3, two bytes": (
                250,
                15,
                15,
                64,
                3,
                3,
                2,
            ),
        }
    ),
    hints=(
        "How many numbers does one output read, and how many outputs are there with this stride?",
        "An output reads size² numbers of its own channel. There are ceil(height / stride) times "
        "ceil(width / stride) places in each map. Images, kernel and maps move once each.",
        "Operations: 2 * places * size**2 * channels. Numbers: images n * height * width * channels, kernel "
        "size**2 * channels, maps places * channels. Divide, and count bytes.",
    ),
    slips={
        "A multiplication and an addition are two operations.": (OPERATIONS, "places * size**2 * channels"),
        "A number takes num_bytes bytes.": ("(num_bytes * numbers)", "numbers"),
        "The kernel is read, too.": (NUMBERS, "n * height * width * channels + places * channels"),
        "The maps are written, too.": (NUMBERS, "n * height * width * channels + size**2 * channels"),
        "The images are read, too.": (NUMBERS, "size**2 * channels + places * channels"),
        "Each filter reads its own channel alone. This counts an ordinary convolution.": (
            OPERATIONS,
            "2 * places * size**2 * channels**2",
        ),
        "The stride is not used: it makes fewer outputs.": (PLACES, "n * height * width"),
        "The stride holds along both axes.": (PLACES, "n * -(-height // stride) * width"),
        "With padding, a last step that only begins inside counts: round the places up.": (
            PLACES,
            "n * (height // stride) * (width // stride)",
        ),
        "Without padding there would be fewer places. Here the padding is 'same'.": (
            PLACES,
            "n * max((height - size) // stride + 1, 1) * max((width - size) // stride + 1, 1)",
        ),
        "The images are read whole, whatever the stride.": (
            NUMBERS,
            "places * channels + size**2 * channels + places * channels",
        ),
        "A window has size x size weights.": (OPERATIONS, "2 * places * size * channels"),
        "The kernel is read once, not for each picture.": (
            NUMBERS,
            "n * height * width * channels + n * size**2 * channels + places * channels",
        ),
        "The kernel is read once, not at every place.": (
            NUMBERS,
            "n * height * width * channels + places * size**2 * channels + places * channels",
        ),
        "This is bytes per operation. The opposite is asked for.": (
            "operations / (num_bytes * numbers)",
            "num_bytes * numbers / operations",
        ),
    },
)

APART = "sum(max(work / peak, (read + written) / bandwidth) for work, read, written in layers)"
TOGETHER = "max(sum(work for work, _, _ in layers) / peak, (layers[0][1] + layers[-1][2]) / bandwidth)"
FUSED = Exercise(
    question="Return how many times as fast layers become when they are fused.",
    answer="fused_speedup",
    solution=f"""\
def fused_speedup(layers, peak, bandwidth):
    apart = {APART}
    together = {TOGETHER}
    return apart / together""",
    shows="Fusing saves most where every layer waits for the memory, and nothing where arithmetic decides.",
    kind=Function(
        inputs={
            "one layer, limited by the memory": ([(10.0, 20.0, 30.0)], 10.0, 5.0),
            "one layer, limited by arithmetic": ([(100.0, 20.0, 30.0)], 4.0, 5.0),
            "two layers, limited by the memory": ([(1.0, 20.0, 10.0), (1.0, 10.0, 40.0)], 10.0, 5.0),
            "two layers, limited by arithmetic": ([(100.0, 20.0, 10.0), (60.0, 10.0, 40.0)], 1.0, 5.0),
            "two layers, one of each kind": ([(100.0, 20.0, 10.0), (1.0, 10.0, 40.0)], 4.0, 5.0),
            "three layers": ([(9.0, 20.0, 30.0), (40.0, 30.0, 10.0), (7.0, 10.0, 25.0)], 2.0, 3.0),
        }
    ),
    hints=(
        "What does each layer wait for, and which bytes need not move when the layers are fused?",
        "Alone, a layer takes the longer of its two times, and the layers follow each other. Fused, all "
        "operations are still done, but only the first input and the last output move.",
        "apart: add up max(operations / peak, (read + written) / bandwidth). together: the larger of all "
        "operations / peak, and (first read + last written) / bandwidth. Return apart / together.",
    ),
    slips={
        "This is the inverse: the old time is divided by the new one.": (
            "return apart / together",
            "return together / apart",
        ),
        "Apart, the layers follow each other, and each waits for its own limit: add up the larger times.": (
            APART,
            "max(sum(work for work, _, _ in layers) / peak, sum(read + written for _, read, written in "
            "layers) "
            "/ bandwidth)",
        ),
        "Processor and memory work at the same time: take the longer time, not the sum of both.": (
            f"{APART}\n    together = {TOGETHER}",
            "sum(work / peak + (read + written) / bandwidth for work, read, written in layers)\n    "
            "together = "
            "sum(work for work, _, _ in layers) / peak + (layers[0][1] + layers[-1][2]) / bandwidth",
        ),
        "The slower of the two decides, not the faster.": (
            f"{APART}\n    together = {TOGETHER}",
            f"{APART.replace('max', 'min')}\n    together = {TOGETHER.replace('max', 'min')}",
        ),
        "Fused, what lies between the layers need not move.": (
            "(layers[0][1] + layers[-1][2]) / bandwidth",
            "sum(read + written for _, read, written in layers) / bandwidth",
        ),
        "Fused, all operations are still done, not only those of one layer.": (
            "max(sum(work for work, _, _ in layers) / peak",
            "max(max(work for work, _, _ in layers) / peak",
        ),
        "Fused, the operations still take their time.": (
            TOGETHER,
            "(layers[0][1] + layers[-1][2]) / bandwidth",
        ),
        "The last output is written, too.": ("(layers[0][1] + layers[-1][2])", "layers[0][1]"),
        "The first input is read, too.": ("(layers[0][1] + layers[-1][2])", "layers[-1][2]"),
        "First and last are exchanged: the first layer's input and the last layer's output move.": (
            "(layers[0][1] + layers[-1][2])",
            "(layers[0][2] + layers[-1][1])",
        ),
        "This is the time that is saved. Ask how many times as fast it becomes.": (
            "return apart / together",
            "return apart - together",
        ),
        "Arithmetic is left out of the time apart.": (
            APART,
            "sum((read + written) / bandwidth for _, read, written in layers)",
        ),
    },
)
