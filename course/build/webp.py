"""Figures of pages and slides as WebP: about half of the bytes of the notebooks' PNG, and as many pixels."""

import base64
import functools
import io
import re
from pathlib import Path

from PIL import Image

IMAGES = "_images"  # where Sphinx puts the figures of all pages
LARGE = 40_000  # bytes; a smaller figure keeps each of its pixels
PHOTOGRAPH_QUALITY = 65  # of 100
REFERENCE = re.compile(rf"({IMAGES}/[0-9a-f]+)\.png\b")


def save_as_webp(folder: Path) -> None:
    """Replace the figures of a built site in `folder`, and their names in its pages."""
    replaced = set()
    for path in sorted((folder / IMAGES).glob("*.png")):
        png = path.read_bytes()
        webp = as_webp(png)
        if len(webp) < len(png):
            path.with_suffix(".webp").write_bytes(webp)
            path.unlink()
            replaced.add(f"{IMAGES}/{path.stem}")
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        new = REFERENCE.sub(lambda found: f"{found[1]}.{'webp' if found[1] in replaced else 'png'}", text)
        if new != text:
            page.write_text(new, encoding="utf-8")


def as_address(png: str) -> str:
    """Return the address of a figure that a page holds in itself, from PNG in base64: WebP if smaller."""
    held = base64.b64decode(png)
    kind, data = min(("webp", as_webp(held)), ("png", held), key=lambda one: len(one[1]))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


@functools.cache  # slides show what pages show
def as_webp(png: bytes) -> bytes:
    """Return a figure as WebP without loss, or with a little where photographs fill it.

    Curves, tables and letters are smallest without loss. Photographs have a color of their own in each pixel,
    or mix a few: with a quality of 65 they take half of it.
    """
    with Image.open(io.BytesIO(png)) as opened:
        mode = "RGBA" if opened.has_transparency_data else "RGB"
        picture = opened.convert(mode)
    exact = _encode(picture, lossless=True, quality=50)
    if len(exact) <= LARGE:
        return exact
    close = _encode(picture, quality=PHOTOGRAPH_QUALITY, use_sharp_yuv=True)
    return min(exact, close, key=len)


def _encode(picture: Image.Image, **options: bool | int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", method=4, **options)
    return buffer.getvalue()
