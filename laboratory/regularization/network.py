"""The network of the regularization laboratory, with one setting for each method of chapter 09."""

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

from utils.layers import FusedBatchNormalization
from utils.training import Augmentation

import keras
import tensorflow as tf
from keras import layers

POOLINGS = ("max 2x2", "max 3x3", "average 2x2", "average 3x3", "strided convolution", "none")


class Variation(NamedTuple):
    """How the training images of a setting are varied."""

    augmentation: Augmentation | None = None
    colors: bool = False  # whether brightness, contrast and tint vary as well


AUGMENTATIONS = {
    "none": Variation(),
    "flip": Variation(Augmentation(flip="random")),
    **{f"flip, shift {pixels}": Variation(Augmentation(flip="random", shift=pixels)) for pixels in (1, 2, 8)},
    **{
        f"flip, shift, cutout {side}": Variation(Augmentation(flip="random", shift=4, cutout=side))
        for side in (4, 8, 16)
    },
    "flip and shift": Variation(Augmentation(flip="random", shift=4)),
    "flip, shift, color": Variation(Augmentation(flip="random", shift=4), colors=True),
    "flip, shift, cutout": Variation(Augmentation(flip="random", shift=4, cutout=12)),
}


@dataclass(frozen=True)
class Setting:
    """One setting of the laboratory; the default is the network without any regularization.

    Attributes:
        filters: filters of the three convolutions.
        kernel_size: side of their kernels.
        convolutions: in each stage, one after the other.
        pooling: one of `POOLINGS`; "none" leaves 32 x 32 places for the dense layer.
        dropout: rate before and after the dense layer.
        spatial_dropout: share of whole feature maps that is dropped after each stage.
        batch_normalization: whether each convolution is normalized before its ReLU.
        max_norm: upper bound for the norms of the kernels, or None for none.
        max_norm_axis: "filter" bounds each filter or unit as a whole; 0 is the default of
            `keras.constraints.MaxNorm`, which bounds three weights of a convolution at a time.
        l1, l2: factors of the penalties on all kernels.
        label_smoothing: share of each label that is spread evenly over the classes.
        augmentation: one of `AUGMENTATIONS`.
        patience: number of rounds without a lower validation loss after which training stops and takes
            the weights of the best round; None trains to the end.
        num_images: number of training images to use.
        draw: 0 takes the first ones; any other number draws them, without repetition.
        num_steps, batch_size: length of the training.
        round_steps: steps between two measurements on the validation images.
        learning_rate: of Adam, at the start; it falls to 0 along a cosine.

    Raises:
        ValueError: a choice does not exist, or the steps are not a whole number of rounds.
    """

    filters: tuple[int, int, int] = (16, 32, 64)
    kernel_size: int = 3
    convolutions: int = 1
    pooling: str = "max 2x2"
    dropout: float = 0.0
    spatial_dropout: float = 0.0
    batch_normalization: bool = False
    max_norm: float | None = None
    max_norm_axis: str | int = "filter"
    l1: float = 0.0
    l2: float = 0.0
    label_smoothing: float = 0.0
    augmentation: str = "none"
    patience: int | None = None
    num_images: int = 5_000
    draw: int = 0
    num_steps: int = 960
    batch_size: int = 125
    round_steps: int = 80
    learning_rate: float = 0.002

    def __post_init__(self):
        for value, allowed, name in (
            (self.pooling, POOLINGS, "pooling"),
            (self.augmentation, AUGMENTATIONS, "augmentation"),
            (self.max_norm_axis, ("filter", 0), "max_norm_axis"),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is one of {', '.join(map(repr, allowed))}, not {value!r}.")
        if self.num_steps % self.round_steps:
            raise ValueError(
                f"{self.num_steps} steps are not a whole number of rounds of {self.round_steps}."
            )
        # In a setting read from JSON, this is a list.
        object.__setattr__(self, "filters", tuple(self.filters))

    def replace(self, **options) -> "Setting":
        """Return this setting with some attributes changed."""
        return dataclasses.replace(self, **options)


def laboratory_network(setting: Setting, seed: int = 0) -> keras.Model:
    """Build the laboratory's network: three convolutions, a dense layer of 128 units, ten classes.

    It takes images (N, 32, 32, 3), float32 in [0, 1], to probabilities (N, 10), float32. Kernels of the
    same shape start with the same weights in all settings, so that only the settings are compared.
    """
    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)
    for index, filters in enumerate(setting.filters):
        for number in range(1, setting.convolutions):
            x = _convolution(x, filters, setting, seed * 100 + 10 + 10 * number + index)
        x = _convolution(x, filters, setting, seed * 100 + index, _strides(setting))
        x = _pool(x, setting)
    x = layers.Flatten()(x)
    if setting.dropout:
        x = layers.Dropout(setting.dropout)(x)
    x = layers.Dense(128, activation="relu", **_kernel_options(setting, seed * 100 + 10))(x)
    if setting.dropout:
        x = layers.Dropout(setting.dropout)(x)
    # Under mixed precision the probabilities are still computed in float32.
    initializer = keras.initializers.GlorotUniform(seed * 100 + 11)
    outputs = layers.Dense(
        10,
        activation="softmax",
        kernel_initializer=initializer,  # pyright: ignore[reportArgumentType] (not only names)
        dtype="float32",
        name="predictions",
    )(x)
    return keras.Model(inputs, outputs, name="laboratory")


