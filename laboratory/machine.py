"""The machine that a result was measured on: versions, hardware, and the memory used."""

import importlib.metadata
import os
import platform
import sys
from typing import Any

from utils.hardware import cpu_name

import psutil


def peak_memory() -> int:
    """Return the most bytes that this process has held; where no system tells, those it holds now."""
    try:
        import resource  # not on Windows
    except ImportError:
        now = psutil.Process().memory_info()
        return getattr(now, "peak_wset", now.rss)  # Windows alone has the first
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def environment() -> dict[str, Any]:
    """Return versions and hardware, to be recorded with a result."""
    packages = {"keras": "keras", "numpy": "numpy", "tensorflow": _tensorflow_distribution()}
    versions = {name: importlib.metadata.version(package) for name, package in packages.items()}
    return {
        "versions": {"python": platform.python_version(), **versions},
        "hardware": {
            "processor": cpu_name(),
            "num_cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
        },
    }


def _tensorflow_distribution() -> str:
    """Return the package that provides TensorFlow, as the build for processors has a name of its own."""
    return importlib.metadata.packages_distributions()["tensorflow"][0]
