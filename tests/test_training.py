"""Schedules, seeds, precision and the order of batches."""

from utils.training import (
    batches_in_order,
    fastest_dtype_policy,
    inverse_time_decay,
    precision,
    set_seed,
    share_correct,
    shuffled_batches,
    warm_up_and_cosine,
)
from utils.training.on_shapes import train_on_shapes

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(("epochs", "rate"), [(1, 0.006153), (10, 0.001379), (25, 0.000601)])
def test_inverse_time_decay_gives_the_published_learning_rates(epochs, rate):
    schedule = inverse_time_decay(0.01, decay=0.01 / 25)
    assert float(schedule(1563 * epochs)) == pytest.approx(rate, abs=1e-6)


def test_training_with_the_schedule_repeats_the_arithmetic_of_keras_2():
    """v = momentum * v - lr_i * g; w += v, with lr_i = lr / (1 + decay * i) and i from 0."""
    weight, velocity, rate, decay, momentum = 5.0, 0.0, 0.1, 0.5, 0.9
    variable = keras.Variable(weight)
    optimizer = keras.optimizers.SGD(inverse_time_decay(rate, decay), momentum=momentum)
    for iteration in range(6):
        gradient = 2 * weight
        velocity = momentum * velocity - rate / (1 + decay * iteration) * gradient
        optimizer.apply([keras.ops.convert_to_tensor(2 * variable.value)], [variable])
        weight += velocity
        assert float(variable.value) == pytest.approx(weight, rel=1e-5)


def test_decay_argument_of_keras_3_is_ignored():
    """The trap that chapter 03 shows; when Keras mends it, the chapter must change."""
    with pytest.warns(UserWarning, match="decay"):
        optimizer = keras.optimizers.SGD(0.01, decay=0.5)
    optimizer.apply([keras.ops.ones(())], [keras.Variable(1.0)])
    assert float(optimizer.learning_rate) == pytest.approx(0.01)


def test_set_seed_repeats_weights_and_dropout():
    def draw():
        set_seed(3)
        dense = keras.layers.Dense(4)
        dense.build((None, 5))
        dropped = keras.layers.Dropout(0.5)(np.ones((4, 8), np.float32), training=True)
        return np.asarray(dense.kernel), np.asarray(dropped), np.random.default_rng().random

    first, second = draw(), draw()
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


@pytest.mark.parametrize(
    ("flags", "policy"),
    [({"avx2"}, "float32"), ({"avx512_bf16"}, "mixed_bfloat16"), ({"amx_bf16"}, "mixed_bfloat16")],
)
def test_fastest_dtype_policy_follows_the_processor(monkeypatch, flags, policy):
    monkeypatch.setattr(precision, "cpu_flags", lambda: frozenset(flags))
    monkeypatch.setattr(precision.tf.config, "list_physical_devices", lambda kind: [])
    fastest_dtype_policy.cache_clear()
    assert fastest_dtype_policy() == policy
    fastest_dtype_policy.cache_clear()


def epochs_of(num_images, batch_size, seed, epochs):
    images = np.arange(num_images, dtype=np.uint8).reshape(-1, 1, 1, 1).repeat(3, axis=-1)
    labels = np.arange(num_images, dtype=np.uint8)
    batches, steps = shuffled_batches(images, labels, batch_size=batch_size, seed=seed, epochs=epochs)
    return [(images.numpy(), labels.numpy()) for images, labels in batches], steps


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 40), st.integers(1, 17), st.integers(0, 2**31))
def test_each_epoch_holds_every_image_once(num_images, batch_size, seed):
    batches, steps = epochs_of(num_images, batch_size, seed, range(2))
    assert len(batches) == 2 * steps == 2 * -(-num_images // batch_size)
    for epoch in (batches[:steps], batches[steps:]):
        seen = np.concatenate([labels for _, labels in epoch])
        np.testing.assert_array_equal(np.sort(seen), np.arange(num_images))
    for images, labels in batches:
        np.testing.assert_allclose(images[:, 0, 0, 0], labels / 255, rtol=1e-6)


def test_order_depends_on_seed_and_epoch_only():
    whole, steps = epochs_of(20, 6, 7, range(3))
    resumed, _ = epochs_of(20, 6, 7, range(1, 3))
    for (_, expected), (_, labels) in zip(whole[steps:], resumed, strict=True):
        np.testing.assert_array_equal(labels, expected)
    first = np.concatenate([labels for _, labels in whole[:steps]])
    second = np.concatenate([labels for _, labels in whole[steps : 2 * steps]])
    other_seed = np.concatenate([labels for _, labels in epochs_of(20, 6, 8, range(1))[0]])
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, other_seed)


