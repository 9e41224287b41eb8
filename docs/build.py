"""Build the site or the slides: `python -m docs.build site` or `python -m docs.build slides`."""

import argparse
from pathlib import Path

from docs.icons import keep_used_icons
from docs.slides import COURSE, build_slides

BUILT = COURSE / "docs" / "_build"

HOME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Deep Convolutional Neural Networks</title>
<link rel="icon" href="_static/icon.svg">
<meta http-equiv="refresh" content="0; url=docs/index.html">
</head>
<body><main><h1><a href="docs/index.html">Deep Convolutional Neural Networks</a></h1></main></body>
</html>
"""


def build_site(folder: Path) -> None:
    """Write the site into `folder`, with the slides in a folder of their own; a warning is an error."""
    from sphinx.cmd.build import build_main  # only here: the slides do not need it

    options = ["--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", str(COURSE / "docs")]
    cache = ["--doctree-dir", str(folder.parent / "doctrees")]
    status = build_main([*options, *cache, str(COURSE), str(folder)])
    if status:
        raise SystemExit(status)
    make_light(folder)
    build_slides(folder / "slides")


def make_light(folder: Path) -> None:
    """Leave out what each page would load and none shows: 1.5 MB of icons in a script, others in fonts."""
    icons = folder / "_static" / "scripts" / "fontawesome.js"
    icons.write_text("// The icons come from the font.\n", encoding="utf-8")
    keep_used_icons(folder)
    # The home page is docs/index.html; people ask for the folder.
    (folder / "index.html").write_text(HOME, encoding="utf-8")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__)
    parser.add_argument("what", choices=["site", "slides"])
    parser.add_argument("--folder", type=Path, help="where to write (default: docs/_build/WHAT)")
    arguments = parser.parse_args()
    folder = (arguments.folder or BUILT / arguments.what).resolve()
    {"site": build_site, "slides": build_slides}[arguments.what](folder)
    print(f"Open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
