"""A training that only waits, for the tests of grids; workers of the cluster import it too."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

FOREVER = 3600.0


@dataclass(frozen=True)
class Setting:
    """What to return, how long to take, and where to note each start."""

    value: float
    log: str
    seconds: float = 0.0
    fails: bool = False
    # The process that is the first to begin the cell with this seed never finishes it.
    hangs_with_seed: int | None = None


def train(setting: Setting, seed: int) -> dict[str, object]:
    """Note the start, wait, and return one line of the table."""
    begun = Path(setting.log).read_text() if Path(setting.log).exists() else ""
    with open(setting.log, "a") as log:
        log.write(f"{setting.value} {seed} {os.getpid()}\n")
    is_first = f"{setting.value} {seed} " not in begun
    time.sleep(FOREVER if is_first and seed == setting.hangs_with_seed else setting.seconds)
    if setting.fails:
        raise ArithmeticError(f"the loss of {setting.value} is not a number")
    return {"accuracy": setting.value + seed / 10, "process": os.getpid(), "curve": "0.1 0.2"}
