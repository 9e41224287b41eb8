"""The network to look into: its size, its options, and that the methods go through it."""

from utils.architectures.zfnet_cifar10 import ClipRMS, LocalContrastNormalization, zfnet_cifar10
from utils.explain import deconvnet, grad_cam, receptive_boxes, top_patches

import keras
import numpy as np
import pytest
from keras import layers


def num_multiply_adds(model):
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            total += layer.kernel.shape.num_elements() * np.prod(layer.output.shape[1:3])
        elif isinstance(layer, layers.Dense):
            total += layer.kernel.shape.num_elements()
    return int(total)


def test_counts_are_those_of_the_docstring():
    model = zfnet_cifar10()
    assert model.count_params() == 1_424_170
    assert num_multiply_adds(model) / 1e6 == pytest.approx(60.0, abs=0.05)
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in model.layers)


def test_order_of_the_layers_is_the_papers():
    names = [layer.name for layer in zfnet_cifar10(contrast_normalization=True).layers]
    expected = "center conv1 pool1 norm1 conv2 pool2 norm2 conv3 conv4 conv5 pool5"
    assert names[:11] == expected.split()
    assert not [layer.name for layer in zfnet_cifar10().layers if layer.name.startswith("norm")]


def test_first_layer_can_be_large_and_strided():
    model = zfnet_cifar10(first_kernel_size=7, first_strides=4, filters=(8, 8, 8, 8, 8))
    assert model.get_layer("conv1").output.shape == (None, 8, 8, 8)
    assert model.get_layer("conv1").kernel.shape == (7, 7, 3, 8)


def test_probabilities_sum_to_one_also_in_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = zfnet_cifar10(filters=(4, 4, 4, 4, 4), contrast_normalization=True)
    finally:
        keras.config.set_dtype_policy(policy)
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    probabilities = model(images)
    assert probabilities.dtype == "float32"
    np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, atol=1e-6)
    assert deconvnet(model, images, "pool2", 1).dtype == np.float32
    assert grad_cam(model, images, "conv5").dtype == np.float32
    assert top_patches(model, images, "pool5", [0], k=2).projections.dtype == np.float32


def test_clip_bounds_each_filter_and_leaves_small_ones_alone():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 5)).astype("float32")
    kernel[..., 3] *= 0.01
    clipped = keras.ops.convert_to_numpy(ClipRMS(0.1)(kernel))
    rms = np.sqrt((clipped**2).mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(np.delete(rms, 3), 0.1, rtol=1e-5)
    np.testing.assert_allclose(clipped[..., 3], kernel[..., 3], rtol=1e-6)
    model = zfnet_cifar10(max_rms=0.1)
    assert all(model.get_layer(f"conv{i}").kernel_constraint.max_rms == 0.1 for i in range(1, 6))


def test_clip_is_the_norm_bound_of_the_same_number_of_weights():
    kernel = np.random.default_rng(0).normal(size=(5, 5, 96, 4)).astype("float32")
    bound = keras.constraints.MaxNorm(0.1 * np.sqrt(5 * 5 * 96), axis=[0, 1, 2])
    np.testing.assert_allclose(ClipRMS(0.1)(kernel), bound(kernel), rtol=1e-4)
    assert bound.max_value == pytest.approx(4.90, abs=0.005)


def test_contrast_normalization_forgets_brightness_and_contrast():
    maps = np.random.default_rng(0).normal(size=(2, 9, 8, 4)).astype("float32")
    layer = LocalContrastNormalization(epsilon=1e-6)
    normalized = keras.ops.convert_to_numpy(layer(maps))
    np.testing.assert_allclose(layer(3 * maps + 5), normalized, atol=1e-4)
    np.testing.assert_allclose(layer(np.ones_like(maps)), 0, atol=1e-2)
    assert abs(normalized).std() > 0.3


def test_contrast_normalization_by_hand():
    maps = np.random.default_rng(0).normal(size=(1, 7, 7, 2))
    window = np.exp(-0.5 * ((np.arange(5) - 2) / 1.25) ** 2)
    window = np.outer(window, window)

    def local_mean(values):
        values, result = values.mean(axis=-1)[0], np.empty((7, 7))
        for row, column in np.ndindex(7, 7):
            inside = [
                (window[r - row + 2, c - column + 2], values[r, c])
                for r in range(max(row - 2, 0), min(row + 3, 7))
                for c in range(max(column - 2, 0), min(column + 3, 7))
            ]
            weights, seen = np.transpose(inside)
            result[row, column] = np.average(seen, weights=weights)
        return result[None, ..., None]

    centered = maps - local_mean(maps)
    deviation = np.sqrt(local_mean(centered**2) + 1e-6)
    expected = centered / np.maximum(deviation, deviation.mean())
    found = LocalContrastNormalization(dtype="float64")(maps)
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_model_survives_saving(tmp_path):
    model = zfnet_cifar10(filters=(4, 4, 4, 4, 4), contrast_normalization=True, max_rms=0.2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    np.testing.assert_allclose(loaded(images), model(images), atol=1e-6)
    assert loaded.get_layer("conv3").kernel_constraint.max_rms == 0.2


def test_contrast_normalization_counts_in_the_receptive_field_but_not_going_down():
    models = [zfnet_cifar10(contrast_normalization=on) for on in (False, True)]
    boxes = [receptive_boxes(model, "conv2", np.array((8, 8)), (32, 32)) for model in models]
    assert (boxes[0][2:] - boxes[0][:2]).tolist() == [11, 11]
    assert (boxes[1][2:] - boxes[1][:2]).tolist() == [19, 19]
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    top, left, bottom, right = boxes[0]
    projection = sum(abs(deconvnet(models[1], images, "conv2", unit, (8, 8))) for unit in range(4))
    assert projection.any()
    projection[:, top:bottom, left:right] = 0
    assert not projection.any()
