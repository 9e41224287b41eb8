"""The methods of chapter 09 by hand, against the Keras layers; the laboratory's network and cells."""

import dataclasses
import json

from laboratory.grids.cell import NUM_VALIDATION, split
from laboratory.grids.grid import Grid
from laboratory.grids.table import append_line
from laboratory.regularization.cell import WEIGHT_BINS, compile_setting, train_cell
from laboratory.regularization.grids import BASE, GRIDS, SWEEP
from laboratory.regularization.network import POOLINGS, Setting, jitter_colors, laboratory_network
from utils.data import Dataset
from utils.records import load_grid
from utils.records.grids import read_lines
from utils.records.paired import by_seed, estimate_mean

import keras
import numpy as np
import pytest
from keras import layers

generator = np.random.default_rng(0)


# --- the methods, by hand ------------------------------------------------------------------------


def test_dropout_keeps_the_mean():
    ones = np.ones((200, 1000), "float32")
    dropout = layers.Dropout(0.4, seed=1)
    outputs = keras.ops.convert_to_numpy(dropout(ones, training=True))
    np.testing.assert_allclose(np.unique(outputs), [0, 1 / (1 - 0.4)], rtol=1e-6)
    # Three standard errors of 200,000 draws.
    assert abs((outputs == 0).mean() - 0.4) < 3 * np.sqrt(0.4 * 0.6 / ones.size)
    np.testing.assert_array_equal(dropout(ones, training=False), ones)


def test_spatial_dropout_drops_whole_maps():
    outputs = layers.SpatialDropout2D(0.5, seed=1)(np.ones((8, 5, 5, 16), "float32"), training=True)
    outputs = keras.ops.convert_to_numpy(outputs)
    assert (outputs == outputs[:, :1, :1]).all()
    np.testing.assert_allclose(np.unique(outputs), [0, 2])


def test_max_norm_projects_each_filter():
    kernel = generator.normal(size=(3, 3, 8, 16)).astype("float32")
    norms = np.sqrt((kernel**2).sum(axis=(0, 1, 2)))
    bound = np.median(norms)
    by_hand = kernel * np.minimum(1, bound / norms)
    constraint = keras.constraints.MaxNorm(bound, axis=[0, 1, 2])
    np.testing.assert_allclose(constraint(keras.ops.array(kernel)), by_hand, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("axis", "largest"), [("filter", 1.0), (0, np.sqrt(3))])
def test_the_axis_trap_of_max_norm(axis, largest):
    """With axis 0, each column of three weights gets the bound: a window has three of them."""
    model = laboratory_network(Setting(max_norm=1.0, max_norm_axis=axis))
    first, second, third, dense = [layer for layer in model.layers if hasattr(layer, "kernel")][:4]
    kernel = 10 * np.ones((3, 3, 1, 4), "float32")
    bounded = keras.ops.convert_to_numpy(first.kernel_constraint(keras.ops.array(kernel)))
    np.testing.assert_allclose(np.sqrt((bounded**2).sum(axis=(0, 1, 2))), largest, rtol=1e-5)
    # On a dense layer both mean the weights of one unit.
    units = dense.kernel_constraint(keras.ops.array(10 * np.ones((50, 4), "float32")))
    np.testing.assert_allclose(np.linalg.norm(units, axis=0), 1, rtol=1e-5)
    assert first.kernel_constraint.axis == second.kernel_constraint.axis == third.kernel_constraint.axis


def one_step(regularizer, weights: np.ndarray, gradient: np.ndarray, learning_rate: float) -> np.ndarray:
    """One step of Keras's SGD on the loss gradient . weights, whose gradient is `gradient`."""
    dense = layers.Dense(1, use_bias=False, kernel_regularizer=regularizer)
    model = keras.Sequential([keras.Input((len(weights),)), dense])
    dense.set_weights([weights[:, np.newaxis]])
    model.compile(keras.optimizers.SGD(learning_rate), loss=lambda truth, outputs: outputs)
    model.train_on_batch(gradient[np.newaxis], np.zeros((1, 1)))
    return dense.get_weights()[0][:, 0]


def test_l2_shrinks_every_weight_by_the_same_share():
    weights, gradient = generator.normal(size=(2, 6)).astype("float32")
    after = one_step(keras.regularizers.L2(0.1), weights, gradient, learning_rate=0.5)
    np.testing.assert_allclose(after, weights * (1 - 2 * 0.5 * 0.1) - 0.5 * gradient, rtol=1e-5)


