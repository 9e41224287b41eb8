"""The network of the speedrun, and its parts by hand: whitening, schedule, averaging, views."""

import math
from types import SimpleNamespace

from laboratory.speedrun import (
    FLIP_AND_SHIFT_VIEWS,
    FLIP_VIEWS,
    ConvolutionMuon,
    Lookahead,
    RiseAndFall,
    ScaledSGD,
    average_views,
    whitening_filters,
    whitening_kernel,
)
from laboratory.speedrun.optimizers import orthogonalize
from laboratory.speedrun.views import view
from utils import architectures
from utils.architectures.cost import multiply_adds
from utils.architectures.speedrun import (
    CIFAR10_DEVIATION,
    CIFAR10_MEAN,
    Whitening,
    set_whitening,
)
from utils.convolution.windows import im2col
from utils.layers import dirac
from utils.training import Augmentation

import keras
import numpy as np
import pytest
import tensorflow as tf

generator = np.random.default_rng(0)


# --- the network ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return architectures.speedrun()


def test_parameters_and_multiply_adds_are_those_of_the_source(network):
    statistics = [weight for weight in network.weights if "moving" in weight.name]
    kernels = [24 * 64, 64 * 64, 64 * 256, *[256 * 256] * 3]
    by_hand = 24 * 12 + 24 + 9 * sum(kernels) + 2 * (64 + 256 + 256) + 256 * 10
    assert network.count_params() - sum(math.prod(w.shape) for w in statistics) == by_hand == 1_971_640
    places = [31**2, 15**2, 15**2, 7**2, 7**2, 3**2]
    by_place = 31**2 * 24 * 12 + 2560 + sum(9 * k * p for k, p in zip(kernels, places, strict=True))
    assert multiply_adds(network) == by_place
    assert round(by_place / 1e6, 1) == 118.1


def test_only_the_whitening_kernel_is_frozen(network):
    frozen = {weight.path for weight in network.weights} - {w.path for w in network.trainable_weights}
    assert {path for path in frozen if "moving" not in path} == {"whitening/kernel"}
    assert not [weight for weight in network.weights if weight.name == "gamma"]
    network.get_layer("whitening").trainable = False
    assert "whitening/bias" not in {weight.path for weight in network.trainable_weights}
    network.get_layer("whitening").trainable = True


def test_half_the_width_has_a_quarter_of_the_weights():
    narrow = architectures.speedrun(width=32)
    kernels = 9 * (24 * 32 + 32 * 32 + 32 * 128 + 3 * 128 * 128)
    # Each normalization has a shift, a moving mean and a moving variance.
    assert narrow.count_params() == 24 * 12 + 24 + kernels + 3 * 2 * (32 + 128 + 128) + 1_280
    with pytest.raises(ValueError, match="16 filters cannot pass 24 maps on"):
        architectures.speedrun(width=16)


def test_the_parts_can_be_left_out():
    plain = architectures.speedrun(whitening=False, normalization=False, activation="relu")
    assert {type(layer).__name__ for layer in plain.layers}.isdisjoint(
        {"Whitening", "FusedBatchNormalization"}
    )
    biases = 24 + 2 * (64 + 256 + 256)
    assert plain.count_params() == 1_971_640 - 24 - 2 * (64 + 256 + 256) + biases
    assert len(plain.trainable_weights) == len(plain.weights)


def test_convolutions_begin_as_the_identity():
    maps = generator.normal(size=(2, 5, 5, 4)).astype("float32")
    kernel = dirac((3, 3, 4, 7))
    outputs = keras.ops.convert_to_numpy(keras.ops.conv(maps, kernel, padding="same"))
    np.testing.assert_array_equal(outputs[..., :4], maps)
    others = keras.ops.convert_to_numpy(kernel)[..., 4:]
    assert (others != 0).all() and np.abs(others).max() < 1 / np.sqrt(9 * 4)
    with pytest.raises(ValueError, match="3 filters cannot pass 4 maps"):
        dirac((3, 3, 4, 3))


