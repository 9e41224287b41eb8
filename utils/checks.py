"""The checks of arguments that everybody shares: integers, labels, images, features."""

import numpy as np

MOST_SHOWN = 10.0  # What is larger was not meant to be in [0, 1].


def is_integer(value: object, smallest: int) -> bool:
    """Return whether a value is an integer and large enough; True and False are no integers here."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= smallest)


def require_integer(name: str, value: object, smallest: int) -> None:
    """Refuse an argument that is no integer, or too small.

    Args:
        name: of the argument, for the message.
        value: what was passed.
        smallest: the smallest value allowed.

    Raises:
        ValueError: the value is something else.
    """
    if not is_integer(value, smallest):
        raise ValueError(f"{name} must be an integer of at least {smallest}, got {value!r}.")


def check_labels(
    labels: object, *, name: str = "labels", num_images: int | None = None, num_classes: int | None = None
) -> np.ndarray:
    """Return labels in the one form that everything here takes: (N,) integers from 0.

    Args:
        labels: (N,) or (N, 1), as Keras gives them, or one-hot (N, classes); integers, Booleans, or floats
            that are whole numbers.
        name: of the argument, for the message.
        num_images: how many there must be.
        num_classes: all must be smaller than this.

    Raises:
        ValueError: they are something else, too many or too few, or out of range.
    """
    found = np.asarray(labels)
    expected = f"{name} must be integers from 0 of shape (N,), one for each image"
    if found.dtype.kind not in "biuf" or found.ndim not in (1, 2) or not found.size:
        raise ValueError(f"{expected}; got {found.dtype} {found.shape}.")
    if found.ndim == 2:
        found = found[:, 0] if found.shape[1] == 1 else _from_one_hot(found, expected)
    if found.dtype.kind in "bf":
        if not (found == np.rint(found)).all() or not np.isfinite(found).all():
            raise ValueError(f"{expected}; got fractions or NaN. For probabilities: {name}.argmax(axis=1).")
        found = found.astype(np.int64)
    if num_images is not None:
        require_as_many(name, len(found), num_images)
    if found.min() < 0 or (num_classes is not None and found.max() >= num_classes):
        largest = "" if num_classes is None else f" to {num_classes - 1}"
        raise ValueError(f"{name} must go from 0{largest}; got {found.min()} to {found.max()}.")
    return found


def require_as_many(name: str, number: int, expected: int, of: str = "images") -> None:
    """Refuse an argument that has not one row for each image, or for each `of` something else.

    Raises:
        ValueError: there are more, or fewer.
    """
    if number != expected:
        raise ValueError(f"there must be as many {name} as {of}: got {number} for {expected}.")


def _from_one_hot(rows: np.ndarray, expected: str) -> np.ndarray:
    if not np.isin(rows, (0, 1)).all() or not (rows.sum(axis=1) == 1).all():
        raise ValueError(
            f"{expected}, or (N, 1), or one-hot; got {rows.dtype} {rows.shape}. "
            "For scores or probabilities: scores.argmax(axis=1)."
        )
    return rows.argmax(axis=1)


def check_bytes(images: object, *, name: str = "images") -> np.ndarray:
    """Return a batch of images of bytes: (N, H, W, 1 or 3), uint8, from 0 to 255.

    Raises:
        ValueError: they are something else, such as floats that may be divided by 255 already.
    """
    found = np.asarray(images)
    _require_batch(found, name)
    if found.dtype != np.uint8:
        raise ValueError(
            f"{name} must be uint8 from 0 to 255, as they are read, got {found.dtype}: they are divided by "
            f"255 here. Pass the original images; for floats in [0, 1]: "
            f"np.rint(255 * {name}).astype('uint8')."
        )
    return found


def check_pixels(images: object, *, name: str = "images") -> np.ndarray:
    """Return a batch of images for a network that scales them itself: (N, H, W, 1 or 3), from 0 to 255.

    Args:
        images: bytes, other integers, or floats; those divided by 255 already would look black.
        name: of the argument, for the message.

    Raises:
        ValueError: they are something else.
    """
    found = np.asarray(images)
    _require_batch(found, name)
    require_pixel_range(found, name)
    return found


def require_pixel_range(pixels: np.ndarray, name: str = "images") -> None:
    """Refuse pixels, of any shape, that do not go from 0 to 255.

    Raises:
        ValueError: they do not, or are floats of at most 1, and so divided by 255 already.
    """
    if pixels.dtype == np.uint8:
        return
    if pixels.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be numbers from 0 to 255, got {pixels.dtype}.")
    if not np.isfinite(pixels).all():
        raise ValueError(f"{name} must be finite, but some of their numbers are NaN or infinite.")
    smallest, largest = pixels.min(initial=0), pixels.max(initial=0)
    scaled = pixels.dtype.kind == "f" and 0 < largest <= 1
    if smallest < 0 or largest > 255 or scaled:
        raise ValueError(
            f"{name} must go from 0 to 255, as they are read, got {smallest:.4g} to {largest:.4g}: the "
            f"scaling happens here. Pass the original images; for floats in [0, 1], 255 * {name}."
        )


def check_shown(images: object, *, name: str = "images") -> np.ndarray:
    """Return images for a figure, (N, H, W) or (N, H, W, 3): bytes, Booleans, or floats in [0, 1].

    Floats a little beyond [0, 1], as filters give them, are shown as black or white.

    Raises:
        ValueError: they are something else, such as floats from 0 to 255.
    """
    found = np.asarray(images)
    is_one_in_color = found.ndim == 3 and found.shape[-1] == 3 and min(found.shape[:2]) > 3
    if found.ndim != 3 or not found.size or is_one_in_color:
        _require_batch(found, name)
    if found.ndim == 4 and found.shape[-1] == 1:
        found = found[..., 0]
    if found.dtype.kind == "f" and np.isfinite(found).all() and np.abs(found).max() <= MOST_SHOWN:
        return found
    if found.dtype not in (np.uint8, np.bool_):
        raise ValueError(
            f"{name} must be uint8, or finite floats in [0, 1], got {found.dtype}, largest {found.max()}: "
            f"for numbers from 0 to 255, np.asarray({name}).astype('uint8')."
        )
    return found


def check_features(features: object, *, name: str = "features") -> np.ndarray:
    """Return features as (N, D), float32.

    Raises:
        ValueError: they have another shape, are no numbers, or not finite in float32.
    """
    found = np.asarray(features)
    if found.ndim != 2 or not found.size or found.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be numbers of shape (N, D), a row each; got {found.dtype} {found.shape}."
        )
    with np.errstate(over="ignore"):
        found = found.astype(np.float32, copy=False)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} must be finite, but some of their numbers are NaN or too large.")
    return found


def _require_batch(images: np.ndarray, name: str) -> None:
    if images.ndim == 4 and images.shape[-1] in (1, 3) and images.size:
        return
    advice = f"One image: {name}[np.newaxis]." if images.ndim == 3 else "Channels come last."
    if images.ndim == 4 and images.shape[1] in (1, 3):
        advice = f"Channels come last: np.moveaxis({name}, 1, -1)."
    raise ValueError(f"{name} must be a batch of shape (N, H, W, 1 or 3), got {images.shape}. {advice}")
