"""Sphinx extension: pictures of notebooks keep their alternative text, and load when they come into view."""

import base64
import hashlib
import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx


def alternative_texts(notebook: dict) -> dict[str, str]:
    """Return the alternative text of each stored picture, by the SHA-256 of the picture."""
    texts = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = base64.b64decode("".join(output["data"]["image/png"]))
                metadata = output["metadata"].get("image/png", {})
                texts[hashlib.sha256(picture).hexdigest()] = metadata.get("alt", "")
    return texts


def describe_pictures(app: Sphinx, document: nodes.document) -> None:
    """Give each picture of a page its text; myst-nb names the files by their SHA-256."""
    path = Path(document["source"])
    if path.suffix != ".ipynb":
        return
    texts = alternative_texts(json.loads(path.read_text(encoding="utf-8")))
    for image in document.findall(nodes.image):
        image["loading"] = "lazy"
        if alt := texts.get(Path(image["uri"]).stem):
            image["alt"] = alt


def setup(app: Sphinx) -> dict:
    """Tell Sphinx when to call."""
    app.connect("doctree-read", describe_pictures)
    return {"parallel_read_safe": True}
