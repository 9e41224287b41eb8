"""The lecture's networks: published counts, layer by layer, and what each constraint bounds."""

import math

from utils.architectures import lecture_cifar10, lecture_cifar10_large

import keras
import numpy as np
import pytest

BUILDERS = {"lecture_cifar10": lecture_cifar10, "lecture_cifar10_large": lecture_cifar10_large}


def multiply_adds(model: keras.Model) -> int:
    """One multiply-add per weight of a kernel and position at which it is used."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            positions = layer.output.shape[1:-1]
            total += math.prod(layer.kernel.shape) * math.prod(positions)
    return total


def test_lecture_cifar10_matches_the_published_table():
    model = lecture_cifar10()
    counts = [layer.count_params() for layer in model.layers]
    assert counts == [896, 0, 9_248, 0, 0, 4_194_816, 0, 5_130]
    assert model.count_params() == 4_210_090
    shapes = [layer.output.shape[1:] for layer in model.layers]
    assert shapes == [
        *[(32, 32, 32)] * 3,
        (16, 16, 32),
        (8192,),
        (512,),
        (512,),
        (10,),
    ]
    assert multiply_adds(model) == 14_521_344


def test_lecture_cifar10_large_matches_the_published_total():
    model = lecture_cifar10_large()
    assert model.count_params() == 2_915_114
    filters = [layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert filters == [32, 32, 64, 64, 128, 128]
    assert 41.2e6 < multiply_adds(model) < 41.3e6


@pytest.mark.parametrize("build", [lecture_cifar10, lecture_cifar10_large])
@pytest.mark.parametrize(("keras_1_weights", "factor"), [(False, 9), (True, 1)])
def test_first_weights_of_convolutions_reach_their_bound(build, keras_1_weights, factor):
    keras.utils.set_random_seed(0)
    model = build(keras_1_weights=keras_1_weights)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            inputs, filters = layer.kernel.shape[2:]
            bound = math.sqrt(6 / (9 * inputs + factor * filters))
            assert 0.98 * bound < abs(layer.get_weights()[0]).max() <= bound


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_output_is_a_probability_distribution_in_float32(build):
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).random((3, 32, 32, 3), dtype=np.float32)
    probabilities = build()(images, training=False)
    np.testing.assert_allclose(probabilities.numpy().sum(axis=1), 1, rtol=1e-5)
    assert build().layers[-1].compute_dtype == "float32"


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_models_are_uncompiled(build):
    assert not build().compiled


def test_max_norm_is_where_the_page_sets_it():
    def bounded(model):
        return [layer.kernel_constraint is not None for layer in model.layers if layer.weights]

    assert bounded(lecture_cifar10()) == [True, True, True, False]
    assert bounded(lecture_cifar10_large()) == [False] * 6 + [True, True, False]
    assert not any(bounded(lecture_cifar10(max_norm=None)))


def test_max_norm_bounds_units_of_a_dense_layer_but_no_filter():
    """The page's constraint keeps axis 0, which on a convolution runs over the kernel's rows."""
    model = lecture_cifar10(max_norm=3)
    generator = np.random.default_rng(0)
    convolution, dense = model.layers[0], model.layers[5]
    kernel = generator.normal(size=convolution.kernel.shape)
    kernel *= 4 / np.sqrt((kernel**2).sum(axis=(0, 1, 2)))
    after = np.asarray(convolution.kernel_constraint(keras.ops.array(kernel, "float32")))
    np.testing.assert_allclose(np.sqrt((after**2).sum(axis=(0, 1, 2))), 4, rtol=1e-4)
    kernel = generator.normal(size=dense.kernel.shape)
    after = np.asarray(dense.kernel_constraint(keras.ops.array(kernel, "float32")))
    np.testing.assert_allclose(np.sqrt((after**2).sum(axis=0)), 3, rtol=1e-4)
