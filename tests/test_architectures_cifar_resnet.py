"""The residual networks for CIFAR-10 against the paper's table and a calculation by hand."""

from utils.architectures import cifar_resnet
from utils.architectures.cost import network_cost

import keras
import numpy as np
import pytest
from keras import layers


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (56, 0.85)])
def test_parameters_are_those_of_the_paper(depth, millions):
    """Table 6 of He and others, 2016; plain networks have as many, as shortcuts have no weights."""
    residual, plain = (cifar_resnet(depth=depth, shortcuts=shortcuts) for shortcuts in (True, False))
    count = sum(int(np.prod(weight.shape)) for weight in residual.trainable_weights)
    assert round(count / 1e6, 2) == pytest.approx(millions, abs=0.011)
    assert residual.count_params() == plain.count_params()
    assert sum(isinstance(layer, layers.Conv2D) for layer in residual.layers) == depth - 1
    assert network_cost(residual).multiply_adds == network_cost(plain).multiply_adds


def test_a_shortcut_keeps_every_second_pixel_and_adds_maps_of_zeros():
    """With blocks that add nothing, only the first convolution and the classifier are left."""
    model = cifar_resnet(depth=8, width=4)
    normalizations = [one for one in model.layers if isinstance(one, layers.BatchNormalization)]
    for second in normalizations[2::2]:
        second.gamma.assign(np.zeros(second.gamma.shape))
    images = np.random.default_rng(0).random((2, 32, 32, 3)).astype("float32")
    first = next(layer for layer in model.layers if isinstance(layer, layers.ReLU))
    maps = keras.ops.convert_to_numpy(keras.Model(model.input, first.output)(images))
    means = np.concatenate([maps[:, ::4, ::4].mean(axis=(1, 2)), np.zeros((2, 12))], axis=1)
    scores = means @ model.get_layer("predictions").get_weights()[0]
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model(images), expected, rtol=1e-5)


@pytest.mark.parametrize("depth", [2, 21, 55])
def test_other_depths_are_refused(depth):
    with pytest.raises(ValueError, match="6n \\+ 2"):
        cifar_resnet(depth=depth)
