"""What GitHub runs: workflows that can be read, of commands that exist here, with known actions."""

import re
import tomllib
from pathlib import Path

from docs.build import BUILT

import pytest
import yaml

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((COURSE / ".github" / "workflows").glob("*.yml"))
# Of each action: the major version that was looked up, and the inputs that it knows and we use.
ACTIONS = {
    "actions/checkout": ("v4", set()),
    "actions/setup-python": ("v5", {"python-version"}),
    "actions/cache": ("v4", {"path", "key"}),
    "actions/upload-pages-artifact": ("v3", {"path"}),
    "actions/deploy-pages": ("v4", set()),
}
workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads the word `on` as true
    return workflow


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def unknown_parts(step: dict) -> list[str]:
    """Return what is wrong with the action of a step."""
    name, _, version = step["uses"].partition("@")
    known_version, inputs = ACTIONS.get(name, (None, set()))
    wrong = [] if version == known_version else [step["uses"]]
    return wrong + sorted(step.get("with", {}).keys() - inputs)


def missing(command: str) -> list[str]:
    """Return what a command needs of this repository, and does not find."""
    groups = re.findall(r"--group (\S+)", command)
    files = re.findall(r"\bbash (\S+)", command)
    modules = [name for name in re.findall(r"-m (\w+(?:\.\w+)*)", command) if name != "pip"]
    return [
        *(group for group in groups if group not in PROJECT["dependency-groups"]),
        *(file for file in files if not (COURSE / file).is_file()),
        *(name for name in modules if not (COURSE / f"{name.replace('.', '/')}.py").is_file()),
    ]


@workflows
def test_workflow_has_jobs_that_end(path):
    workflow = read(path)
    assert workflow["name"] and workflow["on"]
    for job in workflow["jobs"].values():
        assert job["runs-on"] and job["timeout-minutes"] <= 90
        assert all(("uses" in step) != ("run" in step) for step in job["steps"])


@workflows
def test_actions_and_their_inputs_are_known(path):
    used = [step for step in steps(read(path)) if "uses" in step]
    assert used and [wrong for step in used for wrong in unknown_parts(step)] == []


@workflows
def test_what_commands_need_is_here(path):
    commands = [step["run"] for step in steps(read(path)) if "run" in step]
    assert commands and [wrong for command in commands for wrong in missing(command)] == []


def test_wrong_steps_are_found():
    step = {"uses": "actions/deploy-pages@v1", "with": {"folder": "site"}}
    assert unknown_parts(step) == ["actions/deploy-pages@v1", "folder"]
    assert unknown_parts({"uses": "someone/else@v4"}) == ["someone/else@v4"]
    assert missing("uv run --group dogs python -m docs.built site && bash .ci/ran") == [
        "dogs",
        ".ci/ran",
        "docs.built",
    ]


# The site


@pytest.fixture
def pages() -> dict:
    return read(COURSE / ".github" / "workflows" / "pages.yml")


def test_pages_are_published_from_main_with_the_rights_that_this_takes(pages):
    assert pages["on"]["push"] == {"branches": ["main"]}
    assert pages["permissions"] == {
        "actions": "read",
        "contents": "read",
        "pages": "write",
        "id-token": "write",
    }
    (job,) = pages["jobs"].values()
    assert job["environment"]["name"] == "github-pages"
    assert job["environment"]["url"] == f"${{{{ steps.{job['steps'][-1]['id']}.outputs.page_url }}}}"


def test_what_was_built_is_uploaded_and_then_published(pages):
    *_, build, upload, publish = steps(pages)
    assert build["run"].endswith("python -m docs.build site")
    assert COURSE / upload["with"]["path"] == BUILT / "site"
    assert upload["uses"].startswith("actions/upload-pages-artifact@")
    assert publish["uses"].startswith("actions/deploy-pages@")
