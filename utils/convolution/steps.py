"""The calls that a Keras model is made of, in the order in which they run.

Whatever the course reads from a model, it reads from here: receptive fields, costs, drawings, and the
methods of `utils.explain`. Keras calls each layer of a model once more, on symbolic tensors, and every
call is recorded: `keras.models.clone_model` with a `call_function`. That adds one node to each layer,
which neither the model nor a file of it sees, so each model is read once and the result is kept. Keras
is imported when a model is read, not before: the rest of this package is NumPy alone.
"""

import functools
import inspect
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from utils.convolution.graph import Graph, Shape, Slot, Step, replace_kind


@dataclass(eq=False)
class _Kept:
    """A graph, and the lists of layers that must not have changed for it to hold."""

    graph: Graph
    own_layers: list
    nested_layers: list[tuple[Any, list]]

    def holds(self, model) -> bool:
        is_same = _layers(model) == self.own_layers
        return is_same and all(_layers(inner) == layers for inner, layers in self.nested_layers)


_KEPT: "weakref.WeakKeyDictionary[Any, dict]" = weakref.WeakKeyDictionary()


def walk(model, image_size: tuple[int | None, int | None] | None = None) -> Graph:
    """Return the steps of a model.

    Args:
        model: Sequential or functional, built; it may contain such models.
        image_size: height and width for a model (N, H, W, C) that takes images of any size.

    Raises:
        ValueError: the model cannot be looked into, or does not take that size.
    """
    if not is_transparent(model):
        raise ValueError(
            f"{getattr(model, 'name', model)!r} cannot be looked into: it must be a Sequential or "
            "functional model, built with a keras.Input, without a `call` of its own."
        )
    shapes = tuple(_input_shape(model, tensor.shape, image_size) for tensor in model.inputs)
    kept = _KEPT.setdefault(model, {})
    if shapes not in kept or not kept[shapes].holds(model):
        kept[shapes] = _read(model, shapes)
    return kept[shapes].graph


def is_transparent(operation) -> bool:
    """Whether an operation is a model whose steps are all that it does."""
    import keras

    is_built = isinstance(operation, keras.Model) and hasattr(operation, "inputs")
    return is_built and type(operation).call in _calls_of_keras()


@functools.cache
def _calls_of_keras() -> tuple:
    """Return what `call` is in the models of Keras itself; a subclass may do something else."""
    import keras

    (symbol,) = _symbols([(None, 1)], ["float32"])
    functional = keras.Model(symbol, symbol, name="functional")
    return keras.Sequential.call, type(functional).call


def _as_functional(model):
    """Return a functional model of the same layers that is not compiled, as a clone would be again."""
    import keras

    return keras.Model(list(model.inputs), list(model.outputs), name=model.name)


def _input_shape(model, shape: Shape, image_size) -> Shape:
    if image_size is None:
        return tuple(shape)
    fits = len(shape) == 4 and all(
        None in (own, asked) or own == asked for own, asked in zip(shape[1:3], image_size, strict=True)
    )
    if not fits:
        height, width = ("any" if size is None else size for size in image_size)
        raise ValueError(f"{model.name!r} takes {tuple(shape)}, not images of {height}x{width} pixels.")
    sizes = [own or asked for own, asked in zip(shape[1:3], image_size, strict=True)]
    return (shape[0], *sizes, shape[3])


def _layers(model) -> list:
    return list(getattr(model, "layers", ()))


def _read(model, shapes: Sequence[Shape]) -> _Kept:
    graph = Graph(tuple(shapes), tuple(tensor.dtype for tensor in model.inputs))
    inputs = _symbols(shapes, graph.input_dtypes)
    graph.outputs = _Recorder(graph).read(model, inputs, graph.inputs)
    return _Kept(graph, _layers(model), [(inner, _layers(inner)) for inner, _ in graph.nested])


_INSIDES: "weakref.WeakKeyDictionary[Step, Graph | None]" = weakref.WeakKeyDictionary()


def look_inside(step: Step) -> Graph | None:
    """Return the calls that a layer's `call` makes, or None where they cannot be followed.

    A `call` written with layers and `keras.ops` can be followed, one written with TensorFlow cannot.
    """
    if step not in _INSIDES:
        try:
            _INSIDES[step] = _read_inside(step)
        except Exception:  # What foreign code raises when it is given a symbolic tensor is not known.
            _INSIDES[step] = None
    return _INSIDES[step]


