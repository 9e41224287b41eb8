"""The layers that Keras does not have: each against an independent computation of its formula."""

from utils import architectures
from utils.architectures.lenet1 import H3_TABLE
from utils.architectures.lenet5 import C3_TABLE, digit_bitmaps
from utils.layers import LocalResponseNormalization, RBFOutput, Subsampling, TableConv2D, scaled_tanh

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d
from scipy.spatial.distance import cdist


def normal(*shape, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def assert_survives_saving(model, tmp_path):
    """Saved and loaded, the network computes the same."""
    images = normal(2, *model.input_shape[1:])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images).numpy(), model(images).numpy())
    assert loaded.count_params() == model.count_params()


def test_scaled_tanh_keeps_1_and_saturates_at_1_7159():
    values = scaled_tanh(np.array([-1e3, -1, 0, 1, 1e3], "float32"))
    np.testing.assert_allclose(values, [-1.7159, -1, 0, 1, 1.7159], atol=1e-4)


@pytest.mark.parametrize("activation", [None, scaled_tanh])
@pytest.mark.parametrize("pool_size", [2, 3])
def test_subsampling_is_its_formula(pool_size, activation):
    layer = Subsampling(pool_size, activation=activation)
    feature_maps = normal(2, 7, 6, 3)
    layer.build(feature_maps.shape)
    coefficient, bias = normal(3, seed=1), normal(3, seed=2)
    layer.set_weights([coefficient, bias])
    height, width = 7 // pool_size, 6 // pool_size
    cropped = feature_maps[:, : height * pool_size, : width * pool_size]
    windows = cropped.reshape(2, height, pool_size, width, pool_size, 3)
    expected = coefficient * windows.sum(axis=(2, 4)) + bias
    expected = 1.7159 * np.tanh(2 / 3 * expected) if activation else expected
    np.testing.assert_allclose(layer(feature_maps), expected, atol=1e-5)


def test_subsampling_with_a_quarter_is_average_pooling():
    layer = Subsampling()
    layer.build((None, 8, 8, 3))
    layer.set_weights([np.full(3, 0.25), np.zeros(3)])
    feature_maps = normal(1, 8, 8, 3)
    expected = keras.layers.AveragePooling2D(2)(feature_maps)
    np.testing.assert_allclose(layer(feature_maps), expected, atol=1e-6)


@st.composite
def tables(draw):
    num_inputs = draw(st.integers(1, 4))
    row = st.lists(st.integers(0, num_inputs - 1), min_size=1, unique=True)
    return num_inputs, draw(st.lists(row, min_size=1, max_size=4))


@settings(deadline=None, max_examples=20)
@given(tables(), st.integers(1, 3), st.integers(0, 99))
def test_table_convolution_is_a_sum_of_correlations(case, kernel_size, seed):
    num_inputs, table = case
    feature_maps = normal(1, 5, 6, num_inputs, seed=seed)
    layer = TableConv2D(table, kernel_size)
    layer.build(feature_maps.shape)
    num_connections = sum(map(len, table))
    kernel = normal(kernel_size, kernel_size, num_connections, seed=seed + 1)
    bias = normal(len(table), seed=seed + 2)
    layer.set_weights([kernel, bias])
    assert layer.count_params() == kernel_size**2 * num_connections + len(table)
    kernels = iter(np.moveaxis(kernel, -1, 0))
    for output, row in enumerate(table):
        maps = [correlate2d(feature_maps[0, :, :, i], next(kernels), "valid") for i in row]
        result = layer(feature_maps)[0, :, :, output]
        np.testing.assert_allclose(result, sum(maps) + bias[output], atol=1e-4)


def test_table_convolution_is_a_convolution_with_holes():
    layer = TableConv2D(C3_TABLE, 5, activation=scaled_tanh)
    feature_maps = normal(2, 14, 14, 6)
    result = layer(feature_maps)
    dense = keras.layers.Conv2D(16, 5, activation=scaled_tanh)
    dense.build(feature_maps.shape)
    full = keras.ops.convert_to_numpy(layer.full_kernel())
    dense.set_weights([full, layer.bias.numpy()])
    np.testing.assert_allclose(result, dense(feature_maps), atol=1e-5)
    connected = {(i, output) for output, row in enumerate(C3_TABLE) for i in row}
    assert {tuple(pair) for pair in np.argwhere(full.any(axis=(0, 1)))} == connected