def test_l1_takes_the_same_amount_off_every_weight():
    """Soft-thresholding agrees with Keras's step but where a weight would cross zero."""
    weights, gradient = np.array([0.8, -0.4, 0.03, -0.01], "float32"), np.zeros(4, "float32")
    after = one_step(keras.regularizers.L1(0.1), weights, gradient, learning_rate=0.5)
    np.testing.assert_allclose(after, weights - 0.05 * np.sign(weights), rtol=1e-5)
    soft = np.sign(weights) * np.maximum(np.abs(weights) - 0.05, 0)
    np.testing.assert_allclose(after[:2], soft[:2], rtol=1e-5)
    assert (soft[2:] == 0).all() and (after[2:] != 0).all()


def test_colors_change_as_stated():
    images = generator.random((200, 4, 4, 3)).astype("float32") * 0.02 + 0.49
    changed = keras.ops.convert_to_numpy(jitter_colors(images, (3, 5)))
    np.testing.assert_array_equal(changed, jitter_colors(images, (3, 5)))
    assert np.abs(changed - jitter_colors(images, (3, 6))).mean() > 0.02
    # Contrast stretches differences within an image, the rest moves all its pixels alike.
    stretched = np.ptp(changed[..., 0], axis=(1, 2)) / np.ptp(images[..., 0], axis=(1, 2))
    assert 0.7 - 1e-3 < stretched.min() < 0.73 and 1.27 < stretched.max() < 1.3 + 1e-3
    shifts = changed.mean(axis=(1, 2)) - 0.5
    assert 0.12 < np.abs(shifts).max() < 0.15 + 0.05 + 0.01
    tint = shifts - shifts.mean(axis=1, keepdims=True)
    assert 0.02 < np.abs(tint).max() < 0.07


# --- the network ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pooling", "sides"),
    [(name, (32, 32, 32) if name == "none" else (16, 8, 4)) for name in POOLINGS],
)
def test_parameters_and_multiply_adds_by_hand(pooling, sides):
    setting = Setting(pooling=pooling, kernel_size=5, filters=(2, 3, 4))
    model = laboratory_network(setting)
    places = (*sides[-1:] * 2, 4)
    weights = [25 * 3 * 2, 25 * 2 * 3, 25 * 3 * 4, int(np.prod(places)) * 128, 128 * 10]
    assert model.count_params() == sum(weights) + 2 + 3 + 4 + 128 + 10
    assert model.layers[-4].output.shape[1:] == places or pooling in ("none", "strided convolution")
    assert [layer.output.shape[1] for layer in model.layers if "pool" in layer.name] == (
        [] if pooling in ("none", "strided convolution") else list(sides)
    )


def test_settings_start_with_the_same_weights():
    plain = laboratory_network(Setting(), seed=3)
    other = laboratory_network(Setting(dropout=0.5, spatial_dropout=0.1, l2=0.1, max_norm=1.0), seed=3)
    for ours, theirs in zip(plain.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.array_equal(plain.get_weights()[0], laboratory_network(Setting(), seed=4).get_weights()[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "median"}, "pooling is one of"),
        ({"augmentation": "rain"}, "augmentation is one of"),
        ({"max_norm_axis": 1}, "max_norm_axis is one of"),
        ({"num_steps": 100, "round_steps": 30}, "whole number of rounds"),
    ],
)
def test_impossible_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Setting(**options)


# --- cells ---------------------------------------------------------------------------------------

