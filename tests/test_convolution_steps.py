"""The walker of models: every call is found, runs as in the model, and leaves the model as it was."""

import gc
import io
import subprocess
import sys
import time
import weakref

from utils.convolution import steps as walker
from utils.convolution.graph import Slot
from utils.convolution.steps import look_inside, walk

import keras
import numpy as np
import pytest
from keras import layers, ops

SHAPE = (8, 10, 3)


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


def random_images(shape=SHAPE, num_images=2):
    return np.random.default_rng(0).normal(size=(num_images, *shape)).astype("float32")


def run(graph, *inputs):
    """Run the steps one by one on real numbers; return the outputs of the model."""
    values = dict(zip(graph.inputs, map(ops.convert_to_tensor, inputs), strict=True))
    for step in graph.steps:
        args, kwargs = step.fill_in(values)
        if isinstance(step.operation, layers.Layer):
            kwargs = {**kwargs, "training": False}
        outputs = keras.tree.flatten(step.operation(*args, **kwargs))
        for output, shape in zip(outputs, step.output_shapes, strict=True):
            assert all(own in (None, size) for own, size in zip(shape, output.shape, strict=True))
        values.update(zip(step.targets, outputs, strict=True))
    return [values[slot] for slot in graph.outputs]


def chain(*stack, shape=SHAPE, name=None):
    return keras.Sequential([keras.Input(shape), *stack], name=name)


def added():
    model = keras.Sequential()
    for layer in (keras.Input(SHAPE), layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.ReLU()):
        model.add(layer)
    return model


def nested_and_shared():
    inputs = keras.Input(SHAPE)
    inner = chain(layers.Conv2D(3, 3, padding="same"), layers.ReLU())
    outer = chain(inner, layers.Conv2D(3, 1))
    # A model called three times, one of them in a model, with the same layers each time.
    return keras.Model(inputs, inner(inner(inputs)) + outer(inputs))


def calls_of_ops():
    inputs = keras.Input(SHAPE)
    kept = ops.multiply(x1=ops.maximum(inputs, 0.5), x2=inputs[:, ::-1])
    halves = ops.split(ops.concatenate([kept, 1 - inputs], axis=-1), 2, axis=-1)
    return keras.Model(inputs, ops.mean(ops.stack(halves), axis=(0, 2)))


def arguments_by_name():
    inputs = keras.Input(SHAPE)
    attention = layers.MultiHeadAttention(2, 3)(query=inputs, value=inputs)
    joined = layers.Concatenate()([attention, layers.Dropout(0.5)(inputs, training=True)])
    return keras.Model(inputs, layers.BatchNormalization()(joined, training=True))


def several_ends():
    inputs = {name: keras.Input(SHAPE, name=name) for name in ("second", "first")}
    both = keras.Model(inputs, layers.subtract([inputs["first"], inputs["second"]]))
    first, second = keras.Input(SHAPE), keras.Input(SHAPE)
    difference = both({"second": second, "first": first})
    return keras.Model([first, second], [difference, layers.Add()([first, first]), first])


def subclass():
    class Named(keras.Model):
        pass

    inputs = keras.Input(SHAPE)
    return Named(inputs, layers.Conv2D(2, 3)(inputs))


def augmented():
    block = layers.Pipeline([layers.RandomTranslation(0.2, 0.2), layers.RandomRotation(0.2)])
    return chain(layers.RandomFlip(), block, chain(layers.RandomZoom(0.3)), layers.GaussianNoise(1.0))


FORMS = (*(added, nested_and_shared, calls_of_ops, arguments_by_name, several_ends, subclass, augmented),)
forms = pytest.mark.parametrize("build", FORMS, ids=lambda build: build.__name__)


@forms
def test_steps_run_one_by_one_give_what_the_model_predicts(build):
    model = build()
    images = [random_images() * (1 + index) for index in range(len(model.inputs))]
    outputs = model(images if len(images) > 1 else images[0], training=False)
    for found, expected in zip(run(walk(model), *images), keras.tree.flatten(outputs), strict=True):
        np.testing.assert_array_equal(found, expected)


