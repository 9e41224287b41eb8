"""VGG, Inception v3, Xception and ResNet-50 compute what keras.applications computes."""

import contextlib
import gc

import keras
import numpy as np
import pytest
from reference_networks import NETWORKS, Pair

TOLERANCE = 1e-4  # of the standard deviation


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=NETWORKS)
def network(request):
    return request.param


@pytest.fixture(scope="module")
def pair(network):
    yield Pair(network)
    gc.collect()


@contextlib.contextmanager
def changed(layer, name, value):
    """Give the layer another attribute, for a while."""
    before = getattr(layer, name)
    setattr(layer, name, value)
    try:
        yield
    finally:
        setattr(layer, name, before)


def test_logits_and_blocks_agree_with_keras_applications(pair):
    """Signals of healthy size, else agreement would prove nothing."""
    for expected in pair.expected:
        assert 0.1 < expected.std() < 100
        assert np.mean(expected != 0) > 0.3
    assert len(np.unique(pair.expected[-1])) > 990
    assert pair.differences().max() < TOLERANCE


def test_one_changed_filter_is_noticed_from_its_block_on(network, pair):
    layer = pair.ours.get_layer(network.kernel)
    kernels = layer.get_weights()
    mutants = [kernel.copy() for kernel in kernels]
    mutants[0][..., 0] *= -1
    layer.set_weights(mutants)
    differences = pair.differences()
    layer.set_weights(kernels)
    assert_differs_from(network.changed_block, differences)


def test_one_changed_activation_is_noticed_from_its_block_on(network, pair):
    layer = pair.ours.get_layer(network.activation)
    with changed(layer, "activation", keras.activations.linear):
        differences = pair.differences()
    assert_differs_from(network.changed_block, differences)


def assert_differs_from(block, differences):
    assert (differences[:block] < TOLERANCE).all()
    assert (differences[block:] > 10 * TOLERANCE).all()


def test_one_changed_vector_of_each_kind_is_noticed(pair):
    """Biases, and what belongs to batch normalization: a middle one of each, turned by one."""
    vectors = [weight for layer in pair.ours.layers for weight in layer.weights]
    vectors = [vector for vector in vectors if len(vector.shape) == 1]
    for name in sorted({vector.name for vector in vectors}):
        same_kind = [vector for vector in vectors if vector.name == name]
        vector = same_kind[len(same_kind) // 2]
        before = vector.numpy()
        vector.assign(np.roll(before, 1))
        differences = pair.differences()
        vector.assign(before)
        assert differences[-1] > 10 * TOLERANCE, vector.path


def test_all_weights_are_the_references_in_number_and_trainability(network, pair):
    reference = network.application(
        weights=None, input_shape=pair.ours.input_shape[1:], classifier_activation=None
    )
    for kind in ("weights", "trainable_weights"):
        ours, theirs = getattr(pair.ours, kind), getattr(reference, kind)
        assert [tuple(weight.shape) for weight in ours] == [tuple(w.shape) for w in theirs]
