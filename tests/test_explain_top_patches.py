"""Top patches against brute force, and receptive boxes against gradients."""

from utils.convolution import receptive_field
from utils.explain import deconvnet, receptive_boxes, top_patches, top_patches_of
from utils.explain.network import Network
from utils.explain.top_patches import _Table

import keras
import numpy as np
import pytest
import tensorflow as tf
from explain_models import (
    IMAGE_SHAPE,
    conv,
    feature_maps,
    image_input,
    network,
    random_images,
    small_network,
)
from keras import layers

LAYERS = ("conv1", "pool1", "conv2", "pool2")
UNITS = (4, 0, 2)


@pytest.fixture(scope="module")
def model():
    return small_network(pool_size=3)


@pytest.fixture(scope="module")
def images():
    return random_images(23)


@pytest.fixture(scope="module")
def found(model, images):
    return {layer: top_patches(model, images, layer, UNITS, k=4, batch_size=5) for layer in LAYERS}


@pytest.mark.parametrize("layer", LAYERS)
def test_top_images_equal_brute_force(model, images, found, layer):
    maps = feature_maps(model, layer, images)[..., UNITS]
    strongest = maps.max(axis=(1, 2))  # one per image, (N, U)
    expected = np.argsort(-strongest, axis=0, kind="stable")[:4].T
    top = found[layer]
    np.testing.assert_array_equal(top.image_indices, expected)
    np.testing.assert_allclose(top.activations, np.take_along_axis(strongest.T, expected, 1), 1e-6)
    for u, k in np.ndindex(3, 4):
        row, column = top.positions[u, k]
        assert maps[expected[u, k], row, column, u] == strongest[expected[u, k], u]


def test_several_layers_share_one_pass(model, images, found):
    """A generator can be read only once."""
    batches = (images[start : start + 5] for start in range(0, len(images), 5))
    together = top_patches_of(model, batches, [(layer, UNITS) for layer in LAYERS], 4)
    for layer, top in zip(LAYERS, together, strict=True):
        for name, value in vars(top).items():
            np.testing.assert_allclose(value, getattr(found[layer], name), err_msg=name)


@pytest.mark.parametrize("layer", LAYERS)
def test_projections_are_those_of_the_deconvnet(model, images, found, layer):
    top = found[layer]
    np.testing.assert_array_equal(top.images, images[top.image_indices])
    for u, k in np.ndindex(3, 4):
        image = images[top.image_indices[u, k]][np.newaxis]
        expected = deconvnet(model, image, layer, UNITS[u], tuple(top.positions[u, k]))[0]
        np.testing.assert_allclose(top.projections[u, k], expected, atol=1e-12)


@pytest.mark.parametrize("layer", LAYERS)
def test_patches_are_the_boxes_and_projections_are_zero_elsewhere(images, found, layer):
    top = found[layer]
    assert abs(top.projections).max() > 0
    for u, k in np.ndindex(3, 4):
        first_row, first_column, last_row, last_column = top.boxes[u, k]
        rows, columns = slice(first_row, last_row), slice(first_column, last_column)
        image = images[top.image_indices[u, k]]
        np.testing.assert_array_equal(top.patches[u][k], image[rows, columns])
        rest = top.projections[u, k].copy()
        np.testing.assert_array_equal(top.projected_patches[u][k], rest[rows, columns])
        rest[rows, columns] = 0
        assert not rest.any()


@pytest.mark.parametrize("form", ["batches", "tuples", "tf.data"])
def test_batches_of_any_length_give_the_same(model, images, found, form):
    parts = np.split(images, (2, 9, 10, 20))
    stream = {
        "batches": (part for part in parts),
        "tuples": ((part, np.zeros(len(part))) for part in parts),
        "tf.data": tf.data.Dataset.from_tensor_slices(images).batch(7),
    }[form]
    top = top_patches(model, stream, "conv2", UNITS, k=4)
    for name in ("image_indices", "positions", "images"):
        np.testing.assert_array_equal(getattr(top, name), getattr(found["conv2"], name))
    np.testing.assert_allclose(top.projections, found["conv2"].projections, atol=1e-12)


def test_one_unit_alone(model, images, found):
    top = top_patches(model, images, "conv2", UNITS[0], k=4)
    np.testing.assert_array_equal(top.image_indices, found["conv2"].image_indices[:1])


def test_only_the_images_in_the_table_are_kept_and_they_are_copies():
    table, rng, batch = _Table(num_units=2, k=3), np.random.default_rng(0), np.empty((8, 2, 2, 1))
    batches = [rng.normal(size=(8, 2, 2, 1)) for _ in range(5)]
    for pixels in batches:
        batch[:] = pixels  # one buffer, written over and over
        table.add(batch, rng.normal(size=(8, 2)), np.zeros((8, 2, 2), int))
        assert len(table._images) <= 2 * 3
    expected = np.concatenate(batches)[table.indices]
    np.testing.assert_array_equal(table.top_images(), expected)


def test_of_equal_activations_the_first_images_are_chosen():
    dead = network(conv(2, seed=0, name="conv", activation="relu"))
    dead.set_weights([np.zeros(weights.shape) - 1e-3 for weights in dead.get_weights()])
    top = top_patches(dead, np.abs(random_images(8)), "conv", 1, k=3, batch_size=2)
    np.testing.assert_array_equal(top.image_indices, [[0, 1, 2]])
    assert not top.activations.any() and not top.projections.any()


