"""The famous networks at full size: published counts layer by layer, shapes, and the cost table."""

import gc
import math

from utils import architectures
from utils.architectures import cost
from utils.architectures.cost import (
    activation_bytes,
    connections,
    depth,
    last_receptive_field,
    multiply_adds,
    network_cost,
)
from utils.architectures.vgg import averaging_vgg16
from utils.convolution import receptive_field

import keras
import numpy as np
import psutil
import pytest
from keras import layers


@pytest.fixture(autouse=True)
def one_network_at_a_time():
    yield
    gc.collect()


def counts(model) -> list[int]:
    """Parameters of the layers that have any."""
    return [layer.count_params() for layer in model.layers if layer.weights]


def shapes(model, names) -> list[tuple]:
    return [model.get_layer(name).output.shape[1:] for name in names]


def num_units(model) -> int:
    """Units of the input and of the layers with weights."""
    outputs = [layer.output for layer in model.layers if layer.weights]
    return sum(math.prod(tensor.shape[1:]) for tensor in [model.inputs[0], *outputs])


def assert_classifies(model, classes=1000):
    """The paper's output, in float32 whatever the policy, and nobody's optimizer."""
    last = model.layers[-1]
    assert last.activation is keras.activations.softmax
    assert last.compute_dtype == "float32"
    assert model.output_shape == (None, classes)
    assert not model.compiled


def test_lenet1_has_the_units_connections_and_parameters_of_the_paper():
    model = architectures.lenet1()
    names = ["H1", "H2", "H3", "H4", "output"]
    assert shapes(model, names) == [(24, 24, 4), (12, 12, 4), (8, 8, 12), (4, 4, 12), (10,)]
    assert counts(model) == [104, 8, 512, 24, 1_930]
    assert model.count_params() == 2_578
    assert connections(model) == 98_442
    assert num_units(model) + 1 == 4_635  # one unit holds the 1 of all biases


def test_lenet5_has_the_connections_and_parameters_of_the_paper():
    model = architectures.lenet5()
    names = ["C1", "S2", "C3", "S4", "C5", "F6", "output"]
    assert shapes(model, names) == [
        *[(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (1, 1, 120), (84,), (10,)],
    ]
    assert counts(model) == [156, 12, 1_516, 32, 48_120, 10_164, 840]
    assert connections(model) == 340_908
    result = network_cost(model)
    assert (result.parameters, result.trainable) == (60_840, 60_000)
    assert (result.depth, result.receptive_field) == (7, 32)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        *[("C1", 122_304), ("S2", 5_880), ("C3", 151_600), ("S4", 2_000), ("C5", 48_120)],
        *[("F6", 10_164), ("output", 840)],
    ],
)
def test_connections_of_each_layer_of_lenet5(name, published):
    assert_connections(architectures.lenet5().get_layer(name), published)


@pytest.mark.parametrize(
    ("name", "published"),
    [("H1", 59_904), ("H2", 2_880), ("H3", 32_768), ("H4", 960), ("output", 1_930)],
)
def test_connections_of_each_layer_of_lenet1(name, published):
    assert_connections(architectures.lenet1().get_layer(name), published)


def assert_connections(layer, published):
    alone = keras.Sequential([keras.Input(layer.input.shape[1:]), layer])
    assert connections(alone) == published


def test_modern_lenet5_is_the_one_of_61706_parameters():
    model = architectures.lenet5("modern")
    assert counts(model) == [156, 2_416, 48_120, 10_164, 850]
    assert model.count_params() == 61_706
    assert multiply_adds(model) == 416_520
    assert_classifies(model, classes=10)


ALEXNET_DENSE = [37_752_832, 16_781_312, 4_097_000]


