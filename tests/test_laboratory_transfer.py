"""Cut, probe, freeze and fine-tune EfficientNet-Lite0; features are computed once and kept whole."""

from laboratory.transfer import STAGES, compute_features, features, probe_network, records, split_lite0
from laboratory.transfer.fine_tuning import fine_tune, freeze, mean_scores, view_batches, with_head
from laboratory.transfer.linear import Linear, fit_linear
from laboratory.transfer.records import Record, interval
from utils.pretrained import efficientnet_lite0, preprocess_input
from utils.records import load_record

import keras
import numpy as np
import pytest
from scipy import optimize, special

SIZE = 64
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr(features, "_features_folder", lambda: tmp_path / "features")
    return tmp_path / "features"


@pytest.fixture(scope="module")
def split():
    return split_lite0(SIZE, "block5c")


# Networks


def test_both_parts_together_are_the_network(split):
    lower, upper = split
    network = efficientnet_lite0(include_top=False, input_shape=(SIZE, SIZE, 3), pooling="avg")
    expected = network.predict(np.asarray(preprocess_input(IMAGES)), verbose=0)
    activations = lower.predict(IMAGES, verbose=0)["block5c"]
    assert activations.shape == (6, 4, 4, 112)
    np.testing.assert_allclose(upper.predict(activations, verbose=0), expected, atol=1e-4)
    assert sum(part.count_params() for part in split) == network.count_params()


def test_probe_gives_every_stage():
    found = compute_features(probe_network(SIZE, maps=("block2b",)), IMAGES, cache=False)
    assert found.keys() == {*STAGES, "maps_block2b"} and len(STAGES) == 18
    assert found["top"].shape == (6, 1280) and found["maps_block2b"].shape == (6, 16, 16, 24)
    means = found["maps_block2b"].astype(np.float32).mean((1, 2))
    np.testing.assert_allclose(found["block2b"], means, atol=0.02)


def test_upper_part_may_end_early():
    _, upper = split_lite0(SIZE, "block2b", "block4c", pooling="max", weights=None)
    assert upper.input_shape == (None, 16, 16, 24) and upper.output_shape == (None, 80)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("block9z",), "there is no stage 'block9z'"),
        (("block5c", "block4a"), "must end after 'block5c'"),
        (("top",), "must end after 'top'"),
    ],
)
def test_wrong_stages_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        split_lite0(SIZE, *arguments, weights=None)


# Features


def small_network(scale=1.0):
    images = keras.Input((4, 4, 3))
    outputs = keras.layers.Dense(2, use_bias=False, name="outputs")(keras.layers.Flatten()(images))
    network = keras.Model(images, {"outputs": outputs})
    network.get_layer("outputs").set_weights([np.full((48, 2), scale)])
    return network


def test_features_are_computed_once(cache, monkeypatch):
    images = RNG.uniform(0, 255, size=(1200, 4, 4, 3)).astype(np.float32)
    first = compute_features(small_network(), images)["outputs"]
    np.testing.assert_allclose(first[:, 0], images.reshape(1200, 48).sum(1), rtol=2e-3)
    assert len(list(cache.rglob("*.npz"))) == 3 and not list(cache.rglob("*.part"))
    monkeypatch.setattr(features, "_compute", lambda *arguments: pytest.fail("computed again"))
    np.testing.assert_array_equal(compute_features(small_network(), images)["outputs"], first)


def test_other_weights_and_other_pictures_get_other_features():
    images = RNG.integers(0, 256, size=(5, 4, 4, 3), dtype=np.uint8)
    one = compute_features(small_network(), images)["outputs"]
    assert (compute_features(small_network(2.0), images)["outputs"] != one).all()
    assert (compute_features(small_network(), images[::-1])["outputs"] == one[::-1]).all()


def test_another_scale_of_the_pixels_gets_other_features():
    """The same weights, the same shapes: what differs is a setting of a nested layer."""
    images = RNG.uniform(1, 2, size=(5, 4, 4, 3)).astype(np.float32)

    def scaled(factor):
        inputs = keras.Input((4, 4, 3))
        inner = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Rescaling(factor)])
        outputs = small_network()(inner(inputs))["outputs"]
        return keras.Model(inputs, {"outputs": outputs})

    one, two = (compute_features(scaled(factor), images)["outputs"] for factor in (1.0, 2.0))
    np.testing.assert_allclose(two, 2 * one, rtol=2e-3)


