"""Where weights come from: nowhere, a file, or keras.applications' download."""

from utils import architectures
from utils.architectures.weights import copy_weights, load_weights

import h5py
import keras
import numpy as np
import pytest
from keras import layers


def small(filters=(2, 3), name="small", classes=4):
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(filters[0], 3),
            layers.BatchNormalization(),
            layers.Conv2D(filters[1], 3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(classes),
        ],
        name=name,
    )


def assert_equal_weights(model, other):
    for here, there in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(here, there)


def test_none_leaves_the_model_as_it_is():
    model = small()
    before = model.get_weights()
    assert load_weights(model, None) is model
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize("as_path", [str, lambda path: path])
def test_a_file_that_keras_saved(tmp_path, as_path):
    source, path = small(), tmp_path / "small.weights.h5"
    source.save_weights(path)
    assert_equal_weights(load_weights(small(), as_path(path)), source)


def test_a_file_in_the_format_of_keras_applications(tmp_path):
    """Groups by layer, whose names are its authors' own; the order alone counts."""
    source, path = small(), tmp_path / "weights_tf_dim_ordering_tf_kernels.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = names = [f"layer_{i}" for i in range(len(source.layers))]
        for name, layer in zip(names, source.layers, strict=True):
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"w{i}" for i in range(len(layer.weights))]
            for index, weight in enumerate(layer.get_weights()):
                group[f"w{index}"] = weight
    assert_equal_weights(load_weights(small(), path), source)


def test_a_file_for_another_network_is_refused(tmp_path):
    small(filters=(2, 5)).save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(ValueError):
        load_weights(small(), tmp_path / "other.weights.h5")


def test_a_missing_file_is_named():
    with pytest.raises(ValueError, match=r"no file 'imagnet'.*\"imagenet\""):
        load_weights(small(), "imagnet", application=small)


@pytest.mark.parametrize("build", [architectures.alexnet, architectures.googlenet])
def test_networks_that_keras_applications_does_not_have_say_so(build):
    options = {"include_top": False, "input_shape": (67, 67, 3)}
    with pytest.raises(ValueError, match=f"no weights of '{build.__name__}'"):
        build(weights="imagenet", **options)
    with pytest.raises(ValueError, match=r"no file 'nowhere.h5'.*path of a file\."):
        build(weights="nowhere.h5", **options)


@pytest.mark.parametrize("include_top", [True, False])
def test_imagenet_takes_the_weights_of_keras_applications(include_top):
    source, calls = small(name="reference"), []

    def application(**arguments):
        calls.append(arguments)
        return source

    model = load_weights(small(), "imagenet", application=application, include_top=include_top)
    assert_equal_weights(model, source)
    expected = {"weights": "imagenet", "include_top": include_top, "input_shape": (8, 8, 1)}
    assert calls == [expected | ({"classes": 4} if include_top else {})]


def test_a_failed_download_says_what_to_do():
    def application(**arguments):
        raise Exception("URL fetch failure on https://example.org")

    with pytest.raises(ConnectionError, match=r"'small'.*URL fetch failure.*path of the file"):
        load_weights(small(), "imagenet", application=application)


def test_imagenet_has_a_thousand_classes():
    """Keras refuses before it downloads anything."""
    with pytest.raises(ValueError, match="1000"):
        architectures.resnet50(weights="imagenet", classes=10, input_shape=(32, 32, 3))


@pytest.mark.parametrize(
    ("network", "builder"),
    [
        ("VGG16", architectures.vgg16),
        ("VGG19", architectures.vgg19),
        ("InceptionV3", architectures.inception_v3),
        ("Xception", architectures.xception),
        ("ResNet50", architectures.resnet50),
    ],
)
def test_each_network_asks_for_its_own_reference(monkeypatch, network, builder):
    class Asked(Exception):
        pass

    def application(**arguments):
        raise Asked(arguments["weights"])

    monkeypatch.setattr(keras.applications, network, application)
    with pytest.raises(ConnectionError) as error:
        builder(weights="imagenet", include_top=False, input_shape=(75, 75, 3))
    assert isinstance(error.value.__cause__, Asked)


@pytest.mark.parametrize("filters", [(2, 5), (5, 3)])
def test_copying_refuses_other_shapes_and_changes_nothing(filters):
    target = small()
    before = target.get_weights()
    with pytest.raises(ValueError, match="same arguments"):
        copy_weights(small(filters), target)
    for here, there in zip(target.get_weights(), before, strict=True):
        np.testing.assert_array_equal(here, there)


def test_copying_refuses_another_number_or_kind_of_layers():
    short = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match=r"1 layers with weights.* 4"):
        copy_weights(short, small())
    dense = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    other = keras.Sequential([keras.Input((2, 4)), layers.EinsumDense("abc,cd->abd", (None, 3))])
    assert other.layers[0].weights[0].shape == (4, 3)
    with pytest.raises(ValueError):
        copy_weights(dense, other)
