"""Checks of the machine: system, processor, memory, disks, and the data on them."""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from course.doctor.results import (
    COURSE,
    ELSEWHERE,
    FREE_DISK,
    GIB,
    LACK,
    MOVE_DATA,
    NOTE,
    OK,
    Result,
    commands,
    set_variable,
)

# The course's TensorFlow is built for these.
SYSTEMS = ("linux x86_64", "linux aarch64", "darwin arm64", "win32 AMD64")
NEEDED_MEMORY = 3 * GIB
NEEDED_DISK = 1 * GIB  # for CIFAR-10 packed, unpacked and as arrays at the same time
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
LOAD = 'python -c "from utils.data import load_cifar10; load_cifar10()"'
STOP = "jupyter lab stop"
DOWNLOAD = commands([f"uv run {LOAD}"], [LOAD])


def check_system() -> Result:
    """Say whether there is a TensorFlow for this system and kind of processor."""
    system = f"{sys.platform} {platform.machine()}"
    if system in SYSTEMS:
        return Result("system", OK, system)
    return Result("system", LACK, f"there is no TensorFlow for {system}", ELSEWHERE)


def check_processor() -> Result:
    """Name the processor, and say in which precision long trainings run on it."""
    from utils.hardware import BFLOAT16_FLAGS, cpu_flags, cpu_name

    num_cores = os.cpu_count() or 1
    found = f"{cpu_name()}, {num_cores} core{'s' * (num_cores > 1)}; "
    if num_cores < 2:
        found += "takes twice the minutes that the chapters state; "
    bfloat16 = sorted(BFLOAT16_FLAGS & cpu_flags())
    if bfloat16:
        found += f"multiplies bfloat16 ({', '.join(bfloat16)}): long trainings use it"
    else:
        found += "not known to multiply bfloat16: long trainings take float32, slower"
    return Result("processor", OK if bfloat16 and num_cores > 1 else NOTE, found)


def check_memory() -> Result:
    """Compare the free memory with what a chapter needs."""
    import psutil

    memory = psutil.virtual_memory()
    total = min(memory.total, _container_limit())
    free = min(memory.available, total)
    found = f"{free / GIB:.1f} GiB free of {total / GIB:.1f} GiB"
    if free >= NEEDED_MEMORY:
        return Result("memory", OK, found)
    found += f"; needed: {NEEDED_MEMORY / GIB:.0f} GiB. Close other programs and notebooks"
    return Result("memory", LACK, found, commands([f"uv run {STOP}"], [STOP]))


def _container_limit() -> float:
    """Return the bytes that a Linux container may use, which psutil does not see."""
    try:
        return int(CONTAINER_LIMIT.read_text())
    except (OSError, ValueError):  # no container, or "max"
        return float("inf")


def check_disk() -> Result:
    """Compare the free space for the course with what is needed."""
    return _check_disk("disk", COURSE, FREE_DISK)


def check_data_disk() -> Result:
    """Compare the free space for CIFAR-10 with what is needed."""
    from utils.data import cache_folder

    return _check_disk("data disk", cache_folder(), FREE_DISK + MOVE_DATA)


def _check_disk(name: str, folder: Path, fix: tuple[str, ...]) -> Result:
    free = shutil.disk_usage(_existing(folder)).free
    found = f"{free / GIB:.1f} GiB free for {folder}"
    if free >= NEEDED_DISK:
        return Result(name, OK, found)
    return Result(name, LACK, f"{found}; needed: {NEEDED_DISK / GIB:.0f} GiB", fix)


def _existing(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that is there."""
    return next(parent for parent in (path, *path.parents) if parent.exists())


def check_data() -> Result:
    """Say whether CIFAR-10 is here and intact, and if not, whether it can be kept."""
    from utils.data import cifar10 as data

    if os.environ.get("CIFAR10_DIR"):
        return _check_own_data(data)
    try:
        return Result("data", OK, f"whole, in {data.read_cache().source}")
    except data.SourceUnavailable as failure:
        reasons = "; ".join(failure.args)
    folder = data.cache_folder()
    try:
        # Trying is safer than asking, as more than permissions can stand in the way.
        tempfile.TemporaryFile(dir=_existing(folder)).close()
    except OSError as error:
        found = f"not here, and cannot be kept in {folder}: {error}"
        return Result("data", LACK, found, MOVE_DATA)
    if (folder / data.CACHE_FILE).exists():
        return Result("data", LACK, f"damaged: {reasons}", DOWNLOAD)
    found = f"not yet in {folder}; the first load_cifar10() downloads 139 to 170 MB"
    return Result("data", NOTE, found, DOWNLOAD)


def _check_own_data(data) -> Result:
    try:
        dataset = data.load_cifar10(verbose=False)
    except ValueError as error:
        return Result("data", LACK, str(error), (set_variable("CIFAR10_DIR", ""),))
    found = f"{dataset.name}, {dataset.source} (CIFAR10_DIR)"
    return Result("data", OK if dataset.name == "CIFAR-10" else NOTE, found)
