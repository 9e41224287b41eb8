"""The recipe of a recorded training: a network, its data, and an optimizer."""

from dataclasses import dataclass, field
from typing import Any

from utils import architectures
from utils.training import Augmentation, fastest_dtype_policy, inverse_time_decay, warm_up_and_cosine

import keras


@dataclass(frozen=True)
class Experiment:
    """The recipe of one run: stochastic gradient descent with momentum on a named network.

    Attributes:
        architecture: name of a function of `utils.architectures`; `options` are its arguments.
        epochs, batch_size, learning_rate, momentum, nesterov: as in Keras.
        schedule: "inverse_time", a learning rate of learning_rate / (1 + decay * i) at iteration i; or
            "cosine", one that rises for a fifth of the training and then falls to 0 along a cosine.
        decay: of the schedule "inverse_time".
        weight_decay: each step shrinks the kernels, and nothing else, by this share times the learning
            rate.
        augmentation: the arguments of `utils.training.augmentation.Augmentation`; empty for none.
        label_smoothing: share of each label that is spread over all classes.
        snapshot_epochs: epochs, counted from 1, after which the weights are kept as well.
        keep_weights: whether the final weights are stored beside the history.
        published: the result that the source of the recipe reports, as text.
        bfloat16: whether to compute in mixed bfloat16 where the hardware multiplies it.

    Raises:
        ValueError: there is no such schedule.
    """

    architecture: str
    options: dict[str, Any] = field(default_factory=dict)
    epochs: int = 25
    batch_size: int = 32
    learning_rate: float = 0.01
    momentum: float = 0.9
    decay: float = 0.0
    seed: int = 7
    keep_weights: bool = True
    published: str = ""
    nesterov: bool = False
    schedule: str = "inverse_time"
    weight_decay: float = 0.0
    augmentation: dict[str, Any] = field(default_factory=dict)
    label_smoothing: float = 0.0
    snapshot_epochs: tuple[int, ...] = ()
    bfloat16: bool = True

    def __post_init__(self):
        # JSON has lists only; with tuples, a recipe that is read back equals the one that was written.
        object.__setattr__(self, "snapshot_epochs", tuple(self.snapshot_epochs))
        options = {key: tuple(v) if isinstance(v, list) else v for key, v in self.options.items()}
        object.__setattr__(self, "options", options)
        if self.schedule not in ("inverse_time", "cosine"):
            raise ValueError(f'schedule is "inverse_time" or "cosine", not {self.schedule!r}.')

    @property
    def dtype_policy(self) -> str:
        """The precision of the training on this machine, as Keras names it."""
        return fastest_dtype_policy() if self.bfloat16 else "float32"

    def build(self) -> keras.Model:
        """Build the network, uncompiled, under Keras's current dtype policy."""
        return architectures.build(self.architecture, self.options)

    def compile(self, model: keras.Model, steps_per_epoch: int = 1) -> None:
        """Compile `model` with the optimizer and loss of this recipe."""
        schedule = self._learning_rates(self.epochs * steps_per_epoch)
        optimizer = keras.optimizers.SGD(
            schedule,  # pyright: ignore[reportArgumentType] (not only numbers)
            momentum=self.momentum,
            nesterov=self.nesterov,
            weight_decay=self.weight_decay or None,
        )
        if self.weight_decay:
            others = [weight for weight in model.trainable_weights if "kernel" not in weight.name]
            optimizer.exclude_from_weight_decay(var_list=others)
        loss = "categorical_crossentropy" if self.label_smoothing else "sparse_categorical_crossentropy"
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])

    def make_augmentation(self) -> Augmentation | None:
        """Return the augmentation of this recipe, or None."""
        return Augmentation(**self.augmentation) if self.augmentation else None

    def _learning_rates(self, num_steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
        if self.schedule == "cosine":
            return warm_up_and_cosine(self.learning_rate, num_steps)
        return inverse_time_decay(self.learning_rate, self.decay)