def test_warm_up_and_cosine_is_its_formula():
    schedule = warm_up_and_cosine(0.4, 100, warm_up=0.2)
    rates = [float(schedule(step)) for step in range(101)]
    np.testing.assert_allclose(rates[:21], np.linspace(0.04, 0.4, 21), rtol=1e-5)
    falling = 0.4 * (1 + np.cos(np.pi * np.arange(81) / 80)) / 2
    np.testing.assert_allclose(rates[20:], falling, atol=1e-6)


def test_label_smoothing_spreads_a_share_over_all_classes():
    """Also over those that no image here has: there are five labels, and six classes."""
    images, labels = np.zeros((6, 4, 4, 3), np.uint8), np.arange(6) % 5
    smoothed = {"label_smoothing": 0.1, "num_classes": 6}
    batches, _ = shuffled_batches(images, labels, batch_size=6, seed=0, epochs=[0], **smoothed)
    (_, targets), (_, plain) = (
        next(iter(batches)),
        next(iter(shuffled_batches(images, labels, batch_size=6, seed=0, epochs=[0])[0])),
    )
    assert targets.shape == (6, 6)
    np.testing.assert_allclose(np.sum(targets, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(np.argmax(targets, axis=1), plain)
    np.testing.assert_allclose(np.max(targets, axis=1), 0.9 + 0.1 / 6, rtol=1e-6)
    np.testing.assert_allclose(np.min(targets, axis=1), 0.1 / 6, rtol=1e-5)


@pytest.mark.parametrize("num_classes", [None, 4])
def test_labels_are_not_smoothed_over_an_unknown_number_of_classes(num_classes):
    images, labels = np.zeros((6, 4, 4, 3), np.uint8), np.arange(6) % 5
    options = {"label_smoothing": 0.1, "num_classes": num_classes}
    with pytest.raises(ValueError, match="num_classes above the largest label, 4"):
        shuffled_batches(images, labels, batch_size=6, seed=0, epochs=[0], **options)


def test_batches_in_order_hold_all_images_as_they_are():
    images = np.arange(7 * 2 * 2 * 3, dtype=np.uint8).reshape(7, 2, 2, 3)
    batches = list(batches_in_order(images, np.arange(7), batch_size=3))
    assert [len(labels) for _, labels in batches] == [3, 3, 1]
    np.testing.assert_allclose(np.concatenate([batch for batch, _ in batches]), images / 255, atol=1e-7)
    assert np.concatenate([labels for _, labels in batches]).tolist() == list(range(7))


def test_no_data_of_ours_waits_for_the_tuning_thread():
    images, labels = np.zeros((4, 2, 2, 3), np.uint8), np.zeros(4, int)
    shuffled, _ = shuffled_batches(images, labels, batch_size=2, seed=0, epochs=range(1))
    for dataset in (shuffled, batches_in_order(images, labels)):
        assert dataset.options().autotune.enabled is False


# What is given in another form.

IMAGES = np.arange(6 * 4 * 4 * 3, dtype=np.uint8).reshape(6, 4, 4, 3)
LABELS = np.arange(6) % 3
FORMS = {
    "column": LABELS[:, None],
    "bytes": LABELS.astype(np.uint8)[:, None],
    "floats": LABELS.astype(np.float32),
    "one-hot": np.eye(3, dtype=np.float32)[LABELS],
    "list": LABELS.tolist(),
}


@pytest.mark.parametrize("form", FORMS)
def test_shuffled_labels_are_integers_whatever_their_form(form):
    for smoothing in ({}, {"label_smoothing": 0.3, "num_classes": 3}):
        options = {"batch_size": 4, "seed": 0, "epochs": [0], **smoothing}
        expected = [targets.numpy() for _, targets in shuffled_batches(IMAGES, LABELS, **options)[0]]
        found = [targets.numpy() for _, targets in shuffled_batches(IMAGES, FORMS[form], **options)[0]]
        np.testing.assert_array_equal(np.concatenate(found), np.concatenate(expected))


@pytest.mark.parametrize("form", FORMS)
def test_a_share_is_that_of_the_rows_whatever_the_form_of_the_labels(form):
    assert share_correct(np.eye(3)[LABELS], FORMS[form]) == 1.0
    assert share_correct(np.eye(3)[[0, 1, 2, 0, 2, 1]], FORMS[form]) == round(4 / 6, 4)


@pytest.mark.parametrize(
    "labels", [[1, 0, 1, 0], [[1], [0], [1], [0]], [1.0, 0, 1, 0], [True, False, True, False]]
)
def test_one_sigmoid_answers_class_1_from_one_half_on(labels):
    assert share_correct([[0.9], [0.1], [0.5], [0.49]], labels) == 1.0
    assert share_correct([[0.1], [0.1], [0.4], [0.49]], labels) == 0.5


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        (np.eye(3), [0, 1], "as many labels as images: got 2 for 3"),
        (np.eye(3), [0, 1, 3], "labels must go from 0 to 2"),
        (np.eye(3)[:, :1], [0, 1, 2], "labels must go from 0 to 1"),
        ([0.9, 0.1], [1, 0], r"scores must be numbers of shape \(N, D\)"),
        ([[0.9, np.nan]], [1], "scores must be finite"),
        ([[2.5], [-1.0]], [1, 0], "pass it through a sigmoid"),
        (np.eye(2), [[0.2, 0.8], [0.5, 0.5]], "labels must be integers"),
        ([["a", "b"]], [0], "scores must be numbers"),
        (np.zeros((0, 3)), [], "scores must be numbers"),
    ],
)
def test_a_share_of_what_does_not_fit_is_refused(scores, labels, message):
    with pytest.raises(ValueError, match=message):
        share_correct(np.asarray(scores), np.asarray(labels))