def test_freezing_and_names_change_no_features(cache):
    network = small_network()
    compute_features(network, np.ones((2, 4, 4, 3), np.uint8))
    network.trainable = False
    compute_features(network, np.ones((2, 4, 4, 3), np.uint8))
    assert len(list(cache.iterdir())) == 1


def test_damaged_or_missing_files_are_computed_again(cache):
    images = RNG.integers(0, 256, size=(700, 4, 4, 3), dtype=np.uint8)
    first = compute_features(small_network(), images)["outputs"]
    one, other = cache.rglob("*.npz")
    one.write_bytes(one.read_bytes()[:50])
    other.unlink()
    np.testing.assert_array_equal(compute_features(small_network(), images)["outputs"], first)


def test_cache_that_cannot_be_written_is_no_obstacle(cache):
    cache.write_text("a file where the folder should be")
    assert compute_features(small_network(), np.ones((3, 4, 4, 3), np.uint8))["outputs"].shape == (3, 2)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES / 255, "must go from 0 to 255, .* 255 [*] images"),
        (preprocess_input(IMAGES), "must go from 0 to 255"),
        (np.where(IMAGES == 7, np.nan, IMAGES), "NaN"),
        (np.moveaxis(IMAGES, -1, 1), "Channels come last"),
        (IMAGES[0], "One image"),
        (IMAGES[:0], "must be a batch"),
    ],
    ids=["over 255", "preprocessed", "nan", "channels first", "one", "none"],
)
def test_images_on_another_scale_get_no_features(images, message):
    with pytest.raises(ValueError, match=message):
        compute_features(small_network(), np.asarray(images))


@pytest.mark.parametrize(
    ("scale", "dtype"), [(1.0, np.float16), (100.0, np.float32), (1e-9, np.float32), (0, np.float16)]
)
def test_numbers_beyond_half_precision_are_kept(scale, dtype):
    images = RNG.integers(100, 256, size=(5, 4, 4, 3), dtype=np.uint8)
    expected = scale * images.reshape(5, 48).sum(1, dtype=np.float64)
    for _ in range(2):  # the second time from the cache
        found = compute_features(small_network(scale), images)["outputs"]
        assert found.dtype == dtype
        np.testing.assert_allclose(found[:, 0], expected, rtol=2e-3)


def test_features_that_are_not_finite_are_refused(cache):
    with pytest.raises(ValueError, match="output 'outputs' is not finite"):
        compute_features(small_network(np.inf), IMAGES[:, :4, :4])
    assert not list(cache.rglob("*.npz"))


# Linear head


def test_linear_fit_is_the_minimum_of_its_loss():
    """An optimizer that knows nothing of the gradient, in double precision, finds the same."""
    x, labels = RNG.normal(size=(60, 2)), RNG.integers(0, 2, 60)
    x += 1.5 * labels[:, None]
    head = fit_linear(x, labels, penalty=0.1)
    z = (x - x.mean(0)) / (x.std(0) + 1e-3)

    def loss(weights):
        scores = z @ weights[:4].reshape(2, 2) + weights[4:]
        log_likelihood = special.log_softmax(scores, 1)[np.arange(60), labels].mean()
        return -log_likelihood + 0.05 * np.square(weights[:4]).sum()

    best = optimize.minimize(loss, np.zeros(6), method="Powell", options={"xtol": 1e-7, "ftol": 1e-12}).x
    expected = special.softmax(z @ best[:4].reshape(2, 2) + best[4:], 1)
    np.testing.assert_allclose(special.softmax(head.scores(x), 1), expected, atol=2e-3)


def test_linear_fit_refuses_what_does_not_fit():
    for rows, labels, message in (
        (np.ones((3, 2)), np.zeros(2, int), "as many labels as rows"),
        (np.full((3, 2), np.nan), np.arange(3), "features must be finite"),
        (np.ones(3), np.arange(3), r"features must be numbers of shape \(N, D\)"),
        (np.ones((3, 2)), np.array([0.2, 0.4, 1]), "labels must be integers"),
    ):
        with pytest.raises(ValueError, match=message):
            fit_linear(rows, labels)
    with pytest.raises(ValueError, match="labels must go from 0 to 1; got 0 to 2"):
        fit_linear(np.ones((3, 2)), np.arange(3), num_classes=2)


