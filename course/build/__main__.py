"""Build the site or the slides: `python -m course.build site` or `python -m course.build slides`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from course.build.deck_report import report
from course.build.decks import COURSE, build_decks, chapters, notebooks
from course.build.icons import keep_used_icons

# How lines begin in which `course.build.sharing` tells of a page.
SHARED = ("<meta property=", '<meta name="description"', '<meta name="twitter:')
BUILT = COURSE / "docs" / "_build"

HOME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Deep Convolutional Neural Networks</title>
<link rel="icon" href="_static/icon.svg">
<meta http-equiv="refresh" content="0; url=docs/index.html">
{tags}</head>
<body><main><h1><a href="docs/index.html">Deep Convolutional Neural Networks</a></h1></main></body>
</html>
"""


def build_site(folder: Path) -> None:
    """Write the site into `folder`, with the slides in a folder of their own; a warning is an error."""
    # Only here: the slides need none of them.
    from course.build.chapters import read_chapters
    from course.build.look_inside import build_look_inside
    from course.build.pictures import FOLDER, save_pictures
    from course.build.webp import save_as_webp

    from sphinx.cmd.build import build_main

    options = ["--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", str(Path(__file__).parent)]
    cache = ["--doctree-dir", str(folder.parent / "doctrees")]
    status = build_main([*options, *cache, str(COURSE), str(folder)])
    if status:
        raise SystemExit(status)
    make_light(folder)
    save_as_webp(folder)
    save_pictures(folder / "_static" / FOLDER, read_chapters())
    build_look_inside(folder / "look_inside")
    build_decks(folder / "slides", chapters())


def make_light(folder: Path) -> None:
    """Leave out what no page shows: icons (1.5 MB in a script, more in fonts) and the theme's templates."""
    icons = folder / "_static" / "scripts" / "fontawesome.js"
    icons.write_text("// The icons come from the font.\n", encoding="utf-8")
    for template in (folder / "_static").rglob("*.html"):
        template.unlink()
    keep_used_icons(folder)
    # The home page is docs/index.html; people ask for the folder, and share it.
    lines = (folder / "docs" / "index.html").read_text(encoding="utf-8").splitlines(keepends=True)
    tags = "".join(line for line in lines if line.startswith(SHARED))
    (folder / "index.html").write_text(HOME.format(tags=tags), encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """Read the command line; end with exit status 2 and the reason when there is nothing to build."""
    parser = argparse.ArgumentParser(prog="python -m course.build", description=__doc__)
    parser.add_argument("what", choices=["site", "slides"])
    parser.add_argument("--folder", type=Path, help="where to write (default: docs/_build/WHAT)")
    slides = parser.add_argument_group("slides")
    slides.add_argument("notebooks", type=Path, nargs="*", help="of these alone (default: all chapters)")
    slides.add_argument("--report", action="store_true", help="count words and figures; write nothing")
    arguments = parser.parse_args()
    if arguments.what == "site" and (arguments.notebooks or arguments.report):
        parser.error("single notebooks and --report go with slides")
    arguments.notebooks = arguments.notebooks or chapters()
    if not arguments.notebooks:
        parser.error(
            f"there are no chapters in {COURSE / 'notebooks'}. `pip install .` leaves them behind: type "
            "`uv sync` or `python -m pip install -e .` in the folder that holds README.md and notebooks"
        )
    if missing := [str(path) for path in arguments.notebooks if not path.is_file()]:
        parser.error(f"there is no notebook {', '.join(missing)}")
    return arguments


def set_aside(chosen: Sequence[Path]) -> list[Path]:
    """Return the notebooks beside the chapters that are not published, unless they were chosen."""
    kept = {path.resolve() for path in [*chosen, *chapters()]}
    return [path for path in notebooks() if path.resolve() not in kept]


def main() -> None:
    """Build, or report."""
    arguments = parse_arguments()
    if arguments.report:
        print(report(arguments.notebooks))
        return
    for path in set_aside(arguments.notebooks):
        print(f"Not published: {path.name} (a chapter is named NN_name.ipynb)")
    folder = (arguments.folder or BUILT / arguments.what).resolve()
    if arguments.what == "site":
        build_site(folder)
    else:
        build_decks(folder, arguments.notebooks)
    print(f"Open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
