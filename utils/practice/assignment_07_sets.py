"""Tasks of assignment 07 about the two sets of pictures: their scales, and films that stay together."""

from utils.practice.exercises import Exercise
from utils.practice.functions import Function
from utils.practice.kinds import Numbers
from utils.practice.sheets import Several

import numpy as np

RNG = np.random.default_rng(777)

MEASURED = "train.mean(axis=0), train.std(axis=0)"
WHERE = "np.where(np.ptp(train, axis=0) > 0, deviation, 1)"  # rounding may leave a tiny deviation
TEST_SCALED = "(test - mean) / deviation"
STANDARDIZE = Exercise(
    question="Standardize both sets with what the training set says, constant features included.",
    answer="standardize",
    solution=f"""\
def standardize(train, test):
    mean, deviation = {MEASURED}
    deviation = {WHERE}
    return (train - mean) / deviation, {TEST_SCALED}""",
    shows="The test set gets no mean of 0 in general, and should not.",
    kind=Function(
        inputs={
            "one feature, two pictures each": (np.array([[0.0], [2.0]]), np.array([[4.0], [0.0]])),
            "two features, two pictures each": (
                np.array([[0.0, 10.0], [2.0, 30.0]]),
                np.array([[4.0, 20.0], [0.0, 60.0]]),
            ),
            "two features, one of them constant in the training set": (
                np.array([[5.0, 1.0], [5.0, 3.0], [5.0, 8.0]]),
                np.array([[5.0, 0.0], [7.0, 4.0]]),
            ),
            "three features, six and four pictures": (
                RNG.normal(3, [1, 5, 20], (6, 3)),
                RNG.normal(0, 1, (4, 3)),
            ),
        },
        result=Several({"training set": Numbers(reveal=True), "test set": Numbers(reveal=True)}),
    ),
    hints=(
        "Which pictures may be looked at to find the mean and the deviation?",
        "The training set alone, each feature apart. The same two numbers then serve both sets. Where the "
        "deviation is 0, divide by 1.",
        "mean, deviation = train.mean(axis=0), train.std(axis=0); deviation = np.where(np.ptp(train, axis=0) "
        "> 0, deviation, 1); subtract and divide in both sets.",
    ),
    slips={
        "The test set is standardized by itself: it would look the same whatever it holds.": (
            TEST_SCALED,
            "(test - test.mean(axis=0)) / np.where(test.std(axis=0) > 0, test.std(axis=0), 1)",
        ),
        "The deviation comes from the test set. Take that of the training set.": (
            TEST_SCALED,
            "(test - mean) / np.where(test.std(axis=0) > 0, test.std(axis=0), 1)",
        ),
        "The mean comes from the test set. Take that of the training set.": (
            TEST_SCALED,
            "(test - test.mean(axis=0)) / deviation",
        ),
        "Only the training set is scaled. The network would see the test set in other units.": (
            TEST_SCALED,
            "test",
        ),
        "Mean and deviation come from both sets together. Nothing of the test set may be used.": (
            MEASURED,
            "np.vstack([train, test]).mean(axis=0), np.vstack([train, test]).std(axis=0)",
        ),
        "All features share one mean and one deviation here. Each feature has its own: axis 0.": (
            MEASURED,
            "train.mean(), train.std()",
        ),
        "The standard deviation divides by the number of pictures. This divides by one less (ddof=1).": (
            MEASURED,
            "train.mean(axis=0), train.std(axis=0, ddof=1)",
        ),
        "A constant feature has the deviation 0, and a division by 0 gives no number. Divide by 1 there.": (
            WHERE,
            "deviation",
        ),
        "Divide by the standard deviation, not by the variance.": (
            WHERE,
            "np.where(np.ptp(train, axis=0) > 0, deviation**2, 1)",
        ),
        "The mean is not subtracted from the test set.": (TEST_SCALED, "test / deviation"),
    },
)

ORDER = "dict.fromkeys(films)"
ENOUGH = "sum(chosen) >= num_test"
FILMS = Exercise(
    question="Put whole films into the test set, in the order of their first appearance.",
    answer="split_by_film",
    solution=f"""\
def split_by_film(films, num_test):
    chosen = [False] * len(films)
    for film in {ORDER}:
        if {ENOUGH}:
            break
        chosen = [taken or other == film for taken, other in zip(chosen, films, strict=True)]
    return np.array(chosen)""",
    shows="A test set is a little larger than asked for, rather than one film on both sides.",
    kind=Function(
        inputs={
            'the films "sea", "sea"; one picture asked for': (["sea", "sea"], 1),
            'the films "sea", "attic"; one picture asked for': (["sea", "attic"], 1),
            'the films "sea", "attic", "sea"; two pictures asked for': (["sea", "attic", "sea"], 2),
            'the films "b", "a", "a", "b", "c", "a"; three pictures asked for': (list("baabca"), 3),
            'the films "b", "b", "a", "b", "c", "a"; four pictures asked for': (list("bbabca"), 4),
            'the films "c", "a", "a", "a", "b", "c"; all six pictures asked for': (list("caaabc"), 6),
            "no picture asked for": (list("baabca"), 0),
        }
    ),
    hints=(
        "When is the test set full, and what is done with a film that has begun?",
        "Go through the films in the order in which they first appear. Stop as soon as the pictures chosen "
        "so "
        "far are enough. Otherwise take all pictures of the film.",
        "for film in dict.fromkeys(films): if sum(chosen) >= num_test, break; otherwise mark every picture "
        "whose film it is.",
    ),
    slips={
        "A film stands on both sides: take all of its pictures.": (
            "return np.array(chosen)",
            "return np.arange(len(films)) < num_test",
        ),
        "Take the films in the order of their appearance, not of their names.": (ORDER, "sorted(set(films))"),
        "Take the films in the order of their appearance, not of their size.": (
            ORDER,
            "sorted(dict.fromkeys(films), key=films.count)",
        ),
        "Take the films in the order of their appearance, not from the end.": (
            ORDER,
            "dict.fromkeys(films[::-1])",
        ),
        "These are the training pictures.": ("return np.array(chosen)", "return ~np.array(chosen)"),
        "One film too many: stop as soon as there are enough pictures.": (ENOUGH, "sum(chosen) > num_test"),
        "The last film is needed as well: there are too few pictures without it.": (
            ENOUGH,
            "sum(chosen) + films.count(film) > num_test",
        ),
        "num_test counts pictures, not films.": (
            ENOUGH,
            "len({one for one, taken in zip(films, chosen) if taken}) >= num_test",
        ),
        "Only the films that are next to each other are taken together. A film may come back later.": (
            "return np.array(chosen)",
            "ends = [k for k in range(1, len(films)) if films[k] != films[k - 1] and k >= num_test]\n"
            "    return np.arange(len(films)) < (ends[0] if ends and num_test else len(films) if num_test "
            "else 0)",
        ),
    },
)
