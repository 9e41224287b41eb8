"""What is published, and that a command with nothing to build says so."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

from course.build import __main__ as command
from course.build import decks

import pytest

CHAPTERS = ("01_convolution.ipynb", "07_vgg_inception_xception.ipynb", "12_Explaining-more.ipynb")
LEFT_BESIDE = (
    "01_convolution-Copy1.ipynb",
    "01_convolution-Copy12.ipynb",
    "01_convolution-copy.ipynb",
    "01_convolution (1).ipynb",
    "01_convolution 2.ipynb",
    "01_convolution.sync-conflict-20260101.ipynb",
    "1_convolution.ipynb",
    "Untitled.ipynb",
    "Untitled1.ipynb",
    "notes.ipynb",
    ".ipynb_checkpoints/01_convolution-checkpoint.ipynb",
    ".01_convolution.ipynb",
    "assignments/01_convolution.ipynb",
)
# What a style sheet loads, and the map that a style sheet or a script names.
LINK = re.compile(r"""url\(\s*["']?([^)"']+?)["']?\s*\)|@import\s+["']([^"']+)|sourceMappingURL=([^\s*]+)""")
MAP = re.compile(r"sourceMappingURL=([^\s*]+)")


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """An own folder in the place of the course."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(decks, "COURSE", tmp_path)
    return tmp_path


def run(monkeypatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["course.build", *arguments])
    command.main()


def test_only_chapters_are_published(course, monkeypatch):
    for name in (*CHAPTERS, *LEFT_BESIDE):
        (course / "notebooks" / name).parent.mkdir(exist_ok=True)
        (course / "notebooks" / name).touch()
    assert tuple(path.name for path in decks.chapters()) == CHAPTERS
    names = {path.name for path in command.set_aside(decks.chapters())}
    assert "01_convolution-Copy1.ipynb" in names and not names & set(CHAPTERS)


def test_what_is_left_out_is_said(course, monkeypatch, capsys):
    for name in ("01_convolution.ipynb", "01_convolution-Copy1.ipynb"):
        (course / "notebooks" / name).touch()
    monkeypatch.setattr(command, "build_decks", lambda folder, notebooks: None)
    run(monkeypatch, "slides", "--folder", str(course / "built"))
    out = capsys.readouterr().out
    assert "Not published: 01_convolution-Copy1.ipynb" in out and "01_convolution.ipynb" not in out


@pytest.mark.parametrize(
    "arguments", [["site"], ["slides"], ["slides", "--report"]], ids=["site", "slides", "report"]
)
@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_course_without_chapters_ends_with_status_2(course, monkeypatch, capsys, folder, arguments):
    if folder == "missing":
        (course / "notebooks").rmdir()
    with pytest.raises(SystemExit) as end:
        run(monkeypatch, *arguments)
    message = " ".join(capsys.readouterr().err.split())
    assert end.value.code == 2 and "there are no chapters in" in message and "pip install -e ." in message


def test_a_notebook_that_is_not_there_ends_with_status_2(monkeypatch, capsys):
    with pytest.raises(SystemExit) as end:
        run(monkeypatch, "slides", "notebooks/99_nowhere.ipynb")
    assert end.value.code == 2 and "no notebook notebooks/99_nowhere.ipynb" in capsys.readouterr().err


def test_every_link_in_a_published_style_or_script_leads_somewhere(site):
    dead = []
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        links = (LINK if path.suffix == ".css" else MAP).finditer(path.read_text(encoding="utf-8"))
        for address in (next(filter(None, link.groups())) for link in links):
            file = path.parent / unquote(re.split("[?#]", address)[0])
            if not address.startswith(("data:", "#")) and not file.is_file():
                dead.append(f"{path.relative_to(site)}: {address}")
    assert dead == []


def test_no_template_of_the_theme_is_published(site):
    assert [path for path in site.rglob("_static/**/*.html")] == []
