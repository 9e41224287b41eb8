"""The score of a class, before the softmax or sigmoid, and its gradient.

A model with one sigmoid output, a probability p, has two classes: 1, of score z where p = sigmoid(z),
and 0, of score -z. Class 1 is predicted where p is at least 1/2.
"""

from collections.abc import Callable

from utils.convolution import kinds, recorded
from utils.convolution.graph import Graph, Step
from utils.convolution.steps import look_inside
from utils.explain.activations import split_activation
from utils.explain.behavior import Kind
from utils.explain.inputs import BATCH_SIZE, in_batches, require_gradient
from utils.explain.network import Network
from utils.explain.relu_rules import calling_with, gradient_rule

import numpy as np
import tensorflow as tf
from keras import layers

# What comes after the last activation, if anything, and leaves the numbers as they are.
IDLE = (
    *(*kinds.DROPOUTS, layers.Flatten, layers.Reshape, layers.Identity),
    *(layers.Activation, layers.Permute),
)
# A probability is a function of all classes' scores: it can rise because the others fall.
LEFT_OUT = (Kind.SOFTMAX, Kind.SIGMOID)


class Classes:
    """The classes of a network that gives (N, classes), and their scores.

    Raises:
        ValueError: the network gives something else.
    """

    def __init__(self, network: Network):
        self.network = network
        shape = network.last.output_shape
        if len(shape) != 2 or shape[1] is None:
            raise ValueError(
                f"{network.model.name!r} gives {shape} instead of (N, classes): it has no class scores."
            )
        self._last_activation, self._kind = _last_activation(network.graph)
        self.is_binary = self._kind is Kind.SIGMOID and shape[1] == 1
        self.num_classes: int = 2 if self.is_binary else shape[1]

    def run_scores(
        self, images: tf.Tensor, rule: Callable = gradient_rule, also: tuple[Step, ...] = ()
    ) -> list[tf.Tensor]:
        """Compute the scores (N, classes) without the last softmax or sigmoid, and the steps `also`.

        Args:
            rule: what a ReLU does going back, from `relu_rules`.

        Raises:
            ValueError: there may be a softmax inside the last layer, where it cannot be left out.
        """
        if self._kind is Kind.UNKNOWN:
            raise ValueError(
                f"It is not known whether {self._last_activation.name!r} ends with a softmax, in "
                f"{split_activation(self._last_activation).label!r}, which these methods leave out: end the "
                "model with a layer or activation of Keras."
            )
        call_with_rule = calling_with(rule)

        def call(step: Step, *args, **kwargs):
            if step is self._last_activation and self._kind in LEFT_OUT:
                return split_activation(step).before(*args, **kwargs)
            return call_with_rule(step, *args, **kwargs)

        scores, *others = self.network.run(images, [self.network.last, *also], call)
        return [tf.concat([-scores, scores], axis=1) if self.is_binary else scores, *others]

    def run_outputs(self, images: tf.Tensor, also: tuple[Step, ...] = ()) -> list[tf.Tensor]:
        """Compute the model's own outputs (N, classes), and the steps `also`."""
        outputs, *others = self.network.run(images, [self.network.last, *also])
        return [tf.concat([1 - outputs, outputs], axis=1) if self.is_binary else outputs, *others]

    def predict(self, scores: tf.Tensor) -> tf.Tensor:
        """Return the class (N,) with the largest score or output; if both of two are equal, class 1."""
        if self.is_binary:
            return tf.cast(scores[:, 1] >= scores[:, 0], tf.int64)
        return tf.argmax(scores, axis=1)

    def score_gradient(
        self, images: tf.Tensor, classes: tf.Tensor, rule: Callable = gradient_rule
    ) -> tf.Tensor:
        """Return the gradient (N, H, W, C) of each image's class score, the ReLUs following `rule`."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            (scores,) = self.run_scores(images, rule)
            chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
        return require_gradient(tape.gradient(chosen, images), self.network.last)

    def choose(self, images: np.ndarray, classes, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """Return one class per image: those given, or the model's predictions for None.

        Args:
            classes: one integer for all images, or (N,) integers, or None.

        Raises:
            ValueError: a class is out of range.
        """
        if classes is None:
            run = self.run_outputs if self._kind is Kind.UNKNOWN else self.run_scores
            (predicted,) = in_batches(
                lambda batch: self.predict(run(batch)[0]), images, batch_size=batch_size
            )
            return predicted
        classes = np.asarray(classes)
        is_per_image = classes.shape in ((), (len(images),))
        if not is_per_image or not np.issubdtype(classes.dtype, np.integer):
            raise ValueError(
                f"classes must be an integer or ({len(images)},) integers, one per image; "
                f"got {classes.dtype} {classes.shape}."
            )
        if classes.min() < 0 or classes.max() >= self.num_classes:
            raise ValueError(
                f"{self.network.model.name!r} has {self.num_classes} classes, 0 to "
                f"{self.num_classes - 1}; got {np.unique(classes).tolist()}."
            )
        return np.broadcast_to(classes, len(images)).astype(np.int64)


def _last_activation(graph: Graph) -> tuple[Step, Kind]:
    """Return the step with the last activation, and its kind: unknown, if it may hide a softmax."""
    step = graph.steps[graph.outputs[0].step]
    kind = split_activation(step).kind
    while kind is Kind.LINEAR and _is_idle(step) and step.sources[0].step >= 0:
        step = graph.steps[step.sources[0].step]
        kind = split_activation(step).kind
    return step, Kind.UNKNOWN if kind not in LEFT_OUT and _hides_softmax(step) else kind


def _is_idle(step: Step) -> bool:
    """Whether a step leaves the numbers as they are, apart from their shape."""
    return kinds.is_of(step.operation, IDLE) or type(step.operation) in recorded.reshapes()


def _hides_softmax(step: Step) -> bool:
    """Whether a layer with a `call` of its own ends with a softmax or sigmoid."""
    if not isinstance(step.operation, layers.Layer) or kinds.public_class(step.operation) is not None:
        return False
    with tf.init_scope():
        inside = look_inside(step)
    if inside is None or inside.outputs[0] in inside.inputs:
        return False
    return _last_activation(inside)[1] in (*LEFT_OUT, Kind.UNKNOWN)
