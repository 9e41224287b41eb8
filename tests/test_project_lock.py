"""uv.lock: up to date, and enough for each system that the course names."""

import tomllib
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging import tags
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename

COURSE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((COURSE / "pyproject.toml").read_text())
LOCK = tomllib.loads((COURSE / "uv.lock").read_text())
NAME = PROJECT["project"]["name"]


class Target(NamedTuple):
    """A kind of machine: what markers ask about it, and the platform tags its installer accepts."""

    sys_platform: str
    os_name: str
    platform_system: str
    platform_machine: str
    platforms: tuple[str, ...]

    def environment(self, python: str) -> dict[str, str]:
        """Return the values that environment markers are evaluated with."""
        values = {k: v for k, v in self._asdict().items() if k != "platforms"}
        return values | {
            "python_full_version": python,
            "python_version": python.rpartition(".")[0],
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
        }

    def tags(self, python: str) -> frozenset[tags.Tag]:
        """Return the wheel tags that fit this machine and Python."""
        version = tuple(int(part) for part in python.split(".")[:2])
        interpreter = "cp{}{}".format(*version)
        own = tags.cpython_tags(version, platforms=self.platforms)
        pure = tags.compatible_tags(version, interpreter, platforms=self.platforms)
        return frozenset([*own, *pure])


def linux_platforms(machine: str) -> tuple[str, ...]:
    """Return the tags of a Linux as old as Ubuntu 22.04, with glibc 2.35."""
    numbers = [f"manylinux_2_{minor}_{machine}" for minor in range(17, 36)]
    old = [f"manylinux{year}_{machine}" for year in ("2014", "2010", "1")]
    return (*numbers, *old, f"manylinux_2_5_{machine}", f"manylinux_2_12_{machine}")


TARGETS = {
    "linux-x86_64": Target("linux", "posix", "Linux", "x86_64", linux_platforms("x86_64")),
    "linux-aarch64": Target("linux", "posix", "Linux", "aarch64", linux_platforms("aarch64")),
    "macos-arm64": Target("darwin", "posix", "Darwin", "arm64", tuple(tags.mac_platforms((14, 0), "arm64"))),
    "windows-amd64": Target("win32", "nt", "Windows", "AMD64", ("win_amd64",)),
}
# The lock forks at some of these.
PYTHONS = ("3.11.0", "3.11.7", "3.12.1", "3.13.0")
MACHINES = [
    pytest.param(target, python, id=f"{name}-{python}")
    for (name, target), python in product(TARGETS.items(), PYTHONS)
]
ENVIRONMENTS = [t.environment(python) for t, python in product(TARGETS.values(), PYTHONS)]


# Up to date


def stated(lines: list[str]) -> list[Requirement]:
    return [Requirement(line) for line in lines]


def locked(entries: list[dict]) -> list[Requirement]:
    """Return what the lock says that it was made from, as requirements."""
    requirements = []
    for entry in entries:
        extras = f"[{','.join(entry['extras'])}]" if "extras" in entry else ""
        marker = f" ; {entry['marker']}" if "marker" in entry else ""
        text = f"{entry['name']}{extras}{entry.get('specifier', '')}{marker}"
        requirements.append(Requirement(text))
    return requirements


def asked_for(requirements: list[Requirement], environment: dict[str, str]) -> set[tuple]:
    """Return name, extras and versions of what is required in one environment."""
    return {
        (canonicalize_name(r.name), frozenset(r.extras), r.specifier)
        for r in requirements
        if r.marker is None or r.marker.evaluate(environment)
    }


def same(first: list[Requirement], second: list[Requirement]) -> bool:
    """Compare two lists, whose markers may be worded differently, on every machine."""
    return all(asked_for(first, e) == asked_for(second, e) for e in ENVIRONMENTS)


METADATA = next(package for package in LOCK["package"] if package["name"] == NAME)["metadata"]


def test_lock_is_of_these_dependencies():
    assert same(stated(PROJECT["project"]["dependencies"]), locked(METADATA["requires-dist"]))


def test_lock_is_of_these_groups():
    groups = PROJECT["dependency-groups"]
    assert METADATA["requires-dev"].keys() == groups.keys()
    for name, lines in groups.items():
        assert same(stated(lines), locked(METADATA["requires-dev"][name])), name


