"""Checks of what surrounds a notebook: its kernel, the reader's settings, and the home folder."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from course.doctor import software
from course.doctor.results import INSTALL, LACK, NOTE, OK, Result, commands, set_variable

PIP_VARIABLES = ("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")


def check_kernel(folder: Path) -> Result:
    """Say whether notebooks, whose kernel is named python3, run in this Python, and as they should."""
    from jupyter_client.kernelspec import KernelSpecManager

    fix = "python -m ipykernel install --sys-prefix"
    reinstall = commands([f"uv run {fix}"], [fix])
    spec = KernelSpecManager().get_kernel_spec("python3")
    python = spec.argv[0]
    # A bare name is taken as the Python that runs Jupyter.
    if os.path.dirname(python) and Path(python).parent != Path(sys.executable).parent:
        found = f"the kernel python3 is another Python, {python} ({spec.resource_dir})"
        return Result("kernel", LACK, found, reinstall)
    answer = software.ask(folder)
    if not answer.found:
        last = answer.log.strip().rpartition("\n")[2][-300:]
        found = f"a notebook's kernel does not answer: {answer.failure}. It wrote: {last or 'nothing'}"
        return Result("kernel", LACK, found, INSTALL)
    inside = answer.found["python"]
    if Path(inside["prefix"]).resolve() != Path(sys.prefix).resolve():
        found = f"notebooks run in another Python, {inside['executable']} ({spec.resource_dir})"
        return Result("kernel", LACK, found, reinstall)
    if inside["optimize"]:
        found = "PYTHONOPTIMIZE is set, so that no assertion of a chapter or of a check is looked at"
        return Result("kernel", LACK, found, (set_variable("PYTHONOPTIMIZE", ""),))
    return Result("kernel", OK, f"python3 answers, in this Python, in {folder}")


def check_startup(folder: Path) -> Result:
    """Name the reader's files that IPython runs before every notebook, and what they change."""
    answer = software.ask(folder)
    files = ", ".join(startup_files())
    advice = "Look into them, or move them elsewhere"
    if not answer.found:
        if files:
            return Result("startup files", LACK, f"{files}: one may keep the kernel from answering. {advice}")
        return Result(
            "startup files", NOTE, "none; what they change is not known, as the kernel does not answer"
        )
    if hidden := answer.found["python"]["hidden"]:
        found = f"{files or 'IPython'}: Python's own {', '.join(hidden)} has become something else. {advice}"
        return Result("startup files", LACK, found)
    if "startup files" in answer.log:
        return Result("startup files", LACK, f"{files}: one of them ends with an error. {advice}")
    if files:
        return Result("startup files", NOTE, f"IPython runs {files} before every notebook")
    return Result("startup files", OK, "none")


def startup_files() -> list[str]:
    """Return the reader's files that IPython runs when a kernel starts."""
    from IPython.paths import get_ipython_dir

    profile = Path(get_ipython_dir()) / "profile_default"
    files = [profile / "ipython_config.py", profile / "ipython_kernel_config.py"]
    files += sorted(path for path in profile.glob("startup/*") if path.suffix in (".py", ".ipy"))
    files.append(Path(os.environ.get("PYTHONSTARTUP", "")))
    return [str(path) for path in files if path.is_file()]


def check_figures(folder: Path) -> Result:
    """Say whether the figures of the course appear below their cells, as the course draws them."""
    answer = software.ask(folder)
    if not answer.found:
        return Result("figures", NOTE, "not known, as the kernel does not answer")
    settings = answer.found.get("matplotlib", {})
    backend, changed = settings.get("backend", ""), settings.get("changed", [])
    if not answer.shows_figures:
        reason = answer.figure_error or f"nothing is shown (MPLBACKEND={backend})"
        fix = (set_variable("MPLBACKEND", ""),) if not answer.figure_error else INSTALL
        return Result("figures", LACK, f"a figure does not appear below its cell: {reason}", fix)
    own = ([f"MPLBACKEND={backend}"] if "inline" not in backend else []) + changed
    if not own:
        return Result("figures", OK, "appear below their cells")
    shown = ", ".join(own[:6]) + (f" and {len(own) - 6} more" if len(own) > 6 else "")
    found = f"appear below their cells. Your {shown} (environment, or {settings['file']}) are not followed: "
    return Result("figures", NOTE, found + "the course draws with settings of its own")


def check_tensorflow_settings(folder: Path) -> Result:
    """Name the environment variables that make TensorFlow slower, or its results others."""
    answer = software.ask(folder)
    if not answer.found:
        return Result("TF variables", NOTE, "not known, as the kernel does not answer")
    variables = {
        name: value
        for name, value in answer.found["python"]["environment"].items()
        # The course itself sets this one, so that chapters do not show TensorFlow's messages.
        if value and (name, value) != ("TF_CPP_MIN_LOG_LEVEL", "2")
    }
    shown = ", ".join(f"{name}={value}" for name, value in sorted(variables.items()))
    fix = tuple(set_variable(name, "") for name in sorted(variables))
    if variables.get("TF_ENABLE_ONEDNN_OPTS", "1").lower() in ("0", "false"):
        found = f"{shown}: without oneDNN, trainings take many times as long"
        return Result("TF variables", LACK, found, fix)
    if variables:
        found = f"{shown}: the course's results and minutes were measured without"
        return Result("TF variables", NOTE, found, fix)
    return Result("TF variables", OK, "none set")


def check_home() -> Result:
    """Say whether Jupyter and IPython can write where they keep their files."""
    move = (set_variable("HOME", os.path.join(tempfile.gettempdir(), "home")),)
    try:
        home = Path.home()
    except RuntimeError:
        found = "HOME is not set, and the system knows no home folder of this user"
        return Result("home", LACK, found, move)
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

    folders = [jupyter_config_dir(), jupyter_data_dir(), jupyter_runtime_dir()]
    folders.append(os.environ.get("IPYTHONDIR") or str(home / ".ipython"))
    for folder in map(Path, folders):
        place = next(parent for parent in (folder, *folder.parents) if parent.exists())
        try:
            # Trying is safer than asking, as more than permissions can stand in the way.
            tempfile.TemporaryFile(dir=place).close()
        except OSError as error:
            return Result("home", LACK, f"Jupyter cannot write to {folder}: {error}", move)
    return Result("home", OK, str(home))


def check_jupyter() -> Result:
    """Say whether the word jupyter starts this environment's JupyterLab."""
    path = shutil.which("jupyter")
    if path is None or Path(path).parent.resolve() == Path(sys.executable).parent.resolve():
        return Result("jupyter", OK, path or "not on the PATH; `uv run jupyter lab` starts it")
    found = f"the word jupyter starts {path}, which belongs to another Python than this one, {sys.executable}"
    return Result("jupyter", NOTE, found, commands(["uv run jupyter lab"], ["python -m jupyterlab"]))


def check_pip() -> Result:
    """Name the settings of pip that stop the README's first command."""
    off = ("", "0", "false", "no", "off")
    names = [name for name in PIP_VARIABLES if os.environ.get(name, "").lower() not in off]
    if not names:
        return Result("pip", OK, "no setting that stops it")
    found = f"{', '.join(names)} stops the README's first command, unless --isolated follows the word pip"
    return Result("pip", NOTE, found, tuple(set_variable(name, "") for name in names))
