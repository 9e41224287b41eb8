"""What an import does to a process; each in a process of its own."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_project_dependencies import ROOMS, distributions, files, installed_by_default, source_of

COURSE = Path(__file__).resolve().parents[1]


def run(code: str, cwd: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def loaded(code: str, cwd: Path) -> set[str]:
    """Return the packages that a process has loaded at the end of `code`, beyond those of an empty one."""
    show = "import sys; print({name.partition('.')[0] for name in sys.modules})"
    empty, full = (run(f"{text}\n{show}", cwd) for text in ("", code))
    assert full.returncode == 0, full.stderr
    return set(ast.literal_eval(full.stdout)) - set(ast.literal_eval(empty.stdout))


@pytest.mark.parametrize(
    "module", ["utils", "utils.quiet_tensorflow", "utils.waiting", "course", "course.doctor"]
)
def test_import_needs_the_standard_library_only(tmp_path, module):
    packages = loaded(f"import {module}", tmp_path)
    assert module.partition(".")[0] in packages
    assert packages - sys.stdlib_module_names <= {"utils", "course"}


def test_data_can_be_imported_from_anywhere(tmp_path):
    # -I: neither the working directory nor PYTHONPATH helps.
    code = "from utils.data import load_cifar10; import utils; print(utils.__file__)"
    process = run(code, tmp_path, "-I")
    assert process.returncode == 0, process.stderr
    assert Path(process.stdout.strip()) == COURSE / "utils" / "__init__.py"


def modules_of(package: str) -> list[str]:
    """Return a package and all modules in it, by dotted name."""
    paths = (COURSE / package.replace(".", "/")).rglob("*.py")
    names = [".".join(path.relative_to(COURSE).with_suffix("").parts) for path in paths]
    return sorted(name.removesuffix(".__init__") for name in names)


@pytest.mark.parametrize("package", ["utils.data", "utils.practice", "utils.records"])
def test_room_does_not_load_tensorflow(tmp_path, package):
    modules = modules_of(package)
    assert package in modules and len(modules) > 1
    packages = loaded("\n".join(f"import {module}" for module in modules), tmp_path)
    assert "numpy" in packages
    assert not packages & {"tensorflow", "keras"}


# utils.convolution has modules that look into a network of Keras: they are loaded when one is handed over.
@pytest.mark.parametrize(
    "modules", [["utils.convolution"], modules_of("utils.practice")], ids=lambda modules: modules[0]
)
def test_room_needs_numpy_alone(tmp_path, modules):
    packages = loaded("\n".join(f"import {module}" for module in modules), tmp_path)
    # NumPy loads its random numbers when they are asked for.
    assert packages - loaded("import numpy.random", tmp_path) - sys.stdlib_module_names == {"utils"}


def test_what_is_loaded_is_seen(tmp_path):
    assert "numpy" in loaded("def late():\n    import scipy.stats\nlate()", tmp_path)


def test_tensorflow_starts_silently(tmp_path):
    code = "import utils, tensorflow as tf; assert float(tf.constant(2.0) * 3) == 6"
    environment = {name: "" for name in ("PYTHONSTARTUP", "PYTHONPATH")}
    process = run(code, tmp_path, **environment)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_failing_tensorflow_says_why(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'from C++: no such instruction')\nraise ImportError('no runtime')\n"
    )
    process = run("import utils, tensorflow", tmp_path, PYTHONPATH=str(tmp_path))
    assert process.returncode == 1
    assert "from C++: no such instruction" in process.stderr
    assert "ImportError: no runtime" in process.stderr


def test_standard_error_is_given_back(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'noise\\n')")
    code = "import os, utils, tensorflow; os.write(2, b'heard')"
    process = run(code, tmp_path, PYTHONPATH=str(tmp_path))
    assert (process.returncode, process.stderr) == (0, "heard")


# Without the groups


WITHOUT = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"{name} is not among the default dependencies")

sys.meta_path.insert(0, Refuse())
"""


def import_lines(path: str) -> set[str]:
    """Return the statements of a file that import."""
    nodes = ast.walk(ast.parse(source_of(COURSE / path)))
    return {ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)}


def test_chapters_and_commands_start_without_any_group(tmp_path):
    by_default = installed_by_default()
    assert {"tensorflow-cpu", "tensorflow"} & by_default and "ipython" in by_default
    refused = {name for name, packages in distributions().items() if not packages & by_default}
    assert {"nbval", "xdist"} <= refused
    chapters = set().union(*map(import_lines, files(".ipynb")))
    commands = ["laboratory.__main__", "course.doctor", "course.execute", "course.assignments.__main__"]
    lines = [f"REFUSED = {refused - set(ROOMS)}", WITHOUT, "import utils", *sorted(chapters)]
    code = "\n".join([*lines, *(f"import {name}" for name in commands)])
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