def test_the_network_computes_in_one_pass_what_the_source_does():
    names = [type(layer).__name__ for layer in architectures.speedrun().layers]
    assert names.count("MatrixGradientConv2D") == names.count("FusedBatchNormalization") == 6
    x = np.linspace(-6, 6, 1001, dtype="float32")
    for layer in architectures.speedrun().layers:
        if isinstance(layer, keras.layers.Activation):
            np.testing.assert_allclose(layer(x), keras.activations.gelu(x, approximate=False), atol=1e-6)


def test_the_network_is_saved_and_loaded(network, tmp_path):
    set_whitening(network, generator.normal(size=(2, 2, 3, 24)))
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    assert isinstance(loaded.get_layer("whitening"), Whitening)
    assert len(loaded.trainable_weights) == len(network.trainable_weights)
    images = generator.random((2, 32, 32, 3)).astype("float32")
    outputs = network(images)
    np.testing.assert_array_equal(loaded(images), outputs)
    np.testing.assert_allclose(keras.ops.sum(outputs, axis=-1), 1, rtol=1e-5)


# --- whitening -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Smooth random images: neighboring pixels say nearly the same, as in photographs."""
    noise = generator.normal(size=(60, 37, 37, 3)).cumsum(axis=1).cumsum(axis=2)
    mixed = noise[:, 5:, 5:] - noise[:, :-5, 5:] - noise[:, 5:, :-5] + noise[:, :-5, :-5]
    mixed = mixed @ generator.uniform(0.3, 1, (3, 3))
    return np.clip(128 + 12 * mixed, 0, 255).astype(np.uint8)


def test_whitened_patches_have_the_identity_as_covariance(images):
    colors = (images / 255 - CIFAR10_MEAN) / CIFAR10_DEVIATION
    patches = im2col(colors, 2)
    before = patches.T @ patches / len(patches)
    assert np.abs(before - np.eye(12)).max() > 0.3
    whitened = patches @ whitening_filters(patches, epsilon=0.0)
    np.testing.assert_allclose(whitened.T @ whitened / len(whitened), np.eye(12), atol=1e-8)


def test_the_network_whitens_images(images):
    """What comes out of the first layer, computed by Keras from the images themselves."""
    network = architectures.speedrun()
    set_whitening(network, whitening_kernel(images))
    layer = network.get_layer("whitening")
    outputs = keras.Model(network.inputs, layer.output).predict(images / np.float32(255), verbose=0)
    np.testing.assert_allclose(outputs[..., :12], -outputs[..., 12:], atol=1e-4)
    maps = outputs[..., :12].reshape(-1, 12)
    moments = maps.T @ maps / len(maps)
    # Each variance is a little below one: epsilon was added to the eigenvalue.
    np.testing.assert_allclose(moments - np.diag(np.diag(moments)), 0, atol=1e-3)
    assert (np.diag(moments) < 1 + 1e-3).all() and np.diag(moments)[0] > 0.99


def test_the_filters_keep_their_order_and_epsilon(images):
    patches = im2col(images / 255 - 0.5, 2)
    values = np.linalg.eigvalsh(patches.T @ patches / len(patches))[::-1]
    norms = np.linalg.norm(whitening_filters(patches, epsilon=0.01), axis=0)
    np.testing.assert_allclose(norms, 1 / np.sqrt(values + 0.01))


# --- schedule and optimizers ---------------------------------------------------------------------


def test_the_schedule_by_hand():
    schedule = RiseAndFall(2.0, num_steps=100)
    # 0.2 at the start; 23 steps up, 77 down to 0.07.
    by_hand = {0: 0.4, 10: 2 * (0.2 + 0.8 * 10 / 23), 23: 2.0, 61.5: 2 * (1 - 0.93 / 2), 100: 0.14}
    found = [float(schedule(step)) for step in by_hand]
    np.testing.assert_allclose(found, list(by_hand.values()), rtol=1e-6)
    assert RiseAndFall.from_config(schedule.get_config()).get_config() == schedule.get_config()


