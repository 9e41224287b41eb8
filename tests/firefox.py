"""Firefox as Playwright drives it, over WebDriver BiDi; releases with long support lack one of its commands.

As a program this file starts Firefox, and stands between it and Playwright: it answers that command itself.
"""

import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import SCREEN, Reader
from playwright.sync_api import sync_playwright
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

PROGRAMS = ("firefox", "firefox-esr")
# Asks for light or dark, which a page then chooses itself.
UNKNOWN = "emulation.setMediaFeaturesOverride"
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
LARGEST_MESSAGE = 2**30  # bytes


def find_firefox() -> str:
    """Return Firefox's program; without one skip the test."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found or os.name == "nt":
        pytest.skip(f"needs Firefox: none of {', '.join(PROGRAMS)} is installed")
    return found


@contextlib.contextmanager
def start_firefox() -> Iterator[Reader]:
    """Start Firefox with an empty profile, and yield who sits in front of it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "firefox"
        bridge = shlex.join([sys.executable, __file__, find_firefox()])
        script.write_text(f'#!/bin/sh\nexec {bridge} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        program = playwright.firefox.launch(channel="moz-firefox", executable_path=script)
        try:
            yield Reader(program.new_context(viewport=SCREEN).new_page())
        finally:
            program.close()


class Bridge(WebSocketHandler):
    """Hands messages from Playwright to Firefox, and back."""

    firefox = ""  # the address where Firefox listens

    async def open(self) -> None:
        """Connect to Firefox too."""
        self.other = await websocket_connect(f"{self.firefox}/session", max_message_size=LARGEST_MESSAGE)
        self.task = asyncio.create_task(self._hand_back())

    async def _hand_back(self) -> None:
        while (message := await self.other.read_message()) is not None:
            await self.write_message(message)
        self.close()

    async def on_message(self, message: str) -> None:
        """Hand it on, or answer."""
        command = json.loads(message)
        if command["method"] == UNKNOWN:
            await self.write_message(json.dumps({"type": "success", "id": command["id"], "result": {}}))
        else:
            await self.other.write_message(message)


async def main(command: list[str]) -> int:
    """Start Firefox, and say in its place where to connect to; return its exit status."""
    program = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    async for line in program.stderr:
        text = line.decode(errors="replace")
        if found := LISTENING.search(text):
            Bridge.firefox = found[1]
            [socket] = bind_sockets(0, "127.0.0.1")
            application = Application([("/session", Bridge)], websocket_max_message_size=LARGEST_MESSAGE)
            HTTPServer(application).add_sockets([socket])
            text = text.replace(found[1], f"ws://127.0.0.1:{socket.getsockname()[1]}")
        print(text, end="", file=sys.stderr, flush=True)
    return await program.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
