"""Configuration of the site. Its source folder is the whole repository: there is no copy of the chapters."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]
DOCS = COURSE / "docs"
sys.path.insert(0, str(COURSE))

from course.build.decks import chapters  # noqa: E402

project = "Deep Convolutional Neural Networks"
author = "the authors of the course"
copyright = f"{author}. Code: MIT License. Prose and figures: CC BY 4.0"
release = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = [
    "myst_nb",
    "sphinx_copybutton",
    "course.build.alt_text",
    "course.build.drawn_formulas",
    "course.build.explorers",
    "course.build.folding",
    "course.build.glossary_words",
    "course.build.home",
    "course.build.sharing",
]
root_doc = "docs/index"
include_patterns = ["docs/*.md", *(path.relative_to(COURSE).as_posix() for path in chapters())]
ROOMS = ("course", "data", "laboratory", "tests", "utils")
exclude_patterns = [*ROOMS, "docs/_build", "notebooks/assignments", ".*", "**/.*"]

# Chapters are shown with their stored outputs; formulas are drawn by course.build.drawn_formulas.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {}
suppress_warnings = ["mystnb.unknown_mime_type"]  # what course.build.explorers reads itself
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
html_math_renderer = "drawn"
myst_update_mathjax = False


def repository() -> str:
    """Return the address of this repository's pages on GitHub, or "" where it has none."""
    if name := os.environ.get("GITHUB_REPOSITORY"):
        return f"https://github.com/{name}"
    command = ["git", "-C", str(COURSE), "remote", "get-url", "origin"]
    origin = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    found = re.search(r"github\.com[:/](.+?)(?:\.git)?$", origin)
    return f"https://github.com/{found.group(1)}" if found else ""


def site_address() -> str:
    """Return where the workflow `pages` puts the site, with a slash at its end, or "" where it is unknown."""
    _, _, name = repository().partition("github.com/")
    owner, _, project = name.partition("/")
    return f"https://{owner.lower()}.github.io/{project}/" if project else ""


html_theme = "sphinx_book_theme"
templates_path = [str(DOCS / "templates")]
html_baseurl = site_address()
html_sidebars = {
    "**": ["course-home.html", "search-button-field.html", "sbt-sidebar-nav.html"],
    root_doc: [],  # it shows all chapters itself
}
html_title = project
html_static_path = [str(DOCS / "static")]
SCRIPTS = ("contents.js", "questions.js", "search.js", "words.js")
html_css_files = ["site.css", "home.css"]
html_js_files = [(name, {"defer": "defer"}) for name in SCRIPTS]
html_favicon = str(DOCS / "static" / "icon.svg")
html_context = {"default_mode": "auto"}
html_copy_source = True
html_show_sourcelink = False
html_use_index = False  # the glossary is a page of its own
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "secondary_sidebar_items": {"**": ["page-toc.html"], root_doc: []},
    "path_to_docs": "",
    "navbar_persistent": [],  # the search stands in the side bar
}
if repository():
    # Only a repository with an address can be opened elsewhere.
    html_theme_options |= {
        "repository_url": repository(),
        "repository_branch": os.environ.get("GITHUB_REF_NAME", "main"),
        "use_repository_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
        },
    }