def test_alexnet_with_two_towers():
    model = architectures.alexnet()
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    assert counts(model) == [34_944, 307_456, 885_120, 663_936, 442_624, *ALEXNET_DENSE]
    assert model.count_params() == 60_965_224
    assert multiply_adds(model) == 724_406_816
    assert [layer.groups for layer in convolutions] == [1, 2, 1, 2, 2]
    assert [float(layer.bias[0]) for layer in convolutions] == [0, 1, 0, 1, 1]
    assert shapes(model, ["conv1", "pool1", "conv2", "pool2", "conv5", "pool5", "flatten"]) == [
        *[(55, 55, 96), (27, 27, 96), (27, 27, 256), (13, 13, 256), (13, 13, 256)],
        *[(6, 6, 256), (9216,)],
    ]
    # Section 3.5; its first number, 253,440, does not follow from its own 55x55x96.
    units = [math.prod(layer.output.shape[1:]) for layer in model.layers if layer.weights]
    assert units == [290_400, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    assert_classifies(model)


def test_alexnet_with_one_tower():
    model = architectures.alexnet(towers=1)
    assert counts(model) == [34_944, 614_656, 885_120, 1_327_488, 884_992, *ALEXNET_DENSE]
    assert model.count_params() == 62_378_344
    assert round(multiply_adds(model) / 1e9, 3) == 1.135


VGG_CONVOLUTIONS = {
    "vgg16": [1, 1, 1, 1, 1, 2, 1, 2, 3],
    "vgg19": [1, 1, 1, 1, 1, 3, 1, 3, 4],
}


@pytest.mark.parametrize(
    ("build", "parameters", "operations"),
    [
        (architectures.vgg16, 138_357_544, 15_470_264_320),
        (architectures.vgg19, 143_667_240, 19_632_062_464),
    ],
)
def test_vgg(build, parameters, operations):
    model = build()
    kinds = [1_792, 36_928, 73_856, 147_584, 295_168, 590_080, 1_180_160, 2_359_808, 2_359_808]
    repeats = VGG_CONVOLUTIONS[build.__name__]
    convolutions = [count for count, times in zip(kinds, repeats, strict=True) for _ in range(times)]
    assert counts(model) == [*convolutions, 102_764_544, 16_781_312, 4_097_000]
    assert model.count_params() == parameters
    assert multiply_adds(model) == operations
    assert shapes(model, [f"block{index}_pool" for index in range(1, 6)]) == [
        *[(112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)],
    ]
    assert_classifies(model)


def test_the_averaging_vgg16_sees_what_vgg16_sees_and_nothing_cancels():
    model = averaging_vgg16(num_channels=2)
    sizes = [field.size for field in receptive_field(model)]
    assert sizes == [field.size for field in receptive_field(architectures.vgg16(include_top=False))]
    assert all(
        (kernel >= 0.1).all()
        for kernel in (layer.get_weights()[0] for layer in model.layers if layer.weights)
    )
    assert {keras.activations.linear} == {layer.activation for layer in model.layers if layer.weights}


# Exact parameters with biases, and the operations that table 1 prints, in millions.
GOOGLENET = {
    "conv1": (9_472, None),
    "conv2": (114_944, 360),
    "inception_3a": (163_696, 128),
    "inception_3b": (388_736, 304),
    "inception_4a": (376_176, 73),
    "inception_4b": (449_160, 88),
    "inception_4c": (510_104, 100),
    "inception_4d": (605_376, 119),
    "inception_4e": (868_352, 170),
    "inception_5a": (1_043_456, None),
    "inception_5b": (1_444_080, 71),
    "predictions": (1_025_000, 1),
}


def test_googlenet():
    model = architectures.googlenet()
    for name, (parameters, millions) in GOOGLENET.items():
        own = [layer for layer in model.layers if layer.name.startswith(name) and layer.weights]
        assert sum(layer.count_params() for layer in own) == parameters
        operations = sum(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1]) for layer in own)
        # The table cuts or rounds; its conv1 and 5a do not follow from its own columns.
        assert millions is None or millions - 0.5 <= operations / 1e6 < millions + 1
    assert model.count_params() == 6_998_552
    assert round(multiply_adds(model) / 1e9, 3) == 1.583
    assert depth(model) == 22
    modules = [name for name in GOOGLENET if name.startswith("inception")]
    assert [shape[-1] for shape in shapes(model, modules)] == [
        *[256, 480, 512, 512, 512, 528, 832, 832, 1024],
    ]
    names = ["conv1", "pool1", "pool2", "inception_3b", "pool3", "pool4", "inception_5b"]
    assert [shape[0] for shape in shapes(model, names)] == [112, 56, 28, 28, 14, 7, 7]
    assert_classifies(model)