def optimizer_step(optimizer, values: dict[str, np.ndarray], gradients: list, num_steps: int = 1):
    """Take steps with constant gradients; return the variables' values."""
    variables = [keras.Variable(value, name=name, dtype="float32") for name, value in values.items()]
    optimizer.build(variables)
    for _ in range(num_steps):
        optimizer.apply([tf.constant(gradient, tf.float32) for gradient in gradients])
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def test_decay_is_decoupled_and_shifts_are_fast():
    """Two steps by hand: the decay takes its share of the weight, and nothing of it enters the momentum."""
    rate, momentum, decay, factor = 0.1, 0.5, 0.3, 64.0
    optimizer = ScaledSGD(rate, shift_factor=factor, momentum=momentum, nesterov=True, weight_decay=decay)
    found = optimizer_step(optimizer, {"kernel": [2.0], "beta": [1.0]}, [[0.7], [0.2]], num_steps=2)
    by_hand = []
    for weight, gradient, own_rate in ((2.0, 0.7, rate), (1.0, 0.2, rate * factor)):
        velocity = 0.0
        for _ in range(2):
            weight -= rate * decay * weight  # the factor of the shifts does not enter
            velocity = momentum * velocity - own_rate * gradient
            weight += momentum * velocity - own_rate * gradient
        by_hand.append([weight])
    np.testing.assert_allclose(found, by_hand, rtol=1e-6)


def test_equal_steps_are_as_long_as_the_source_says():
    """A long row of equal gradients moves 1 + 1 / (1 - momentum) times the rate at each step."""
    options = {"momentum": 0.85, "nesterov": True}
    before, after = (
        optimizer_step(ScaledSGD(0.01, **options), {"kernel": [0.0]}, [[1.0]], num_steps=steps)[0][0]
        for steps in (200, 201)
    )
    # Keras counts the gradient of the step itself once more than the limit of the momentum.
    assert before - after == pytest.approx(0.01 * (1 + 0.85 / (1 - 0.85)), rel=1e-3)


def test_muon_makes_the_step_of_a_kernel_orthogonal():
    kernel, gradient = generator.normal(size=(2, 3, 3, 4, 8))
    keywords = {"muon_factor": 0.5, "muon_momentum": 0.0, "momentum": 0.5, "nesterov": True}
    optimizer = ConvolutionMuon(0.1, num_iterations=8, **keywords)
    found = optimizer_step(optimizer, {"kernel": kernel, "bias": [1.0]}, [gradient, [0.2]])
    left, _, right = np.linalg.svd(gradient.reshape(36, 8), full_matrices=False)
    normed = kernel * np.sqrt(8) / np.linalg.norm(kernel)
    step = (normed - found[0]).reshape(36, 8) / (0.5 * 0.1)
    # The iteration brings singular values near one, not onto it.
    np.testing.assert_allclose(np.diag(left.T @ step @ right.T), 1, atol=0.35)
    np.testing.assert_allclose(np.linalg.svd(step, compute_uv=False), 1, atol=0.35)
    assert found[1][0] == pytest.approx(1 - 0.1 * 0.2 * 1.5)


def test_orthogonalizing_equals_the_matrices_of_keras():
    """`keras.optimizers.Muon` has the same iteration, for matrices."""
    matrix = generator.normal(size=(12, 5)).astype("float32")
    by_keras = keras.optimizers.Muon().zeropower_via_newtonschulz5(tf.constant(matrix), 3)
    np.testing.assert_allclose(orthogonalize(tf.constant(matrix), 3), by_keras, atol=1e-5)


def test_orthogonalizing_keeps_the_singular_vectors():
    matrix = generator.normal(size=(3, 3, 2, 5)).astype("float32")
    step = keras.ops.convert_to_numpy(orthogonalize(matrix, 6)).reshape(-1, 5)
    left, _, right = np.linalg.svd(matrix.reshape(-1, 5), full_matrices=False)
    between = left.T @ step @ right.T
    np.testing.assert_allclose(between - np.diag(np.diag(between)), 0, atol=1e-3)


def test_optimizers_are_written_and_read():
    for optimizer in (ScaledSGD(0.1, shift_factor=3.0, momentum=0.5), ConvolutionMuon(0.1, muon_factor=2.0)):
        again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
        assert type(again) is type(optimizer) and again.get_config() == optimizer.get_config()


# --- averaging -----------------------------------------------------------------------------------


