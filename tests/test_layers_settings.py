"""The course's networks are float32 with channels last, whatever keras.json or the process says."""

import json
import os
import subprocess
import sys
from pathlib import Path

from utils import architectures
from utils.layers import (
    FusedBatchNormalization,
    LocalContrastNormalization,
    MatrixGradientConv2D,
    Subsampling,
    TableConv2D,
    image_input,
)
from utils.layers.settings import use_course_settings
from utils.pretrained import efficientnet_lite0

import keras
import numpy as np
import pytest

COURSE = Path(__file__).resolve().parents[1]
# A small one of each kind: what else they are made of is Keras's own.
NAMES = ("lenet5", "small_lenet", "speedrun", "zfnet_cifar10")
DESCRIBE = """
import json
from utils import architectures
networks = {name: getattr(architectures, name)() for name in NAMES}
print(json.dumps({
    name: [model.count_params(), sorted({w.dtype for w in model.weights}), model.compute_dtype]
    for name, model in networks.items()
}))
"""


@pytest.fixture
def keras_settings():
    """Let a test change the settings of this process."""
    policy = keras.config.dtype_policy()
    yield keras.config
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(policy)


def test_networks_do_not_follow_keras_json(tmp_path):
    settings = {"floatx": "float16", "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    process = subprocess.run(
        [sys.executable, "-c", f"NAMES = {NAMES}{DESCRIBE}"],
        cwd=COURSE,
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    sizes = {name: getattr(architectures, name)().count_params() for name in NAMES}
    expected = {name: [size, ["float32"], "float32"] for name, size in sizes.items()}
    assert json.loads(process.stdout) == expected


CHANGES = [("floatx", "float16"), ("floatx", "float64"), ("image_data_format", "channels_first")]


@pytest.mark.parametrize(("name", "value"), CHANGES)
@pytest.mark.parametrize("network", [name for name in architectures.__all__ if name != "build"])
def test_a_changed_setting_is_refused_by_name(keras_settings, network, name, value):
    getattr(keras_settings, f"set_{name}")(value)
    with pytest.raises(ValueError, match=rf"Keras's {name} is '{value}'.*call keras.config.set_{name}\("):
        getattr(architectures, network)()


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_the_pretrained_network_refuses_it_too(keras_settings, name, value):
    getattr(keras_settings, f"set_{name}")(value)
    with pytest.raises(ValueError, match=f"Keras's {name} is '{value}'"):
        efficientnet_lite0(weights=None)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "float64"])
def test_a_policy_that_was_chosen_stays(keras_settings, policy):
    keras_settings.set_floatx("float16")
    keras_settings.set_dtype_policy(policy)
    use_course_settings()
    assert keras_settings.floatx() == "float32" and keras_settings.dtype_policy().name == policy


def test_a_policy_that_follows_floatx_is_set_with_it(keras_settings):
    keras_settings.set_floatx("float16")
    keras_settings.set_dtype_policy("float16")
    use_course_settings()
    assert keras_settings.dtype_policy().name == "float32"
    assert image_input((8, 8, 3)).dtype == "float32"


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_fused_normalization_names_a_precision_that_it_cannot_keep(dtype):
    with pytest.raises(
        ValueError, match=f"'bn' keeps its variables in float32.*{dtype}.*use BatchNormalization"
    ):
        FusedBatchNormalization(dtype=dtype, name="bn").build((None, 4, 4, 3))


LAYERS = {
    "subsampling": Subsampling(),
    "table": TableConv2D([[0, 1], [2]], 3),
    "local contrast": LocalContrastNormalization(),
}


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_layers_for_channels_last_stay_so(keras_settings, layer):
    maps = np.random.default_rng(0).random((2, 6, 6, 3), "float32")
    expected = np.array(layer(maps))
    keras_settings.set_image_data_format("channels_first")
    np.testing.assert_array_equal(layer(maps), expected)


def test_channels_first_are_left_to_keras():
    """The matrix products are written for channels last."""
    arguments = {"filters": 4, "kernel_size": 3, "padding": "same", "data_format": "channels_first"}
    layer = MatrixGradientConv2D(**arguments, dtype="mixed_bfloat16")
    plain = keras.layers.Conv2D(**arguments, dtype="mixed_bfloat16")
    for one in (layer, plain):
        one.build((None, 3, 5, 5))
    plain.set_weights(layer.get_weights())
    assert layer.compute_output_shape((2, 3, 5, 5)) == plain.compute_output_shape((2, 3, 5, 5))
    maps = keras.ops.ones((2, 3, 5, 5), "bfloat16")
    outcomes = []
    for one in (layer, plain):
        try:
            outcomes.append(np.array(one(maps), "float32").tolist())
        except Exception as error:  # TensorFlow has no such kernel on every processor
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]
