"""The weights of EfficientNet-Lite0: as PyTorch has them, converted, rounded, and stored in the course."""

from laboratory.pretrained import conversion
from utils.pretrained import efficientnet_lite0, lite0, preprocess_input
from utils.pretrained.lite0_weights import imagenet_weights

import numpy as np
import pytest
from test_pretrained import CLASSES, PHOTOGRAPHS, SCORES_OF_PYTORCH, center, skimage


@pytest.fixture(scope="module")
def converted() -> dict[str, np.ndarray]:
    return conversion.converted_weights()


def test_converted_weights_give_the_scores_of_pytorch(converted):
    network = efficientnet_lite0(weights=None, classifier_activation=None)
    for layer in network.layers:
        for variable in layer.weights:
            variable.assign(converted[f"{layer.name}/{variable.name}"])
    photographs = np.stack([center(getattr(skimage.data, name)()) for name in PHOTOGRAPHS])
    scores = network.predict(np.asarray(preprocess_input(photographs)), verbose=0)
    np.testing.assert_allclose(scores[:, CLASSES], SCORES_OF_PYTORCH, atol=1e-3)


def test_stored_weights_are_the_converted_ones_rounded(converted):
    stored = imagenet_weights()
    assert stored.keys() == converted.keys() and len(stored) == 247
    for name, array in conversion.rounded(converted).items():
        np.testing.assert_array_equal(stored[name], array.astype(np.float32), err_msg=name)


def test_the_file_is_written_again_as_it_is(tmp_path, converted):
    conversion.write_lite0_weights(tmp_path / "again.npz")
    with np.load(tmp_path / "again.npz") as again:
        assert again.files == list(converted)
        assert {again[name].dtype.name for name in again.files} == {"float16", "float32"}


def test_blocks_have_the_names_of_the_weights():
    assert [name for name, *_ in lite0.blocks()] == [f"block{name}" for name in conversion.BLOCK_NAMES]


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(conversion, "PACKAGE", "not_installed_anywhere")
    with pytest.raises(ModuleNotFoundError, match="uv sync --group laboratory"):
        conversion.converted_weights()


def test_other_file_is_refused(monkeypatch):
    monkeypatch.setattr(conversion, "STATE_SHA256", "0" * 64)
    with pytest.raises(ValueError, match="install its package again"):
        conversion.converted_weights()


def test_unknown_array_is_refused():
    for name in ("_blocks.16._bn0.weight", "_blocks.0._se_reduce.weight", "extra.weight", "weight"):
        with pytest.raises(ValueError, match="no array"):
            conversion.convert({name: np.zeros(1, np.float32)})