def test_data_set_is_compiled_once(model, images, monkeypatch):
    calls, run = [], Network.run
    monkeypatch.setattr(Network, "run", lambda *args: (calls.append(1), run(*args))[1])
    top_patches(model, images, "conv2", UNITS, k=2, batch_size=3)
    assert len(calls) == 2, "one trace to search, one call to project"


def test_bad_input_is_refused(model, images):
    with pytest.raises(ValueError, match="23 images, too few for the top k=24"):
        top_patches(model, images, "conv2", 0, k=24)
    with pytest.raises(ValueError, match="k must be an integer of at least 1, got 0"):
        top_patches(model, images, "conv2", 0, k=0)
    with pytest.raises(ValueError, match="conv2' has 6 units, 0 to 5"):
        top_patches(model, images, "conv2", [0, 6])
    with pytest.raises(ValueError, match="uint8"):
        top_patches(model, np.zeros((9, *IMAGE_SHAPE), "uint8"), "conv2", 0)
    with pytest.raises(ValueError, match="0 images"):
        top_patches(model, [], "conv2", 0)


# Receptive boxes


@pytest.mark.parametrize(("padding", "strides"), [("same", 1), ("valid", 1), ("same", 2)])
def test_boxes_equal_the_receptive_fields_of_a_chain(padding, strides):
    model = small_network(padding=padding, strides=strides, pool_size=3)
    positions = np.stack(np.indices((2, 3)), axis=-1)
    fields = [{field.name: field for field in receptive_field(model, axis=axis)} for axis in (0, 1)]
    for layer in LAYERS:
        boxes = receptive_boxes(model, layer, positions, IMAGE_SHAPE[:2])
        for axis, size in enumerate(IMAGE_SHAPE[:2]):
            field = fields[axis][layer]
            start = field.start + positions[..., axis] * field.jump
            np.testing.assert_array_equal(boxes[..., axis], np.clip(start, 0, size))
            np.testing.assert_array_equal(boxes[..., axis + 2], np.clip(start + field.size, 0, size))


def branched_model():
    inputs = image_input()
    padded = layers.ZeroPadding2D(((1, 1), (2, 2)), dtype="float64")(inputs)
    cut = layers.Cropping2D(((0, 1), (1, 2)), dtype="float64")(padded)
    average = layers.AveragePooling2D(2, 1, "same", dtype="float64")
    inner = network(conv(2, 2, seed=0, padding="same"), average, shape=(13, 15, 3))
    left = inner(cut)
    right = conv(2, (3, 5), seed=2, padding="same")(cut)
    joined = layers.Add(name="joined", dtype="float64")([left, right])
    outputs = conv(2, 3, seed=1, strides=2, padding="same", name="top")(joined)
    return keras.Model(inputs, outputs)


def test_boxes_of_a_branched_model_are_where_its_gradient_is():
    model = branched_model()
    for layer in model.layers:
        layer.set_weights([np.ones_like(weights) for weights in layer.get_weights()])
    images = np.ones((1, *IMAGE_SHAPE))
    for layer in ("joined", "top"):
        output = keras.Model(model.inputs[0], model.get_layer(layer).output)
        for position in np.ndindex(*output.output_shape[1:3]):
            seen = deconvnet(model, images, layer, 0, position)[0]
            rows, columns, _ = np.nonzero(seen)
            expected = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
            found = receptive_boxes(model, layer, np.array(position), IMAGE_SHAPE[:2])
            np.testing.assert_array_equal(found, expected)


def test_everything_is_seen_after_global_pooling():
    inputs = image_input()
    maps = conv(2, seed=0)(inputs)
    squeezed = layers.GlobalAveragePooling2D(keepdims=True, dtype="float64")(maps)
    gated = layers.Multiply(name="gated", dtype="float64")([maps, squeezed])
    boxes = receptive_boxes(keras.Model(inputs, gated), "gated", np.array((3, 3)), (12, 14))
    np.testing.assert_array_equal(boxes, (0, 0, 12, 14))


def test_layers_whose_sight_is_unknown_are_refused():
    model = network(layers.UpSampling2D(dtype="float64", name="larger"))
    with pytest.raises(ValueError, match="'larger' moves positions"):
        receptive_boxes(model, "larger", np.array((0, 0)), IMAGE_SHAPE[:2])


def test_box_of_a_transposed_convolution():
    model = network(
        layers.Conv2DTranspose(4, 5, padding="same", name="up", dtype="float64"), shape=(16, 16, 1)
    )
    boxes = receptive_boxes(model, "up", np.array((8, 8)), (16, 16))
    np.testing.assert_array_equal(boxes, (6, 6, 11, 11))


def test_boxes_of_models_of_any_size_are_those_of_the_size_asked_for():
    def stack():
        return (
            conv(2, seed=0, strides=2, padding="same", name="strided"),
            layers.GlobalAveragePooling2D(keepdims=True, dtype="float64", name="pooled"),
        )

    free = network(*stack(), shape=(None, None, 3))
    for size in ((8, 9), (11, 6)):
        fixed = network(*stack(), shape=(*size, 3))
        for layer in ("strided", "pooled"):
            found, expected = (receptive_boxes(model, layer, (0, 0), size) for model in (free, fixed))
            np.testing.assert_array_equal(found, expected)
    images = random_images(3, (11, 6, 3))
    top = top_patches(free, images, "strided", 0, k=2)
    np.testing.assert_array_equal(top.boxes, top_patches(fixed, images, "strided", 0, k=2).boxes)
