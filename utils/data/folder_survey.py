"""What lies in a folder of pictures: what is read, what is passed over, and what misleads a training."""

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from utils.data.pictures import SUFFIXES

MOST_NAMED = 20  # A message that names more is not read.


class Survey(NamedTuple):
    """The content of one folder, sorted by name."""

    pictures: tuple[Path, ...]
    skipped: tuple[Path, ...]  # other suffixes, hidden files, folders


class Row(NamedTuple):
    """What was found of one class."""

    name: str
    num_pictures: int
    skipped: tuple[Path, ...]


def survey(folder: Path) -> Survey:
    """Sort what lies in a folder into pictures and what is passed over.

    Raises:
        FileNotFoundError: the folder is not there.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    pictures, skipped = [], []
    for path in sorted(folder.iterdir()):
        is_picture = path.suffix.lower() in SUFFIXES and not is_hidden(path) and not path.is_dir()
        (pictures if is_picture else skipped).append(path)
    return Survey(tuple(pictures), tuple(skipped))


def is_hidden(path: Path) -> bool:
    """Return whether a file or folder is there for the system alone, as what macOS puts into archives."""
    return path.name.startswith((".", "__MACOSX"))


def named(paths: Iterable[Path], folder: Path) -> str:
    """Return the paths as seen from `folder`, and how many there are beyond the first."""
    names = [readable(str(path.relative_to(folder))) + ("/" if path.is_dir() else "") for path in paths]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def first_lines(lines: Sequence[str]) -> str:
    """Return the first lines, and how many there are beyond them."""
    more = [f"... and {len(lines) - MOST_NAMED} more"] if len(lines) > MOST_NAMED else []
    return "\n".join([*lines[:MOST_NAMED], *more])


def readable(name: str) -> str:
    """Return a name of the file system so that it can be printed, also where it is not in UTF-8."""
    return os.fsencode(name).decode(errors="replace")


def kinds(paths: Sequence[Path]) -> str:
    """Return what is passed over, counted by kind, such as "2 .heic, 1 folder, 1 hidden"."""

    def kind(path: Path) -> str:
        if is_hidden(path):
            return "hidden"
        return "folder" if path.is_dir() else readable(path.suffix.lower()) or "without a suffix"

    return ", ".join(f"{number} {name}" for name, number in sorted(Counter(map(kind, paths)).items()))


def copies(files: Iterable[Path]) -> list[tuple[Path, ...]]:
    """Return the groups of files with the same bytes, in the order of the files."""
    by_size, by_content = defaultdict(list), defaultdict(list)
    for path in files:
        by_size[path.stat().st_size].append(path)
    for same_size in by_size.values():
        for path in same_size if len(same_size) > 1 else ():
            with path.open("rb") as file:
                by_content[hashlib.file_digest(file, "sha256").digest()].append(path)
    return [tuple(group) for group in by_content.values() if len(group) > 1]


def describe_copies(files: Iterable[Path], folder: Path) -> list[str]:
    """Return one line that names all copies, none if there are none."""
    groups = copies(files)
    listed = "; ".join(named(group, folder) for group in groups[:MOST_NAMED])
    return [f"the same file several times ({len(groups)} groups of copies): {listed}"] if groups else []


def table(rows: Sequence[Row]) -> str:
    """Return a line for each class: its name, its number of pictures, and what is passed over."""
    rows = [row._replace(name=readable(row.name)) for row in rows]
    width = max(len("class"), *(len(row.name) for row in rows))
    lines = [f"{'class':{width}}  pictures  passed over"]
    lines += [f"{row.name:{width}}  {row.num_pictures:8,}  {kinds(row.skipped) or '-'}" for row in rows]
    return "\n".join(lines)
