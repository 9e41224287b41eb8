"""Keep TensorFlow's start-up log out of the notebooks.

C++ code writes the log directly to file descriptor 2, with a process id and a time in every line,
before any logging option is read. It would differ in every run and appear in every chapter as an
error. So during the first `import tensorflow`, whoever asks for it, file descriptor 2 is redirected;
if the import fails, what was caught is printed. oneDNN stays on, although switching it off would
silence some lines: without it, training in bfloat16 is about fifty times slower.
"""

import contextlib
import importlib.abc
import importlib.util
import logging
import os
import sys
import tempfile


def install() -> None:
    """Watch for the first import of TensorFlow in this process and make it quiet."""
    # Hides later notes, such as "allocation exceeds 10% of free memory", but no errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.getLogger("tensorflow").addFilter(_is_wanted)
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _TensorFlowFinder())


# A comparison traces each of its networks once, which TensorFlow takes for a mistake; an export says where
# it has put a folder that it removes at once.
UNWANTED = ("triggered tf.function retracing", "Assets written to:")


def _is_wanted(record: logging.LogRecord) -> bool:
    return not any(text in record.getMessage() for text in UNWANTED)


class _TensorFlowFinder(importlib.abc.MetaPathFinder):
    """Find TensorFlow as Python would, but only once, and wrap the code that runs its import."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            run_module = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _run_quietly(run_module, module)
        return spec


def _run_quietly(run_module, module) -> None:
    with tempfile.TemporaryFile() as log:
        try:
            with _redirect_stderr_descriptor(log.fileno()):
                run_module(module)
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise


@contextlib.contextmanager
def _redirect_stderr_descriptor(destination: int):
    """Redirect file descriptor 2, as `contextlib.redirect_stderr` does not reach C++ code."""
    saved = os.dup(2)
    os.dup2(destination, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
