"""Gradient ascent where its end is known."""

from utils.explain import as_pictures, maximize_filter

import numpy as np
import pytest
from explain_models import IMAGE_SHAPE, conv, max_pool, network, small_network


def cosine(left, right):
    return np.vdot(left, right) / np.linalg.norm(left) / np.linalg.norm(right)


def linear_convolution():
    return network(conv(4, 5, seed=0, name="conv"))


def test_ascent_at_one_position_of_a_convolution_returns_the_filter():
    model = linear_convolution()
    filters = model.layers[0].get_weights()[0]
    found = maximize_filter(
        model, "conv", range(4), position=(3, 6), start=np.zeros(IMAGE_SHAPE), num_steps=3
    )
    for unit, image in enumerate(found.images):
        window = image[3:8, 6:11].copy()
        assert cosine(window, filters[..., unit]) > 0.999
        assert cosine(window, filters[..., (unit + 1) % 4]) < 0.9
        assert cosine(window, filters[::-1, ::-1, :, unit]) < 0.9  # not the turned filter
        image[3:8, 6:11] = 0
        assert not image.any()


def test_ascent_on_the_mean_returns_the_sum_of_the_shifted_filters():
    model = linear_convolution()
    kernel = model.layers[0].get_weights()[0][..., 1]
    expected = np.zeros(IMAGE_SHAPE)
    for row, column in np.ndindex(8, 10):
        expected[row : row + 5, column : column + 5] += kernel
    (image,) = maximize_filter(model, "conv", 1, start=np.zeros(IMAGE_SHAPE)).images
    assert cosine(image, expected) > 0.999
    assert cosine(image[3:8, 6:11], kernel) < 0.999


def test_steps_have_the_blogs_length_and_each_climbs():
    model = linear_convolution()
    start = np.full(IMAGE_SHAPE, 0.5)
    found = maximize_filter(model, "conv", [0, 1], start=start, num_steps=5, step_size=0.01)
    rms = np.sqrt(np.mean((found.images - 0.5) ** 2, axis=(1, 2, 3)))
    np.testing.assert_allclose(rms, 5 * 0.01, rtol=1e-2)  # one direction, as it is linear
    assert found.activations.shape == (2, 6)
    assert (np.diff(found.activations) > 0).all()


def test_activations_are_the_units_own_means():
    model = small_network()
    found = maximize_filter(model, "pool2", [3, 0], num_steps=4)
    top = network(*model.layers[:4])
    np.testing.assert_allclose(
        found.activations[:, -1],
        top(found.images).numpy().mean(axis=(1, 2))[[0, 1], [3, 0]],
        atol=1e-12,
    )
    assert (found.activations[:, -1] > found.activations[:, 0]).all()


def test_noise_starts_nearly_gray_and_repeats_with_its_seed():
    options = {"num_steps": 1, "step_size": 1e-9, "pixel_range": (-1.0, 1.0)}
    first, again, other = (
        maximize_filter(linear_convolution(), "conv", 0, seed=seed, **options).images for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    low, high = 2 * 128 / 255 - 1, 2 * 148 / 255 - 1
    assert low - 1e-6 < first.min() < first.max() < high + 1e-6


def test_dead_unit_stays_where_it_started():
    model = network(conv(2, seed=0, activation="relu", name="conv"))
    kernel, bias = model.get_weights()
    model.set_weights([kernel, np.array([-100.0, bias[1]])])
    start = np.full((2, *IMAGE_SHAPE), 0.5)
    found = maximize_filter(model, "conv", [0, 1], start=start)
    np.testing.assert_array_equal(found.images[0], start[0])
    assert not found.activations[0].any()
    assert not np.array_equal(found.images[1], start[1])


def roughness(images):
    return abs(np.diff(images, axis=1)).mean() / images.std()


def test_blur_smooths_and_decay_holds_back():
    model = linear_convolution()
    options = {"position": (3, 4), "num_steps": 20, "step_size": 0.05}
    plain = maximize_filter(model, "conv", range(4), **options).images
    blurred = maximize_filter(model, "conv", range(4), blur=0.8, **options).images
    decayed = maximize_filter(model, "conv", range(4), decay=0.2, **options).images
    assert roughness(blurred) < 0.8 * roughness(plain)
    assert abs(decayed - 0.5).max() < 0.5 * abs(plain - 0.5).max()


def test_blur_is_a_gaussian_that_keeps_the_sum():
    model = linear_convolution()
    start = np.full(IMAGE_SHAPE, 0.5)
    start[6, 7] = 1.5
    options = {"start": start, "num_steps": 1, "step_size": 1e-12, "blur_every": 1}
    image = maximize_filter(model, "conv", 0, blur=0.7, **options).images[0] - 0.5
    offsets = np.arange(-3, 4)
    profile = np.exp(-0.5 * (offsets / 0.7) ** 2)
    expected = np.outer(profile, profile) / profile.sum() ** 2
    np.testing.assert_allclose(image[3:10, 4:11, 0], expected, atol=1e-9)
    assert image.sum() == pytest.approx(3)


def test_more_units_than_a_batch():
    model = network(conv(70, 2, seed=0, name="conv"), max_pool("pool"))
    found = maximize_filter(model, "pool", range(70), num_steps=2)
    assert found.images.shape == (70, *IMAGE_SHAPE)
    alone = maximize_filter(model, "pool", 69, num_steps=2, start=found.images[69])
    assert alone.activations[0, 0] == pytest.approx(found.activations[69, -1])


def test_models_of_any_size_need_one():
    model = network(conv(2, seed=0, name="conv"), shape=(None, None, 3))
    with pytest.raises(ValueError, match="any size: pass image_size"):
        maximize_filter(model, "conv", 0)
    found = maximize_filter(model, "conv", 0, image_size=(9, 7), num_steps=1)
    assert found.images.shape == (1, 9, 7, 3)


def test_pictures_have_the_asked_mean_and_deviation():
    images = np.random.default_rng(0).normal(3, 7, (2, 20, 20, 3))
    pictures = as_pictures(images)
    np.testing.assert_allclose(pictures.mean(axis=(1, 2, 3)), 0.5, atol=1e-3)
    np.testing.assert_allclose(pictures.std(axis=(1, 2, 3)), 0.1, atol=1e-3)
    assert as_pictures(images, 5.0).min() == 0 and as_pictures(images, 5.0).max() == 1
    np.testing.assert_array_equal(as_pictures(np.ones((1, 2, 2, 3))), 0.5)


def test_bad_input_is_refused():
    model = small_network()
    with pytest.raises(ValueError, match="'conv2' has 6 units, 0 to 5"):
        maximize_filter(model, "conv2", 6)
    with pytest.raises(ValueError, match=r"in the \(6, 7\) map of 'conv2'"):
        maximize_filter(model, "conv2", 0, position=(6, 0))
    with pytest.raises(ValueError, match="num_steps must be an integer of at least 1"):
        maximize_filter(model, "conv2", 0, num_steps=0)
    for wrong in ({"decay": 1.0}, {"blur": -1.0}, {"step_size": 0.0}):
        with pytest.raises(ValueError, match="decay must lie in"):
            maximize_filter(model, "conv2", 0, **wrong)
    with pytest.raises(ValueError, match="must be a batch of shape"):
        maximize_filter(model, "conv2", 0, start=np.zeros((5, 5, 3)))
