"""Receptive fields of Keras models of any form, against the pixels that have a gradient."""

from utils.convolution import Layer, receptive_field
from utils.convolution.graph import Slot
from utils.convolution.model_fields import follow
from utils.convolution.steps import walk
from utils.layers import LocalResponseNormalization, Subsampling, TableConv2D

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

SHAPE = (15, 18, 2)


def chain(*stack, shape=SHAPE):
    return keras.Sequential([keras.Input(shape), *stack])


def functional(build, shape=SHAPE):
    inputs = keras.Input(shape)
    return keras.Model(inputs, build(inputs))


def sizes(model, **options):
    return [field[1:] for field in receptive_field(model, **options)]


def seen_pixels(model, axis):
    """Return for each unit along an axis the first pixel with a gradient, and the one behind the last."""
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1, weights.shape) for weights in model.get_weights()])
    num_units = model.output_shape[1 + axis]
    image = rng.uniform(0.1, 1, (1, *model.input_shape[1:]))
    images = tf.constant(np.repeat(image, num_units, axis=0), "float32")  # one image for each unit
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps = model(images, training=False)
        # What a normalization keeps the same, such as the sum over all channels, has no gradient.
        maps = maps * rng.uniform(0.1, 1, maps.shape[1:])
        own = tf.linalg.diag_part(tf.transpose(tf.reduce_sum(maps, axis=(2 - axis, 3))))
    gradients = np.abs(tape.gradient(own, images)).sum(axis=(2 - axis, 3))
    places = [np.flatnonzero(gradient) for gradient in gradients]
    return [(seen[0], seen[-1] + 1) if len(seen) else None for seen in places]


def assert_field_is_where_the_gradient_is(model):
    for axis, size in enumerate(model.input_shape[1:3]):
        field = receptive_field(model, axis=axis)[-1]
        for unit, found in enumerate(seen_pixels(model, axis)):
            start = field.start + unit * field.jump
            end = start + field.size
            is_inside = field.jump and start >= 0 and end <= size
            # At the border a stride may leave out pixels that the padding cuts off from the rest, and a
            # unit in the padding sees nothing; the field holds what is seen there, and more.
            if is_inside:
                assert found == (start, end)
            elif found:
                assert max(start, 0) <= found[0] < found[1] <= min(end, size)


# Models drawn by hypothesis

PADDINGS = st.sampled_from(["valid", "same"])
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


def later(kind, *arguments, **options):
    """Return a function that makes the layer when it is called."""
    return lambda x: kind(*arguments, **options)(x)


def convolution(kind, kernel, strides, padding):
    filters = () if kind is layers.DepthwiseConv2D else (2,)
    return later(kind, *filters, kernel, strides=strides, padding=padding, activation="relu")


def dilated(size, rate):
    return later(layers.Conv2D, 2, size, dilation_rate=rate, padding="same")


def transposed(size, padding):
    return later(layers.Conv2DTranspose, 2, size, padding=padding)


def pooled(size, strides, padding):
    return later(layers.AveragePooling2D, size, strides, padding)


def padded(above, left):
    return later(layers.ZeroPadding2D, ((above, 1), (left, 0)))


def branches(first, second):
    def apply(x):
        return layers.Concatenate()([layers.Conv2D(2, size, padding="same")(x) for size in (first, second)])

    return apply


def residual(size):
    return lambda x: x + layers.Conv2D(x.shape[-1], size, padding="same")(x)


def shared(size):
    def apply(x):
        layer = layers.Conv2D(x.shape[-1], size, padding="same")
        return layer(layer(x))

    return apply


def nested(size):
    return lambda x: chain(layers.Conv2D(2, size, padding="same"), layers.ReLU(), shape=x.shape[1:])(x)


def gated(x):
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    return layers.Multiply()([x, layers.Dense(x.shape[-1])(gate)])


def normalized(x):
    return layers.BatchNormalization()(layers.Dropout(0.5)(layers.RandomFlip()(x)))