def test_linear_fit_takes_labels_in_every_form():
    x, labels = RNG.normal(size=(30, 3)), np.arange(30) % 3
    expected = fit_linear(x, labels)
    for form in (labels[:, None], np.eye(3)[labels], labels.astype(np.float32)):
        np.testing.assert_array_equal(fit_linear(x, form).kernel, expected.kernel)


# Fine-tuning


def test_batches_show_every_picture_once_in_changing_views():
    views = [np.arange(50)[:, None], 1000 + np.arange(50)[:, None]]
    labels = np.arange(50)
    batches = list(view_batches(views, labels, 16, seed=3, epochs=2))
    assert [len(targets) for _, targets in batches[:4]] == [16, 16, 16, len(labels) - 48]
    epochs = []
    for part in (batches[:4], batches[4:]):
        inputs, targets = (np.concatenate(arrays) for arrays in zip(*part, strict=True))
        np.testing.assert_array_equal(inputs[:, 0] % 1000, targets)
        np.testing.assert_array_equal(np.sort(targets), labels)
        assert 10 < (inputs >= 1000).sum() < 40
        epochs.append(inputs)
    assert (epochs[0] != epochs[1]).any()
    again = next(view_batches(views, labels, 16, seed=3, epochs=1))
    np.testing.assert_array_equal(again[0], batches[0][0])


def test_fine_tuning_starts_from_the_head_and_spares_what_is_frozen(split):
    lower, upper = split
    activations = lower.predict(IMAGES, verbose=0)["block5c"]
    labels = np.array([0, 1, 0, 1, 0, 1])
    head = fit_linear(upper.predict(activations, verbose=0), labels)
    model = with_head(keras.models.clone_model(upper), head)
    model.set_weights([*upper.get_weights(), head.kernel, head.bias])
    expected = special.softmax(head.scores(upper.predict(activations, verbose=0)), 1)
    np.testing.assert_allclose(mean_scores(model, [activations]), expected, atol=1e-3)
    freeze(model, ("block6a", "block6b", "block6c", "block6d"))
    before = {variable.path: np.array(variable) for variable in model.variables}
    fine_tune(model, [activations], labels, epochs=2, learning_rate=1e-3, seed=0)
    changed = {
        v.path.split("/")[0] for v in model.variables if "seed" not in v.path and (before[v.path] != v).any()
    }
    assert changed == {"block7a_expand_conv", "block7a_dwconv", "block7a_project_conv", "top_conv", "head"}


def test_fine_tuning_with_a_seed_repeats_in_one_process():
    """The layers of dropout take a seed when they are built, each time another."""
    weights = [RNG.normal(size=shape).astype(np.float32) for shape in ((8, 16), (16,), (16, 2), (2,))]
    views = [RNG.normal(size=(20, 8)), np.ones((20, 8))]

    def tuned(seed):
        inputs = keras.Input((8,))
        x = keras.layers.Dropout(0.3)(keras.layers.Dense(16, activation="relu")(inputs))
        x = keras.Sequential([keras.Input((16,)), keras.layers.GaussianNoise(0.5)])(x)
        model = with_head(keras.Model(inputs, x), Linear(*weights[2:]), 0.5)
        model.set_weights(weights)
        labels = np.arange(20)[:, None] % 2
        fine_tune(model, views, labels, epochs=2, learning_rate=0.01, seed=seed, batch_size=5)
        return np.concatenate([np.ravel(array) for array in model.get_weights()])

    first, again, other = tuned(0), tuned(0), tuned(1)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_network_itself_is_fine_tuned_to_the_same_weights_twice(split):
    """Its convolutions run in several threads, whose order must not matter."""
    lower, upper = split
    activations = lower.predict(IMAGES, verbose=0)["block5c"]
    head = fit_linear(upper.predict(activations, verbose=0), np.arange(6) % 2)
    before = upper.get_weights()

    def tuned() -> list[np.ndarray]:
        upper.set_weights(before)
        model = with_head(upper, head)
        freeze(model)
        fine_tune(model, [activations], np.arange(6) % 2, epochs=2, learning_rate=1e-3, seed=4, batch_size=3)
        return model.get_weights()

    first, again = tuned(), tuned()
    upper.set_weights(before)
    assert any((one != old).any() for one, old in zip(first, before, strict=False))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": np.zeros(5, int)}, "as many rows of a view as labels: got 6 for 5"),
        ({"labels": np.full(6, 2)}, "labels must go from 0 to 1"),
        ({"labels": np.full(6, 0.5)}, "labels must be integers"),
        ({"epochs": 0}, "epochs must be an integer of at least 1"),
        ({"batch_size": 0}, "batch_size must be"),
    ],
    ids=["number", "range", "fractions", "epochs", "batch size"],
)
def test_fine_tuning_refuses_what_does_not_fit(changes, message):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    arguments = {"labels": np.arange(6) % 2, "epochs": 1, "learning_rate": 0.1, "seed": 0} | changes
    with pytest.raises(ValueError, match=message):
        fine_tune(model, [np.ones((6, 4))], **arguments)