def test_googlenet_with_auxiliary_heads():
    model = architectures.googlenet(auxiliary_heads=True)
    assert model.count_params() == 13_378_280
    assert model.output_shape == [(None, 1000)] * 3
    assert model.outputs[0] is model.get_layer("predictions").output
    for module, channels, parameters in (("4a", 512, 3_188_840), ("4d", 528, 3_190_888)):
        own = [layer for layer in model.layers if layer.name.startswith(f"aux_{module}")]
        assert sum(layer.count_params() for layer in own) == parameters
        assert own[0].input is model.get_layer(f"inception_{module}").output
        assert own[0].output.shape[1:] == (4, 4, channels)
    with pytest.raises(ValueError, match="include_top"):
        architectures.googlenet(auxiliary_heads=True, include_top=False)


def test_inception_v3():
    model = architectures.inception_v3()
    result = network_cost(model)
    assert (result.parameters, result.trainable) == (23_851_784, 23_817_352)
    assert sum(isinstance(layer, layers.Conv2D) for layer in model.layers) == 94
    assert round(result.multiply_adds / 1e9, 2) == 5.71  # torchvision states the same
    assert result.depth == 48
    modules = [f"mixed{index}" for index in range(11)]
    channels = [256, 288, 288, 768, 768, 768, 768, 768, 1280, 2048, 2048]
    assert [shape[-1] for shape in shapes(model, modules)] == channels
    assert [shape[0] for shape in shapes(model, modules)] == [35] * 3 + [17] * 5 + [8] * 3
    assert_classifies(model)


def test_xception():
    model = architectures.xception()
    result = network_cost(model)
    assert (result.parameters, result.trainable) == (22_910_480, 22_855_952)
    assert result.depth == 36 + 1  # "36 convolutional layers", and the classifier
    assert result.multiply_adds == pytest.approx(8.40e9, rel=0.01)
    assert sum(isinstance(layer, layers.Add) for layer in model.layers) == 12
    names = ["block1_conv2", "block3_add", "block4_add", "block12_add", "block13_add"]
    assert shapes(model, [*names, "block14_sepconv2_act"]) == [
        *[(147, 147, 64), (37, 37, 256), (19, 19, 728), (19, 19, 728), (10, 10, 1024)],
        (10, 10, 2048),
    ]
    assert_classifies(model)


