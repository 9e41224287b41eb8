"""Sphinx extension: pictures of notebooks keep words and size, and load when they come into view."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def stored_metadata(notebook: dict) -> dict[str, dict[str, Any]]:
    """Return what is stored with each picture (alt, width in pixels), by the SHA-256 of the picture."""
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = base64.b64decode("".join(output["data"]["image/png"]))
                found[hashlib.sha256(picture).hexdigest()] = output["metadata"].get("image/png", {})
    return found


def describe_pictures(app: Sphinx, document: nodes.document) -> None:
    """Give each picture of a page its text and width; myst-nb names the files by their SHA-256."""
    path = Path(document["source"])
    if path.suffix != ".ipynb":
        return
    stored = stored_metadata(json.loads(path.read_text(encoding="utf-8")))
    for image in document.findall(nodes.image):
        metadata = stored.get(Path(image["uri"]).stem, {})
        image["loading"] = "lazy"
        if metadata.get("alt"):
            image["alt"] = metadata["alt"]
        if "width" in metadata:  # a figure has more pixels than that, for fine screens
            image["width"] = f"{metadata['width']}px"


def setup(app: Sphinx) -> dict:
    """Tell Sphinx when to call."""
    app.connect("doctree-read", describe_pictures)
    return {"parallel_read_safe": True}
