"""What GitHub reads beside the workflows: forms for issues, and dependabot's list."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_project_workflows import missing

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))
CHOICE = COURSE / ".github" / "ISSUE_TEMPLATE" / "config.yml"
FORMS = sorted(path for path in CHOICE.parent.glob("*.yml") if path != CHOICE)
forms = pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
# For each type of element, which attributes GitHub requires of it, and which it knows besides.
ELEMENTS = {
    "markdown": ({"value"}, set()),
    "input": ({"label"}, {"description", "placeholder", "value"}),
    "textarea": ({"label"}, {"description", "placeholder", "value", "render"}),
    "dropdown": ({"label", "options"}, {"description", "multiple", "default"}),
    "checkboxes": ({"label", "options"}, {"description"}),
}
LABELS_OF_EVERY_REPOSITORY = {"bug", "documentation", "enhancement", "question"}


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def wrong_in_form(form: dict) -> list[str]:
    """Return what GitHub would refuse, or overlook, in a form."""
    wrong = [f"no {key}" for key in ("name", "description", "body") if not form.get(key)]
    wrong += [f"key {key}" for key in form.keys() - {"name", "description", "title", "labels", "body"}]
    wrong += [f"label {label}" for label in form.get("labels", []) if label not in LABELS_OF_EVERY_REPOSITORY]
    elements = form.get("body") or []
    if all(element.get("type") == "markdown" for element in elements):
        wrong.append("nothing to fill in")
    for key, values in (
        ("id", [element["id"] for element in elements if "id" in element]),
        ("label", [element.get("attributes", {}).get("label") for element in elements]),
    ):
        wrong += [f"{key} {value} twice" for value in set(values) - {None} if values.count(value) > 1]
    return wrong + [fault for element in elements for fault in wrong_in_element(element)]


def wrong_in_element(element: dict) -> list[str]:
    """Return what is wrong with one element of a form."""
    kind, attributes = element.get("type"), element.get("attributes", {})
    if kind not in ELEMENTS:
        return [f"type {kind}"]
    required, known = ELEMENTS[kind]
    wrong = [f"{kind} without {name}" for name in sorted(required) if not attributes.get(name)]
    wrong += [f"{kind} with {name}" for name in sorted(attributes.keys() - required - known)]
    wrong += [f"key {key}" for key in sorted(element.keys() - {"type", "id", "attributes", "validations"})]
    if "id" in element and not re.fullmatch(r"[\w-]+", element["id"], re.ASCII):
        wrong.append(f"id {element['id']}")
    if element.get("validations", {"required": True}).keys() != {"required"} or (
        kind in ("markdown", "checkboxes") and "validations" in element
    ):
        wrong.append(f"validations of {kind}")
    return wrong + wrong_options(kind, attributes.get("options") or [])


def wrong_options(kind: str, options: list) -> list[str]:
    """Return the options that are of the wrong kind, that GitHub keeps for itself, or that come twice."""
    expected = dict if kind == "checkboxes" else str
    bad = [
        str(option) for option in options if not isinstance(option, expected) or option in ("None", "none")
    ]
    words = [option.get("label") if isinstance(option, dict) else option for option in options]
    bad += [str(word) for word in words if not word or words.count(word) > 1]
    return [f"option {word}" for word in dict.fromkeys(bad)]


@forms
def test_github_accepts_the_form(path):
    assert wrong_in_form(read(path)) == []


@forms
def test_commands_in_a_form_exist(path):
    assert missing(path.read_text(encoding="utf-8")) == []


def test_there_is_a_form_for_each_reason_to_write():
    assert [path.stem for path in FORMS] == ["chapter", "idea", "program"]
    program = {element["id"]: element for element in read(FORMS[2])["body"]}
    assert "python -m course.doctor" in program["doctor"]["attributes"]["description"]
    assert program["doctor"]["validations"] == {"required": True}


def test_the_choice_of_forms_is_configured():
    config = read(CHOICE)
    assert config.keys() <= {"blank_issues_enabled", "contact_links"}
    assert isinstance(config["blank_issues_enabled"], bool)
    assert all(link.keys() == {"name", "url", "about"} for link in config.get("contact_links", []))


def test_commands_in_the_pull_request_template_exist():
    template = (COURSE / ".github" / "pull_request_template.md").read_text(encoding="utf-8")
    assert missing(template) == []


FIELD = {"type": "input", "id": "place", "attributes": {"label": "Where?"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"name": ""}, ["no name"]),
        ({"body": []}, ["no body", "nothing to fill in"]),
        ({"body": [{"type": "markdown", "attributes": {"value": "Hello"}}]}, ["nothing to fill in"]),
        ({"about": "chapters"}, ["key about"]),
        ({"labels": ["urgent"]}, ["label urgent"]),
        ({"body": [FIELD, FIELD | {"attributes": {"label": "What?"}}]}, ["id place twice"]),
        ({"body": [FIELD, FIELD | {"id": "other"}]}, ["label Where? twice"]),
        ({"body": [FIELD | {"type": "text"}]}, ["type text"]),
        ({"body": [FIELD | {"attributes": {}}]}, ["input without label"]),
        ({"body": [FIELD | {"attributes": {"label": "Where?", "render": "text"}}]}, ["input with render"]),
        ({"body": [FIELD | {"id": "the place"}]}, ["id the place"]),
        ({"body": [FIELD | {"required": True}]}, ["key required"]),
        ({"body": [FIELD | {"validations": {"needed": True}}]}, ["validations of input"]),
        ({"body": [FIELD | {"type": "dropdown"}]}, ["dropdown without options"]),
        (
            {
                "body": [
                    {"type": "dropdown", "attributes": {"label": "How", "options": ["uv", "uv", "None", 3]}}
                ]
            },
            ["option None", "option 3", "option uv"],
        ),
        (
            {"body": [{"type": "checkboxes", "attributes": {"label": "Help?", "options": ["yes"]}}]},
            ["option yes"],
        ),
    ],
)
def test_a_wrong_form_is_found(change, expected):
    form = {"name": "A form", "description": "For a test.", "labels": ["bug"], "body": [FIELD]}
    assert sorted(wrong_in_form(form | change)) == sorted(expected)


# Dependabot


def bounds() -> dict[str, list[str]]:
    """Return, for each package that pyproject.toml bounds from above, the versions beyond that bound."""
    groups = PROJECT["dependency-groups"].values()
    lines = [*PROJECT["project"]["dependencies"], *(line for group in groups for line in group)]
    beyond = {"<": ">=", "==": ">"}
    return {
        canonicalize_name(r.name): [f"{beyond[s.operator]}{s.version}"]
        for r in map(Requirement, lines)
        for s in r.specifier
        if s.operator in beyond
    }


@pytest.fixture
def updates() -> dict[str, dict]:
    config = read(COURSE / ".github" / "dependabot.yml")
    assert config["version"] == 2
    return {update["package-ecosystem"]: update for update in config["updates"]}


def test_dependabot_looks_after_actions_and_packages(updates):
    assert updates.keys() == {"github-actions", "uv"}
    for update in updates.values():
        assert (COURSE / update["directory"].lstrip("/")).is_dir()
        assert update["schedule"]["interval"] in ("daily", "weekly", "monthly", "quarterly")
        assert all(group["patterns"] for group in update["groups"].values())


def test_dependabot_leaves_what_is_bounded(updates):
    ignored = {entry["dependency-name"]: entry["versions"] for entry in updates["uv"]["ignore"]}
    assert ignored == bounds()
    assert {"keras", "jupyterlab", "sphinx-revealjs"} <= ignored.keys()