def test_normalizations_can_learn():
    _, upper = split_lite0(SIZE, "block7a", weights=None)
    model = with_head(upper, Linear(np.zeros((1280, 2), np.float32), np.zeros(2, np.float32)))
    freeze(model, normalization=False)
    assert model.get_layer("top_bn").trainable
    freeze(model)
    assert not model.get_layer("top_bn").trainable


# Records


def test_record_goes_on_where_it_was_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MEASUREMENTS_FOLDER", tmp_path)
    with pytest.raises(ValueError, match="recorded are: none"):
        load_record("trial", tmp_path)
    assert Record("trial", {"sizes": (1, 2)}).measure("first", lambda: 0.5) == 0.5
    again = Record("trial", {"sizes": (1, 2)})
    assert again.measure("first", lambda: pytest.fail("measured again")) == 0.5
    content = again.finish(best=0.5)
    assert (
        load_record("trial", tmp_path) == content and content["complete"] and content["peak_memory_gb"] > 0.1
    )
    assert Record("trial", {"sizes": (1, 2)}).measure("first", lambda: 0.7) == 0.7
    assert Record("trial", {"sizes": (3,)}).measure("first", lambda: 0.9) == 0.9
    with pytest.raises(ValueError, match="recorded are: trial"):
        load_record("other", tmp_path)


DATA, OTHER = ({"name": name, "sha256": 64 * name} for name in "ab")


@pytest.mark.parametrize(("former", "new"), [(DATA, OTHER), (None, DATA), (DATA, None)])
def test_a_record_of_other_data_is_refused_and_kept(former, new, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MEASUREMENTS_FOLDER", tmp_path)
    Record("trial", {}, former).finish(best=0.5)
    before = (tmp_path / "trial" / "run.json").read_bytes()
    with pytest.raises(
        ValueError, match=r"trial.run\.json is a record of other data .* move its folder away"
    ):
        Record("trial", {}, new)
    assert (tmp_path / "trial" / "run.json").read_bytes() == before
    assert load_record("trial", tmp_path)["data"] == former


def test_parts_from_other_data_are_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MEASUREMENTS_FOLDER", tmp_path)
    Record("trial", {}, DATA).measure("first", lambda: 0.5)
    assert Record("trial", {}, DATA).measure("first", lambda: pytest.fail("measured again")) == 0.5
    assert Record("trial", {}, OTHER).measure("first", lambda: 0.7) == 0.7


def test_a_record_is_replaced_whole_when_its_stage_is_complete(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MEASUREMENTS_FOLDER", tmp_path)
    Record("trial", {}, DATA).finish(best=0.5)
    again = Record("trial", {}, DATA)
    again.measure("first", lambda: 0.7)
    assert load_record("trial", tmp_path)["summary"] == {"best": 0.5}
    again.finish(best=0.7)
    assert load_record("trial", tmp_path)["summary"] == {"best": 0.7}
    assert [path.name for path in (tmp_path / "trial").iterdir()] == ["run.json"]


def test_equal_accuracies_count_as_one():
    """They come from the same pictures drawn several times, not from a measurement without error."""
    assert interval([0.5, 0.5, 0.5], 100) == interval([0.5], 100) == (0.5, 0.098)


def test_interval_is_students_or_that_of_a_share():
    mean, half = interval([0.80, 0.82, 0.84], 100)
    assert (mean, half) == (0.82, pytest.approx(4.303 * 0.02 / np.sqrt(3), abs=1e-4))
    assert interval([0.5], 100) == (0.5, 0.098)
