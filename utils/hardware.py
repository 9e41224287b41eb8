"""The processor: its name, and the numbers that it multiplies in hardware."""

import functools
import platform
from pathlib import Path

# Instruction sets that multiply bfloat16 in hardware, as Linux names them.
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@functools.cache
def cpu_flags() -> frozenset[str]:
    """Return the processor's instruction-set flags as Linux names them; empty elsewhere."""
    return frozenset(_cpuinfo("flags", "Features").split())


@functools.cache
def cpu_name() -> str:
    """Return the processor's name, as precisely as the system knows it."""
    return _cpuinfo("model name") or platform.processor() or platform.machine()


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
