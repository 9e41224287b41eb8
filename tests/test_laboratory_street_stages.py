"""What is compared in the article's steps differs in one thing: the views, the labels or the seed."""

from types import SimpleNamespace

from laboratory.transfer import street, street_stages
from laboratory.transfer.street_stages import ENSEMBLE, NUM_WRONG, run_street, wrong_labels

import numpy as np
import pytest

LABELS = np.arange(400) % 3
INPUTS = np.zeros((400, 1))


class Plan:
    """Carries out the parts with a name in `carried_out`, and keeps the order of all."""

    carried_out = ("upright", *ENSEMBLE)

    def __init__(self, name, config):
        self.parts = []

    def measure(self, part, function, *arguments):
        self.parts.append(part)
        return function(*arguments) if part in self.carried_out else {}

    def finish(self, **summary):
        return summary | {"parts": self.parts}


@pytest.fixture
def trainings(monkeypatch):
    """Collect (views, labels, seed) of each training; a network answers with the labels it was given."""
    made = []

    def train(inputs, labels, *, seed, **changes):
        made.append((len(inputs), labels.copy(), seed))
        return len(made) - 1

    monkeypatch.setattr(street, "train", train)
    return made


def test_the_first_step_differs_from_the_rotated_one_in_the_views_alone(monkeypatch, trainings):
    saved = []
    scenes = SimpleNamespace(images=INPUTS, labels=LABELS)
    for name in ("train_scenes", "held_out_scenes"):
        monkeypatch.setattr(street, name, lambda: scenes)
    monkeypatch.setattr(street, "views", lambda images, name: [images] * 4)
    monkeypatch.setattr(street, "save", lambda model, name: saved.append(name))
    monkeypatch.setattr(street, "load", lambda name: name)
    monkeypatch.setattr(street, "save_answers", lambda answers, scenes: None)
    monkeypatch.setattr(street_stages, "Record", Plan)
    monkeypatch.setattr(street_stages, "answers_of", lambda tests: {})
    monkeypatch.setattr(street_stages, "accuracies", lambda model, tests, answers: {"of": model})
    summary = run_street()
    plan = [(name, views, seed) for name, (views, _, seed) in zip(saved, trainings, strict=True)]
    assert plan == [("upright", 1, 0), ("turned-0", 4, 0), ("turned-1", 4, 1), ("turned-2", 4, 2)]
    assert [summary["steps"][name]["of"] for name in saved] == saved
    assert summary["parts"] == [
        *saved,
        "lower rate",
        "wrong labels",
        *(f"up to {end}" for end in street_stages.ENDS),
        "ensemble",
    ]


def test_wrong_labels_are_judged_by_networks_that_did_not_learn_them(monkeypatch, trainings):
    """Networks that always tell the truth find all wrong labels, and no right one."""

    def scores_of_the_other_half(model, views):
        half = trainings[model][2]
        return np.eye(3)[LABELS[np.arange(len(LABELS)) % 2 != half]]

    monkeypatch.setattr(street_stages, "mean_scores", scores_of_the_other_half)
    monkeypatch.setattr(street_stages, "accuracies", lambda model, tests, answers: {"one_view": model})
    result = wrong_labels(INPUTS, LABELS, [INPUTS], LABELS)
    assert (result["planted"], result["examined"], result["found"]) == (NUM_WRONG,) * 3
    assert [len(labels) for _, labels, _ in trainings] == [200, 200, 400, 400]
    (_, given, first), (_, corrected, second) = trainings[2:]
    assert first == second  # one seed for both: only the labels differ
    assert (given != LABELS).sum() == NUM_WRONG
    np.testing.assert_array_equal(corrected, LABELS)
