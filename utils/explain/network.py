"""A Keras model as a list of steps, which can be run with other rules than its own.

Every method of this package needs the output of a layer inside a model, and most need to change
what a layer does on the way back. The steps are those that `utils.convolution.steps` finds, and each
method passes a `call` that may treat a layer in its own way. The model itself is only read.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from utils.convolution.graph import Step
from utils.convolution.steps import walk

import keras
import numpy as np
import tensorflow as tf
from keras import layers

LayerChoice: TypeAlias = str | int | layers.Layer
MAX_NAMES_IN_ERRORS = 15


def call_as_it_is(step: Step, *args, **kwargs):
    """Do what the layer does."""
    return step.operation(*args, **kwargs)


class Network:
    """The steps of a model that takes one batch of images and has one output.

    Raises:
        ValueError: the model is not built, is neither Sequential nor functional, has more than one
            input or output, or does not take images (N, H, W, C) of floats.
    """

    def __init__(self, model: keras.Model):
        self.model = model
        self.graph = walk(model)
        self.steps = self.graph.steps
        if len(self.graph.input_shapes) != 1 or len(self.graph.outputs) != 1:
            raise ValueError(
                f"{model.name!r} has {len(self.graph.input_shapes)} inputs and "
                f"{len(self.graph.outputs)} outputs: these methods take a model of one each. "
                "Make it with keras.Model(input, output)."
            )
        (self.images,) = self.graph.inputs
        (self.input_shape,), (self.input_dtype,) = self.graph.input_shapes, self.graph.input_dtypes
        self._check_takes_images()
        if self.graph.outputs == self.graph.inputs:
            raise ValueError(f"{model.name!r} gives the images back: it has no layer to look into.")
        self.last = self.steps[self.graph.outputs[0].step]

    def _check_takes_images(self) -> None:
        if len(self.input_shape) != 4 or not tf.as_dtype(self.input_dtype).is_floating:
            raise ValueError(
                f"{self.model.name!r} takes {self.input_dtype} {self.input_shape}: these methods take a "
                "model of images (N, H, W, C), floats."
            )
        for step in self.steps:
            if getattr(step.operation, "data_format", "channels_last") == "channels_first":
                raise ValueError(f"{step.name!r} has its channels first: build it channels_last.")

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
            layer = self.model.layers[int(layer)]
        found = [step for step in self.steps if layer in (step.operation, step.name)]
        for model, outputs in self.graph.nested:
            if layer in (model, model.name):
                found += [self.steps[slot.step] for slot in outputs]
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
        """Return the step of a layer with positions; for None the last one larger than 1x1.

        Raises:
            ValueError: as `find`, or the output is not (N, H, W, C).
        """
        choices = [step for step in self.steps if step.has_positions]
        if not choices:
            raise ValueError(
                f"{self.model.name!r} has no layer with feature maps (N, H, W, C), only "
                f"{_names(self.steps)}: there is nothing to project or unpool."
            )
        if layer is None:
            large = [step for step in choices if step.output_shape[1:3] != (1, 1)]
            return (large or choices)[-1]
        step = self.find(layer)
        if not step.has_positions:
            raise ValueError(
                f"The output of {step.name!r} is {step.output_shape}, without positions. "
                f"Layers with feature maps (N, H, W, C) are {_names(choices)}."
            )
        return step

    def run(
        self, images: tf.Tensor, targets: Sequence[Step], call: Callable = call_as_it_is
    ) -> list[tf.Tensor]:
        """Compute the outputs of `targets` for `images`, each layer called through `call`.

        As in `predict`, no layer is in training: augmentation and dropout do nothing.
        """
        values = {self.images: images}
        for step in self.steps_to(targets):
            args, kwargs = step.fill_in(values)
            if isinstance(step.operation, layers.Layer):
                kwargs = {**kwargs, "training": False}
            outputs = call(step, *args, **kwargs)
            values.update(zip(step.targets, keras.tree.flatten(outputs), strict=True))
        return [values[target.targets[0]] for target in targets]

    def steps_to(self, targets: Sequence[Step]) -> list[Step]:
        """Return the steps that `targets` depend on, in the order to run them."""
        return self.graph.steps_to(target.targets[0] for target in targets)

    def check_gradients(self, target: Step) -> None:
        """Refuse float16, in which small gradients become 0, up to `target`.

        Raises:
            ValueError: the model, or a layer on the way, computes in float16.
        """
        dtypes = [getattr(step.operation, "compute_dtype", None) for step in self.steps_to([target])]
        if "float16" in (self.input_dtype, *dtypes):
            raise ValueError(
                f"{self.model.name!r} computes in float16, in which small gradients become 0. Build it "
                'again in float32 and copy the weights: keras.config.set_dtype_policy("float32"), then '
                "new.set_weights(old.get_weights())."
            )


def _names(steps: Sequence[Step]) -> str:
    names = [step.name for step in steps]
    more = len(names) - MAX_NAMES_IN_ERRORS
    shown = ", ".join(map(repr, names[-MAX_NAMES_IN_ERRORS:]))
    return shown if more <= 0 else f"{shown} and {more} before these"
