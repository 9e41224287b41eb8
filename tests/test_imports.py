"""What an import does to a process; each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[1]


def run(code: str, cwd: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("module", ["utils", "utils.quiet_tensorflow", "utils.doctor"])
def test_import_needs_the_standard_library_only(tmp_path, module):
    code = f"import sys, {module}; print(sorted({{n.partition('.')[0] for n in sys.modules}}))"
    process = run(code, tmp_path)
    loaded = set(eval(process.stdout))
    assert "utils" in loaded
    assert not loaded & {"tensorflow", "keras", "numpy", "psutil", "matplotlib", "packaging"}


def test_data_can_be_imported_from_anywhere(tmp_path):
    # -I: neither the working directory nor PYTHONPATH helps.
    code = "from utils.data import load_cifar10; import utils; print(utils.__file__)"
    process = run(code, tmp_path, "-I")
    assert process.returncode == 0, process.stderr
    assert Path(process.stdout.strip()) == COURSE / "utils" / "__init__.py"


def test_data_does_not_load_tensorflow(tmp_path):
    code = "import utils.data, sys; print(sorted({'tensorflow', 'keras'} & sys.modules.keys()))"
    assert run(code, tmp_path).stdout.strip() == "[]"


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
