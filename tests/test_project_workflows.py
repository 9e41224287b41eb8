"""What GitHub runs: workflows that can be read, of commands that exist here, with known actions."""

import re
import sys
import tomllib
from pathlib import Path

from course.build.__main__ import BUILT

import pytest
import yaml

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((COURSE / ".github" / "workflows").glob("*.yml"))
# Of each action: the inputs that it knows and we use. Versions are not listed: dependabot raises them.
ACTIONS = {
    "actions/checkout": set(),
    "actions/setup-python": {"python-version"},
    "actions/cache": {"path", "key"},
    "actions/upload-pages-artifact": {"path"},
    "actions/deploy-pages": set(),
}
VERSION = re.compile(r"v\d+(\.\d+){0,2}|[0-9a-f]{40}")  # a release, or a commit
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
    known = name in ACTIONS and VERSION.fullmatch(version)
    wrong = [] if known else [step["uses"]]
    return wrong + sorted(step.get("with", {}).keys() - ACTIONS.get(name, set()))


def runs(module: str) -> bool:
    """Say whether `python -m` can run a module of this repository."""
    path = COURSE.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def missing(command: str) -> list[str]:
    """Return what a command needs of this repository, and does not find."""
    groups = re.findall(r"--group ([\w-]+)", command)
    files = re.findall(r"\bbash ([\w./-]+)", command)
    modules = re.findall(r"\bpython3? -m (\w+(?:\.\w+)*)", command)
    elsewhere = sys.stdlib_module_names | {"pip"}
    return [
        *(group for group in groups if group not in PROJECT["dependency-groups"]),
        *(file for file in files if not (COURSE / file).is_file()),
        *(name for name in modules if name.partition(".")[0] not in elsewhere and not runs(name)),
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


@pytest.mark.parametrize(
    "version", ["v4", "v12", "v4.2", "v5.0.1", "11bd71901bbe5b1630ceea73d27597364c9af683"]
)
def test_every_release_and_commit_will_do(version):
    step = {"uses": f"actions/setup-python@{version}", "with": {"python-version": "3.11"}}
    assert unknown_parts(step) == []


@pytest.mark.parametrize("version", ["", "main", "latest", "v", "4", "v4.", "v1.2.3.4", "11bd719"])
def test_what_can_change_unseen_will_not(version):
    step = {"uses": f"actions/checkout@{version}"}
    assert unknown_parts(step) == [step["uses"]]


def test_wrong_steps_are_found():
    step = {"uses": "actions/deploy-pages@v1", "with": {"folder": "site"}}
    assert unknown_parts(step) == ["folder"]
    assert unknown_parts({"uses": "someone/else@v4"}) == ["someone/else@v4"]
    command = (
        "uv run --group dogs python -m docs.built site && bash .ci/ran && python3 -m course.build.assets"
    )
    assert missing(command) == ["dogs", ".ci/ran", "docs.built"]
    assert missing("python -m pip install uv && python -m course.build; python -m http.server") == []
    assert missing("python -m course") == ["course"]  # a folder that nothing runs


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
    assert build["run"].endswith("python -m course.build site")
    assert COURSE / upload["with"]["path"] == BUILT / "site"
    assert upload["uses"].startswith("actions/upload-pages-artifact@")
    assert publish["uses"].startswith("actions/deploy-pages@")
