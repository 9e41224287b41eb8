"""Tasks of assignment 08 about one part of the work, about rounding by chance, and what it is good for."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.sheets import Statements

import numpy as np

RNG = np.random.default_rng(88)

REST = "1 / target - (1 - share)"
FACTOR = Exercise(
    question="Return how many times as fast the part has to become.",
    answer="needed_factor",
    solution=f"""\
def needed_factor(share, target):
    rest = {REST}
    return share / rest if rest > 1e-12 else np.inf""",
    shows="However fast the part becomes, the rest of the time stays, and sets the limit.",
    kind=Function(
        inputs={
            "the whole time, twice as fast": (1.0, 2.0),
            "half of the time, nothing faster": (0.5, 1.0),
            "half of the time, 1.25 times as fast": (0.5, 1.25),
            "three quarters of the time, twice as fast": (0.75, 2.0),
            "half of the time, twice as fast": (0.5, 2.0),
            "half of the time, three times as fast": (0.5, 3.0),
            "a fifth of the time, 1.1 times as fast": (0.2, 1.1),
        }
    ),
    hints=(
        "If the whole took 1 before, how long may it take now, and how much of that does the rest need?",
        "It may take 1 / target. The rest takes 1 - share, as before. What remains is for the part, which "
        "took `share` before.",
        "share / (1 / target - (1 - share)). Where nothing remains, no factor is large enough: np.inf.",
    ),
    slips={
        "This is the speed of the whole, if the part becomes `target` times as fast. The other way round.": (
            f"rest = {REST}\n    return share / rest if rest > 1e-12 else np.inf",
            "return 1 / (1 - share + share / target)",
        ),
        "Where nothing remains for the part, no factor is enough: return np.inf, not a negative number.": (
            "share / rest if rest > 1e-12 else np.inf",
            "share / rest if abs(rest) > 1e-12 else np.inf",
        ),
        "At the limit itself, nothing remains for the part: return np.inf there as well.": (
            "share / rest if rest > 1e-12 else np.inf",
            "share / rest if rest > 1e-12 else share / 1e-12 if rest > -1e-12 else np.inf",
        ),
        "The rest of the work still takes its time.": (REST, "1 / target - 0 * share"),
        "Times add up, speeds do not: subtract the time of the rest from the new time.": (
            f"rest = {REST}\n    return share / rest if rest > 1e-12 else np.inf",
            "return (target - (1 - share)) / share",
        ),
        "The part took `share` before. Here it is taken for the whole.": (
            "share / rest if rest > 1e-12",
            "1 / rest if rest > 1e-12",
        ),
        "The share is that of the part which becomes faster.": (
            f"rest = {REST}\n    return share / rest",
            "rest = 1 / target - share\n    return (1 - share) / rest",
        ),
        "This is the inverse: the new time of the part, divided by the old one.": (
            "share / rest if rest > 1e-12 else np.inf",
            "max(rest, 0) / share",
        ),
    },
)

UP = "(bits + random) & np.uint32(0xFFFF0000)"
SOME = np.array([1.0, 1.001, 1.006, -1.006, 300.9], dtype=np.float32)
ROUNDING = Exercise(
    question="Round each number to bfloat16 by chance, up as often as it lies near the upper neighbor.",
    answer="round_randomly",
    solution=f"""\
def round_randomly(numbers, random):
    bits = numbers.view(np.uint32)
    return ({UP}).view(np.float32)""",
    shows="No rounding is better than that to the nearest, and yet the mean of many is right.",
    kind=Function(
        inputs={
            "the number 1, which is a bfloat16": (SOME[:1], np.array([65535], dtype=np.uint32)),
            "the number 1.001, random number 0": (SOME[1:2], np.array([0], dtype=np.uint32)),
            "the number 1.001, random number 65535": (SOME[1:2], np.array([65535], dtype=np.uint32)),
            "the number -1.006, random number 20000": (SOME[3:4], np.array([20000], dtype=np.uint32)),
            "the number 1.00390625, in the middle of two, random number 40000": (
                np.array([1.00390625], dtype=np.float32),
                np.array([40000], dtype=np.uint32),
            ),
            "five numbers": (SOME, np.array([40000, 60000, 10000, 20000, 30000], dtype=np.uint32)),
            "forty numbers": (
                RNG.normal(scale=50, size=40).astype(np.float32),
                RNG.integers(0, 65536, 40).astype(np.uint32),
            ),
        }
    ),
    hints=(
        "The lower 16 bits say how far a number lies above its lower neighbor. When should they carry over?",
        "Add the random number to the bits. It carries into the upper bits just as often as the lower ones "
        "are large. Then set the lower 16 bits to zero.",
        "bits = numbers.view(np.uint32); add random; & np.uint32(0xFFFF0000); .view(np.float32).",
    ),
    slips={
        "This rounds to the nearest, as the chapter does. The random numbers decide here.": (
            UP,
            "(bits + np.uint32(0x8000)) & np.uint32(0xFFFF0000)",
        ),
        "This rounds to the nearest, ties to the even neighbor. The random numbers decide here.": (
            UP,
            "(bits + np.uint32(0x7FFF) + ((bits >> 16) & np.uint32(1))) & np.uint32(0xFFFF0000)",
        ),
        "The lower bits are cut off, and the random numbers are not used.": (
            UP,
            "bits & np.uint32(0xFFFF0000)",
        ),
        "It always rounds away from zero.": (UP, "(bits + np.uint32(0xFFFF)) & np.uint32(0xFFFF0000)"),
        "The lower 16 bits are not set to zero.": (UP, "bits + random"),
        "All results are nearly 0. The upper 16 bits, which hold sign and size, are those to keep, and "
        "`view` leaves the bits as they are.": (UP, "(bits + random) & np.uint32(0x0000FFFF)"),
        "It rounds up too rarely: the random numbers count in full, not halved.": (
            UP,
            "(bits + (random >> 1)) & np.uint32(0xFFFF0000)",
        ),
        "It rounds to the nearest after adding. Cut off after the addition.": (
            UP,
            "(bits + random + np.uint32(0x8000)) & np.uint32(0xFFFF0000)",
        ),
        "The random number is subtracted. Add it.": (UP, "(bits - random) & np.uint32(0xFFFF0000)"),
        "One bit of the fraction too few is kept.": (UP, "(bits + 2 * random) & np.uint32(0xFFFE0000)"),
        "It rounds up where the random number is above the lower bits. Up, where it carries over.": (
            UP,
            "np.where(random > (bits & 0xFFFF), bits + np.uint32(0x10000), bits) & np.uint32(0xFFFF0000)",
        ),
    },
)

SUMS = Exercise(
    question="Which statements do the printed numbers support?",
    answer="statements",
    solution='statements = {"b", "c", "e"}',
    shows="Chance keeps small updates alive on average; a float32 sum keeps each of them.",
    kind=Statements(
        supported={
            "b": "Compare the mean of the sums rounded by chance with 10.",
            "c": "How far do the sums rounded by chance spread, and how far is the float32 sum off?",
            "e": "At which number does the sum rounded to the nearest stand at the end?",
        },
        unsupported={
            "a": "The smallest and the largest of these sums lie farther from 10 than the float32 sum.",
            "d": "The sum rounded to the nearest is the same each time: nothing in it is left to chance.",
            "f": "It stops at 4, where 0.01 is less than half of the way to the next number.",
        },
    ),
    hints=(
        "Which printed line speaks about one sum, and which about many of them?",
        "A mean may be right while each single sum is off. The spread says how far.",
        "Three statements are supported: one about a mean, one about a spread, one about where a sum stops.",
    ),
)