SMALL = Setting(filters=(2, 2, 2), num_images=60, num_steps=8, round_steps=2, batch_size=20)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Noise whose brightness tells the class; the last 5,000 training images are for validation."""
    draw = np.random.default_rng(5)
    labels = draw.integers(0, 10, NUM_VALIDATION + 160).astype(np.uint8)
    images = draw.integers(0, 30, (len(labels), 32, 32, 3)).astype(np.uint8)
    images += 22 * labels[:, np.newaxis, np.newaxis, np.newaxis]
    train, test = slice(0, NUM_VALIDATION + 60), slice(NUM_VALIDATION + 60, None)
    parts = (images[train], labels[train], images[test], labels[test])
    return Dataset("noise", "here", *parts, tuple("abcdefghij"))


def without_times(result: dict) -> dict:
    return {name: value for name, value in result.items() if "seconds" not in name}


def test_a_cell_repeats_itself_after_any_other(dataset):
    """The cells of a row share a compiled network; nothing of one cell may reach the next."""
    setting = SMALL.replace(dropout=0.3, spatial_dropout=0.3, batch_normalization=True)
    first = train_cell(setting, 1, dataset)
    other_seed = train_cell(setting, 2, dataset)
    again = train_cell(setting, 1, dataset)
    assert without_times(again) == without_times(first)
    assert other_seed["accuracy_curve"] != first["accuracy_curve"]


def test_all_methods_give_the_same_columns(dataset):
    results = [
        train_cell(SMALL.replace(**options), 0, dataset)
        for options in (
            {"label_smoothing": 0.1, "l1": 1e-4, "augmentation": "flip, shift, color"},
            {"max_norm": 1.0, "patience": 1, "learning_rate": 0.05},
        )
    ]
    assert list(results[0]) == list(results[1])
    assert results[0]["num_rounds"] == 4 and len(results[0]["val_accuracy_curve"].split()) == 4
    assert sum(map(int, results[0]["weight_counts"].split())) == 27 * 2 + 18 * 2 + 18 * 2 + 32 * 128 + 1280
    assert len(results[0]["weight_counts"].split()) == len(WEIGHT_BINS) - 1
    assert results[1]["largest_filter_norm"] <= 1.0 + 1e-3
    json.dumps(results)


def test_multiply_adds_are_counted_at_each_place(dataset):
    result = train_cell(SMALL.replace(num_steps=2), 0, dataset)
    by_hand = 32**2 * 27 * 2 + 16**2 * 18 * 2 + 8**2 * 18 * 2 + 32 * 128 + 1280
    assert result["multiply_adds"] == by_hand


def test_early_stopping_returns_to_the_best_round(dataset):
    """With a learning rate that soon spoils everything, the best round is not the last."""
    result = train_cell(SMALL.replace(patience=2, num_steps=40, learning_rate=0.3), 0, dataset)
    losses = [float(loss) for loss in result["val_cross_entropy_curve"].split()]
    assert result["num_rounds"] == len(losses) == result["best_round"] + 2 < 20
    # Measured in evaluation, so equal up to rounding in the last digit.
    assert result["val_loss"] == pytest.approx(min(losses), rel=0.01)


def test_label_smoothing_equals_the_loss_of_keras():
    probabilities = generator.dirichlet(np.ones(10), size=20)
    labels = generator.integers(0, 10, 20)
    smooth = 0.9 * np.eye(10)[labels] + 0.01
    by_hand = -(smooth * np.log(probabilities)).sum(axis=1).mean()
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)(np.eye(10)[labels], probabilities)
    assert float(loss) == pytest.approx(by_hand, rel=1e-5)


def test_validation_images_are_never_trained_on(dataset):
    train, validation, test = split(dataset, 60)
    assert len(train[0]) == 60 and len(validation[0]) == NUM_VALIDATION
    np.testing.assert_array_equal(validation[1], dataset.y_train[60:])
    np.testing.assert_array_equal(test[0], dataset.x_test)
    with pytest.raises(ValueError, match="num_images is 1 to 60, the rest is for validation; not 61"):
        split(dataset, 61)


def test_the_loss_is_the_cross_entropy_and_the_penalties():
    setting = SMALL.replace(l2=0.01)
    model = laboratory_network(setting)
    compile_setting(model, setting)
    images, labels = generator.random((20, 32, 32, 3)).astype("float32"), generator.integers(0, 10, 20)
    result = model.evaluate(images, labels, verbose=0, return_dict=True)
    kernels = [layer.get_weights()[0] for layer in model.layers if hasattr(layer, "kernel")]
    penalty = sum(0.01 * (kernel**2).sum() for kernel in kernels[:-1])
    assert result["loss"] == pytest.approx(result["cross_entropy"] + penalty, rel=1e-4)


def test_a_draw_takes_other_training_images_and_never_those_of_the_validation(dataset):
    first, validation, _ = split(dataset, 40)
    np.testing.assert_array_equal(first[0], dataset.x_train[:40])
    drawn = [split(dataset, 40, draw) for draw in (1, 1, 2)]
    np.testing.assert_array_equal(drawn[0][0][0], drawn[1][0][0])
    assert not np.array_equal(drawn[0][0][0], drawn[2][0][0])
    rows = {
        image.tobytes(): label for image, label in zip(dataset.x_train[:60], dataset.y_train, strict=False)
    }
    for (images, labels), other, _ in drawn:
        assert len({image.tobytes() for image in images}) == 40
        assert [rows[image.tobytes()] for image in images] == labels.tolist()
        np.testing.assert_array_equal(other[0], validation[0])
    with pytest.raises(ValueError, match="num_images is 1 to 60"):
        split(dataset, 61, 1)


def test_more_convolutions_keep_the_first_weights_of_the_others():
    one, three = (laboratory_network(Setting(convolutions=number), seed=4) for number in (1, 3))
    kernels = [
        [layer.get_weights()[0] for layer in model.layers if isinstance(layer, layers.Conv2D)]
        for model in (one, three)
    ]
    assert [kernel.shape[2:] for kernel in kernels[1][:4]] == [(3, 16), (16, 16), (16, 16), (16, 32)]
    assert len(kernels[1]) == 9
    dense = [[one for one in model.layers if isinstance(one, layers.Dense)] for model in (one, three)]
    for a, b in zip(*dense, strict=True):
        np.testing.assert_array_equal(a.get_weights()[0], b.get_weights()[0])
    flat = [kernel.ravel()[:20].tobytes() for kernel in kernels[1]]
    assert len(set(flat)) == 9, "two kernels start alike"


def test_batches_of_any_size_see_as_many_images_in_as_many_rounds():
    base = SWEEP.settings["base, plain"]
    for name, setting in SWEEP.settings.items():
        assert setting.num_steps * setting.batch_size == base.num_steps * base.batch_size, name
        assert setting.num_steps // setting.round_steps == base.num_steps // base.round_steps, name


def test_an_option_that_a_table_does_not_name_had_its_default(tmp_path):
    """A new option does not make the recorded tables worthless; another value does."""
    grid = Grid("old", {"a": BASE}, 1, train_cell)
    told = dataclasses.asdict(BASE)
    del told["draw"]
    for value, fits in ((told, True), (told | {"draw": 1}, False), (told | {"unknown": 1}, False)):
        path = grid.table_path(tmp_path)
        path.unlink(missing_ok=True)
        append_line(path, {"row": "a", "seed": 0, "setting": json.dumps(value), "data": "x"})
        if fits:
            assert grid.remaining(tmp_path) == []
        else:
            with pytest.raises(ValueError, match="another setting"):
                grid.remaining(tmp_path)


# --- what is recorded ----------------------------------------------------------------------------


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_recorded_cells_belong_to_their_grid(grid):
    """Settings as the grid has them now, numbers in their range, at least one whole seed."""
    lines = read_lines(grid.table_path())
    assert set(grid.remaining()) <= set(grid.cells)
    for line in lines:
        assert Setting(**json.loads(line["setting"])) == grid.settings[line["row"]]
        assert line["data"].startswith("CIFAR-10 80387ddb9a0e")
        assert 0.1 < float(line["test_accuracy"]) < 1 and float(line["processor_seconds"]) > 0


def test_settings_can_be_written_and_read():
    for grid in GRIDS.values():
        for setting in grid.settings.values():
            assert Setting(**json.loads(json.dumps(dataclasses.asdict(setting)))) == setting


def test_what_chapter_09_says_of_rounding_is_what_was_recorded():
    """Trainings of one setting and seed that were made in float32, and in mixed precision in another grid."""
    strengths, regularization = load_grid("strengths"), load_grid("regularization")
    assert (strengths["dtype_policy"] != "float32").sum() == 20 and len(strengths["row"]) == 114
    changes = []
    for row, setting in GRIDS["strengths"].settings.items():
        same = [name for name, other in GRIDS["regularization"].settings.items() if other == setting]
        policies = by_seed(strengths, row, "dtype_policy")
        for seed, accuracy in by_seed(strengths, row, "val_accuracy").items() if same else ():
            if policies[seed] == "float32":
                changes.append(100 * (by_seed(regularization, same[0], "val_accuracy")[seed] - accuracy))
    mean, low, high, *_ = estimate_mean(changes)
    assert len(changes) == 16
    assert (round(mean, 1), round(low, 1), round(high, 1)) == (0.1, -0.1, 0.4)
    assert max(map(abs, changes)) == pytest.approx(1.4, abs=0.05)