@forms
def test_every_step_comes_after_those_that_feed_it(build):
    graph = walk(build())
    known = set(graph.inputs)
    for number, step in enumerate(graph.steps):
        assert known.issuperset(step.sources)
        assert step.targets == tuple(Slot(number, index) for index in range(len(step.targets)))
        known.update(step.targets)
    assert known.issuperset(graph.outputs)


def test_large_networks_of_keras_are_walked_in_seconds():
    for build in (keras.applications.ResNet50, keras.applications.EfficientNetB0):
        with keras.StatelessScope(initialize_variables=False):
            model = build(weights=None)
            start = time.process_time()
            graph = walk(model)
            assert time.process_time() - start < 2
        inner = [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]
        assert {step.operation for step in graph.steps} == set(inner)


def test_nested_models_are_taken_apart_at_the_size_they_are_called_with():
    inner = chain(layers.Conv2D(3, 3), shape=(None, None, 3))
    inputs = keras.Input((9, 7, 3))
    (step,) = walk(keras.Model(inputs, inner(inputs))).steps
    assert (step.input_shapes, step.output_shape) == (((None, 9, 7, 3),), (None, 7, 5, 3))
    assert walk(inner).steps[0].output_shape == (None, None, None, 3)
    assert walk(inner, (6, None)).steps[0].output_shape == (None, 4, None, 3)
    with pytest.raises(ValueError, match="not images of 8x8 pixels"):
        walk(keras.Model(inputs, inner(inputs)), (8, 8))


def test_nested_models_are_listed_with_their_outputs():
    model = nested_and_shared()
    inner = model.layers[1]
    graph = walk(model)
    assert [slot for nested, slots in graph.nested if nested is inner for slot in slots] == [
        *(Slot(1), Slot(3), Slot(5)),
    ]
    assert sum(step.operation is inner.layers[0] for step in graph.steps) == 3


# The model is as it was


def facts(model):
    """Everything that could show that a model has been touched."""
    text = io.StringIO()
    model.summary(print_fn=lambda line: text.write(line + "\n"), expand_nested=True)
    tensors = [id(tensor) for tensor in (*model.inputs, *model.outputs)]
    tensors += [id(layer.output) for layer in model.layers if not isinstance(layer, keras.Model)]
    variables = [np.asarray(variable) for variable in model.variables]
    return model.to_json(), text.getvalue(), tensors, variables


@forms
def test_model_is_not_changed(build, tmp_path):
    model = build()
    images = [random_images() * (1 + index) for index in range(len(model.inputs))]
    images = images if len(images) > 1 else images[0]
    before, outputs = facts(model), model.predict(images, verbose=0)
    model.save_weights(tmp_path / "before.weights.h5")
    walk(model)
    after = facts(model)
    assert after[:3] == before[:3]
    for now, then in zip(after[3], before[3], strict=True):
        np.testing.assert_array_equal(now, then)
    model.load_weights(tmp_path / "before.weights.h5")
    for now, then in zip(
        *(keras.tree.flatten(x) for x in (model.predict(images, verbose=0), outputs)), strict=True
    ):
        np.testing.assert_array_equal(now, then)


def called_twice():
    # Keras cannot load `nested_and_shared` again, walked or not.
    inputs, outer = keras.Input(SHAPE), keras.Input(SHAPE)
    inner = keras.Model(inputs, layers.ReLU()(layers.Conv2D(3, 3, padding="same")(inputs)))
    return keras.Model(outer, chain(layers.Conv2D(3, 1))(inner(inner(outer))))


