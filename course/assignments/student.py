"""Hold the process that runs a student's cells, and begin it anew when the code ends or blocks it."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from course.assignments.limits import FOLDER_BYTES, SHOWN_CHARACTERS
from course.assignments.values import MOST_CHARACTERS, Peer, described
from utils.practice.variants import CODE

MOST_BYTES = 32 * 2**20  # of a message
START_SECONDS = 60
POLL_SECONDS = 0.25
# Of the teacher's environment the student's code sees this much.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "USERPROFILE", CODE)
COURSE = Path(__file__).parents[2]
# The flag -I keeps folder, environment and user's packages of whoever grades out of the import path.
PYTHON = [sys.executable, "-I", "-c"]


class Stopped(Exception):
    """The student's process ended, took too long, or filled the disk."""


def program(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of the course in a Python of its own."""
    code = (
        f"import runpy, sys; sys.path.insert(0, {str(COURSE)!r}); runpy.run_module({module!r}, alter_sys=True"
    )
    return [*PYTHON, f"{code}, run_name='__main__')", *map(str, arguments)]


class StudentProcess:
    """A Python process in an empty folder that is deleted at the end.

    Args:
        memory_bytes: address space.
        cell_seconds: after which a cell, or a check, is stopped.
        deadline: of `time.monotonic`, after which nothing runs any more.
    """

    def __init__(self, memory_bytes: int, cell_seconds: float, deadline: float):
        self._memory_bytes, self._cell_seconds, self._deadline = memory_bytes, cell_seconds, deadline
        self._done: list[str] = []  # cells to run again after a restart

    def __enter__(self) -> "StudentProcess":
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()

    def run(self, source: str) -> dict[str, Any]:
        """Run a cell; return "text", what it printed, and "error", which is None if there was none."""
        self.allow_time()
        try:
            reply = self._peer.ask({"run": source})
            error = reply["error"] and _plain_error(reply["error"])
            self._done.append(source)
            return {"text": str(reply["text"])[:SHOWN_CHARACTERS], "error": error}
        except Exception as error:  # whatever came back was no reply
            self.restart()
            return {"text": "", "error": described(error) | {"traceback": [str(error)]}}

    def get(self, name: str) -> tuple[bool, Any]:
        """Return whether the student's code defines a name, and its value."""
        reply = self._peer.ask({"get": name})
        return "value" in reply, self._peer.decode(reply.get("value"))

    def allow_time(self) -> None:
        """Let what follows take the time of a cell."""
        self._until = min(time.monotonic() + self._cell_seconds, self._deadline)

    def restart(self) -> None:
        """Begin anew, and run the cells again that ran to their end before."""
        done, self._done = self._done, []
        self._kill()
        if time.monotonic() >= self._deadline:
            return
        self._start()
        for source in done:
            self.run(source)

    def _start(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True)
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        environment |= dict.fromkeys(("IPYTHONDIR", "TMPDIR", "TEMP", "TMP"), self._folder.name)
        environment |= {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = process = subprocess.Popen(
            program("course.assignments.worker", self._memory_bytes),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=environment,
            start_new_session=True,
        )
        # Pipes are served by threads, as the process may stop to read and to write.
        self._lines: queue.Queue[bytes] = queue.Queue(maxsize=2)
        self._texts: queue.Queue[str] = queue.Queue()
        for serve, pipe, waiting in (
            (_read, process.stdout, self._lines),
            (_write, process.stdin, self._texts),
        ):
            threading.Thread(target=serve, args=(pipe, waiting), daemon=True).start()
        self._peer = Peer(self._texts.put, self._receive)
        self._until = time.monotonic() + START_SECONDS
        self._receive()  # it says that it is ready

    def _receive(self) -> str:
        while True:
            if time.monotonic() >= self._until:
                raise Stopped(f"This took more than {self._cell_seconds:g} seconds, and was stopped.")
            try:
                line = self._lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                self._require_small_folder()
                continue
            if not line.endswith(b"\n"):
                raise Stopped(
                    "The code ended its own Python process, ran out of memory, or gave too large a value."
                )
            return line.decode()

    def _require_small_folder(self) -> None:
        written = _bytes_in(self._folder.name)
        if written > FOLDER_BYTES:
            raise Stopped(f"The code wrote {written:,} bytes to files; that is too much.")

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return  # its number may belong to another process by now
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # with all that it started
        self._process.kill()
        self._process.wait()
        self._texts.put("")  # ends the thread that writes
        self._folder.cleanup()


def _bytes_in(folder: str) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # the code may be deleting it
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _read(pipe, lines: "queue.Queue[bytes]") -> None:
    line = b"\n"
    with pipe:
        while line.endswith(b"\n"):
            line = pipe.readline(MOST_BYTES)
            lines.put(line)


def _write(pipe, texts: "queue.Queue[str]") -> None:
    with contextlib.suppress(OSError), pipe:  # the process may have ended, which its reader notices
        for text in iter(texts.get, ""):
            pipe.write(text.encode() + b"\n")
            pipe.flush()


def _plain_error(sent: Any) -> dict[str, Any]:
    """Return an error that the student's process described, with nothing in it but text."""
    lines = sent["traceback"] if isinstance(sent["traceback"], list) else []
    return {
        "ename": str(sent["ename"])[:MOST_CHARACTERS],
        "evalue": str(sent["evalue"])[:MOST_CHARACTERS],
        "traceback": "".join(map(str, lines))[:SHOWN_CHARACTERS].splitlines(),
    }