@pytest.mark.parametrize("row", [(), (0, 0), (3,), (-1,)])
def test_table_convolution_names_the_bad_row(row):
    with pytest.raises(ValueError, match=r"Row 1 of the table .* from 0 to 2"):
        TableConv2D([(0,), row], 3).build((None, 8, 8, 3))


def test_tables_are_the_papers():
    """What the papers say of them in words."""
    assert [len(row) for row in C3_TABLE] == [3] * 6 + [4] * 9 + [6]
    assert [sum(i in row for row in C3_TABLE) for i in range(6)] == [10] * 6
    circle = [{start % 6, (start + 1) % 6, (start + 2) % 6} for start in range(6)]
    assert sorted(map(sorted, circle)) == sorted(map(list, C3_TABLE[:6]))
    assert len(set(C3_TABLE)) == 16
    assert sum(map(len, H3_TABLE)) == 20
    assert {len(row) for row in H3_TABLE} == {1, 2}
    assert set().union(*H3_TABLE[:6]) == {0, 1}
    assert set().union(*H3_TABLE[6:]) == {2, 3}


@pytest.mark.parametrize(
    ("build", "name", "num_inputs"),
    [
        (architectures.lenet1, "H1", 25),
        (architectures.lenet1, "output", 192),
        (architectures.lenet5, "C5", 400),
        (architectures.lenet5, "F6", 120),
    ],
)
def test_first_weights_fill_the_range_that_the_paper_names(build, name, num_inputs):
    keras.utils.set_random_seed(0)
    weights = np.abs(build().get_layer(name).kernel.numpy())
    assert 0.9 * 2.4 / num_inputs < weights.max() <= 2.4 / num_inputs


def test_first_weights_of_a_table_follow_each_units_own_inputs():
    keras.utils.set_random_seed(0)
    layer = TableConv2D(C3_TABLE, 5)
    layer.build((None, 14, 14, 6))
    kernel = np.abs(layer.kernel.numpy())
    for first, last, num_maps in ((0, 18, 3), (18, 54, 4), (54, 60, 6)):
        limit = 2.4 / (25 * num_maps)
        assert 0.9 * limit < kernel[..., first:last].max() <= limit


def test_rbf_output_is_the_squared_distance():
    layer = RBFOutput(normal(4, 7))
    features = normal(5, 7, seed=1)
    expected = cdist(features, normal(4, 7), "sqeuclidean")
    np.testing.assert_allclose(layer(features), expected, rtol=1e-4)


def test_rbf_output_needs_as_many_features_as_its_centers():
    with pytest.raises(ValueError, match=r"\(None, 80\).*\(10, 84\)"):
        RBFOutput(normal(10, 84)).build((None, 80))


def test_digit_bitmaps_are_their_own_nearest_centers():
    bitmaps = digit_bitmaps().reshape(10, 84)
    assert set(np.unique(bitmaps)) == {-1, 1}
    distances = RBFOutput(bitmaps)(bitmaps).numpy()
    assert (np.diag(distances) == 0).all()
    assert (distances[~np.eye(10, dtype=bool)] >= 4 * 10).all()  # ten pixels or more
    # A one is a stroke down the middle, an eight is the zero and a bar.
    one = digit_bitmaps()[1] > 0
    assert one[:, 3].all()
    assert one.sum() < 20