KINDS = st.sampled_from([layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D])
BLOCKS = st.one_of(
    st.builds(convolution, KINDS, PAIRS, st.integers(1, 2), PADDINGS),
    st.builds(pooled, PAIRS, PAIRS, PADDINGS),
    st.builds(dilated, PAIRS, PAIRS),
    st.builds(transposed, PAIRS, PADDINGS),
    st.builds(padded, st.integers(0, 2), st.integers(0, 2)),
    st.builds(branches, PAIRS, PAIRS),
    st.builds(residual, PAIRS),
    st.builds(shared, PAIRS),
    st.builds(nested, PAIRS),
    st.sampled_from([gated, normalized, ops.square]),
)


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=4))
def test_the_gradient_reaches_exactly_the_field(blocks):
    def build(x):
        for block in blocks:
            if min(x.shape[1:3]) > 5:
                x = block(x)
        return x

    assert_field_is_where_the_gradient_is(functional(build))


@pytest.mark.parametrize(
    "layer",
    [
        *(
            layers.LayerNormalization(),
            layers.LayerNormalization(axis=(1, 3)),
            layers.UnitNormalization(axis=2),
        ),
        *(layers.RMSNormalization(), layers.GroupNormalization(1), layers.Softmax(), layers.Softmax(axis=1)),
        *(LocalResponseNormalization(n=3), Subsampling(2), TableConv2D([(0,), (0, 1)], 3)),
        *(
            layers.Activation("softmax"),
            layers.PReLU(),
            layers.Dense(3),
            layers.GlobalAveragePooling2D(keepdims=True),
        ),
        *(layers.SpectralNormalization(layers.Conv2D(2, 3)), layers.AdaptiveAveragePooling2D((5, 6))),
        *(layers.Lambda(tf.nn.relu), layers.Lambda(lambda x: x * 2), layers.Pipeline([layers.ReLU()])),
        *(
            layers.Conv2D(2, 3, activation=layers.ReLU()),
            layers.Conv2D(2, 3, activation=lambda x: tf.nn.relu(x)),
        ),
        *(
            layers.Cropping2D(((1, 2), (0, 3))),
            layers.Resizing(15, 18),
            layers.RandomCrop(15, 18),
            layers.Reshape(SHAPE),
        ),
    ],
    ids=lambda layer: layer.name,
)
def test_each_kind_of_layer_sees_where_its_gradient_is(layer):
    assert_field_is_where_the_gradient_is(chain(layers.Conv2D(2, (3, 2), padding="same"), layer))


@pytest.mark.parametrize(
    "function",
    [
        *(ops.relu, ops.tanh, lambda x: x * x - 1, lambda x: ops.concatenate([x, x], axis=-1)),
        *(
            lambda x: ops.mean(x, axis=-1, keepdims=True),
            lambda x: x / ops.mean(x, axis=(1, 2), keepdims=True),
        ),
        *(lambda x: ops.matmul(x, np.ones((2, 3), "float32")), lambda x: ops.softmax(x, axis=-1) * x),
        *(lambda x: x + ops.sum(x, axis=1, keepdims=True), keras.activations.relu),
        *(lambda x: x[..., ::-1] + 1, lambda x: x[:, :, :, 1:], lambda x: ops.expand_dims(x[..., 0], -1)),
        *(lambda x: ops.stack([x[..., 1], 2 * ops.mean(x, axis=-1)], axis=-1),),
    ],
)
def test_calls_of_keras_ops_are_followed(function):
    assert_field_is_where_the_gradient_is(functional(lambda x: function(layers.Conv2D(2, 3)(x))))


@pytest.mark.parametrize("module", ["vgg16", "mobilenet_v2", "densenet"])
def test_preprocessing_inside_a_model_is_followed(module):
    preprocess = getattr(keras.applications, module).preprocess_input
    model = functional(lambda x: layers.Conv2D(2, 3)(preprocess(x)), (9, 9, 3))
    assert sizes(model)[-1] == (3, 1, 0)
    assert_field_is_where_the_gradient_is(model)


class Block(layers.Layer):
    """Two convolutions in one layer; `kernel_size` looks as if there were one."""

    def __init__(self, kernel_size):
        super().__init__()
        self.kernel_size, self.strides, self.padding = kernel_size, 1, "same"
        self.first = layers.Conv2D(2, kernel_size, padding="same")
        self.second = layers.Conv2D(2, kernel_size, padding="same")

    def call(self, inputs):
        return inputs + self.second(self.first(inputs))


