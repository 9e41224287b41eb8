"""Chapter 08's comparison: networks of equal work, one difference at a time, cells that repeat themselves."""

import math
from dataclasses import replace

from laboratory.comparison.cell import Setting, train_cell
from laboratory.comparison.grids import COMPARED_RATES, DEPTH, NETWORKS
from laboratory.grids.cell import NUM_VALIDATION
from laboratory.grids.grid import Cell, Grid
from laboratory.runs import recipe
from utils import architectures
from utils.architectures.cost import multiply_adds
from utils.data import Dataset
from utils.records import load_grid

import numpy as np
import pytest

SMALL = Setting(
    "cifar_resnet", {"depth": 8, "width": 2}, epochs=2, batch_size=32, learning_rate=0.05, num_images=64
)


@pytest.fixture(scope="module")
def dataset():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (NUM_VALIDATION + 96, 32, 32, 3)).astype(np.uint8)
    labels = (np.arange(len(images)) % 10).astype(np.uint8)
    return Dataset("noise", "here", images, labels, images[:40], labels[:40], tuple("abcdefghij"))


def without_times(line: dict) -> dict:
    return {name: value for name, value in line.items() if "seconds" not in name}


def test_all_networks_of_the_comparison_do_the_same_work():
    work = [multiply_adds(architectures.build(*network)) for network in NETWORKS.values()]
    assert max(work) < 1.1 * min(work)


@pytest.mark.parametrize(
    ("name", "other", "within"),
    [
        ("alexnet", "alexnet, batch normalization", 0.001),
        ("vgg", "vgg without normalization", 0.001),
        ("resnet", "resnet without shortcuts", 0.01),
    ],
)
def test_a_pair_differs_in_one_thing(name, other, within):
    """The work is the same but for the shortcuts' own 1x1 convolutions; so is the depth."""
    (architecture, options), (same, other_options) = NETWORKS[name], NETWORKS[other]
    assert architecture == same and len(dict(options.items() ^ other_options.items())) == 1
    work = [multiply_adds(architectures.build(architecture, one)) for one in (options, other_options)]
    assert work[1] == pytest.approx(work[0], rel=within)


def test_plain_and_residual_cells_share_recipe_size_and_images():
    for depth in (20, 56):
        plain, residual = (
            DEPTH.settings[f"plain, {depth} layers"],
            DEPTH.settings[f"residual, {depth} layers"],
        )
        assert replace(plain, options={}) == replace(residual, options={})
        assert {**plain.options, "shortcuts": True} == residual.options


def test_rates_are_chosen_without_the_test_images():
    assert not any(setting.ask_test for setting in COMPARED_RATES.settings.values())


def test_a_cell_repeats_itself(dataset):
    first, again = (without_times(train_cell(SMALL, 3, dataset)) for _ in range(2))
    assert first == again and first["test_accuracy"] >= 0
    assert len(first["val_accuracy_curve"].split()) == SMALL.epochs
    assert without_times(train_cell(SMALL, 4, dataset))["loss_curve"] != first["loss_curve"]


@pytest.mark.parametrize(("bfloat16", "policy"), [(True, "mixed_bfloat16"), (False, "float32")])
def test_a_cell_is_trained_in_the_precision_of_its_setting(dataset, monkeypatch, bfloat16, policy):
    monkeypatch.setattr(recipe, "fastest_dtype_policy", lambda: "mixed_bfloat16")
    assert train_cell(replace(SMALL, bfloat16=bfloat16), 0, dataset)["dtype_policy"] == policy


def test_a_cell_that_chooses_does_not_ask_the_test_images(dataset, tmp_path):
    """It has the columns of the others, and the table keeps its gap."""
    blind = replace(dataset, x_test=np.zeros((0, 32, 32, 3), np.uint8), y_test=np.zeros(0, np.uint8))
    line = train_cell(replace(SMALL, ask_test=False), 0, blind)
    assert math.isnan(line["test_accuracy"]) and line["val_accuracy"] > 0
    assert line.keys() == train_cell(SMALL, 0, dataset).keys()
    grid = Grid("choose", {"a": replace(SMALL, ask_test=False)}, 1, train_cell)
    assert grid.record(Cell("a", 0), line, tmp_path) and not grid.remaining(tmp_path)
    assert np.isnan(load_grid("choose", tmp_path)["test_accuracy"]).all()