@pytest.mark.parametrize("build", [architectures.lenet1, architectures.lenet5])
def test_lenets_learn_and_leave_their_fixed_weights_alone(build):
    """Each trainable weight moves in the first step; targets as in the papers."""
    keras.utils.set_random_seed(0)
    model = build()
    images = normal(16, *model.input_shape[1:])
    targets = np.where(np.eye(10)[np.arange(16) % 10], 1, -1).astype("float32")
    if build is architectures.lenet5:  # the distance to the right center falls
        targets = np.zeros_like(targets)
    before = [weight.numpy() for weight in model.weights]
    model.compile(keras.optimizers.SGD(0.01 if build is architectures.lenet1 else 1e-4), "mse")
    history = model.fit(images, targets, epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    moved = [np.any(weight.numpy() != old) for weight, old in zip(model.weights, before, strict=True)]
    assert moved == [weight.trainable for weight in model.weights]


@pytest.mark.parametrize("build", [architectures.lenet1, architectures.lenet5])
def test_lenets_survive_saving(build, tmp_path):
    assert_survives_saving(build(), tmp_path)


@pytest.mark.parametrize(("variant", "classes"), [("1989", 10), ("1998", 3), ("Modern", 10)])
def test_lenet5_says_which_variants_there_are(variant, classes):
    with pytest.raises(ValueError, match=r'"1998" for the ten digits .* "modern"'):
        architectures.lenet5(variant, classes=classes)


@settings(deadline=None, max_examples=25)
@given(
    k=st.floats(0.5, 3),
    radius=st.integers(0, 4),
    alpha=st.floats(1e-4, 1),
    beta=st.floats(0.25, 1.5),
    num_maps=st.integers(1, 9),
)
def test_local_response_normalization_is_tensorflows(k, radius, alpha, beta, num_maps):
    feature_maps = 10 * normal(1, 2, 3, num_maps)
    layer = LocalResponseNormalization(k=k, n=2 * radius + 1, alpha=alpha, beta=beta)
    expected = tf.nn.local_response_normalization(feature_maps, radius, k, alpha, beta)
    np.testing.assert_allclose(layer(feature_maps), expected, rtol=1e-4)


def test_local_response_normalization_is_the_papers_formula():
    """And neither a window of eleven maps nor Caffe's alpha / n would pass."""
    feature_maps = 100 * normal(1, 2, 2, 8)
    result = LocalResponseNormalization()(feature_maps).numpy()

    def formula(n, alpha):
        expected = np.empty_like(feature_maps)
        for i in range(8):
            squares = feature_maps[..., max(0, i - n // 2) : min(7, i + n // 2) + 1] ** 2
            expected[..., i] = feature_maps[..., i] / (2 + alpha * squares.sum(axis=-1)) ** 0.75
        return expected

    np.testing.assert_allclose(result, formula(n=5, alpha=1e-4), rtol=1e-5)
    assert not np.allclose(result, formula(n=11, alpha=1e-4), rtol=1e-3)
    assert not np.allclose(result, formula(n=5, alpha=1e-4 / 5), rtol=1e-3)


@pytest.mark.parametrize("n", [0, 4, -1])
def test_local_response_normalization_needs_an_odd_window(n):
    with pytest.raises(ValueError, match=f"n must be odd.* not {n}"):
        LocalResponseNormalization(n=n)


@pytest.mark.parametrize(("build", "size"), [(architectures.alexnet, 67), (architectures.googlenet, 32)])
def test_alexnet_and_googlenet_survive_saving(build, size, tmp_path):
    assert_survives_saving(build(include_top=False, input_shape=(size, size, 3)), tmp_path)


def test_towers_of_alexnet_do_not_see_each_other():
    model = architectures.alexnet(include_top=False, input_shape=(67, 67, 3))
    conv2 = keras.Model(model.get_layer("conv2").input, model.get_layer("conv2").output)
    feature_maps = normal(1, 7, 7, 96)
    other = feature_maps.copy()
    other[..., :48] += 100
    same = np.all(conv2(feature_maps).numpy() == conv2(other).numpy(), axis=(0, 1, 2))
    np.testing.assert_array_equal(same, [False] * 128 + [True] * 128)


def test_alexnet_asks_for_towers_that_divide_its_maps():
    with pytest.raises(ValueError):
        architectures.alexnet(towers=5)