class Foreign(layers.Layer):
    """A convolution in TensorFlow, with weights."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(3, 3, input_shape[-1], 2))

    def call(self, inputs):
        return tf.nn.conv2d(inputs, tf.convert_to_tensor(self.kernel), 1, "SAME")


class Blurred(layers.Conv2D):
    """Looks like a convolution, but has a `call` of its own."""

    def call(self, inputs):
        return super().call(tf.nn.avg_pool2d(inputs, 3, 1, "SAME"))


def test_a_layer_that_is_made_of_layers_is_looked_into():
    model = chain(Block(3))
    assert sizes(model) == [(5, 1, -2)]
    assert_field_is_where_the_gradient_is(model)


def test_what_comes_back_after_dense_layers_sees_all():
    model = chain(
        layers.Conv2D(2, 3, strides=3),
        layers.Flatten(),
        layers.Dense(8),
        layers.Reshape((2, 2, 2)),
        layers.UpSampling2D(),
        layers.Conv2DTranspose(1, 3, 2),
    )
    assert sizes(model)[0] == (3, 3, 0) and set(sizes(model)[1:]) == {(15, 0, 0)}
    assert_field_is_where_the_gradient_is(model)


# Models of the fault list


def test_a_model_filled_by_add():
    model = keras.Sequential()
    for layer in (keras.Input((8, 8, 1)), layers.Conv2D(1, 3), layers.MaxPooling2D()):
        model.add(layer)
    assert [field.size for field in receptive_field(model)] == [3, 4]


@pytest.mark.parametrize("side", [16, None])
def test_a_transposed_convolution(side):
    model = chain(layers.Conv2DTranspose(4, 5, padding="same"), shape=(side, side, 1))
    assert sizes(model) == [(5, 1, -2)]


def test_each_axis_has_its_own_size():
    model = chain(layers.Conv2D(4, (1, 5)), shape=(3, 40, 1))
    assert sizes(model) == [(1, 1, 0)] and sizes(model, axis=1) == [(5, 1, 0)]
    assert receptive_field([Layer((1, 5))], 3)[0].size == 1
    assert receptive_field([Layer((1, 5))], 40, axis=1)[0].size == 5
    with pytest.raises(ValueError, match="axis must be 0 for vertical or 1 for horizontal"):
        receptive_field(model, axis=2)


OPEN = (None, None, 2)


def test_open_sizes_are_no_matter_where_the_field_does_not_depend_on_them():
    stack = (
        layers.ZeroPadding2D(2),
        layers.Conv2D(2, 3, strides=2),
        layers.AveragePooling2D(2, padding="same"),
        layers.Conv2D(2, 3, padding="same"),
        layers.Cropping2D(1),
    )
    assert sizes(chain(*stack, shape=OPEN)) == sizes(chain(*stack, shape=(40, 40, 2)))


@pytest.mark.parametrize(
    "layer", [layers.Conv2D(2, 3, strides=2, padding="same"), layers.GlobalMaxPooling2D(keepdims=True)]
)
def test_open_sizes_are_refused_where_the_field_depends_on_them(layer):
    model = chain(layer, shape=OPEN)
    with pytest.raises(ValueError, match="pass input_size"):
        receptive_field(model)
    for side in (9, 12):
        layer = type(layer).from_config(layer.get_config())
        assert sizes(model, input_size=side) == sizes(chain(layer, shape=(side, side, 2)))


@pytest.mark.parametrize("shape", [SHAPE, OPEN])
@pytest.mark.parametrize(
    "layer",
    [
        *(layers.UpSampling2D(), layers.Conv2DTranspose(1, 2, 2), layers.Permute((2, 1, 3)), Foreign()),
        *(Blurred(1, 1), layers.Lambda(lambda x: tf.reverse(x, [1])), layers.Lambda(lambda x: x[:, ::2])),
        *(layers.Resizing(7, 7), layers.CenterCrop(9, 9), layers.RandomCrop(9, 9)),
        *(layers.Conv2D(1, 1, activation=lambda x: tf.nn.softmax(x, axis=1)), layers.Softmax(axis=(1, 2))),
        *(layers.Lambda(lambda x: x - tf.reduce_mean(x)), layers.Lambda(lambda x: x / tf.reduce_max(x))),
    ],
    ids=lambda layer: getattr(layer, "name", None),
)
def test_what_is_not_understood_is_refused_by_name(layer, shape):
    layer = type(layer).from_config(layer.get_config()) if isinstance(layer, layers.Resizing) else layer
    model = chain(layers.Conv2D(2, 3), layer, layers.ReLU(), shape=shape)
    if isinstance(layer, layers.Softmax):
        model = chain(layers.Conv2D(2, 3), layer, shape=OPEN)
    with pytest.raises(ValueError, match=layer.name):
        receptive_field(model)


@pytest.mark.parametrize(
    "function",
    [
        *(
            lambda x: x[:, ::2],
            lambda x: x[:, 1:],
            lambda x: ops.flip(x, axis=1),
            lambda x: ops.roll(x, 1, axis=2),
        ),
        *(
            lambda x: ops.transpose(x, (0, 2, 1, 3)),
            lambda x: ops.repeat(x, 2, axis=1),
            lambda x: ops.softmax(x, 1),
        ),
        *(lambda x: ops.expand_dims(ops.mean(x, axis=1), -1), lambda x: ops.concatenate([x, x], axis=1)),
        *(lambda x: ops.conv(x, np.ones((3, 3, 2, 2), "float32")), lambda x: ops.max_pool(x, 3, 1)),
        *(
            lambda x: ops.image.resize(x, (9, 9)),
            lambda x: ops.matmul(ops.ones((13, 13)), x),
            lambda x: ops.cumsum(x, 1),
        ),
    ],
)
def test_calls_of_keras_ops_that_move_places_are_refused(function):
    with pytest.raises(ValueError, match=r"moves positions|took the places"):
        receptive_field(functional(lambda x: function(layers.Conv2D(2, 3)(x)), (15, 15, 2)))


def test_flattened_places_are_refused_where_they_come_back():
    model = chain(layers.Conv2D(2, 3), layers.Reshape((-1, 2)), layers.ReLU(), layers.Reshape((16, 13, 2)))
    with pytest.raises(ValueError, match=r"makes maps of what 'reshape.*' took the places from"):
        receptive_field(model)


def test_maps_of_different_scale_are_refused():
    def build(x):
        return layers.Add()([layers.Conv2D(2, 1, strides=3)(x), layers.Cropping2D(((10, 0), (0, 12)))(x)])

    with pytest.raises(ValueError, match="joins maps of different scale"):
        receptive_field(functional(build))


def test_models_of_something_else_than_images_are_refused():
    first, second = keras.Input(SHAPE), keras.Input(SHAPE)
    for model in (
        chain(layers.Dense(2), shape=(7,)),
        keras.Model([first, second], layers.add([first, second])),
    ):
        with pytest.raises(ValueError, match="one input, images"):
            receptive_field(model)
    with pytest.raises(ValueError, match="channels first"):
        receptive_field(chain(layers.MaxPooling2D(data_format="channels_first")))


def test_layers_behind_the_last_positions_are_left_out():
    model = chain(layers.Conv2D(2, 3, name="maps"), layers.Flatten(), layers.Dense(2))
    assert [field.name for field in receptive_field(model)] == ["maps"]
    assert receptive_field(chain(layers.Flatten(), layers.Dense(2))) == []


def test_a_layer_that_is_unknown_hinders_only_what_comes_behind_it():
    def build(x):
        maps = layers.Conv2D(2, 3)(x)
        return [layers.UpSampling2D()(maps), layers.Conv2D(2, 3, name="deeper")(maps)]

    graph = walk(functional(build))
    (step,) = [step for step in graph.steps if step.name == "deeper"]
    assert follow(graph, graph.steps_to(step.targets), 0)[-1][1].size == 5
    assert graph.steps_to([Slot(-1)]) == []


# Published numbers: Araujo, Norris and Sim 2019, "Computing Receptive Fields", Distill, table 1

PUBLISHED = {
    "MobileNet": 315,
    "ResNet50": 483,
    "InceptionV3": 1311,
    "InceptionResNetV2": 3039,
    "VGG16": 212,
}
# With squeeze-and-excitation, one unit sees the whole image.
OTHERS = {
    "DenseNet121": 2071,
    "EfficientNetB0": 96,
    "ConvNeXtTiny": 1688,
    "Xception": 1083,
}


@pytest.mark.parametrize("name", [*PUBLISHED, *OTHERS])
def test_networks_of_keras_are_not_refused(name):
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(96, 96, 3))
        assert receptive_field(model)[-1].size == {**PUBLISHED, **OTHERS}[name]