def test_lock_is_for_these_pythons_and_systems():
    assert SpecifierSet(LOCK["requires-python"]) == SpecifierSet(PROJECT["project"]["requires-python"])
    markers = PROJECT["tool"]["uv"]["required-environments"]
    for wordings in (markers, LOCK["required-markers"]):
        for python in PYTHONS:
            fits = [[Marker(w).evaluate(t.environment(python)) for w in wordings] for t in TARGETS.values()]
            assert [row.count(True) for row in fits] == [1] * len(TARGETS)


@pytest.mark.parametrize(
    "changed",
    [
        ["numpy>=2,<4", "keras ; sys_platform == 'linux'"],
        ["numpy>=2,<3"],
        ["numpy>=2,<3", "keras"],
        ["numpy>=2,<3", "keras ; sys_platform == 'linux'", "tqdm"],
        ["numpy[extra]>=2,<3", "keras ; sys_platform == 'linux'"],
    ],
)
def test_a_difference_is_noticed(changed):
    assert not same(stated(["numpy<3,>=2", "keras ; 'linux' == sys_platform"]), stated(changed))


# Enough for each system


def installed_on(target: Target, python: str) -> list[dict]:
    """Return the lock's packages that this machine installs, with all groups."""
    environment = target.environment(python)
    course = next(package for package in LOCK["package"] if package["name"] == NAME)
    waiting = [*course["dependencies"], *chain.from_iterable(course["dev-dependencies"].values())]
    found: dict[str, dict] = {}
    seen = set()
    while waiting:
        edge = waiting.pop()
        extras = tuple(edge.get("extra", ()))
        if (edge["name"], extras) in seen or not applies(edge, environment):
            continue
        seen.add((edge["name"], extras))
        package = package_of(edge)
        found[package["name"]] = package
        waiting += package.get("dependencies", [])
        for extra in extras:
            waiting += package["optional-dependencies"][extra]
    return list(found.values())


def applies(edge: dict, environment: dict[str, str]) -> bool:
    return "marker" not in edge or evaluated(edge["marker"], tuple(environment.items()))


@cache
def evaluated(marker: str, environment: tuple) -> bool:
    return Marker(marker).evaluate(dict(environment))


def package_of(edge: dict) -> dict:
    (package,) = (
        package
        for package in LOCK["package"]
        if package["name"] == edge["name"] and edge.get("version", package["version"]) == package["version"]
    )
    return package


def has_wheel(package: dict, accepted: frozenset[tags.Tag]) -> bool:
    files = [wheel["url"].rpartition("/")[2] for wheel in package.get("wheels", [])]
    return any(parse_wheel_filename(file)[3] & accepted for file in files)


def without_wheel(target: Target, python: str) -> list[str]:
    """Return the packages that this machine would have to build, or could not have at all."""
    accepted = target.tags(python)
    return [p["name"] for p in installed_on(target, python) if not has_wheel(p, accepted)]


@pytest.mark.parametrize(("target", "python"), MACHINES)
def test_every_package_has_a_wheel(target, python):
    assert without_wheel(target, python) == []


@pytest.mark.parametrize(("target", "python"), MACHINES)
def test_each_machine_gets_one_tensorflow(target, python):
    packages = {package["name"] for package in installed_on(target, python)}
    assert {"keras", "numpy", "jupyterlab", "pytest"} <= packages
    small = (target.sys_platform, target.platform_machine) == ("linux", "x86_64")
    builds = {"tensorflow", "tensorflow-cpu"}
    assert packages & builds == {"tensorflow-cpu" if small else "tensorflow"}


def test_machines_without_tensorflow_are_noticed():
    intel = tuple(tags.mac_platforms((14, 0), "x86_64"))
    mac = TARGETS["macos-arm64"]._replace(platform_machine="x86_64", platforms=intel)
    assert "tensorflow" in without_wheel(mac, "3.11.7")
    old_linux = TARGETS["linux-x86_64"]._replace(platforms=("manylinux_2_17_x86_64",))
    assert "tensorflow-cpu" in without_wheel(old_linux, "3.11.7")
    assert "tensorflow-cpu" in without_wheel(TARGETS["linux-x86_64"], "3.14.0")
