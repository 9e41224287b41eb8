"""Weights for networks that keras.applications also has: its own, or those of a file."""

import functools
from collections.abc import Callable
from pathlib import Path

import keras


def load_weights(
    model: keras.Model,
    weights: str | Path | None,
    *,
    application: Callable[..., keras.Model] | None = None,
    include_top: bool = True,
) -> keras.Model:
    """Put weights into a fresh model and return it.

    Args:
        model: the network.
        weights: None to leave the model as it is; "imagenet" for the weights that
            keras.applications downloads, once; or the path of a file, which `save_weights` wrote or
            keras.applications downloaded.
        application: the same network's builder in keras.applications, if there is one.
        include_top: whether the model has its classifier.

    Raises:
        ValueError: there are no such weights, or they do not fit the model.
        ConnectionError: the download failed.
    """
    if weights is None:
        return model
    if weights == "imagenet":
        copy_weights(_download(model, application, include_top), model)
    elif Path(weights).is_file():
        model.load_weights(weights)
    else:
        raise ValueError(
            f"There is no file {str(weights)!r}. weights must be None, the path of a file"
            + (', or "imagenet".' if application else ".")
        )
    return model


def copy_weights(source: keras.Model, target: keras.Model) -> None:
    """Copy the weights of one network to another that has the same layers in the same order.

    Layers without weights may differ, and so may all names.

    Raises:
        ValueError: the layers that have weights do not match.
    """
    sources, targets = _layers_with_weights(source), _layers_with_weights(target)
    if len(sources) != len(targets):
        raise ValueError(
            f"{source.name!r} has {len(sources)} layers with weights, {target.name!r} "
            f"{len(targets)}: build both with the same arguments."
        )
    for here, there in zip(sources, targets, strict=True):
        shapes = [[tuple(weight.shape) for weight in layer.weights] for layer in (here, there)]
        if type(here) is not type(there) or shapes[0] != shapes[1]:
            raise ValueError(
                f"{here.name!r} has weights {shapes[0]}, {there.name!r} {shapes[1]}: "
                "build both with the same arguments."
            )
    for here, there in zip(sources, targets, strict=True):
        there.set_weights(here.get_weights())


def _layers_with_weights(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if layer.weights]


def _download(model: keras.Model, application: Callable | None, include_top: bool) -> keras.Model:
    """Build keras.applications' network with its weights, in the shape of `model`."""
    if application is None:
        raise ValueError(f"keras.applications has no weights of {model.name!r}: pass weights=None or a file.")
    build = functools.partial(application, weights="imagenet", input_shape=model.input_shape[1:])
    try:
        if include_top:
            return build(include_top=True, classes=model.output_shape[-1])
        return build(include_top=False)
    except ValueError:  # Keras says what does not fit.
        raise
    except Exception as error:
        raise ConnectionError(
            f"The ImageNet weights of {model.name!r} could not be downloaded ({error}). Check the "
            "network, or pass the path of the file as weights."
        ) from error