def _read_inside(step: Step) -> Graph:
    import keras

    layer = step.operation
    shapes = dict(zip(step.sources, step.input_shapes, strict=True))
    symbols = _symbols(shapes.values(), [layer.compute_dtype] * len(shapes))
    args, kwargs = step.fill_in(dict(zip(shapes, symbols, strict=True)))
    if "training" in inspect.signature(layer.call).parameters:
        kwargs = {**kwargs, "training": False}
    outputs = keras.tree.flatten(layer.call(*args, **kwargs))
    return _read(keras.Model(symbols, outputs, name=layer.name), list(shapes.values())).graph


def _symbols(shapes: Iterable[Shape], dtypes: Iterable[str]) -> list:
    """Return symbolic tensors; they have names, so that Keras does not number the user's otherwise."""
    import keras

    numbered = enumerate(zip(shapes, dtypes, strict=True))
    return [keras.Input(batch_shape=shape, dtype=dtype, name=f"x{i}") for i, (shape, dtype) in numbered]


class _Recorder:
    """Appends to a graph one step for each call that a model makes."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self._slots: dict[int, Slot] = {}
        self._tensors: list = []  # alive, so that no two have one id

    def read(self, model, inputs: list, sources: Sequence[Slot]) -> tuple[Slot, ...]:
        """Record the calls of `model` on symbolic tensors; return the slots of its outputs."""
        import keras

        self._remember(inputs, sources)
        clone = keras.models.clone_model(
            _as_functional(model),
            inputs,
            clone_function=lambda layer: layer,
            call_function=self._call,
        )
        return self._find(clone.outputs)

    def _call(self, operation, *args, **kwargs):
        """Call one layer of a model, and record it; what Keras asks of a `call_function`."""
        import keras

        outputs = operation(*args, **kwargs)
        if is_transparent(operation):
            targets = self._take_apart(operation, args, kwargs)
        else:
            targets = self._add_step(operation, args, kwargs, keras.tree.flatten(outputs))
        self._remember(keras.tree.flatten(outputs), targets)
        return outputs

    def _take_apart(self, model, args: tuple, kwargs: dict) -> tuple[Slot, ...]:
        tensors = _inputs_of(model, args[0] if args else kwargs["inputs"])
        symbols = _symbols([tensor.shape for tensor in tensors], [t.dtype for t in model.inputs])
        targets = self.read(model, symbols, self._find(tensors))
        self.graph.nested.append((model, targets))
        return targets

    def _add_step(self, operation, args: tuple, kwargs: dict, outputs: list) -> tuple[Slot, ...]:
        import keras

        number = len(self.graph.steps)
        targets = tuple(Slot(number, index) for index in range(len(outputs)))
        # No step is in training, as in `predict`, whatever the model asks for; a mask that is none says
        # nothing.
        kwargs = {
            name: value
            for name, value in kwargs.items()
            if name != "training" and not (name == "mask" and value is None)
        }
        tensors = [x for x in keras.tree.flatten((args, kwargs)) if isinstance(x, keras.KerasTensor)]
        args, kwargs = replace_kind((args, kwargs), keras.KerasTensor, lambda tensor: self._slots[id(tensor)])
        shapes = [tuple(tuple(tensor.shape) for tensor in some) for some in (tensors, outputs)]
        self.graph.steps.append(Step(operation, args, kwargs, self._find(tensors), targets, *shapes))
        return targets

    def _remember(self, tensors: Iterable, slots: Iterable[Slot]) -> None:
        for tensor, slot in zip(tensors, slots, strict=True):
            self._slots[id(tensor)] = slot
            self._tensors.append(tensor)

    def _find(self, tensors: Iterable) -> tuple[Slot, ...]:
        return tuple(self._slots[id(tensor)] for tensor in tensors)


def _inputs_of(model, inputs) -> list:
    """Return the tensors of a call in the order of the model's inputs."""
    import keras

    names = [tensor.name for tensor in model.inputs]
    if isinstance(inputs, Mapping) and all(name in inputs for name in names):
        return [inputs[name] for name in names]
    tensors = keras.tree.flatten(inputs)
    ranks = [[len(tensor.shape) for tensor in some] for some in (tensors, model.inputs)]
    if ranks[0] != ranks[1]:
        raise ValueError(
            f"{model.name!r} is called with tensors of {ranks[0]} axes, but was built for {ranks[1]}: "
            "give it inputs of the shape it was built for."
        )
    return tensors
