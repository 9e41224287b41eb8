"""What the doctor looks at inside a notebook's kernel, where this file runs as the text of a cell."""

import builtins
import json
import os
import re
import sys

MARK = "doctor: "  # before the line with the answer, as startup files may print, too
# Set in a shell, each of these changes results, speed or messages of TensorFlow.
# TF_ alone would be Terraform's, too.
VARIABLES = re.compile(
    "TF_(ENABLE|DISABLE|XLA|CPP|NUM|DETERMINISTIC|USE|FORCE|CUDNN|GPU)_.*"
    "|(XLA|OMP|MKL|ONEDNN|DNNL|NVIDIA_TF32)_.*"
)


def look(with_keras: bool) -> dict:
    """Return what this process is like; what fails is under "errors", by its name."""
    parts = {"python": look_at_python, "matplotlib": look_at_matplotlib}
    if with_keras:
        parts["keras"] = look_at_keras
    found: dict = {"errors": {}}
    for name, part in parts.items():
        try:
            found[name] = part()
        except BaseException as error:  # whatever it is, the others go on
            found["errors"][name] = f"{type(error).__name__}: {error}"
    return found


def look_at_python() -> dict:
    """Look at the interpreter, and at names that startup files have taken."""
    from IPython import get_ipython

    shell = get_ipython()
    # IPython has some names of its own.
    known = {name for name in vars(builtins) if not name.startswith("_")}
    known -= {"open", "exit", "quit", "get_ipython", "display"}
    names = {name: value for name, value in shell.user_ns.items() if name in known}
    return {
        "prefix": sys.prefix,
        "executable": sys.executable,
        "optimize": sys.flags.optimize,
        "hidden": sorted(name for name, value in names.items() if value is not vars(builtins)[name]),
        "environment": {name: value for name, value in os.environ.items() if VARIABLES.fullmatch(name)},
    }


def look_at_matplotlib() -> dict:
    """Look at the reader's settings, before the course sets them back."""
    import matplotlib

    default = matplotlib.rcParamsDefault
    own = {"backend", "backend_fallback", "interactive"}
    names = set(default) - own
    return {
        "file": matplotlib.matplotlib_fname(),
        "backend": os.environ.get("MPLBACKEND", ""),
        "changed": sorted(name for name in names if matplotlib.rcParams[name] != default[name]),
    }


def look_at_keras() -> dict:
    """Look at Keras's settings, before the course sets some of them back."""
    from utils import quiet_tensorflow  # noqa: F401  (as in every chapter, first)

    import keras

    return {
        "backend": keras.config.backend(),
        "floatx": keras.config.floatx(),
        "image_data_format": keras.config.image_data_format(),
        "dtype policy": keras.config.dtype_policy().name,
        "epsilon": keras.config.epsilon(),
    }


def tell(with_keras: bool) -> None:
    """Print the answer as one line."""
    print(f"\n{MARK}{json.dumps(look(with_keras))}")