@pytest.mark.parametrize("build", [added, called_twice, calls_of_ops, augmented])
def test_model_is_saved_and_loaded_as_before(build, tmp_path):
    model, images = build(), random_images()
    walk(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = model(images, training=False)
    np.testing.assert_allclose(loaded(images, training=False), expected, atol=1e-6)
    np.testing.assert_allclose(run(walk(loaded), images)[0], expected, atol=1e-6)


def test_a_compiled_model_is_not_compiled_again():
    def own_loss(true, predicted):
        return ops.mean(predicted - true)

    model = chain(layers.Conv2D(2, 3))
    model.compile("adam", loss=own_loss)
    optimizer, variables = model.optimizer, len(model.optimizer.variables)
    walk(model)
    assert model.optimizer is optimizer and len(optimizer.variables) == variables


def test_each_model_is_read_once_until_its_layers_change(monkeypatch):
    read, clone_model = [], keras.models.clone_model
    monkeypatch.setattr(
        keras.models, "clone_model", lambda *args, **kwargs: (read.append(1), clone_model(*args, **kwargs))[1]
    )
    model = chain(layers.Conv2D(2, 3, padding="same"), layers.ReLU())
    graph = walk(model)
    assert walk(model) is graph and len(read) == 1
    model.add(layers.MaxPooling2D())
    assert [step.operation for step in walk(model).steps] == model.layers
    model.pop()
    assert [step.operation for step in walk(model).steps] == model.layers
    assert len(read) == 3
    outer = chain(model)
    assert len(walk(outer).steps) == 2
    model.add(layers.ReLU())
    assert len(walk(outer).steps) == 3


def test_what_is_kept_goes_with_the_model():
    model = nested_and_shared()
    walk(model)
    gone = weakref.ref(model)
    num_kept = len(walker._KEPT)
    del model
    gc.collect()
    assert gone() is None and len(walker._KEPT) < num_kept


def test_the_numbers_of_the_model_are_used_not_copied():
    model, images = chain(layers.Conv2D(2, 3)), random_images()
    graph = walk(model)
    model.set_weights([2 * weights for weights in model.get_weights()])
    np.testing.assert_array_equal(run(graph, images)[0], model(images))


# What cannot be looked into


class OwnCall(keras.Model):
    def call(self, inputs):
        return 2 * super().call(inputs)


class NoGraph(keras.Model):
    def call(self, inputs):
        return inputs


def test_models_with_a_call_of_their_own_are_refused():
    inputs = keras.Input(SHAPE)
    twice = OwnCall(inputs, layers.ReLU()(inputs))
    for model in (twice, NoGraph(), keras.Sequential([layers.Conv2D(2, 3)])):
        with pytest.raises(ValueError, match="cannot be looked into: it must be a Sequential or functional"):
            walk(model)


def test_a_nested_model_with_a_call_of_its_own_is_one_step():
    inputs = keras.Input(SHAPE)
    twice = OwnCall(inputs, layers.ReLU()(inputs))
    outer = keras.Model(inputs, twice(inputs))
    assert [step.operation for step in walk(outer).steps] == [twice]
    np.testing.assert_array_equal(run(walk(outer), random_images())[0], outer(random_images()))


def test_a_function_of_keras_is_one_step():
    symbol = keras.KerasTensor((None, *SHAPE))
    function = keras.Function(symbol, ops.relu(symbol) * 2)
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, function(inputs))
    assert [step.operation for step in walk(model).steps] == [function]
    np.testing.assert_array_equal(run(walk(model), random_images())[0], model(random_images()))


class Block(layers.Layer):
    """Written with layers and `keras.ops`."""

    def __init__(self):
        super().__init__()
        self.convolution = layers.Conv2D(3, 3, padding="same")
        self.gain = self.add_weight(shape=(3,))

    def call(self, inputs, training=None):
        return inputs + ops.relu(self.convolution(inputs)) * self.gain


class Foreign(layers.Layer):
    """Written with NumPy, which no symbolic tensor passes."""

    def call(self, inputs):
        return ops.convert_to_tensor(np.asarray(inputs) * 2)

    def compute_output_shape(self, input_shape):
        return input_shape


def test_a_layer_with_a_call_of_its_own_is_looked_into_where_that_is_possible():
    block = Block()
    (step,) = walk(chain(block)).steps
    inside = look_inside(step)
    assert inside.steps[0].operation is block.convolution and len(inside.steps) == 4
    assert look_inside(step) is inside
    np.testing.assert_allclose(run(inside, random_images())[0], block(random_images()), atol=1e-6)
    assert look_inside(walk(chain(Foreign())).steps[0]) is None


def test_the_package_is_numpy_alone_until_a_model_comes():
    source = "import sys, utils.convolution; print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
