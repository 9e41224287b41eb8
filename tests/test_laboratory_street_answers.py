"""The recorded answers on street scenes and photographs agree with what was recorded about them."""

from laboratory.transfer import crops, street
from laboratory.transfer.street_stages import ENSEMBLE
from utils.records import load_record
from utils.scenes import traffic_lights
from utils.training import share_correct

import numpy as np
import pytest


@pytest.fixture(scope="module")
def answers():
    return street.load_answers()


@pytest.fixture(scope="module")
def recorded():
    return load_record("street")["summary"]


@pytest.mark.parametrize("name", ["upright", *ENSEMBLE])
def test_answers_give_the_recorded_accuracies(answers, recorded, name):
    views = answers.probabilities[name]
    assert views.shape == (4, street.NUM_TEST, 3)
    np.testing.assert_allclose(views.sum(axis=-1), 1, atol=2e-3)
    assert share_correct(views[0], answers.labels) == recorded["steps"][name]["one_view"]
    assert share_correct(views.mean(axis=0), answers.labels) == recorded["steps"][name]["four_views"]


def test_the_ensemble_is_mistaken_on_the_recorded_scenes(answers, recorded):
    joined = np.mean([answers.probabilities[name] for name in ENSEMBLE], axis=(0, 1))
    mistaken = np.flatnonzero(joined.argmax(1) != answers.labels)
    assert mistaken.tolist() == recorded["ensemble"]["mistaken"]


def test_what_is_known_of_the_scenes_is_what_is_drawn(answers):
    scenes = traffic_lights(60, size=street.SIZE, seed=street.TEST_SEED, turned=street.TURNED)
    np.testing.assert_array_equal(answers.labels[:60], scenes.labels)
    np.testing.assert_array_equal(answers.quarters[:60], scenes.quarters)
    np.testing.assert_array_equal(answers.light_sizes[:60], street.light_sizes(scenes.boxes))
    assert ((answers.light_sizes > 0) == (answers.labels > 0)).all()


def test_the_size_of_a_light_is_the_longest_side_of_the_largest():
    boxes = np.array([[[10, 20, 50, 30], [0, 0, 12, 5], [-1] * 4], [[5, 5, 9, 30], [-1] * 4, [-1] * 4]])
    np.testing.assert_array_equal(street.light_sizes(boxes), [40, 25])
    assert street.light_sizes(np.full((1, 3, 4), -1)).tolist() == [0]


def test_answers_are_kept_and_read_again(monkeypatch, tmp_path):
    monkeypatch.setattr(street, "answers_file", lambda: tmp_path / "street" / "answers.npz")
    scenes = traffic_lights(6, size=32, turned=1.0)
    given = np.random.default_rng(0).dirichlet((1, 1, 1), size=(4, 6))
    street.save_answers({"one": given}, scenes)
    again = street.load_answers()
    np.testing.assert_allclose(again.probabilities["one"], given, atol=1e-3)
    np.testing.assert_array_equal(again.quarters, scenes.quarters)
    np.testing.assert_array_equal(again.labels, scenes.labels)


def test_answers_on_photographs_give_the_recorded_errors():
    kept, recorded = crops.load_answers(), load_record("traffic_light_crops")["summary"]
    counts = load_record("traffic_light_crops")["config"]["counts"]
    assert np.bincount(kept.labels).tolist() == list(counts.values())  # the classes by name
    names = list(counts)
    for result, said in (
        (recorded["frozen_features"], kept.frozen.argmax(1)),
        (recorded["fine_tuned"], kept.fine_tuned),
    ):
        for label, name in enumerate(names):
            recall = (said[kept.labels == label] == label).mean()
            assert round(float(recall), 4) == result["recall"][name]
        reds = said[kept.labels == names.index("red")]
        assert (reds == names.index("green")).sum() == result["red_taken_for_green"]
    np.testing.assert_allclose(kept.frozen.sum(1), 1, atol=1e-5)
    assert set(kept.folds) == set(range(crops.NUM_FOLDS))