WRONG_IMAGES = {
    "over 255": (IMAGES / 255, "must be uint8 .* divided by 255 here"),
    "floats": (IMAGES.astype(np.float32), "must be uint8"),
    "integers": (IMAGES.astype(int), "must be uint8"),
    "channels first": (np.moveaxis(IMAGES, -1, 1), "Channels come last"),
    "one": (IMAGES[0], "One image"),
    "none": (IMAGES[:0], "must be a batch"),
    "fewer": (IMAGES[:5], "as many labels as images: got 6 for 5"),
}


@pytest.mark.parametrize("name", WRONG_IMAGES)
def test_batches_of_other_images_are_refused(name):
    images, message = WRONG_IMAGES[name]
    with pytest.raises(ValueError, match=message):
        shuffled_batches(images, LABELS, batch_size=2, seed=0, epochs=[0])
    for labels in (LABELS, np.eye(3)[LABELS]):
        with pytest.raises(ValueError, match=message):
            batches_in_order(images, labels)


@pytest.mark.parametrize("labels", [LABELS + 0.5, LABELS - 1, np.full((6, 3), 1 / 3), LABELS.reshape(2, 3)])
def test_shuffled_batches_of_other_labels_are_refused(labels):
    with pytest.raises(ValueError, match="labels"):
        shuffled_batches(IMAGES, labels, batch_size=2, seed=0, epochs=[0])


def test_batches_in_order_keep_targets_of_several_numbers():
    soft = np.full((6, 3), 1 / 3)
    found = np.concatenate([targets for _, targets in batches_in_order(IMAGES, soft, batch_size=4)])
    np.testing.assert_allclose(found, soft, rtol=1e-6)
    with pytest.raises(ValueError, match="labels must be finite"):
        batches_in_order(IMAGES, np.full((6, 3), np.nan))


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, None])
def test_batches_have_a_size(batch_size):
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        batches_in_order(IMAGES, LABELS, batch_size=batch_size)
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        shuffled_batches(IMAGES, LABELS, batch_size=batch_size, seed=0, epochs=[0])


def test_the_network_of_the_drawings_takes_pixels_and_repeats_with_its_seed():
    images = np.random.default_rng(0).integers(0, 256, (40, 14, 14, 3)).astype("float32")
    labels = np.arange(40) % 10
    models = [train_on_shapes(images, labels, seed=seed, epochs=2) for seed in (0, 0, 1)]
    first, again, other = (model.predict(images, verbose=0) for model in models)
    assert first.shape == (40, 10)
    convolutions = [one for one in models[0].layers if isinstance(one, keras.layers.Conv2D)]
    assert [one.filters for one in convolutions] == [8, 16]
    np.testing.assert_allclose(first, again, atol=1e-4)
    assert np.abs(first - other).max() > 0.01
    assert len(models[0].evaluate(images, labels, verbose=0)) == 2
