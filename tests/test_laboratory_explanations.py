"""The measurements of chapter 12: the record, its networks and pictures, and a small run of each stage."""

import functools

from laboratory import __main__, explanations
from laboratory.transfer import records
from utils import explain
from utils.records import load_record

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image


@functools.cache
def sets():
    return explanations.drawn_sets()


def some(name, number):
    asked = sets()[name]
    return asked._replace(**{field: getattr(asked, field)[:number] for field in asked._fields[1:]})


def test_each_set_has_at_least_120_pictures_with_an_object():
    recorded = load_record("explanations")["summary"]["numbers"]
    for name, asked in sets().items():
        assert len(asked.classes) == recorded[name] >= 120
        assert asked.masks.any(axis=(1, 2)).all() and asked.masks.shape == asked.pictures.shape[:3]


def test_stored_networks_know_their_scenes():
    for name in ("one shape", "traffic lights"):
        asked = sets()[name]
        answers = explanations.load_network(asked.kind).predict(asked.pictures, verbose=0).argmax(axis=1)
        parts = load_record("explanations")["parts"]
        accuracy = parts[f"{asked.kind}, seed 0"]["accuracy"]
        assert np.mean(answers == asked.classes) == pytest.approx(accuracy, abs=0.02) and accuracy > 0.8


@pytest.mark.parametrize("name", ["one shape", "four shapes", "traffic lights"])
def test_the_stored_network_scores_as_recorded(name):
    asked = sets()[name]
    maps = explanations.three_maps(explanations.load_network(asked.kind), asked)
    recorded = load_record("explanations")["summary"]["sets"][name][0]
    for method, values in maps.items():
        share = explain.pointing_game(values, asked.masks)
        assert share == pytest.approx(recorded["shares"][method], abs=0.02)
        assert share == pytest.approx(recorded["destroyed"][method]["share"][0], abs=0.02)


def test_destroyed_networks_are_compared_with_the_whole_one():
    network = explanations.load_network("shapes")
    found = explanations.destroy(network, some("one shape", 4), seed=0)
    for numbers in found.values():
        assert len(numbers["share"]) == len(numbers["correlation"]) == 6  # the whole, and five layers
        assert numbers["correlation"][0] == pytest.approx(1) and numbers["correlation"][1] < 0.999


def test_painted_pictures_have_a_row_for_each_block_and_one_for_classes():
    pictures = explanations.recorded_pictures()
    assert pictures.shape == (6, 6, 128, 128, 3) and pictures.dtype == np.uint8
    with Image.open(explanations.PICTURES_FILE) as sheet:
        np.testing.assert_array_equal(np.asarray(sheet)[128:256, 256:384], pictures[1, 2])
    units = load_record("filter_pictures")["config"]["units"]
    assert {name: row.tolist() for name, row in explanations.chosen_units().items()} | {
        "classes": list(explanations.CLASSES)
    } == units


def test_painting_maximizes_means_of_maps_and_scores(monkeypatch):
    monkeypatch.setattr(explanations, "PAINTING", {"num_pictures": 2, "size": 16, "num_steps": 8})
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 3))
    maps = keras.layers.Conv2D(4, 3)(inputs)
    scores = keras.layers.Dense(5)(keras.layers.GlobalAveragePooling2D()(maps))
    for outputs in (maps, scores):
        network = keras.Model(inputs, outputs)
        painted = explanations.paint(network, np.array([3, 1]))
        reached = tf.reduce_mean(tf.reshape(network(painted), (2, -1, outputs.shape[-1])), axis=1)
        gray = tf.reduce_mean(tf.reshape(network(0 * painted), (2, -1, outputs.shape[-1])), axis=1)
        assert reached[0, 3] > gray[0, 3] and reached[1, 1] > gray[1, 1]


def test_classes_are_found_by_name():
    assert [explanations.class_number(name) for name in ("goldfish", "espresso")] == [1, 967]
    with pytest.raises(ValueError, match="not in list"):
        explanations.class_number("zebra fish")


def test_a_small_run_trains_scores_and_keeps_the_first_seed(tmp_path, monkeypatch):
    for module in (records, explanations):
        monkeypatch.setattr(module, "MEASUREMENTS_FOLDER", tmp_path)
    small = {"NUM_SHAPES": 20, "NUM_STREETS": 6, "EPOCHS": 1, "SEEDS": (0,)}
    small |= {"NUM_TEST_SHAPES": 40, "NUM_TEST_STREETS": 6, "NUM_SINGLE": 5}
    for name, value in small.items():
        monkeypatch.setattr(explanations, name, value)
    content = explanations.run_explanations()
    assert load_record("explanations", tmp_path) == content and content["complete"]
    assert list(content["summary"]["sets"]) == ["one shape", "four shapes", "traffic lights"]
    assert {path.name for path in (tmp_path / "explanations").glob("*.h5")} == {
        "shapes.weights.h5",
        "streets.weights.h5",
    }
    assert set(explanations.STAGES) < set(__main__.STAGES)
