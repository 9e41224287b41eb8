"""The small network of the chapters, trained on drawings."""

from utils.training.progress import ProgressBar
from utils.training.seeds import set_seed

import keras
import numpy as np
from keras import layers


def train_on_shapes(images: np.ndarray, labels: np.ndarray, *, seed: int, epochs: int) -> keras.Model:
    """Train two convolutions with pooling and one fully connected layer to tell ten classes apart.

    Args:
        images: (N, H, W, 3), from 0 to 255.
        labels: (N,), from 0 to 9.
        seed: of the first weights and of the order of the pictures.
        epochs: at least 1.

    Returns:
        a compiled model, images to scores (N, 10).
    """
    set_seed(seed)
    model = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(images, labels, 32, epochs, verbose=0, callbacks=[ProgressBar()])  # pyright: ignore[reportArgumentType]
    return model