def test_lookahead_equals_numpy():
    """Constant gradients of 1 and plain descent: between two averages the weights fall by `every` rates."""
    every, num_epochs, rate = 2, 3, 0.1
    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(inputs))
    model.set_weights([np.array([[5.0]])])
    model.compile(keras.optimizers.SGD(rate), loss=lambda truth, outputs: outputs, steps_per_execution=every)
    averaging = Lookahead(12, every, first_epoch=1, largest_decay=0.8)
    ones = tf.data.Dataset.from_tensors((np.ones((1, 1), "float32"), np.zeros((1, 1)))).repeat()
    model.fit(ones, epochs=num_epochs, steps_per_epoch=4, callbacks=[averaging], verbose=0)
    weight = slow = 5.0 - 4 * rate
    for step in (6, 8, 10, 12):
        weight -= every * rate
        decay = 0.8 * (step / 12) ** 3
        slow = decay * slow + (1 - decay) * weight
        weight = slow
    assert model.get_weights()[0].item() == pytest.approx(slow, rel=1e-5)


def test_averages_that_do_not_fit_the_epoch_are_refused():
    averaging = Lookahead(100, every=10, first_epoch=0, largest_decay=0.8)
    averaging.set_params({"steps": 25})
    averaging.set_model(SimpleNamespace(steps_per_execution=10))
    with pytest.raises(ValueError, match="choose a divisor"):
        averaging.on_train_begin()


# --- flips and views -----------------------------------------------------------------------------


def test_alternating_flips_show_both_sides_equally_often():
    flips = [Augmentation("alternating").draw(1000, 32, 3, epoch)["flip"].numpy() for epoch in range(4)]
    for epoch in range(3):
        np.testing.assert_array_equal(flips[epoch + 1], 1 - flips[epoch])
    assert 450 < flips[0].sum() < 550
    random = [Augmentation("random").draw(1000, 32, 3, epoch)["flip"].numpy() for epoch in range(2)]
    assert 400 < (random[0] == random[1]).sum() < 600


@pytest.fixture(scope="module")
def lopsided() -> keras.Model:
    """A network that answers differently to an image and its mirror image."""
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [keras.Input((6, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(4, activation="softmax")]
    )


@pytest.mark.parametrize("views", [FLIP_VIEWS, FLIP_AND_SHIFT_VIEWS], ids=["flip", "flip and shift"])
def test_averaged_views_do_not_know_left_from_right(lopsided, views):
    images = generator.random((5, 6, 6, 3)).astype("float32")
    once, mirrored = lopsided(images), lopsided(images[:, :, ::-1])
    assert np.abs(once - mirrored).max() > 0.01
    scores = average_views(lopsided, images, views)
    if views is FLIP_VIEWS:
        np.testing.assert_allclose(scores, (np.log(once) + np.log(mirrored)) / 2, rtol=1e-4)
        np.testing.assert_allclose(average_views(lopsided, images[:, :, ::-1], views), scores, rtol=1e-4)
    assert sum(views.values()) == 1


def test_shifted_views_are_symmetric_for_images_that_are(lopsided):
    """An image that equals its mirror image gets the same score from a view and the mirrored view."""
    images = generator.random((5, 6, 6, 3)).astype("float32")
    images = images + images[:, :, ::-1]
    np.testing.assert_array_equal(view(images, False, 0), view(images, True, 0))
    assert {flip: sum(w for (f, _), w in FLIP_AND_SHIFT_VIEWS.items() if f == flip) for flip in (0, 1)} == {
        0: 0.5,
        1: 0.5,
    }


def test_views_by_hand():
    image = np.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(view(image, True, 0)[0, :, :, 0], image[0, :, ::-1, 0])
    down = view(image, False, 1)[0, :, :, 0]
    np.testing.assert_array_equal(down[1:, 1:], image[0, :-1, :-1, 0])
    np.testing.assert_array_equal(down[0, 1:], image[0, 1, :-1, 0])  # the border row is not repeated
    up = view(image, False, -1)[0, :, :, 0]
    np.testing.assert_array_equal(up[:-1, :-1], image[0, 1:, 1:, 0])
    np.testing.assert_array_equal(up[-1, :-1], image[0, 2, 1:, 0])
