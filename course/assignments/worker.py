"""The process that runs a student's cells: python -I -m course.assignments.worker MEMORY_BYTES.

It is told what to run, and answers with values. Nothing that the code does here, to this module, to the
functions that check or to Python itself, reaches the process that checks: see `checker`.
"""

import json
import os
import sys
import warnings

from course.assignments.limits import SHOWN_CHARACTERS, LimitedText, limit_process
from course.assignments.values import Peer, described


def main() -> None:
    """Serve requests from standard input until it ends."""
    requests, replies = _own_pipes()
    limit_process(int(sys.argv[1]))
    sys.stdout = sys.stderr = written = LimitedText()
    shell = _shell()

    def send(text: str) -> None:
        replies.write(text.encode() + b"\n")
        replies.flush()

    send("ready")
    peer = Peer(send, lambda: requests.readline().decode())
    for line in iter(requests.readline, b""):
        message = json.loads(line)
        if "run" in message:
            reply = {"error": _run(shell, message["run"]), "text": written.taken()[:SHOWN_CHARACTERS]}
        elif "get" in message:
            names = shell.user_ns
            reply = {"value": peer.encode(names[message["get"]])} if message["get"] in names else {}
        else:
            reply = peer.called(message)
        send(json.dumps(reply))


def _own_pipes():
    """Return the line to the checker under other numbers, and give the student's code no pipe at all."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    return pipes


def _shell():
    """Return IPython without its kernel, so that magics work as in the notebook."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    warnings.simplefilter("ignore")
    settings = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    shell = InteractiveShell.instance(config=settings)
    shell.enable_gui = lambda *_, **__: None  # for %matplotlib, which finds no screen here
    shell.showtraceback = shell.showsyntaxerror = lambda *_, **__: None
    shell.user_ns["__name__"] = "__main__"
    return shell


def _run(shell, source: str) -> dict | None:
    """Run a cell, and return its error, if any."""
    try:
        result = shell.run_cell(source)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as escaped:  # such as a KeyboardInterrupt that the code raises itself
        error = escaped
    return described(error) if isinstance(error, BaseException) else None


if __name__ == "__main__":
    main()
