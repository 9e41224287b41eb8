"""README and the pages beside it: links lead somewhere, commands run, and versions agree."""

import datetime
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from chapter_code import CHAPTERS
from test_project_workflows import missing, runs

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "data/README.md",
    "notebooks/assignments/README.md",
    *(f"docs/{path.name}" for path in sorted((COURSE / "docs").glob("*.md"))),
]
pages = pytest.mark.parametrize("page", PAGES)


def text(page: str) -> str:
    return (COURSE / page).read_text(encoding="utf-8")


@pages
def test_links_lead_to_files(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", text(page))
    local = [target.partition("#")[0] for target in targets if not re.match(r"https?:|#", target)]
    folder = (COURSE / page).parent
    assert [target for target in local if not (folder / target).exists()] == []


@pages
def test_files_named_in_code_exist(page):
    named = re.findall(
        r"`((?:utils|laboratory|course|docs|tests|notebooks|\.ci|\.devcontainer)/[\w./-]+)`", text(page)
    )
    built = re.compile(r"docs/_build/|NN|ROOM")
    assert [name for name in named if not built.search(name) and not (COURSE / name).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_commands_exist(page):
    assert missing(text(page)) == []


def test_the_readme_is_about_all_chapters():
    linked = re.findall(r"(?m)^\| \[(\d\d)\]\((notebooks/.+?)\)", text("README.md"))
    assert [COURSE / path for _, path in linked] == CHAPTERS
    assert all(Path(path).name.startswith(number) for number, path in linked)


def test_the_readmes_second_command_is_what_ci_runs():
    first, second = re.findall(r"(?m)^```sh\n(.+)\n```$", text("README.md"))[:2]
    assert first.partition(" && ")[0] == second.partition(" && ")[0]
    assert second.endswith("uv run --all-groups pytest")
    assert second in text(".ci/run").splitlines()


def test_contributing_has_three_commands_and_fits_a_page():
    block = re.search(r"(?ms)^```sh\n(.+?)^```$", text("CONTRIBUTING.md")).group(1)
    commands = [line.partition("#")[0].split() for line in block.splitlines()]
    assert [words[3] for words in commands] == ["pytest", "pytest", "pre-commit"]
    assert len(text("CONTRIBUTING.md").splitlines()) <= 80


# Changes


def test_the_change_of_each_command_is_told():
    told = re.findall(r"(?m)^\| `python -m ([\w.]+)` \| `python -m ([\w.]+)` \|$", text("CHANGELOG.md"))
    assert len(told) == 6
    assert [old for old, _ in told if runs(old)] == []
    assert [new for _, new in told if not runs(new)] == []


def test_the_change_of_each_chapters_number_is_told():
    told = re.findall(r"(?m)^\| (\w[\w-]+).* \| (\d\d) \| (\d\d) \|$", text("CHANGELOG.md"))
    before = ["01", "01", "02", "02", "03", "04", "04", "04", "05", "05", "06", "06", "07", "07", "08"]
    assert [old for _, old, _ in told] == before
    names = {path.stem[:2]: path.stem for path in CHAPTERS}
    assert all(subject.lower().replace("-", "_") in names[new] for subject, _, new in told)


# Citation


@pytest.fixture
def citation() -> dict:
    return yaml.safe_load(text("CITATION.cff"))


def test_citation_has_what_its_format_requires(citation):
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    known = {"cff-version", "message", "type", "title", "abstract", "authors", "version", "date-released"}
    assert citation.keys() <= known | {"keywords"}
    assert citation["type"] == "software"
    assert all(author.keys() == {"name"} and author["name"] for author in citation["authors"])
    assert isinstance(citation["date-released"], datetime.date)


def test_citation_is_of_this_version(citation):
    assert citation["version"] == PROJECT["project"]["version"]
    assert f"First edition, {citation['version']}" in text("CHANGELOG.md")
    assert citation["title"] == PROJECT["project"]["description"]


# License


def test_the_license_names_every_room_and_what_others_made():
    license = text("LICENSE")
    rooms = re.findall(r"`([\w/.]+)`", license)
    assert {"utils/", "laboratory/", "course/", "tests/", "docs/", "data/", "data/runs/"} <= set(rooms)
    files = [name for name in rooms if "/" in name]
    assert [name for name in files if not (COURSE / name).exists()] == []
    weights = {path.relative_to(COURSE).as_posix() for path in (COURSE / "utils").rglob("*.npz")}
    assert weights <= set(rooms)
    for whole_text in ("MIT License", "Apache License", "TERMS AND CONDITIONS", "CIFAR-10"):
        assert whole_text in license