def test_resnet50():
    model = architectures.resnet50()
    result = network_cost(model)
    assert result.parameters == 25_636_712
    assert result.depth == 50
    assert 3.8e9 <= result.multiply_adds < 3.9e9  # table 1: 3.8e9
    ends = ["pool1_pool", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out"]
    assert shapes(model, [*ends, "conv5_block3_out"]) == [
        *[(56, 56, 64), (56, 56, 256), (28, 28, 512), (14, 14, 1024), (7, 7, 2048)],
    ]
    assert_classifies(model)


@pytest.mark.parametrize(
    ("build", "pixels"),
    [
        (architectures.alexnet, 195),
        (architectures.vgg16, 212),
        (architectures.inception_v3, 1311),
        (architectures.resnet50, 483),
    ],
)
def test_receptive_field_is_the_published_one(build, pixels):
    """Araujo, Norris and Sim 2019, "Computing Receptive Fields", Distill, table 1."""
    model = build(include_top=False)
    assert last_receptive_field(model) == pixels


@pytest.mark.parametrize("build", [architectures.lenet1, architectures.lenet5])
def test_receptive_field_without_branches_is_that_of_utils_convolution(build):
    model = build()
    assert last_receptive_field(model) == receptive_field(model)[-1].size


def test_receptive_field_where_branches_meet_is_where_a_pixel_counts():
    inputs = keras.Input((64, 64, 1))
    x = layers.ZeroPadding2D(((3, 0), (0, 2)))(inputs)
    x = layers.Conv2D(2, 4, strides=2, padding="valid", kernel_initializer="ones")(x)
    left = layers.AveragePooling2D(3, 2, padding="same")(x)
    right = layers.Conv2D(2, 1, strides=2, padding="same", kernel_initializer="ones")(x)
    right = layers.SeparableConv2D(
        2, 3, padding="same", depthwise_initializer="ones", pointwise_initializer="ones"
    )(right)
    x = layers.Conv2D(1, 3, dilation_rate=2, kernel_initializer="ones")(layers.add([left, right]))
    seen = rows_that_count(keras.Model(inputs, x), unit=5)
    assert last_receptive_field(keras.Model(inputs, x)) == seen.size == np.ptp(seen) + 1


def rows_that_count(model, unit) -> np.ndarray:
    """Rows of the image that the unit in this row and column of the last layer sees.

    One image per row, black but for this row: all weights are positive, so it moves the unit if
    and only if the unit sees it.
    """
    size = model.input_shape[1]
    images = np.zeros((size, *model.input_shape[1:]), "float32")
    images[np.arange(size), np.arange(size)] = 1
    return np.flatnonzero(model(images).numpy()[:, unit, unit, 0])


def test_activation_bytes_by_hand():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(3, 3),  # 4 x 4 x 3
            layers.Activation("relu"),  # the same again
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    assert activation_bytes(model) == 4 * (48 + 48 + 2)


def test_cost_table_lists_every_network_that_has_published_accuracies():
    names = [build.__name__ for build in cost.FAMOUS]
    assert set(cost.PUBLISHED) <= set(names) <= set(architectures.__all__)
    rows = cost.cost_table([architectures.lenet1, architectures.lenet5])
    assert [row.name for row in rows] == ["lenet1", "lenet5_1998"]
    assert rows[0] == ("lenet1", 2_578, 2_578, 92_288, 15_400, 5, 16, None)
    for published in cost.PUBLISHED.values():
        assert published.top1 is None or 50 < published.top1 < published.top5
        assert 80 < published.top5 < 100
        assert published.source


def test_cost_table_needs_no_memory_for_weights():
    """VGG19's weights would take 575 MB; networks that are built afterwards have theirs."""
    before = psutil.Process().memory_info().rss
    (row,) = cost.cost_table([architectures.vgg19])
    assert row.parameters == 143_667_240
    assert psutil.Process().memory_info().rss - before < 100e6
    later = architectures.lenet1()
    assert later(np.zeros((1, 28, 28, 1), "float32")).shape == (1, 10)
    assert np.ptp(later.get_weights()[0]) > 0
    assert psutil.Process().memory_info().rss - before < 200e6


def sequence(*stack, shape=(8, 8, 1)):
    return keras.Sequential([keras.Input(shape), *stack])


def test_cost_of_nested_models_is_that_of_their_layers():
    def parts():
        return layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Conv2D(2, 3), layers.ReLU()

    first, second, third, fourth = parts()
    nested = sequence(sequence(first, sequence(second, third, shape=(6, 6, 4))), fourth)
    flat = sequence(*parts())
    assert network_cost(nested)[1:] == network_cost(flat)[1:]
    assert connections(nested) == connections(flat)


def test_cost_of_a_model_filled_by_add():
    model = keras.Sequential()
    for layer in (keras.Input((8, 8, 1)), layers.Conv2D(1, 3), layers.MaxPooling2D()):
        model.add(layer)
    result = network_cost(model)
    assert (result.depth, result.multiply_adds, result.receptive_field) == (1, 9 * 36, 4)
    assert result.activation_bytes == 4 * (36 + 9)


def test_a_layer_that_is_called_twice_costs_twice():
    shared = layers.Conv2D(3, 3, padding="same", use_bias=False)
    model = sequence(shared, layers.ReLU(), shape=(8, 8, 3))
    inputs = keras.Input((8, 8, 3))
    twice = keras.Model(inputs, model(model(inputs)))
    assert multiply_adds(twice) == 2 * multiply_adds(model) == 2 * 81 * 64
    assert (depth(twice), depth(model)) == (2, 1)
    assert twice.count_params() == model.count_params()
    assert activation_bytes(twice) == 2 * activation_bytes(model)


def test_a_transposed_convolution_uses_its_weights_at_each_input():
    model = sequence(layers.Conv2DTranspose(5, 4, strides=2, padding="same"), shape=(6, 7, 3))
    assert multiply_adds(model) == 4 * 4 * 3 * 5 * 6 * 7
    assert connections(model) == multiply_adds(model) + 5 * 12 * 14


def test_weights_that_only_scale_do_not_count():
    model = sequence(
        *(layers.Normalization(), layers.Conv2D(2, 3), layers.LayerNormalization(), layers.PReLU()),
        *(layers.GroupNormalization(1), layers.Activation(layers.PReLU()), Scale()),
    )
    assert (multiply_adds(model), depth(model)) == (2 * 9 * 36, 1)


class Scale(layers.Layer):
    """A layer with a `call` of its own, whose weights scale."""

    def build(self, input_shape):
        self.factor = self.add_weight(shape=input_shape[-1:])

    def call(self, inputs):
        return inputs * self.factor


class Block(layers.Layer):
    """A layer of layers."""

    def __init__(self):
        super().__init__()
        self.deep = [layers.Conv2D(2, 3, padding="same"), layers.Conv2D(2, 3, padding="same")]
        self.shallow = layers.Conv2D(2, 1)

    def call(self, inputs):
        return self.deep[1](self.deep[0](inputs)) + self.shallow(inputs)


class Product(layers.Layer):
    """A layer that applies weights itself."""

    def build(self, input_shape):
        self.weight = self.add_weight(shape=(input_shape[-1], 2))

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.weight)


