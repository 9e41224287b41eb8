"""Occlusion against closed forms, on networks whose answer is known."""

from utils.explain import occlusion
from utils.explain.network import Network

import numpy as np
import pytest
from explain_models import conv, dense, feature_maps, network, random_images, small_network
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers


def linear_network():
    return network(layers.Flatten(dtype="float64"), dense(4, seed=1))


def closed_form_drops(model, images, classes, size, stride, fill):
    """Return by how much the score of a linear model falls: w . (x - fill) over the square."""
    weights = model.layers[-1].get_weights()[0][:, classes].reshape(images.shape[1:])
    part = (weights * (images - fill)).sum(axis=-1)
    rows = range(0, images.shape[1] - size + 1, stride)
    columns = range(0, images.shape[2] - size + 1, stride)
    return np.stack(
        [[part[:, r : r + size, c : c + size].sum(axis=(1, 2)) for c in columns] for r in rows]
    ).transpose(2, 0, 1)


@settings(max_examples=15, deadline=None)
@given(
    size=st.integers(1, 12),
    stride=st.integers(1, 5),
    fill=st.one_of(st.floats(-1, 1), st.just(np.array([0.1, 0.5, -0.3]))),
)
def test_drops_of_a_linear_model_equal_the_closed_form(size, stride, fill):
    model, images = linear_network(), random_images(2)
    found = occlusion(model, images, 2, size=size, stride=stride, fill=fill, batch_size=1000)
    expected = closed_form_drops(model, images, 2, size, stride, fill)
    plain = model(images).numpy()[:, 2, None, None]
    np.testing.assert_allclose(plain - found.scores, expected, atol=1e-12)
    wrong = closed_form_drops(model, images, 1, size, stride, fill)  # another class
    assert abs(plain - found.scores - wrong).max() > 1e-6


def test_every_answer_equals_brute_force():
    model, images = small_network(), random_images(3)
    classes = np.array([0, 3, 1])
    found = occlusion(model, images, classes, layer="conv2", size=5, stride=3, fill=0.2, batch_size=7)
    np.testing.assert_array_equal(found.rows, [0, 3, 6])
    np.testing.assert_array_equal(found.columns, [0, 3, 6, 9])
    strongest = feature_maps(model, "conv2", images).sum(axis=(1, 2)).argmax(axis=1)
    for n, p, q in np.ndindex(3, 3, 4):
        row, column = found.rows[p], found.columns[q]
        occluded = images[n : n + 1].copy()
        occluded[:, row : row + 5, column : column + 5] = 0.2
        (outputs,) = model(occluded).numpy()
        assert found.scores[n, p, q] == pytest.approx(outputs[classes[n]])
        assert found.predictions[n, p, q] == outputs.argmax()
        activity = feature_maps(model, "conv2", occluded)[0, ..., strongest[n]].sum()
        assert found.activities[n, p, q] == pytest.approx(activity)


def test_drops_of_pixels_are_the_mean_of_the_squares_that_cover_them():
    model, images = small_network(), random_images(1)
    found = occlusion(model, images, 1, size=4, stride=3)
    fall = model(images).numpy()[0, 1] - found.scores[0]
    assert found.drops[0, 0, 0] == pytest.approx(fall[0, 0])
    assert found.drops[0, 1, 3] == pytest.approx((fall[0, 0] + fall[0, 1]) / 2)
    assert found.drops[0, 3, 3] == pytest.approx(fall[:2, :2].mean())
    np.testing.assert_array_equal(found.drops[0, 10:], 0)  # No square reaches down there.


def test_drops_of_single_pixels_on_a_linear_model():
    model, images = linear_network(), random_images(2)
    expected = closed_form_drops(model, images, 0, 1, 1, 0.5)
    np.testing.assert_allclose(occlusion(model, images, 0, size=1, stride=1).drops, expected)


def test_square_that_no_unit_sees_changes_nothing():
    corner = network(
        conv(3, seed=1, activation="relu", name="conv"),
        layers.Cropping2D(((0, 8), (0, 10)), dtype="float64"),  # sees 4x4 pixels
        layers.Flatten(dtype="float64"),
        dense(2, seed=2),
    )
    images = random_images(2)
    found = occlusion(corner, images, 0, size=2, stride=2)
    fall = abs(corner(images).numpy()[:, 0, None, None] - found.scores)
    assert not fall[:, 2:].any() and not fall[:, :, 2:].any()
    assert fall[:, :2, :2].min() > 0


def test_filling_with_the_image_itself_changes_nothing():
    model, images = small_network(), np.full((2, 12, 14, 3), 0.3)
    found = occlusion(model, images, fill=0.3)
    np.testing.assert_allclose(found.drops, 0, atol=1e-12)


def test_predicted_class_is_the_default_and_no_layer_no_activity():
    model, images = small_network(), random_images(2)
    predicted = model(images).numpy().argmax(axis=1)
    found = occlusion(model, images)
    np.testing.assert_array_equal(found.scores, occlusion(model, images, predicted).scores)
    assert found.activities is None


def test_many_squares_are_compiled_once(monkeypatch):
    model, images = small_network(), random_images(1)
    calls, run = [], Network.run
    monkeypatch.setattr(Network, "run", lambda *args: (calls.append(1), run(*args))[1])
    occlusion(model, images, 0, size=3, stride=1, batch_size=8)
    assert len(calls) == 2, "one trace for the squares, one call for the whole image"


def test_bad_input_is_refused():
    model, images = small_network(), random_images(1)
    with pytest.raises(ValueError, match="square of 13 pixels does not fit into images of 12x14"):
        occlusion(model, images, size=13)
    for name in ("size", "stride", "batch_size"):
        with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1"):
            occlusion(model, images, **{name: 0})
    with pytest.raises(ValueError, match="one for each of 3 channels"):
        occlusion(model, images, fill=[0.1, 0.2])
    with pytest.raises(ValueError, match=r"'flatten' is .* without positions"):
        occlusion(model, images, layer="flatten")
    with pytest.raises(ValueError, match="4 classes"):
        occlusion(model, images, 4)
