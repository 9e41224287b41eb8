"""Features of pictures, computed once by a network and kept in a cache."""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from laboratory.transfer.networks import outputs_of
from utils.checks import check_pixels, require_integer
from utils.data import cache_folder
from utils.files import write_arrays

import keras
import numpy as np
from tqdm.auto import tqdm

CHUNK = 500  # Pictures per file, and so the most that an interruption costs.
HALF = np.finfo(np.float16)


def compute_features(
    network: keras.Model,
    images: np.ndarray,
    *,
    batch_size: int = 50,
    cache: bool = True,
    name: str = "features",
) -> dict[str, np.ndarray]:
    """Run pictures through a network whose outputs are a dict, and keep the results.

    They are stored in `features` in KERAS_HOME (by default ~/.keras), under a name made of the network's
    weights, its outputs and the pictures, so another network or picture never gets them. Each 500
    pictures have a file, written whole or not at all: an interrupted call continues where it was.

    Args:
        network: from images to a dict of outputs.
        images: (N, H, W, 3), from 0 to 255, as all networks of this folder take them.
        batch_size: pictures at a time.
        cache: whether to read and write the cache.
        name: text of the progress bar.

    Returns:
        each output as (N, ...), float16; float32 where its largest number is beyond float16's range.

    Raises:
        ValueError: the images are no batch, or divided by 255 already; or an output is not finite.
    """
    images = check_pixels(images)
    require_integer("batch_size", batch_size, 1)
    folder = _features_folder() / _key(network) if cache else None
    parts = []
    starts = range(0, len(images), CHUNK)
    disable = len(starts) == 1 or None  # with None, tqdm shows the bar only where somebody can see it
    for start in tqdm(starts, desc=name, unit=f"{CHUNK} pictures", leave=False, disable=disable):
        chunk = images[start : start + CHUNK]
        digest = hashlib.sha256(np.ascontiguousarray(chunk).data).hexdigest()
        path = folder and folder / f"{digest[:24]}.npz"
        parts.append(_read(path) or _compute(network, chunk, batch_size, path))
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _compute(network, images, batch_size, path: Path | None) -> dict[str, np.ndarray]:
    outputs = network.predict(images, batch_size=batch_size, verbose=0)
    arrays = {name: _halved(name, np.asarray(values, np.float32)) for name, values in outputs.items()}
    if path is not None:
        with contextlib.suppress(OSError):  # A cache that cannot be written costs nothing but time.
            write_arrays(path, arrays)
    return arrays


def _halved(name: str, values: np.ndarray) -> np.ndarray:
    """Return numbers in float16, if it holds the largest of them; far smaller ones may become 0."""
    if not np.isfinite(values).all():
        raise ValueError(
            f"the network's output {name!r} is not finite: some of its numbers are NaN or infinite"
        )
    largest = np.abs(values).max(initial=0)
    fits = largest == 0 or HALF.smallest_normal <= largest <= HALF.max
    return values.astype(np.float16) if fits else values


def _read(path: Path | None) -> dict[str, np.ndarray] | None:
    if path is None or not path.exists():
        return None
    with (
        contextlib.suppress(OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile),
        path.open("rb") as file,  # NumPy leaves a damaged file open
        np.load(file) as kept,
    ):
        arrays = {name: kept[name] for name in kept.files}
        if all(np.isfinite(values).all() for values in arrays.values()):
            return arrays
    return None  # A damaged file, or one with numbers too large for its type, is written again.


def _features_folder() -> Path:
    return cache_folder().parent / "features"


def _key(network: keras.Model) -> str:
    """Hash all that determines the results of `network`: layers with their settings, weights, outputs."""
    outputs = sorted((name, tuple(tensor.shape)) for name, tensor in outputs_of(network).items())
    settings = [(type(layer).__name__, _settings(layer)) for layer in _innermost(network)]
    text = json.dumps([outputs, settings, keras.config.dtype_policy().name], sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode())
    for variable in network.variables:
        digest.update(np.ascontiguousarray(variable).data)
    return digest.hexdigest()[:24]


def _innermost(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers, including those of nested networks."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _innermost(layer)
        else:
            yield layer


def _settings(layer: keras.layers.Layer) -> dict[str, Any]:
    """Return a layer's settings without its name and whether it is frozen, which change no result."""
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable")}
