"""Average weights during training: a slow copy follows them, and training continues from the copy."""

import keras


class Lookahead(keras.callbacks.Callback):
    """Move a slow copy of all weights towards the weights, and the weights onto the copy.

    After every `every`-th step, slow = d * slow + (1 - d) * weights, and weights = slow. The decay d grows
    during training, so that the copy follows quickly at first and is a long average at the end.

    Args:
        num_steps: number of batches in the whole training.
        every: steps between two averages; `steps_per_execution` of the model, or a multiple of it,
            and a divisor of the number of steps per epoch.
        first_epoch: epoch, counted from 0, in which it begins.
        largest_decay: the decay at the last step; at any step it is this times (step / num_steps) ** 3.

    At the end of an epoch both copies are equal, so a checkpoint of the model is enough to resume.

    Raises:
        ValueError: when training begins, if the averages do not fit into an epoch.

    Sources: K. Jordan 2024 (arXiv:2404.00498), section 3.4; M. Zhang et al., "Lookahead Optimizer: k
        steps forward, 1 step back", 2019.
    """

    def __init__(self, num_steps: int, every: int, first_epoch: int, largest_decay: float):
        super().__init__()
        self.num_steps, self.every = num_steps, every
        self.first_epoch, self.largest_decay = first_epoch, largest_decay
        self.slow = None

    def decay(self, step: int) -> float:
        """Return the decay at a step, counted from 1."""
        return self.largest_decay * (step / self.num_steps) ** 3

    def on_train_begin(self, logs=None):
        if self.params["steps"] % self.every or self.every % self.model.steps_per_execution:
            raise ValueError(
                f"an epoch of {self.params['steps']} steps, {self.model.steps_per_execution} per "
                f"execution, has no average after every {self.every}: choose a divisor of the epoch."
            )

    def on_epoch_begin(self, epoch, logs=None):
        if epoch >= self.first_epoch:
            self.slow = [keras.ops.copy(weight.value) for weight in self._weights()]

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.optimizer.iterations)
        if self.slow is None or step % self.every:
            return
        decay, weights = self.decay(step), self._weights()
        for index, weight in enumerate(weights):
            # In this form, what did not change, like the whitening's kernel, stays exactly as it is.
            slow = weight.value + decay * (self.slow[index] - weight.value)
            self.slow[index] = slow
            weight.assign(slow)

    def _weights(self) -> list[keras.Variable]:
        """Return what is averaged: the weights, and the moving statistics of the normalization."""
        return [weight for weight in self.model.weights if weight.dtype == "float32"]
