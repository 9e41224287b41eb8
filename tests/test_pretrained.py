"""EfficientNet-Lite0: the published size, the numbers of PyTorch, and photographs it should know."""

from utils.pretrained import (
    decode_predictions,
    efficientnet_lite0,
    imagenet_classes,
    lite0_weights,
    preprocess_input,
)

import keras
import numpy as np
import pytest
import skimage
import tensorflow as tf

PHOTOGRAPHS = ("chelsea", "coffee", "rocket")
CLASSES = (0, 281, 285, 504, 657, 967, 999)
# Scores before the softmax of the same state dict on the same crops, computed with PyTorch 2.13
# by `torch.nn.functional` from the table in the paper; to four decimals.
SCORES_OF_PYTORCH = np.array(
    [
        [-0.3796, 8.1581, 9.1739, 0.1142, -0.6630, -0.0034, 1.8120],
        [-0.3315, 0.3743, -0.3783, 6.4462, 0.6221, 9.8059, -0.0408],
        [-0.3513, 0.9385, 0.3264, -0.3060, 7.5661, -1.2434, -0.6569],
    ]
)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return efficientnet_lite0(classifier_activation=None)


@pytest.fixture(scope="module")
def photographs() -> np.ndarray:
    return np.stack([center(getattr(skimage.data, name)()) for name in PHOTOGRAPHS])


@pytest.fixture(scope="module")
def scores(network, photographs) -> np.ndarray:
    return network.predict(np.asarray(preprocess_input(photographs)), verbose=0)


def center(photograph: np.ndarray) -> np.ndarray:
    top, left = ((side - 224) // 2 for side in photograph.shape[:2])
    return photograph[top : top + 224, left : left + 224]


def test_size_is_the_published_one(network):
    assert sum(np.prod(variable.shape) for variable in network.trainable_variables) == 4_652_008
    assert network.count_params() == 4_652_008 + 42_016  # and the statistics of the normalization
    assert len([layer for layer in network.layers if "Conv2D" in type(layer).__name__]) == 49
    without_top = efficientnet_lite0(include_top=False, weights=None)
    assert without_top.count_params() == network.count_params() - 1_281_000


def test_scores_are_nearly_those_of_pytorch(scores):
    """The stored kernels are rounded; the package's own agree to 1e-3 (test_laboratory_conversion.py)."""
    np.testing.assert_allclose(scores[:, CLASSES], SCORES_OF_PYTORCH, atol=0.02)


def test_it_knows_the_photographs(scores):
    probabilities = np.asarray(keras.ops.softmax(scores))
    best = [{name for _, name, _ in row} for row in decode_predictions(probabilities, top=3)]
    assert {"tabby", "tiger cat", "Egyptian cat"} == best[0]
    assert decode_predictions(probabilities, top=1)[1][0][:2] == ("n07920052", "espresso")
    assert {"missile", "projectile"} <= best[2]


def test_wrong_scale_changes_the_answer(network, photographs, scores):
    """Nothing complains when the images are not preprocessed; the scores show it."""
    unscaled = network.predict(photographs / np.float32(255), verbose=0)
    assert (unscaled.argmax(axis=1) != scores.argmax(axis=1)).any()


def test_preprocessing():
    pixels = np.array([[[0, 127, 255]]], np.uint8)
    for dtype in (np.uint8, np.int64, np.float32, np.float64):
        np.testing.assert_allclose(preprocess_input(pixels.astype(dtype)), [[[-127 / 128, 0, 1]]])
    np.testing.assert_allclose(preprocess_input(tf.constant(pixels)), [[[-127 / 128, 0, 1]]])
    np.testing.assert_allclose(preprocess_input(np.zeros((1, 2, 2, 3))), np.full((1, 2, 2, 3), -127 / 128))


def test_preprocessing_inside_a_network_and_a_graph():
    inputs = keras.Input((2, 2, 3))
    network = keras.Model(inputs, preprocess_input(inputs))
    assert float(network(np.ones((1, 2, 2, 3)))[0, 0, 0, 0]) == -126 / 128
    assert float(tf.function(preprocess_input)(tf.ones((1, 2, 2, 3)))[0, 0, 0, 0]) == -126 / 128


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.full((1, 2, 2, 3), 0.5), "must go from 0 to 255, .* 255 [*] images"),
        (np.full((1, 2, 2, 3), -0.5), "must go from 0 to 255"),
        (np.full((1, 2, 2, 3), 300), "must go from 0 to 255"),
        (np.full((1, 2, 2, 3), np.nan), "NaN"),
        (np.zeros((1, 3, 4, 4), np.uint8), "channels last"),
        (np.zeros((1, 4, 4, 1), np.uint8), r"\(..., 3\)"),
        (np.uint8(3), r"\(..., 3\)"),
    ],
    ids=["over 255", "-1 to 1", "300", "nan", "channels first", "gray", "number"],
)
def test_pixels_on_another_scale_are_not_preprocessed(images, message):
    with pytest.raises(ValueError, match=message):
        preprocess_input(images)
    if images.ndim and images.shape[-1] == 3:
        with pytest.raises(ValueError, match=message):
            preprocess_input(tf.constant(images))


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({}, (None, 7, 7, 1280)),
        ({"pooling": "avg"}, (None, 1280)),
        ({"pooling": "max"}, (None, 1280)),
        ({"input_shape": (160, 96, 3)}, (None, 5, 3, 1280)),
        ({"input_shape": (None, None, 3), "pooling": "avg"}, (None, 1280)),
    ],
)
def test_shapes_without_the_classifier(arguments, shape):
    assert efficientnet_lite0(include_top=False, weights=None, **arguments).output_shape == shape


