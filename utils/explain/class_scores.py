"""The score of a class, before the softmax, and its gradient."""

from collections.abc import Callable

from utils.explain.inputs import BATCH_SIZE, in_batches
from utils.explain.network import Network, Step
from utils.explain.relu_rules import calling_with, gradient_rule, split_activation

import numpy as np
import tensorflow as tf

# A probability is a function of all classes' scores: it can rise because the others fall.
LEFT_OUT = frozenset({"softmax", "sigmoid"})


def run_scores(
    network: Network, images: tf.Tensor, rule: Callable = gradient_rule, also: tuple[Step, ...] = ()
) -> list[tf.Tensor]:
    """Compute the scores (N, classes) without the last softmax or sigmoid, and the steps `also`.

    Args:
        rule: what a ReLU does going back, from `relu_rules`.
    """
    call_with_rule = calling_with(rule)

    def call(step: Step, *args, **kwargs):
        before, _, name = split_activation(step.operation)
        if step is network.last and name in LEFT_OUT:
            return before(*args, **kwargs)
        return call_with_rule(step, *args, **kwargs)

    return network.run(images, [network.last, *also], call)


def score_gradient(
    network: Network, images: tf.Tensor, classes: tf.Tensor, rule: Callable = gradient_rule
) -> tf.Tensor:
    """Return the gradient (N, H, W, C) of each image's class score, the ReLUs following `rule`."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        (scores,) = run_scores(network, images, rule)
        chosen = tf.gather(scores, classes, axis=1, batch_dims=1)
    return tape.gradient(chosen, images)


def choose_classes(network: Network, images: np.ndarray, classes, batch_size: int = BATCH_SIZE) -> np.ndarray:
    """Return one class per image: those given, or the model's predictions for None.

    Args:
        classes: one integer for all images, or (N,) integers, or None.

    Raises:
        ValueError: the model's output is not (N, classes), or a class is out of range.
    """
    shape = network.last.output_shape
    if len(shape) != 2:
        raise ValueError(
            f"{network.model.name!r} gives {shape} instead of (N, classes): it has no class scores."
        )
    if classes is None:
        (scores,) = in_batches(lambda batch: run_scores(network, batch), images, batch_size=batch_size)
        return scores.argmax(axis=1)
    classes = np.asarray(classes)
    is_per_image = classes.shape in ((), (len(images),))
    if not is_per_image or not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(
            f"classes must be an integer or ({len(images)},) integers, one per image; "
            f"got {classes.dtype} {classes.shape}."
        )
    if classes.min() < 0 or classes.max() >= shape[1]:
        raise ValueError(
            f"{network.model.name!r} has {shape[1]} classes, 0 to {shape[1] - 1}; "
            f"got {np.unique(classes).tolist()}."
        )
    return np.broadcast_to(classes, len(images)).astype(np.int64)
