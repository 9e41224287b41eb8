"""A progress bar for a training, which leaves nothing behind in the notebook."""

import keras
from tqdm.auto import tqdm


class ProgressBar(keras.callbacks.Callback):
    """Show the batches of a whole `fit` on one bar, with loss and accuracy, until `fit` ends.

    `fit(..., verbose=0, callbacks=[ProgressBar()])` stores no output, so that a chapter can report the
    result in its own words, and a second run gives the same page.

    Args:
        description: text at the left of the bar.
    """

    def __init__(self, description: str = "training"):
        super().__init__()
        self.description = description

    def on_train_begin(self, logs=None):
        steps, epochs = self.params["steps"], self.params["epochs"]
        total = steps * epochs if steps else None
        self._bar = tqdm(total=total, desc=self.description, unit="batch", leave=False)

    def on_epoch_begin(self, epoch, logs=None):
        self._num_in_epoch = 0

    def on_train_batch_end(self, batch, logs=None):
        # With steps_per_execution one call stands for several batches, and Keras counts beyond the last.
        num_batches = min(batch + 1, self.params["steps"] or batch + 1)
        self._bar.update(num_batches - self._num_in_epoch)
        self._num_in_epoch = num_batches

    def on_epoch_end(self, epoch, logs=None):
        self._bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items()})

    def on_train_end(self, logs=None):
        self._bar.close()