def test_features_are_those_before_the_classifier(network, photographs):
    images = np.asarray(preprocess_input(photographs[:1]))
    features = efficientnet_lite0(include_top=False, pooling="avg").predict(images, verbose=0)
    inner = keras.Model(network.input, network.get_layer("avg_pool").output)
    np.testing.assert_allclose(features, inner.predict(images, verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    "arguments",
    [
        {"weights": "noisy-student"},
        {"input_shape": (224, 224, 1)},
        {"input_shape": (16, 224, 3)},
        {"pooling": "mean"},
        {"classes": 2},
    ],
)
def test_wrong_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match=r"must be|1,000 classes"):
        efficientnet_lite0(**arguments)


# Class names


def test_class_names():
    classes = imagenet_classes()
    identifiers, names = zip(*classes, strict=True)
    assert len(classes) == 1000
    assert list(identifiers) == sorted(set(identifiers))
    assert {name for name in names if names.count(name) > 1} == {"crane", "maillot"}
    assert (names[0], names[285], names[967]) == ("tench", "Egyptian cat", "espresso")


def test_predictions_are_decoded_in_order():
    predictions = np.zeros((1, 1000))
    predictions[0, [0, 967]] = 0.3, 0.7
    assert decode_predictions(predictions, top=2) == [
        [("n07920052", "espresso", 0.7), ("n01440764", "tench", 0.3)]
    ]
    with pytest.raises(ValueError, match=r"\(N, 1000\)"):
        decode_predictions(np.zeros((2, 10)))
    with pytest.raises(ValueError, match="predictions must be finite"):
        decode_predictions(np.full((1, 1000), np.nan))
    for top in (0, -1, 2.5):
        with pytest.raises(ValueError, match="top must be an integer of at least 1"):
            decode_predictions(predictions, top=top)


# The stored weights


def test_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(lite0_weights, "WEIGHTS_FILE", tmp_path / "lite0.npz")
    lite0_weights.imagenet_weights.cache_clear()
    with pytest.raises(FileNotFoundError, match="git checkout"):
        lite0_weights.imagenet_weights()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "a pointer to the file"])
def test_a_damaged_file_is_noticed_before_it_is_read(damage, monkeypatch, tmp_path):
    content = bytearray(lite0_weights.WEIGHTS_FILE.read_bytes())
    if damage == "changed":
        content[len(content) // 2] ^= 1
    damaged = {"cut": content[:-9], "changed": content, "empty": b"", "a pointer to the file": b"version 1"}
    (tmp_path / "lite0.npz").write_bytes(damaged[damage])
    monkeypatch.setattr(lite0_weights, "WEIGHTS_FILE", tmp_path / "lite0.npz")
    monkeypatch.setattr(lite0_weights.np, "load", lambda *a, **o: pytest.fail("read"))
    lite0_weights.imagenet_weights.cache_clear()
    with pytest.raises(ValueError, match=r"lite0\.npz is damaged .* git checkout"):
        lite0_weights.imagenet_weights()


def test_nobody_can_change_the_weights_that_all_networks_share():
    with pytest.raises(ValueError, match="read-only"):
        lite0_weights.imagenet_weights()["stem_conv/kernel"][:] = 0


def test_every_weight_of_the_network_is_stored():
    stored = lite0_weights.imagenet_weights()
    network = efficientnet_lite0(weights=None)
    assert set(stored) == {f"{layer.name}/{v.name}" for layer in network.layers for v in layer.weights}
    assert {array.dtype for array in stored.values()} == {np.dtype("float32")}
