"""Train the upper part of a network on activations computed once by its frozen lower part."""

from collections.abc import Iterator, Sequence

from laboratory.transfer.linear import Linear
from laboratory.transfer.networks import classifier
from utils.checks import check_labels, require_as_many, require_integer
from utils.training import set_seed, without_autotuning

import keras
import numpy as np
import tensorflow as tf


def view_batches(
    views: Sequence[np.ndarray], labels: np.ndarray, batch_size: int, seed: int, epochs: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of all epochs, with each picture in one of its views, chosen at random.

    Args:
        views: each (N, ...): the activations of the pictures as they are, mirrored, turned ...
        labels: (N,), integers.
        batch_size: pictures per batch; the last one of an epoch may be smaller.
        seed: order and views depend only on this and on the epoch's number.
        epochs: number of epochs.

    Raises:
        ValueError: the views have not a row for each label.
    """
    labels = check_labels(labels)
    for view in views:
        require_as_many("rows of a view", len(view), len(labels), "labels")
    for epoch in range(epochs):
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(labels))
        drawn = rng.integers(0, len(views), len(labels))
        for start in range(0, len(labels), batch_size):
            chosen = order[start : start + batch_size]
            batch = np.stack([views[int(drawn[i])][i] for i in chosen])
            yield batch.astype(np.float32), labels[chosen].astype(np.int32)


def with_head(upper: keras.Model, head: Linear, dropout: float = 0.2) -> keras.Model:
    """Put a trained linear head on the upper part, as the starting point of fine-tuning.

    A head with random weights would send large, meaningless gradients down into the trained part.
    """
    model = classifier(upper, head.kernel.shape[1], dropout)
    model.get_layer("head").set_weights([head.kernel, head.bias])
    return model


def freeze(model: keras.Model, stages: Sequence[str] = (), *, normalization: bool = True) -> None:
    """Exclude stages, and all normalizations, from training; compile the model afterwards, not before.

    A BatchNormalization that is not trainable also runs in inference mode: it uses the statistics
    of ImageNet's 1.28 million pictures, not those of the batch.

    Args:
        model: its layers are changed in place.
        stages: names of blocks, such as "block6a".
        normalization: whether to exclude all normalizations, too.
    """
    for layer in model.layers:
        is_normalization = isinstance(layer, keras.layers.BatchNormalization)
        in_stages = layer.name.startswith(tuple(f"{stage}_" for stage in stages))
        layer.trainable = not (in_stages or (normalization and is_normalization))


def fine_tune(
    model: keras.Model,
    views: Sequence[np.ndarray],
    labels: np.ndarray,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    batch_size: int = 32,
    weight_decay: float = 0.01,
    verbose: int = 0,
) -> keras.callbacks.History:
    """Train a classifier that gives scores, at a rate that falls to 0 along a cosine.

    Args:
        model: from activations to scores (N, classes); the caller decides what is frozen.
        views, labels: as in `view_batches`.
        epochs: number of epochs.
        learning_rate: the rate at the start; about 1e-4 for a pretrained network.
        seed: of order, views and dropout.
        batch_size: pictures per batch.
        weight_decay: of AdamW (Loshchilov and Hutter, 2019).
        verbose: how to show progress, as in `fit`.

    Raises:
        ValueError: as `view_batches`, or a number of epochs or pictures is not positive.
    """
    require_integer("epochs", epochs, 1)
    require_integer("batch_size", batch_size, 1)
    labels = check_labels(labels, num_classes=model.output_shape[-1])
    for view in views:
        require_as_many("rows of a view", len(view), len(labels), "labels")
    set_seed(seed)
    _reset_dropout(model, seed)
    steps = -(-len(labels) // batch_size)
    batches = tf.data.Dataset.from_generator(
        lambda: view_batches(views, labels, batch_size, seed, epochs),
        output_signature=(
            tf.TensorSpec((None, *views[0].shape[1:]), tf.float32),
            tf.TensorSpec((None,), tf.int32),
        ),
    )
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * steps)
    model.compile(
        optimizer=keras.optimizers.AdamW(
            schedule,  # pyright: ignore[reportArgumentType] (not only numbers)
            weight_decay=weight_decay,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model.fit(
        without_autotuning(batches.prefetch(2)),
        epochs=epochs,
        steps_per_epoch=steps,
        verbose=verbose,  # pyright: ignore[reportArgumentType] (not only "auto")
        shuffle=False,  # the batches come shuffled
    )


def _reset_dropout(model: keras.Model, seed: int) -> None:
    """Give every layer that draws random numbers its first state; it took one when it was built."""
    states = [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]
    for index, state in enumerate(states):
        state.assign([seed * 100 + index, 0])


def mean_scores(model: keras.Model, views: Sequence[np.ndarray], batch_size: int = 100) -> np.ndarray:
    """Return the probabilities of the classes, averaged over views: (N, classes)."""
    # Keras takes numbers for `verbose`, too.
    outputs = [
        model.predict(view, batch_size=batch_size, verbose=0)  # pyright: ignore[reportArgumentType]
        for view in views
    ]
    return np.mean([np.asarray(keras.ops.softmax(scores)) for scores in outputs], axis=0)
