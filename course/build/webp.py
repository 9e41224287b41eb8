"""Figures of the pages as WebP: a third to a half of the bytes of the notebooks' PNG, and as many pixels."""

import io
import re
from pathlib import Path

from PIL import Image

IMAGES = "_images"  # where Sphinx puts the figures of all pages
LARGE = 100_000  # bytes; a smaller figure keeps each of its pixels
PHOTOGRAPH_QUALITY = 90
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


def as_webp(png: bytes) -> bytes:
    """Return a figure as WebP without loss, or with a little where photographs fill it.

    Curves, tables and letters are smallest without loss. Photographs have a color of their own in each pixel:
    with quality 90 they take less than half of it.
    """
    with Image.open(io.BytesIO(png)) as opened:
        mode = "RGBA" if opened.has_transparency_data else "RGB"
        picture = opened.convert(mode)
    exact = _encode(picture, lossless=True, quality=50)
    if len(exact) <= LARGE:
        return exact
    close = _encode(picture, quality=PHOTOGRAPH_QUALITY, use_sharp_yuv=True)
    return close if 2 * len(close) < len(exact) else exact


def _encode(picture: Image.Image, **options: bool | int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", method=4, **options)
    return buffer.getvalue()
