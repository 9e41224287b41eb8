"""The site and the slides, built as a person would and served on this machine; what their pages hold."""

import contextlib
import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from browser import Reader, find_browser, start_reader

COURSE = Path(__file__).resolve().parents[1]
REPOSITORY = "someone/deep-cnn"  # what a workflow of GitHub would say
PATIENCE = 60_000  # milliseconds
MEASURE = """() => ({
  paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
})"""


def build(what: str, folder: Path, *notebooks: Path) -> Path:
    """Build `what` into `folder` with the command of the instructor guide, and return the folder.

    Args:
        what: "site" or "slides".
        folder: where to write.
        notebooks: slides of these alone; by default of all chapters.
    """
    command = [sys.executable, "-m", "course.build", what, *map(str, notebooks), "--folder", str(folder)]
    environment = os.environ | {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_REF_NAME": "main"}
    done = subprocess.run(command, cwd=COURSE, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and yield its address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()  # also after a failure, else the process never ends


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """Serve a folder, and yield who reads it; `reader.address` is where."""
    with served(folder) as address, start_reader(find_browser()) as reader:
        reader.page.set_default_timeout(PATIENCE)
        reader.address = address
        yield reader


def first_visit(reader: Reader, address: str) -> dict[str, float]:
    """Load a page of the site without what is cached.

    Args:
        address: the page's path on the site.

    Returns:
        `paint`: milliseconds until the first text or picture is on the screen; `bytes`: of all that was
        loaded, the page and its pictures, styles, fonts and scripts.
    """
    reader.page.context.new_cdp_session(reader.page).send("Network.clearBrowserCache")
    reader.page.goto(f"{reader.address}/{address}")
    reader.page.evaluate("document.fonts.ready")
    reader.page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    return reader.page.evaluate(MEASURE)


class Page(HTMLParser):
    """What a page links to, loads, and can be linked at.

    Attributes:
        links: targets of its anchors.
        loads: what the browser fetches for it: scripts, styles, pictures.
        names: fragments that lead to a place on the page.
        pictures: source and alternative text (None where it has none) of each picture.
        headings: their levels, in order.
    """

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.loads, self.names = [], [], {"", "top"}
        self.pictures, self.headings = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list) -> None:
        values = dict(attributes)
        self.names |= {values[key] for key in ("id", "name") if values.get(key)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag in ("script", "img") and values.get("src"):
            self.loads.append(values["src"])
        elif tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(values["href"])
        if tag == "img":
            self.pictures.append((values.get("src"), values.get("alt")))
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(int(tag[1]))
