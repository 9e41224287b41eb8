"""The settings of Keras that the course's networks are built under: float32, and channels last."""

from typing import Any

import keras

SETTINGS = {"floatx": "float32", "image_data_format": "channels_last"}


def use_course_settings() -> None:
    """Set what the course needs, although the reader's file keras.json may say something else.

    Importing `utils.layers` does so once. A precision for training is chosen by
    `keras.config.set_dtype_policy`, which is left as it is.
    """
    before = keras.config.floatx()
    # Keras makes its policy from floatx, once, as soon as somebody asks for it.
    follows_floatx = keras.config.dtype_policy().name == before
    keras.config.set_floatx(SETTINGS["floatx"])
    keras.config.set_image_data_format(SETTINGS["image_data_format"])
    if follows_floatx:
        keras.config.set_dtype_policy(SETTINGS["floatx"])


def image_input(shape: tuple[int | None, ...]) -> Any:
    """Return the input of a network for images (H, W, C), a symbolic tensor of Keras.

    Raises:
        ValueError: a setting of Keras, changed since the import, would make the network another one.
    """
    for name, needed in SETTINGS.items():
        found = getattr(keras.config, name)()
        if found != needed:
            raise ValueError(
                f"Keras's {name} is {found!r}, and this network is made for {needed!r}: "
                f"call keras.config.set_{name}({needed!r}) before you build it."
            )
    return keras.Input(shape)