def _strides(setting: Setting) -> int:
    """Return the strides of the last convolution in a stage."""
    return 2 if setting.pooling == "strided convolution" else 1


def _convolution(x, filters: int, setting: Setting, seed: int, strides: int = 1):
    """Apply convolution, ReLU, and normalization between them where the setting has it."""
    x = layers.Conv2D(
        filters,
        setting.kernel_size,
        strides=strides,
        padding="same",
        use_bias=not setting.batch_normalization,
        **_kernel_options(setting, seed, is_convolution=True),
    )(x)
    if setting.batch_normalization:
        x = FusedBatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x)


def _pool(x, setting: Setting):
    """Apply pooling and spatial dropout, as far as the setting has them."""
    kind, _, size = setting.pooling.partition(" ")
    if kind in ("max", "average"):
        pool = layers.MaxPooling2D if kind == "max" else layers.AveragePooling2D
        x = pool(int(size[0]), strides=2, padding="same")(x)
    return layers.SpatialDropout2D(setting.spatial_dropout)(x) if setting.spatial_dropout else x


def _kernel_options(setting: Setting, seed: int, *, is_convolution: bool = False) -> dict[str, Any]:
    """Return initializer, penalty and constraint of one kernel."""
    penalty = bound = None
    if setting.l1 or setting.l2:
        penalty = keras.regularizers.L1L2(setting.l1, setting.l2)
    if setting.max_norm is not None:
        # A dense kernel is (inputs, units), so that axis 0 is the whole unit in any case.
        axis = [0, 1, 2] if is_convolution and setting.max_norm_axis == "filter" else 0
        # Keras takes any number, and several axes; its defaults are single integers.
        bound = keras.constraints.MaxNorm(setting.max_norm, axis)  # pyright: ignore[reportArgumentType]
    return {
        "kernel_initializer": keras.initializers.HeNormal(seed),
        "kernel_regularizer": penalty,
        "kernel_constraint": bound,
    }


def jitter_colors(images: tf.Tensor, seed: tf.Tensor | tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    """Change brightness, contrast and tint of each image at random.

    Args:
        images: (N, H, W, 3), float32 in [0, 1].
        seed: two integers; the same seed gives the same changes.

    Returns:
        (N, H, W, 3), float32 in [0, 1]: gray + contrast * (image - gray) + brightness + tint, with
        contrast in [0.7, 1.3], brightness in [-0.15, 0.15], and the tint of each color in [-0.05, 0.05].
    """
    shape = tf.stack([tf.shape(images)[0], 1, 1, 5])
    drawn = tf.random.stateless_uniform(shape, tf.cast(seed, tf.int64), -1.0, 1.0)
    contrast, brightness, tint = tf.split(drawn, [1, 1, 3], axis=-1)
    changed = 0.5 + (1 + 0.3 * contrast) * (images - 0.5) + (0.15 * brightness + 0.05 * tint)
    return tf.clip_by_value(changed, 0.0, 1.0)
