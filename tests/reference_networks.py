"""The networks that keras.applications has too, and what to compare between the two."""

from collections.abc import Callable
from typing import NamedTuple

from utils import architectures
from utils.architectures.weights import copy_weights

import keras
import numpy as np
from keras.src.backend.common import global_state


class Network(NamedTuple):
    """Our builder, keras.applications' own, and the layers that end their blocks."""

    build: Callable[..., keras.Model]
    application: Callable[..., keras.Model]
    size: int  # pixels
    blocks: list[str]
    reference_blocks: list[str] | None = None  # by default the same names
    kernel: str = ""  # a layer inside of block number `changed_block`
    activation: str = ""  # a layer inside of the same block
    changed_block: int = 0


NETWORKS = {
    "vgg16": Network(
        architectures.vgg16,
        keras.applications.VGG16,
        size=64,
        blocks=[f"block{index}_pool" for index in range(1, 6)],
        kernel="block3_conv2",
        activation="block3_conv1",
        changed_block=2,
    ),
    "vgg19": Network(
        architectures.vgg19,
        keras.applications.VGG19,
        size=64,
        blocks=[f"block{index}_pool" for index in range(1, 6)],
        kernel="block4_conv4",
        activation="block4_conv1",
        changed_block=3,
    ),
    "inception_v3": Network(
        architectures.inception_v3,
        keras.applications.InceptionV3,
        size=299,
        blocks=[f"mixed{index}" for index in range(11)],
        kernel="mixed9_double3x3_column",
        activation="mixed9_3x3_row_relu",
        changed_block=9,
    ),
    "xception": Network(
        architectures.xception,
        keras.applications.Xception,
        size=299,
        blocks=[f"block{index}_add" for index in range(2, 14)] + ["block14_sepconv2_act"],
        reference_blocks=["add"] + [f"add_{index}" for index in range(1, 12)] + ["block14_sepconv2_act"],
        kernel="block7_sepconv2",
        activation="block7_sepconv3_act",
        changed_block=5,
    ),
    "resnet50": Network(
        architectures.resnet50,
        keras.applications.ResNet50,
        size=224,
        blocks=[
            f"conv{stage}_block{index}_out"
            for stage, num_blocks in zip((2, 3, 4, 5), (3, 4, 6, 3), strict=True)
            for index in range(1, num_blocks + 1)
        ],
        kernel="conv4_block2_2_conv",
        activation="conv4_block2_1_relu",
        changed_block=8,
    ),
}


class Pair:
    """Our network with the reference's weights, and what the reference makes of one image."""

    def __init__(self, network: Network):
        # The reference's automatic names start anew. `clear_session` does that too, but also empties
        # TensorFlow's kernel cache, which kills the process when a thread of an earlier test still runs.
        global_state.set_global_attribute("object_name_uids", None)
        options = {"input_shape": (network.size, network.size, 3), "classifier_activation": None}
        generator = np.random.default_rng(0)
        self.image = generator.normal(size=(1, *options["input_shape"])).astype("float32")
        reference = network.application(weights=None, **options)
        randomize(reference, generator)
        reference_blocks = network.reference_blocks or network.blocks
        self.expected = self._outputs(reference, reference_blocks)
        self.ours = network.build(**options)
        copy_weights(reference, self.ours)
        self.blocks = network.blocks

    def differences(self) -> np.ndarray:
        """Greatest difference after each block, and of the logits, in standard deviations."""
        outputs = self._outputs(self.ours, self.blocks)
        return np.array(
            [
                np.abs(output - expected).max() / expected.std()
                for output, expected in zip(outputs, self.expected, strict=True)
            ]
        )

    def _outputs(self, model: keras.Model, blocks: list[str]) -> list[np.ndarray]:
        ends = [model.get_layer(name).output for name in blocks]
        outputs = keras.Model(model.input, [*ends, model.output])(self.image, training=False)
        return [output.numpy() for output in outputs]


def randomize(model: keras.Model, generator: np.random.Generator) -> None:
    """Draw all weights so that signals keep their size through ReLU, and no weight is idle."""
    for layer in model.layers:
        layer.set_weights([_draw(weight.name, weight.shape, generator) for weight in layer.weights])


def _draw(name: str, shape, generator: np.random.Generator) -> np.ndarray:
    if name == "moving_variance":
        return generator.uniform(0.5, 1.5, shape)
    if name == "gamma":  # below 1, as the sums of residual networks grow from block to block
        return generator.uniform(0.3, 1.1, shape)
    if name in ("bias", "beta", "moving_mean"):
        return generator.normal(0, 0.3, shape)
    values = generator.standard_normal(shape, dtype="float32")
    if name == "depthwise_kernel":  # each filter sees one map, and no ReLU follows
        return values * np.float32(np.sqrt(1 / np.prod(shape[:2])))
    return values * np.float32(np.sqrt(2 / np.prod(shape[:-1])))
