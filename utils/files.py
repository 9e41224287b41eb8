"""Write files whole or not at all, beside their place first, and read nothing that never ends."""

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFDIR: "a folder",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def require_regular_file(path: Path | str) -> os.stat_result:
    """Refuse what is no ordinary file, before it is opened: opening a named pipe would wait for ever.

    Args:
        path: of the file; links are followed.

    Returns:
        what the system says about it, such as its size, `st_size`.

    Raises:
        FileNotFoundError: it is not there, or a link to nothing.
        OSError: it is a folder, a named pipe, a socket or a device; the message names it.
    """
    path = Path(path)
    if path.is_symlink() and not path.exists():
        raise FileNotFoundError(f"{path} is a link to {os.readlink(path)}, which is not there")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise OSError(f"{path} is {kind}, not an ordinary file")
    return status


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
