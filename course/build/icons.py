"""Keep of the theme's icons those that the site shows: 15 of 2,000, and so 4 of 300 kB on every page."""

import io
import logging
import re
from pathlib import Path

from fontTools import subset

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
NAME = re.compile(r"\bfa-[a-z0-9-]+")
# One icon: its names, and its place in the font, as CSS writes it.
RULE = re.compile(r'((?:\.fa-[a-z0-9-]+,?)+)\{--fa:"\\?([^"]+)"\}')
# Other places in the font, in the theme's own variables: characters that Unicode leaves to private use.
PRIVATE = re.compile("[\ue000-\uf8ff]")


def keep_used_icons(site: Path) -> None:
    """Take the icons that no page shows from the theme's style sheet and from its fonts."""
    style = site / "_static" / "styles" / "pydata-sphinx-theme.css"
    text = without_icons(style.read_text(encoding="utf-8"), used_names(site))
    style.write_text(text, encoding="utf-8")
    places = {int(place, 16) for _, place in RULE.findall(text)} | set(map(ord, PRIVATE.findall(text)))
    for font in (site / "_static" / "vendor" / "fontawesome" / "webfonts").glob("*.woff2"):
        font.write_bytes(subset_font(font.read_bytes(), places))


def used_names(site: Path) -> set[str]:
    """Return the names of icons in all pages, and in the scripts that add some."""
    sources = [*site.rglob("*.html"), *site.glob("_static/scripts/*theme.js")]
    return {name for path in sources for name in NAME.findall(path.read_text(encoding="utf-8"))}


def without_icons(style: str, used: set[str]) -> str:
    """Return a style sheet without the rules of icons that have none of the names in `used`."""
    return RULE.sub(lambda rule: rule[0] if used & set(NAME.findall(rule[1])) else "", style)


def subset_font(font: bytes, places: set[int]) -> bytes:
    """Return a font (WOFF2) that holds nothing but the characters at `places`."""
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    loaded = subset.load_font(io.BytesIO(font), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=places)
    subsetter.subset(loaded)
    written = io.BytesIO()
    subset.save_font(loaded, written, options)
    return written.getvalue()
