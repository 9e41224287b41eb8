"""The steps of the article on traffic lights, measured on drawn scenes one after the other."""

from collections.abc import Sequence
from typing import Any

from laboratory.transfer import street
from laboratory.transfer.fine_tuning import fine_tune, freeze, mean_scores
from laboratory.transfer.records import Record
from utils.training import share_correct

import numpy as np

NUM_WRONG = 90  # 5 % of the training scenes
ENDS = ("block3b", "block4c", street.END, "top")
# At the recipe's rate the longest network collapses: it gives every scene the same answer.
RATES = {"top": street.RECIPE["learning_rate"] / 4}
ENSEMBLE = ("turned-0", "turned-1", "turned-2")
LOWER_RATE = {"epochs": 2, "learning_rate": street.RECIPE["learning_rate"] / 10}


def run_street() -> dict[str, Any]:
    """Train, average over rotations, lower the rate, find wrong labels, combine networks, compare sizes."""
    settings = {"size": street.SIZE, "cut": street.CUT, "end": street.END, "recipe": street.RECIPE}
    settings |= {"num_train": street.NUM_TRAIN, "num_test": street.NUM_TEST, "turned": street.TURNED}
    record = Record(
        "street", settings | {"num_wrong": NUM_WRONG, "ends": ENDS, "rates": RATES, "lower_rate": LOWER_RATE}
    )
    drawn, held_out = street.train_scenes(), street.held_out_scenes()
    inputs, tests = street.views(drawn.images, "training"), street.views(held_out.images, "held out")
    labels, answers = drawn.labels, held_out.labels

    def network(name: str, chosen: Sequence[np.ndarray], seed: int) -> dict[str, float]:
        model = street.train(chosen, labels, seed=seed)
        street.save(model, name)
        return accuracies(street.load(name), tests, answers)

    steps = {"upright": record.measure("upright", network, "upright", inputs[:1], 0)}
    for seed, name in enumerate(ENSEMBLE):
        steps[name] = record.measure(name, network, name, inputs, seed)
    steps["lower rate"] = record.measure("lower rate", lower_rate, inputs, labels, tests, answers)
    wrong = record.measure("wrong labels", wrong_labels, inputs[0], labels, tests, answers)
    sizes = {
        end: record.measure(f"up to {end}", ending_at, end, inputs[:1], labels, tests, answers)
        for end in ENDS
    }
    joined = record.measure("ensemble", ensemble, tests, answers)
    street.save_answers(answers_of(tests), held_out)
    return record.finish(steps=steps, wrong_labels=wrong, sizes=sizes, ensemble=joined)


def answers_of(tests: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the probabilities that the recorded networks give each scene in each view: (views, N, 3)."""
    return {
        name: np.stack([mean_scores(street.load(name), [view]) for view in tests])
        for name in ("upright", *ENSEMBLE)
    }


def accuracies(model, tests: Sequence[np.ndarray], answers: np.ndarray) -> dict[str, float]:
    """Return held-out accuracy for the pictures as they are, and averaged over four rotations."""
    each = [mean_scores(model, [view]) for view in tests]
    return {
        "one_view": share_correct(each[0], answers),
        "four_views": share_correct(np.mean(each, axis=0), answers),
    }


def lower_rate(inputs, labels, tests, answers) -> dict[str, float]:
    """Continue to train the first network, at a tenth of the rate."""
    model = street.load(ENSEMBLE[0])
    freeze(model)
    fine_tune(model, inputs, labels, seed=100, **street.RECIPE | LOWER_RATE)
    return accuracies(model, tests, answers)


def wrong_labels(inputs: np.ndarray, labels: np.ndarray, tests, answers) -> dict[str, Any]:
    """Put in wrong labels, find them by networks that did not learn them, and measure the gain.

    Two networks learn from one half each, and classify the other. Scenes whose labels they contradict
    are examined again; here the drawing itself knows the truth.
    """
    given = with_wrong_labels(labels, NUM_WRONG, seed=0)
    suspected = np.zeros(len(given), bool)
    halves = np.arange(len(given)) % 2
    for half in (0, 1):
        model = street.train([inputs[halves == half]], given[halves == half], seed=half)
        judged = halves != half
        suspected[judged] = mean_scores(model, [inputs[judged]]).argmax(1) != given[judged]
    corrected = np.where(suspected, labels, given)
    planted = given != labels
    after = {}
    for name, targets in (("with wrong labels", given), ("after correction", corrected)):
        model = street.train([inputs], targets, seed=0)
        after[name] = accuracies(model, tests[:1], answers)["one_view"]
    return {
        "planted": int(planted.sum()),
        "examined": int(suspected.sum()),
        "found": int((suspected & planted).sum()),
        "accuracy": after,
    }


def with_wrong_labels(labels: np.ndarray, num_wrong: int, seed: int) -> np.ndarray:
    """Return labels of which `num_wrong`, chosen at random, name a wrong state."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(labels), num_wrong, replace=False)
    wrong = labels.copy()
    wrong[chosen] = (labels[chosen] + rng.integers(1, 3, num_wrong)) % 3
    return wrong


def ending_at(end: str, inputs, labels, tests, answers) -> dict[str, float]:
    """Return size and accuracy of a network that ends with a given stage."""
    if end == street.END:
        model = street.load("upright")
    else:
        rate = RATES.get(end, street.RECIPE["learning_rate"])
        model = street.train(inputs, labels, end=end, learning_rate=rate)
    accuracy = accuracies(model, tests[:1], answers)["one_view"]
    return {"megabytes": street.size_in_megabytes(end), "accuracy": accuracy}


def ensemble(tests: Sequence[np.ndarray], answers: np.ndarray) -> dict[str, Any]:
    """Average three networks over four rotations, and return accuracy, confusions and mistakes."""
    joined = np.mean([mean_scores(street.load(name), tests) for name in ENSEMBLE], axis=0)
    confusion = np.zeros((3, 3), int)
    np.add.at(confusion, (answers, joined.argmax(1)), 1)
    return {
        "accuracy": share_correct(joined, answers),
        "confusion": confusion.tolist(),
        "mistaken": np.flatnonzero(joined.argmax(1) != answers).tolist(),
        "megabytes": round(len(ENSEMBLE) * street.size_in_megabytes(street.END), 2),
    }
