"""A Keras model as a list of steps, which can be run with other rules than its own.

Every method of this package needs the output of a layer inside a model, and most need to change
what a layer does on the way back. The steps are found once, nested models are taken apart, and each
method passes a `call` that may treat a layer in its own way. The model itself is only read.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

LayerChoice = str | int | keras.layers.Layer
Slot = tuple[int, int]  # Output number of a step; the images come from step -1.
IMAGES: Slot = (-1, 0)
MAX_NAMES_IN_ERRORS = 15


class Step(NamedTuple):
    """One call of one layer."""

    operation: keras.Operation
    node: Any  # Keras's record of the call: its arguments, and the shapes of its outputs
    sources: tuple[Slot, ...]
    targets: tuple[Slot, ...]

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        return tuple(self.node.outputs[0].shape)

    @property
    def has_positions(self) -> bool:
        """Whether the output is feature maps (N, H, W, C)."""
        return len(self.node.outputs) == 1 and len(self.output_shape) == 4


def call_as_it_is(step: Step, *args, **kwargs):
    """Do what the layer does."""
    return step.operation(*args, **kwargs)


class Network:
    """The steps of a model that takes one batch of images.

    Raises:
        ValueError: the model is not built, is neither Sequential nor functional, or has more than
            one input or output.
    """

    def __init__(self, model: keras.Model):
        self.model = model
        graph = _graph(model)
        if len(graph.inputs) != 1 or len(graph.outputs) != 1:
            raise ValueError(
                f"{model.name!r} has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs: "
                "these methods take a model of one each. Make it with keras.Model(input, output)."
            )
        self.input_shape = tuple(graph.inputs[0].shape)
        self.input_dtype = graph.inputs[0].dtype
        self.steps: list[Step] = []
        self._nested: dict[keras.Model, list[Slot]] = {}
        (last,) = self._add_steps(graph, [IMAGES])
        self.last = self.steps[last[0]]

    def _add_steps(self, graph, sources: Sequence[Slot]) -> list[Slot]:
        """Append the steps of `graph`, fed from `sources`; return the slots of its outputs."""
        slots = dict(zip(map(id, graph.inputs), sources, strict=True))
        # Keras has no public way to walk a model; these are the names that Keras 3 itself uses.
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                inputs = [slots[id(tensor)] for tensor in node.input_tensors]
                slots.update(zip(map(id, node.outputs), self._add_step(node, inputs), strict=True))
        return [slots[id(tensor)] for tensor in graph.outputs]

    def _add_step(self, node, sources: Sequence[Slot]) -> Sequence[Slot]:
        if isinstance(node.operation, keras.Model):
            outputs = self._add_steps(_graph(node.operation), sources)
            self._nested.setdefault(node.operation, []).extend(outputs)
            return outputs
        targets = tuple((len(self.steps), index) for index in range(len(node.outputs)))
        self.steps.append(Step(node.operation, node, tuple(sources), targets))
        return targets

    def find(self, layer: LayerChoice) -> Step:
        """Return the step of a layer given by name, by index in `model.layers`, or itself.

        Raises:
            ValueError: the model has no such layer, or calls it more than once.
        """
        if isinstance(layer, int | np.integer):
            if not -len(self.model.layers) <= layer < len(self.model.layers):
                raise ValueError(
                    f"{self.model.name!r} has {len(self.model.layers)} layers, so none of index "
                    f"{layer}; it has {_names(self.steps)}."
                )
            layer = self.model.layers[layer]
        found = [step for step in self.steps if layer in (step.operation, step.operation.name)]
        for model, outputs in self._nested.items():
            if layer in (model, model.name):
                found += [self.steps[index] for index, _ in outputs]
        if len(found) == 1:
            return found[0]
        name = getattr(layer, "name", layer)
        if found:
            raise ValueError(
                f"{name!r} stands for {len(found)} outputs in {self.model.name!r}: choose a layer "
                "that is called once, by itself instead of by name if names repeat."
            )
        raise ValueError(f"{self.model.name!r} has no layer {name!r}; it has {_names(self.steps)}.")

    def find_feature_maps(self, layer: LayerChoice | None) -> Step:
        """Return the step of a layer with positions; of the last one for None.

        Raises:
            ValueError: as `find`, or the output is not (N, H, W, C).
        """
        choices = [step for step in self.steps if step.has_positions]
        if not choices:
            raise ValueError(
                f"{self.model.name!r} has no layer with feature maps (N, H, W, C), only "
                f"{_names(self.steps)}: there is nothing to project or unpool."
            )
        step = choices[-1] if layer is None else self.find(layer)
        if not step.has_positions:
            raise ValueError(
                f"The output of {step.operation.name!r} is {step.output_shape}, without positions. "
                f"Layers with feature maps (N, H, W, C) are {_names(choices)}."
            )
        return step

    def run(
        self, images: tf.Tensor, targets: Sequence[Step], call: Callable = call_as_it_is
    ) -> list[tf.Tensor]:
        """Compute the outputs of `targets` for `images`, each layer called through `call`."""
        values = {IMAGES: images}
        for step in self.steps_to(targets):
            tensors = zip(step.node.input_tensors, step.sources, strict=True)
            args, kwargs = step.node.arguments.fill_in(
                {id(tensor): values[source] for tensor, source in tensors}
            )
            outputs = call(step, *args, **kwargs)
            values.update(zip(step.targets, keras.tree.flatten(outputs), strict=True))
        return [values[target.targets[0]] for target in targets]

    def steps_to(self, targets: Sequence[Step]) -> list[Step]:
        """Return the steps that `targets` depend on, in the order to run them."""
        needed, steps = {target.targets[0] for target in targets}, []
        for step in reversed(self.steps):
            if needed.intersection(step.targets):
                needed.update(step.sources)
                steps.append(step)
        return steps[::-1]


def _graph(model: keras.Model):
    graph = getattr(model, "_functional", None) if isinstance(model, keras.Sequential) else model
    if not hasattr(graph, "_nodes_by_depth"):
        raise ValueError(
            f"{getattr(model, 'name', model)!r} cannot be looked into: it must be a Sequential or "
            "functional model, built with a keras.Input."
        )
    return graph


def _names(steps: Sequence[Step]) -> str:
    names = [step.operation.name for step in steps]
    more = len(names) - MAX_NAMES_IN_ERRORS
    shown = ", ".join(map(repr, names[-MAX_NAMES_IN_ERRORS:]))
    return shown if more <= 0 else f"{shown} and {more} before these"
