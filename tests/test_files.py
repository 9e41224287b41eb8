"""What is no ordinary file is refused before it is opened, which might wait for ever."""

import os
import socket

from utils.files import require_regular_file

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
OTHERS = {
    "pipe": (os.mkfifo, "is a named pipe"),
    "folder": (os.mkdir, "is a folder"),
    "socket": (lambda path: socket.socket(socket.AF_UNIX).bind(path), "is a socket"),
    "device": (lambda path: os.symlink("/dev/zero", path), "is a device"),
    "link to a pipe": (lambda path: (os.mkfifo("pipe"), os.symlink("pipe", path)), "is a named pipe"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_file_is_named(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    make, message = OTHERS[name]
    make("x")
    with pytest.raises(OSError, match=f"^x {message}, not an ordinary file$"):
        require_regular_file("x")


def test_missing_files_and_links_to_them_are_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match="No such file"):
        require_regular_file(tmp_path / "x")
    (tmp_path / "x").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError, match="is a link to nowhere, which is not there"):
        require_regular_file(tmp_path / "x")


@pytest.mark.parametrize("content", [b"", b"123"])
def test_files_and_links_to_them_pass(content, tmp_path):
    (tmp_path / "x").write_bytes(content)
    (tmp_path / "link").symlink_to("x")
    for name in ("x", "link"):
        assert require_regular_file(tmp_path / name).st_size == len(content)
