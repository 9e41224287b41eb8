"""The dev container: it installs the course as the README does, and opens chapter 01."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from test_project_workflows import missing

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def container() -> dict:
    return json.loads((COURSE / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def test_its_python_is_one_of_the_courses(container):
    version = re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:(3\.\d+)", container["image"]).group(1)
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(f"{version}.0")


def test_it_installs_uv_as_the_readme_does(container):
    readme = (COURSE / "README.md").read_text(encoding="utf-8")
    first_command = re.search(r"(?m)^```sh\n(.+)\n```$", readme).group(1)
    place_uv, *others = container["postCreateCommand"].split(" && ")
    assert first_command.startswith(f"{place_uv} && ")
    assert others and all(command.startswith(".uv/bin/uv ") for command in others)


def test_what_its_command_runs_exists(container):
    assert "-m course.doctor" in container["postCreateCommand"]
    assert missing(container["postCreateCommand"]) == []


def test_it_opens_the_first_chapter(container):
    (opened,) = container["customizations"]["codespaces"]["openFiles"]
    assert COURSE / opened == min((COURSE / "notebooks").glob("[0-9]*.ipynb"))


def test_the_editor_can_run_notebooks_in_the_environment_that_uv_makes(container):
    editor = container["customizations"]["vscode"]
    assert {"ms-python.python", "ms-toolsai.jupyter"} <= set(editor["extensions"])
    python = "${containerWorkspaceFolder}/.venv/bin/python"
    assert editor["settings"] == {"python.defaultInterpreterPath": python}
