"""What this machine is: processor, memory, and the versions that a result was measured with."""

import contextlib
import functools
import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any

import psutil

resource = None
with contextlib.suppress(ImportError):  # not on Windows
    import resource

# Instruction sets that multiply bfloat16 in hardware, as Linux names them.
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@functools.cache
def cpu_flags() -> frozenset[str]:
    """Return the processor's instruction-set flags as Linux names them; empty elsewhere."""
    return frozenset(_cpuinfo("flags", "Features").split())


@functools.cache
def cpu_name() -> str:
    """Return the processor's name, as precisely as the system tells it."""
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def peak_memory() -> int:
    """Return the most bytes that this process held; at this moment, where the system does not say."""
    if resource is not None:
        return _peak_bytes(resource.RUSAGE_SELF)
    now = psutil.Process().memory_info()
    return getattr(now, "peak_wset", now.rss)


def peak_memory_of_children() -> int | None:
    """Return the most bytes that one of the children that have ended held; None on Windows."""
    return None if resource is None else _peak_bytes(resource.RUSAGE_CHILDREN)


def _peak_bytes(of: int) -> int:
    return resource.getrusage(of).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def environment() -> dict[str, Any]:
    """Return versions and hardware, to be kept beside a measured result."""
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
    """The package that provides TensorFlow: the processor-only build has a name of its own."""
    return importlib.metadata.packages_distributions()["tensorflow"][0]


def _cpuinfo(*names: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in names:
            return value.strip()
    return ""
