"""Replace the record of a run as a whole: its readers find all of the old one, or all of the new one.

A record has several files. Those of a new one are collected in `partial_record`; one renaming makes
them the record, which `utils.records.places.record_folder` finds from then on. What follows, moving
the files to their places, may be cut anywhere, and is done again by the next run of the same name.
"""

import os
import shutil
from pathlib import Path

from utils.files import written_beside
from utils.records.places import NEW_RECORD, RECORD_FILE, WEIGHTS_FILE


def partial_record(folder: Path) -> Path:
    """Return where the files of a new record are collected, while the run in `folder` is trained."""
    return (folder / NEW_RECORD).with_name("partial-record")


def replace_record(folder: Path) -> None:
    """Make the files in `partial_record` the record of the run in `folder`, instead of those it has."""
    files = partial_record(folder)
    for left_by_a_kill in files.glob("partial-*"):
        remove(left_by_a_kill)
    os.replace(files, folder / NEW_RECORD)
    finish_replacing(folder)


def finish_replacing(folder: Path) -> None:
    """Move the files of a new record to their places, if there is one."""
    new = folder / NEW_RECORD
    if not new.is_dir():
        return
    names = {path.name for path in new.iterdir()}
    for name in sorted(names):
        if (folder / name).is_dir():
            remove(folder / name)  # put there by mistake; a file does not replace a folder
        with written_beside(folder / name) as copy:
            shutil.copyfile(new / name, copy)
    for path in (folder / RECORD_FILE, folder / WEIGHTS_FILE, *folder.glob("epoch-*.weights.h5")):
        if path.name not in names:
            remove(path)
    remove(partial_record(folder))
    os.replace(new, partial_record(folder))


def remove(path: Path) -> None:
    """Remove a file or a folder with all that it holds, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