def test_cost_of_a_layer_of_layers_is_theirs():
    model = sequence(layers.Conv2D(2, 1), Block())
    assert multiply_adds(model) == 64 * (2 + 36 + 36 + 4)
    assert (depth(model), last_receptive_field(model)) == (3, 5)


def test_networks_with_several_outputs_are_counted():
    model = architectures.googlenet(auxiliary_heads=True)
    assert depth(model) == 22 and network_cost(model).parameters == 13_378_280


@pytest.mark.parametrize(
    ("name", "pixels", "num_layers"),
    [
        ("MobileNet", 315, 28),
        ("MobileNetV3Small", 96, 54),
        ("ConvNeXtTiny", 1688, 59),
        ("EfficientNetB0", 96, 82),
    ],
)
def test_networks_of_keras_are_counted(name, pixels, num_layers):
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3))
        result = network_cost(model)
    assert (result.receptive_field, result.depth) == (pixels, num_layers)


def test_cost_refuses_what_it_cannot_count():
    with pytest.raises(ValueError, match="one size"):
        network_cost(sequence(layers.Conv2D(1, 3), shape=(None, None, 1)))
    with pytest.raises(ValueError, match="one size"):
        multiply_adds(sequence(layers.Conv2D(1, 3), shape=(None, None, 1)))
    with pytest.raises(ValueError, match="receptive field is unknown"):
        network_cost(sequence(layers.UpSampling2D(2)))
    for layer in (Product(), layers.EinsumDense("abcd,de->abce", (8, 8, 2))):
        with pytest.raises(ValueError, match=r"not known how often .* uses its weights"):
            network_cost(sequence(layer))
    kernel = np.ones((3, 3, 1, 1), "float32")
    inputs = keras.Input((8, 8, 1))
    with pytest.raises(ValueError, match=r"a call of keras\.ops"):
        network_cost(keras.Model(inputs, keras.ops.conv(inputs, kernel)))
