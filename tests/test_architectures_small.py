"""The six small networks of one comparison: shapes, sizes, and the building blocks they stand for."""

from laboratory.runs.registry import SMALL_NETWORKS
from utils import architectures
from utils.layers import FusedBatchNormalization, LocalResponseNormalization

import keras
import numpy as np
import pytest

PARAMETERS = {
    "small_lenet": 121_182,
    "small_alexnet": 1_446_282,
    "small_vgg": 1_313_818,
    "small_inception": 649_226,
    "small_resnet": 698_858,
}


def build(name: str) -> keras.Model:
    return getattr(architectures, name)()


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_a_small_network_classifies_small_images(name):
    model = build(name)
    assert model.input_shape == (None, 32, 32, 3) and model.output_shape == (None, 10)
    assert model.count_params() <= 1_500_000
    assert model.count_params() == PARAMETERS.get(name, model.count_params())
    images = np.random.default_rng(0).random((3, 32, 32, 3), dtype="float32")
    np.testing.assert_allclose(model(images).numpy().sum(axis=1), 1, rtol=1e-5)


def num_layers(model: keras.Model, *kinds) -> int:
    return sum(isinstance(layer, kinds) for layer in model.layers)


def test_each_has_the_block_that_it_stands_for():
    layers = keras.layers
    assert num_layers(build("small_alexnet"), LocalResponseNormalization) == 2
    assert num_layers(build("small_vgg"), layers.Conv2D) == 8
    assert {layer.kernel_size for layer in build("small_vgg").layers if hasattr(layer, "kernel_size")} == {
        (3, 3)
    }
    assert num_layers(build("small_inception"), layers.Concatenate) == 6
    assert num_layers(build("small_xception"), layers.SeparableConv2D) == 9
    assert num_layers(build("small_xception"), layers.Add) == 4
    assert num_layers(build("small_resnet"), layers.Add) == 6


@pytest.mark.parametrize("name", SMALL_NETWORKS)
def test_normalization_comes_with_its_time(name):
    has_it = num_layers(build(name), FusedBatchNormalization) > 0
    assert has_it == (name not in ("small_lenet", "small_alexnet"))
