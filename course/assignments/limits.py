"""Limit the memory, processor time, files and output of the process that runs a submission.

This prevents accidents: an array that would fill the machine raises a MemoryError, a loop that cannot be
interrupted is killed, a file does not fill the disk, and a flood of prints is cut off. It is no protection
against malice: read "What the grading does not protect from" in the assignments' README.
"""

import io

MEMORY_BYTES = 8 * 2**30  # address space, of which TensorFlow reserves about 3 GB without using it
PROCESSOR_SECONDS = 900  # summed over all threads; the process is then killed
FILE_BYTES = 64 * 2**20
FOLDER_BYTES = 256 * 2**20
OUTPUT_CHARACTERS = 1_000_000
SHOWN_CHARACTERS = 20_000  # of the output of one cell


class OutputLimitExceeded(RuntimeError):
    """Raised in the cell that prints more than a submission may."""


def limit_process(memory_bytes: int = MEMORY_BYTES) -> None:
    """Limit this process and its children for good, where the system has such limits.

    Args:
        memory_bytes: address space of each process.
    """
    try:
        import resource  # Linux and macOS; Windows has no module of this name
    except ImportError:
        return
    for kind, amount in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, amount))


class LimitedText(io.StringIO):
    """Take the output of all cells, up to a number of characters."""

    def __init__(self, most: int = OUTPUT_CHARACTERS):
        super().__init__()
        self._left = most

    def write(self, text: str, /) -> int:
        """Keep the text, or raise `OutputLimitExceeded` when there is too much of it."""
        self._left -= len(text)
        if self._left < 0:
            raise OutputLimitExceeded("This notebook prints too much. Print less, and run it again.")
        return super().write(text)

    def taken(self) -> str:
        """Return what was written since the last call."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text
