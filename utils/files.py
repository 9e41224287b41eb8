"""Write files whole or not at all: beside their place first, then renamed into it."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np


@contextlib.contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Give the block a path beside `path` to write to, and rename that file when the block is done.

    An error in the block leaves `path` as it was, and nothing beside it. Two processes never write
    to the same place, so the last one to finish wins, with a whole file.

    Args:
        path: of the finished file; its folder is created.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix="partial-", dir=path.parent, ignore_cleanup_errors=True
    ) as folder:
        # The same name, as NumPy and Keras choose a format by the ending.
        partial = Path(folder) / path.name
        yield partial
        os.replace(partial, path)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` as JSON, whole or not at all."""
    with written_beside(path) as partial:
        partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], *, compress: bool = False) -> None:
    """Write an .npz file of `arrays` by their names, whole or not at all."""
    with written_beside(path) as partial:
        (np.savez_compressed if compress else np.savez)(partial, allow_pickle=False, **arrays)
