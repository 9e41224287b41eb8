"""Someone who reads the course: a JupyterLab of their own, and a real browser in front of it."""

import contextlib
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREEN = {"width": 1280, "height": 800}
# Limits for what hangs, not measures of speed.
START_SECONDS = 180
RUN_SECONDS = 300


def find_browser() -> str:
    """Return a browser's program; without one skip the test, or fail if COURSE_REQUIRE_BROWSER."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    missing = f"none of {', '.join(BROWSERS)} is installed"
    if os.environ.get("COURSE_REQUIRE_BROWSER"):
        pytest.fail(f"COURSE_REQUIRE_BROWSER is set, but {missing}", pytrace=False)
    pytest.skip(f"needs a browser: {missing}")


@contextlib.contextmanager
def start_jupyterlab(command: list[str], home: Path) -> Iterator[str]:
    """Run a command `jupyter lab NOTEBOOK` with default settings, yield the address it opens.

    Args:
        command: its words. The program is this environment's, whatever the PATH says.
        home: the folder to start it in, which also takes all that Jupyter keeps.
    """
    program = shutil.which(command[0], path=sysconfig.get_path("scripts"))
    options = ["--no-browser", "--ip=127.0.0.1", "--port=0"]
    if getattr(os, "geteuid", lambda: None)() == 0:
        options.append("--allow-root")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: str(home / name) for name in names}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [program, *command[1:], *options],
            cwd=home,
            env=os.environ | folders,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _wait_for_address(server, home)
        finally:
            server.terminate()  # its kernels end with it
            server.wait(START_SECONDS)


def _wait_for_address(server: subprocess.Popen, home: Path) -> str:
    """Wait for the page that Jupyter writes for the browser, and return where it leads."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        for page in home.glob("JUPYTER_RUNTIME_DIR/jpserver-file-to-run-*-open.html"):
            if link := re.search(r'href="(http[^"]+)"', page.read_text(encoding="utf-8")):
                return link.group(1)
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log').read_text()}")


@contextlib.contextmanager
def start_reader(browser: str) -> Iterator["Reader"]:
    """Start the browser with an empty profile, and yield who sits in front of it."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=browser)
        try:
            yield Reader(program.new_context(viewport=SCREEN).new_page())
        finally:
            program.close()


class Reader:
    """Opens an address, uses menus, and notices what goes wrong.

    Attributes:
        page: Playwright's page.
        errors: what stands in the console as an error, with its source.
        hosts: every machine that the page asked for something.
    """

    def __init__(self, page: Page):
        self.page = page
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._read_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._note_host(request.url))
        page.on("websocket", lambda socket: self._note_host(socket.url))

    def _read_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _note_host(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob", "file"):  # the first two are in the page itself
            self.hosts.add(address.hostname or url)

    def open_notebook(self, address: str, num_cells: int) -> None:
        """Open the address, and wait for all cells and for an idle kernel."""
        self.page.goto(address, timeout=1000 * START_SECONDS)
        # Before the notebook is read, its panel holds one empty cell and has no kernel.
        self.page.wait_for_function(
            "n => document.querySelectorAll('.jp-Notebook .jp-Cell').length === n",
            arg=num_cells,
            timeout=1000 * START_SECONDS,
        )
        self._wait_until_idle(START_SECONDS)

    def start_all_cells(self) -> None:
        """Run all cells through the menu."""
        self._choose("Run", "runmenu:run-all")

    def run_all_cells(self) -> None:
        """Run all cells, and wait until the last has run or one has failed."""
        self.start_all_cells()
        self.page.wait_for_function(
            """() => {
                const prompts = document.querySelectorAll('.jp-Notebook .jp-InputPrompt');
                const texts = [...prompts].map(prompt => prompt.textContent);
                return texts.includes('[1]:') && !texts.includes('[*]:');
            }""",
            timeout=1000 * RUN_SECONDS,
        )
        self._wait_until_idle(RUN_SECONDS)

    def save(self) -> None:
        """Save the notebook through the menu, and wait until it is written."""

        # JupyterLab also puts its workspace, at times of its own.
        def is_notebook(answer) -> bool:
            return answer.request.method == "PUT" and "/api/contents/" in answer.url

        with self.page.expect_response(is_notebook) as answer:
            self._choose("File", "docmanager:save")
        assert answer.value.ok

    def _choose(self, menu: str, command: str) -> None:
        # By command: the label of an item includes its short cut.
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(f'.lm-Menu-item[data-command="{command}"]').click()

    def _wait_until_idle(self, seconds: float) -> None:
        # The status bar: the sign in the toolbar says idle also where no kernel runs.
        status = self.page.locator("#jp-bottom-panel", has_text="| Idle")
        status.wait_for(timeout=1000 * seconds)
