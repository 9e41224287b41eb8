"""How the whole test run treats notebooks, and what it does without CIFAR-10."""

import functools
import importlib.metadata
import os
import platform
import tomllib
from pathlib import Path

from utils.data import Dataset, DatasetUnavailable, load_cifar10

import pytest

ROOT = Path(__file__).parent
# The files that `pytest -m quick` runs, by room: what needs neither the data, nor a browser, nor a training.
QUICK_FILES = """
    arrows chapters checks docs_instructor_guide
    project_devcontainer project_environment project_forms project_pages project_workflows
    practice_checks practice_comparison practice_exercises practice_kinds practice_session
    course_assignments course_icons course_lecture course_questions
    convolution_plane convolution_pooling convolution_receptive
    data_cifar10_formats data_folders records_paired
    laboratory_grid laboratory_torch_file layers_fused_normalization training training_augmentation
    figures_architectures figures_grids figures_plotting figures_speed
"""
QUICK = {f"test_{name}" for name in QUICK_FILES.split()}


def pytest_configure(config):
    """Compare stored outputs strictly only where they were made: on the locked Linux packages."""
    if not _is_locked_environment():
        config.option.nbval_lax = True


def _is_locked_environment() -> bool:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return False
    locked = {
        (package["name"], package["version"])
        for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
        if "version" in package
    }
    decisive = ("tensorflow-cpu", "keras", "numpy", "matplotlib", "ipython", "scikit-image")
    try:
        return all((name, importlib.metadata.version(name)) in locked for name in decisive)
    except importlib.metadata.PackageNotFoundError:
        return False


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Let `-m quick` not even import what it will not run."""
    is_quick = collection_path.stem in QUICK or not collection_path.is_file()
    return True if config.option.markexpr == "quick" and not is_quick else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of `QUICK`, all of which a contributor runs before each commit."""
    for item in items:
        if item.path.stem in QUICK:
            item.add_marker("quick")


def pytest_runtest_setup(item):
    """Skip the cells of a chapter that needs CIFAR-10 when it cannot be had."""
    if item.path.suffix == ".ipynb" and _needs_cifar10(item.path):
        _cifar10_or_skip()


@functools.cache
def _needs_cifar10(path: Path) -> bool:
    return "load_cifar10(" in path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def cifar10() -> Dataset:
    """The real CIFAR-10; the test is skipped where it cannot be had, and fails in CI."""
    return _cifar10_or_skip()


def _cifar10_or_skip() -> Dataset:
    dataset = _load_once()
    if isinstance(dataset, Dataset):
        return dataset
    if os.environ.get("COURSE_REQUIRE_DATA"):
        pytest.fail(f"COURSE_REQUIRE_DATA is set, but: {dataset}", pytrace=False)
    pytest.skip(f"needs CIFAR-10: {dataset}")


@functools.cache
def _load_once() -> Dataset | str:
    try:
        return load_cifar10(strict=True, verbose=False)
    except DatasetUnavailable as error:
        return str(error)
