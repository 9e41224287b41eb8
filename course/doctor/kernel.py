"""A kernel, started as JupyterLab starts one, and what is found inside it."""

import functools
import json
import os
import re
import tempfile
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from course.doctor.inside import MARK

START_SECONDS = 60  # a kernel answers after two; on a loaded machine it takes its time
CELL_SECONDS = 240  # TensorFlow's import is the longest
FIGURE = """
from utils.figures import show_images
import numpy
show_images(numpy.zeros((1, 2, 2)), alt="A black square.");
"""


class Answer(NamedTuple):
    """What a kernel said.

    Attributes:
        found: what `course.doctor.inside.look` returns; empty when the kernel did not answer.
        failure: why it did not, or "".
        shows_figures: whether a figure of the course appears below its cell.
        figure_error: why it does not, or "".
        log: what the kernel wrote outside of cells.
    """

    found: dict[str, Any]
    failure: str = ""
    shows_figures: bool = False
    figure_error: str = ""
    log: str = ""


@functools.cache
def ask(folder: Path, with_keras: bool) -> Answer:
    """Start the kernel python3 in `folder`, look at it from inside, and end it.

    Args:
        folder: of the notebooks.
        with_keras: whether to import Keras there, which takes some seconds.
    """
    with tempfile.TemporaryFile() as log:
        try:
            answer = _ask(folder, with_keras, log)
        except Exception as error:  # whatever keeps a kernel from answering is what is to be told
            answer = Answer({}, f"{type(error).__name__}: {error}")
        log.seek(0)
        lines = log.read().decode(errors="replace").splitlines()
        # Kernels on this machine alone, as JupyterLab's are, need no encryption.
        return answer._replace(log="\n".join(line for line in lines if "without encryption" not in line))


def _ask(folder: Path, with_keras: bool, log) -> Answer:
    from jupyter_client.manager import KernelManager
    from jupyter_core.paths import jupyter_runtime_dir

    # JupyterLab keeps the files of its kernels here, not in the system's temporary folder.
    os.makedirs(jupyter_runtime_dir(), exist_ok=True)
    file = os.path.join(jupyter_runtime_dir(), f"kernel-{uuid.uuid4()}.json")
    manager = KernelManager(kernel_name="python3", connection_file=file)
    try:
        manager.start_kernel(cwd=str(folder), stdout=log, stderr=log)
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=START_SECONDS)
            return _converse(client, with_keras)
        finally:
            client.stop_channels()
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def _converse(client, with_keras: bool) -> Answer:
    source = Path(__file__).with_name("inside.py").read_text(encoding="utf-8")
    messages = _run(client, f"{source}\n\ntell({with_keras})\n")
    text = "".join(content["text"] for kind, content in messages if kind == "stream")
    lines = [line for line in text.splitlines() if line.startswith(MARK)]
    if not lines:
        return Answer({}, f"a cell does not run: {_error(messages) or text.strip()[-300:] or 'no output'}")
    found = json.loads(lines[-1].removeprefix(MARK))
    messages = _run(client, FIGURE)
    pictures = [kind for kind, content in messages if "image/png" in content.get("data", {})]
    return Answer(found, "", bool(pictures), _error(messages))


def _run(client, source: str) -> list[tuple[str, dict]]:
    """Run a cell; return the kinds and the contents of the messages that it sends."""
    messages: list[tuple[str, dict]] = []
    client.execute_interactive(
        source,
        timeout=CELL_SECONDS,
        allow_stdin=False,
        store_history=False,
        output_hook=lambda message: messages.append((message["header"]["msg_type"], message["content"])),
    )
    return messages


def _error(messages: list[tuple[str, dict]]) -> str:
    errors = [f"{content['ename']}: {content['evalue']}" for kind, content in messages if kind == "error"]
    return re.sub(r"\s+", " ", errors[-1]) if errors else ""
