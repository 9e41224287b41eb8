"""The setting of one training of the speedrun; the default is the whole recipe."""

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

from laboratory.speedrun.optimizers import ConvolutionMuon, RiseAndFall, ScaledSGD
from utils import architectures
from utils.architectures.speedrun import NORMALIZATION_MOMENTUM
from utils.training import Augmentation, fastest_dtype_policy, inverse_time_decay, under_dtype_policy

import keras

# The source's numbers are for batches of this size.
RECIPE_BATCH = 1_024
RECIPE_LEARNING_RATE = 11.5
RECIPE_WEIGHT_DECAY = 0.0153
MUON_BATCH, MUON_LEARNING_RATE = 2_000, 0.24
# Share of the epochs after which the whitening layer's bias is frozen, and the averaging begins.
EARLY_SHARE = 0.3
CHOICES = {
    "network": ("speedrun", "lecture_cifar10"),
    "optimizer": ("sgd", "scaled sgd", "muon"),
    "schedule": ("rise and fall", "constant", "inverse time"),
}


@dataclass(frozen=True)
class Setting:
    """One training.

    Attributes:
        network: "speedrun" or "lecture_cifar10".
        width, activation, whitening, normalization, logits_scale: of `utils.architectures.speedrun`.
        bfloat16: whether to compute in mixed bfloat16 where the processor multiplies it.
        optimizer: "scaled sgd", "muon", or plain "sgd" without weight decay; all use Nesterov's momentum
            except with the lecture's network.
        momentum: of the optimizer.
        learning_rate: the peak, for the mean loss of a batch; None takes the source's, scaled to the
            size of the batch.
        schedule: "rise and fall", "constant", or the lecture's "inverse time".
        label_smoothing: share of each label that is spread evenly over the classes.
        flip, shift: of `utils.training.augmentation.Augmentation`.
        averaging: whether a slow copy of the weights is kept (`laboratory.speedrun.Lookahead`).
        num_images, epochs, batch_size: length of the training; the first images are used.
        average_images: images between two averages, and between two reports of the loss.

    Raises:
        ValueError: a choice does not exist, or the numbers of images do not divide each other.
    """

    network: str = "speedrun"
    width: int = 64
    activation: str = "gelu"
    whitening: bool = True
    normalization: bool = True
    logits_scale: float = 1 / 9
    bfloat16: bool = True
    optimizer: str = "muon"
    momentum: float = 0.85
    learning_rate: float | None = None
    schedule: str = "rise and fall"
    label_smoothing: float = 0.2
    flip: str | None = "alternating"
    shift: int = 2
    averaging: bool = True
    num_images: int = 50_000
    epochs: int = 10
    batch_size: int = 1_000
    average_images: int = 5_000

    def __post_init__(self):
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is one of {choices}, not {getattr(self, name)!r}.")
        if self.num_images % self.average_images or self.average_images % self.batch_size:
            raise ValueError(
                f"{self.average_images:,} images between two averages must divide {self.num_images:,} "
                f"images, and be divided by the batch of {self.batch_size:,}."
            )

    def replace(self, **options) -> "Setting":
        """Return this setting with some attributes changed."""
        return dataclasses.replace(self, **options)

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches in an epoch."""
        return self.num_images // self.batch_size

    @property
    def num_steps(self) -> int:
        """Number of batches in the whole training."""
        return self.epochs * self.steps_per_epoch

    @property
    def early_epochs(self) -> int:
        """Number of epochs before the whitening layer's bias is frozen, and the averaging begins."""
        return round(EARLY_SHARE * self.epochs)

    @property
    def has_whitening_layer(self) -> bool:
        """Whether there is a layer whose kernel is computed from images."""
        return self.network == "speedrun" and self.whitening

    @property
    def dtype_policy(self) -> str:
        """Name of the precision to compute in."""
        return fastest_dtype_policy() if self.bfloat16 else "float32"

    @property
    def augmentation(self) -> Augmentation | None:
        """How the images are varied, or None."""
        return Augmentation(self.flip, self.shift) if self.flip or self.shift else None

    def build(self) -> keras.Model:
        """Build the network, uncompiled, in its precision."""
        with under_dtype_policy(self.dtype_policy):
            return self._builder()()

    def _builder(self):
        if self.network == "lecture_cifar10":
            return architectures.lecture_cifar10
        return functools.partial(
            architectures.speedrun,
            width=self.width,
            activation=self.activation,
            whitening=self.whitening,
            normalization=self.normalization,
            # The moving statistics then cover as many images as in the source.
            normalization_momentum=NORMALIZATION_MOMENTUM ** (self.batch_size / RECIPE_BATCH),
            logits_scale=self.logits_scale,
        )

    def peak_learning_rate(self) -> float:
        """Return the largest learning rate, for the mean of the losses of a batch.

        The source sums the losses and counts per 1,024 images; it divides by 1 + 1 / (1 - momentum), the
        factor by which Nesterov's momentum lengthens a long series of equal steps.
        """
        if self.learning_rate is not None:
            return self.learning_rate
        return RECIPE_LEARNING_RATE * self.batch_size / RECIPE_BATCH / (1 + 1 / (1 - self.momentum))

    def make_optimizer(self) -> keras.optimizers.Optimizer:
        """Return the optimizer of this setting, with its schedule."""
        rate = self.peak_learning_rate()
        options: dict[str, Any] = {
            "learning_rate": self._schedule(rate),
            "momentum": self.momentum,
            "nesterov": self.network == "speedrun",  # the lecture's network is trained without
        }
        # Keras multiplies the decay by the learning rate; the source does not.
        weight_decay = RECIPE_WEIGHT_DECAY * self.batch_size / RECIPE_BATCH / rate
        # Like the noise of a batch, this rate changes with the root of its size.
        muon_rate = MUON_LEARNING_RATE * (self.batch_size / MUON_BATCH) ** 0.5
        if self.optimizer == "sgd":
            return keras.optimizers.SGD(**options)
        if self.optimizer == "scaled sgd":
            return ScaledSGD(**options, weight_decay=weight_decay)
        return ConvolutionMuon(**options, weight_decay=weight_decay, muon_factor=muon_rate / rate)

    def _schedule(self, rate: float) -> float | keras.optimizers.schedules.LearningRateSchedule:
        if self.schedule == "rise and fall":
            return RiseAndFall(rate, self.num_steps)
        return rate if self.schedule == "constant" else inverse_time_decay(rate, rate / 25)
