"""Limit the memory, processor time and output of the kernel that runs a submission.

nbgrader starts a kernel per submission and lets it do what it likes. `limit_kernel` runs in that kernel
before the first cell (see nbgrader_config.py) and prevents three accidents: an array that would fill
the machine raises a MemoryError, a loop that cannot be interrupted is killed, and a flood of prints is
cut off. It is no protection against malice: read "What the grading does not protect from" in the page
for lecturers.
"""

import sys

MEMORY_BYTES = 8 * 2**30
PROCESSOR_SECONDS = 600
OUTPUT_CHARACTERS = 1_000_000


class OutputLimitExceeded(RuntimeError):
    """Raised in the cell that prints more than a submission may."""


def limit_kernel(
    memory_bytes: int = MEMORY_BYTES,
    processor_seconds: int = PROCESSOR_SECONDS,
    output_characters: int = OUTPUT_CHARACTERS,
) -> None:
    """Limit this process for good; where the system has no such limits, limit only its output.

    Args:
        memory_bytes: address space, of which TensorFlow reserves about 3 GB without using it.
        processor_seconds: summed over all threads; the process is then killed.
        output_characters: number of characters that all cells together may print.
    """
    _limit_output(sys.stdout, output_characters)
    try:
        import resource  # Linux and macOS; Windows has no module of this name
    except ImportError:
        return
    for kind, amount in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, processor_seconds)):
        _, hard = resource.getrlimit(kind)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))


def _limit_output(stream, left: int) -> None:
    write = stream.write

    def write_within_limit(text: str) -> int:
        nonlocal left
        left -= len(text)
        if left < 0:
            raise OutputLimitExceeded("This notebook prints too much. Print less, and run it again.")
        return write(text)

    stream.write = write_within_limit
