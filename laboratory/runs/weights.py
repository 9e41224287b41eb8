"""The weights of a recorded run at half their size."""

from pathlib import Path

from utils.files import written_beside

import h5py
import keras
import numpy as np


def save_weights_float16(model: keras.Model, path: Path) -> None:
    """Save the weights of `model` at half their size, without the optimizer.

    float16 keeps 11 significant bits, which costs less than 0.1 point of accuracy on this
    course's networks (`python -m laboratory verify` measures the stored weights).

    Raises:
        ValueError: a weight is too large for float16 (above 65,504).
    """
    with written_beside(path) as halved:
        whole = halved.with_name(f"float32-{path.name}")
        model.save_weights(whole)
        with h5py.File(whole) as source, h5py.File(halved, "w") as target:
            source.visititems(lambda name, item: _copy_float16(name, item, target))


def _copy_float16(name: str, item: h5py.Group | h5py.Dataset, target: h5py.File) -> None:
    if name.split("/")[0] == "optimizer":
        return
    if isinstance(item, h5py.Group):
        copy = target.require_group(name)
    else:
        values = item[()]
        if values.dtype == np.float32:
            if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
                raise ValueError(f"the weights {name} do not fit into float16")
            values = values.astype(np.float16)
        options = {"compression": "gzip", "shuffle": True} if values.ndim else {}
        copy = target.create_dataset(name, data=values, **options)
    copy.attrs.update(item.attrs)
