"""Pictures from a folder that holds one folder per class, as most people keep them."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from utils.checks import require_integer
from utils.data.folder_survey import (
    Row,
    Survey,
    describe_copies,
    first_lines,
    is_hidden,
    kinds,
    named,
    survey,
    table,
)
from utils.data.pictures import SUFFIXES, read_picture, require_fit

import numpy as np
from tqdm.auto import tqdm


class Pictures(NamedTuple):
    """N labelled pictures of the same size."""

    images: np.ndarray  # (N, size, size, 3), uint8
    labels: np.ndarray  # (N,), uint8, or uint16 for more than 256 classes: index into class_names
    class_names: tuple[str, ...]
    files: tuple[Path, ...]


def load_class_folders(
    folder: Path | str,
    size: int,
    class_names: Sequence[str] | None = None,
    *,
    fit: str = "crop",
    skip_broken: bool = False,
    verbose: bool = True,
) -> Pictures:
    """Read every picture of FOLDER/CLASS/ as a square, and say what was found.

    What is no picture is passed over, and counted in a table with a line for each class. A warning names it,
    and what would mislead a training: a class with one picture, and copies of the same file.

    Args:
        folder: holds one folder per class.
        size: height and width of the result in pixels, at least 1.
        class_names: the classes and their order; by default all folders, sorted by name.
        fit: "crop" or "stretch", as in `read_picture`; "crop" is how networks for ImageNet were trained.
        skip_broken: whether to go on without files that cannot be read, which the warning names.
        verbose: whether to print the table.

    Raises:
        FileNotFoundError: the folder, a class or its pictures are missing.
        ValueError: files cannot be read, all of which the message names; or the size is not positive.
    """
    pictures, rows, notes = read_class_folders(
        Path(os.path.expanduser(folder)), size, class_names, fit, skip_broken
    )
    if verbose:
        print(table(rows))
    if notes:
        warnings.warn("\n".join([f"{folder}:", *notes]), stacklevel=2)
    return pictures


def read_class_folders(
    folder: Path, size: int, class_names: Sequence[str] | None, fit: str, skip_broken: bool
) -> tuple[Pictures, list[Row], list[str]]:
    """Do what `load_class_folders` does, and return what it says: the rows of its table, and its warnings."""
    require_integer("size", size, 1)
    require_fit(fit)
    names = _class_names(folder, class_names)
    found = [_survey_class(folder / name) for name in names]
    paths = [path for each in found for path in each.pictures]
    images, good, broken = _read_all(paths, size, fit, folder.name)
    if broken and not skip_broken:
        raise ValueError(f"{_describe_broken(broken)}\nRepair or remove them, or pass skip_broken=True.")
    labels = np.repeat(np.arange(len(names)), [len(each.pictures) for each in found])[good]
    counts = np.bincount(labels, minlength=len(names))
    if not counts.all():
        raise ValueError(f"{_describe_broken(broken)}\nNo picture of {names[int(counts.argmin())]} is left.")
    files = tuple(path for path, is_good in zip(paths, good, strict=True) if is_good)
    pictures = Pictures(images, labels.astype(np.min_scalar_type(len(names) - 1)), names, files)
    rows = [Row(*row) for row in zip(names, counts.tolist(), [each.skipped for each in found], strict=True)]
    notes = [_describe_broken(broken)] if broken else []
    return pictures, rows, notes + _notes(folder, rows, files)


def _class_names(folder: Path, class_names: Sequence[str] | None) -> tuple[str, ...]:
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}: name one that holds a folder for each class")
    if class_names is None:
        class_names = sorted(p.name for p in folder.iterdir() if p.is_dir() and not is_hidden(p))
    if len(class_names) < 2 or len(set(class_names)) < len(class_names):
        raise FileNotFoundError(
            f"{folder} must hold a folder for each class, at least two: {tuple(class_names)}"
        )
    return tuple(class_names)


def _survey_class(folder: Path) -> Survey:
    found = survey(folder)
    if found.pictures:
        return found
    inner = [path for path in found.skipped if path.is_dir() and not is_hidden(path)]
    if inner:  # folders for parts, such as train and validation, and the classes in each of them
        raise FileNotFoundError(
            f"{folder} holds no pictures but folders ({named(inner, folder)}): if these are the classes, "
            f"load {folder} itself, and each such part on its own"
        )
    instead = f"only {kinds(found.skipped)}; convert them to" if found.skipped else "none of the kinds"
    raise FileNotFoundError(f"{folder} holds no pictures, {instead} {', '.join(sorted(SUFFIXES))}")


def _read_all(paths: Sequence[Path], size: int, fit: str, title: str):
    """Read the pictures; return those that can be read, which they are, and why the others cannot."""
    images = np.empty((len(paths), size, size, 3), np.uint8)
    good, broken = np.zeros(len(paths), bool), []
    disable = len(paths) < 500 or None  # with None, tqdm shows the bar only where somebody can see it
    for index, path in enumerate(tqdm(paths, desc=title, unit="picture", leave=False, disable=disable)):
        try:
            images[index] = read_picture(path, size, fit=fit)
            good[index] = True
        except ValueError as error:
            broken.append(str(error))
    return images if good.all() else images[good], good, broken


def _describe_broken(broken: Sequence[str]) -> str:
    return f"{len(broken)} pictures cannot be read:\n{first_lines(broken)}"


def _notes(folder: Path, rows: Sequence[Row], files: Sequence[Path]) -> list[str]:
    """Say what a reader may not expect: what is passed over, classes of one picture, and copies."""
    classes = {folder / row.name for row in rows}
    beside = sorted(path for path in folder.iterdir() if path not in classes)
    skipped = [*beside, *(path for row in rows for path in row.skipped)]
    notes = [f"passed over ({kinds(skipped)}): {named(skipped, folder)}"] if skipped else []
    alone = [row.name for row in rows if row.num_pictures == 1]
    if alone:
        notes.append(f"one picture alone, so either to train or to test with: {', '.join(alone)}")
    return notes + describe_copies(files, folder)
