"""Pictures from a folder that holds one folder per class, as most people keep them."""

from pathlib import Path
from typing import NamedTuple

from utils.checks import require_integer

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm.auto import tqdm

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"})


class Pictures(NamedTuple):
    """N labelled pictures of the same size."""

    images: np.ndarray  # (N, size, size, 3), uint8
    labels: np.ndarray  # (N,), uint8: index into class_names
    class_names: tuple[str, ...]
    files: tuple[Path, ...]


def load_class_folders(folder: Path | str, size: int, class_names: tuple[str, ...] | None = None) -> Pictures:
    """Read every picture of FOLDER/CLASS/, resized to a square.

    Height and width are scaled independently, so nothing is cut off.

    Args:
        folder: holds one folder per class; other files in it are ignored.
        size: height and width of the result in pixels, at least 1.
        class_names: the classes and their order; by default all folders, sorted by name.

    Raises:
        FileNotFoundError: the folder, a class or its pictures are missing.
        ValueError: a file with the name of a picture is none, or the size is not positive.
    """
    require_integer("size", size, 1)
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}: name one that holds a folder for each class")
    if class_names is None:
        class_names = tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != "."))
    if len(class_names) < 2:
        raise FileNotFoundError(f"{folder} must hold a folder for each class, at least two: {class_names}")
    files = [_pictures_in(folder / name) for name in class_names]
    paths = tuple(path for paths in files for path in paths)
    images = np.empty((len(paths), size, size, 3), np.uint8)
    disable = len(paths) < 500 or None  # with None, tqdm shows the bar only where somebody can see it
    for index, path in enumerate(tqdm(paths, desc=folder.name, unit="picture", leave=False, disable=disable)):
        images[index] = read_picture(path, size)
    labels = np.repeat(np.arange(len(class_names), dtype=np.uint8), [len(paths) for paths in files])
    return Pictures(images, labels, class_names, paths)


def read_picture(path: Path | str, size: int) -> np.ndarray:
    """Read one picture as (size, size, 3), uint8, upright as its camera noted.

    Raises:
        ValueError: the file is no picture, or damaged.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            return np.asarray(upright.resize((size, size), Image.Resampling.BICUBIC))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}): remove it, or convert it") from error


def _pictures_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.name[0] != ".")
    if not files:
        raise FileNotFoundError(f"{folder} holds no pictures: {', '.join(sorted(SUFFIXES))}")
    return files
