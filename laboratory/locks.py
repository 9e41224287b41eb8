"""Locks between processes, which the system opens again when their holder ends, however it ends."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

# Held while the run or the grid in whose folder it lies is trained.
LOCK_FILE = "training.lock"
POLL_SECONDS = 0.05
QUIET_SECONDS = 1.0
# Windows forbids others to read what is locked, so the locked byte lies behind the holder's number.
LOCKED_BYTE = 1 << 20


class InUse(RuntimeError):
    """Another process works on the same thing; the message names both."""


@contextlib.contextmanager
def locked(path: Path, what: str, seconds: float = 0.0) -> Iterator[None]:
    """Keep all other processes, and threads, that ask for the same lock out while the block runs.

    Args:
        path: of the lock's file, which is there only while the lock is held, or after a kill; a file that
            a killed process has left locks nothing.
        what: is locked, for the messages, such as "the run 'lecture_cifar10'".
        seconds: how long to wait for the lock at most; a wait of more than a second is announced.

    Raises:
        InUse: another process still holds the lock after that time.
    """
    file = _wait_for(Path(path), what, seconds)
    try:
        yield
    finally:
        _release(Path(path), file)


def _wait_for(path: Path, what: str, seconds: float) -> IO[bytes]:
    start, announced = time.monotonic(), False
    while (file := _acquire(path)) is None:
        waited = time.monotonic() - start
        if waited >= seconds:
            raise InUse(
                f"{what} is being worked on by {_holder(path)}: wait until that has ended, or end it; "
                "then start again."
            )
        if waited > QUIET_SECONDS and not announced:
            print(f"{what} is being worked on by {_holder(path)}: waiting for its end.", flush=True)
            announced = True
        time.sleep(POLL_SECONDS)
    return file


def _acquire(path: Path) -> IO[bytes] | None:
    """Return the locked file with our number in it; None if another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+b", buffering=0)
    if not _lock(file) or not _is_at(path, file):
        file.close()
        return None
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    return file


def _is_at(path: Path, file: IO[bytes]) -> bool:
    """Return whether `file` is still at its path, and not removed by the holder before us."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _release(path: Path, file: IO[bytes]) -> None:
    if os.name == "nt":
        file.close()  # Windows removes no open file; if another process has it open by now, it stays
    with contextlib.suppress(OSError):
        path.unlink()
    file.close()


def _holder(path: Path) -> str:
    try:
        return f"process {int(path.read_bytes())}"
    except (OSError, ValueError):
        return "another process"


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        file.seek(LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
