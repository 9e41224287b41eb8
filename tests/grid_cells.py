"""A training that only waits, for the tests of grids; workers of the cluster import it too."""

import os
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """What to return, how long to take, and where to note each start."""

    value: float
    log: str
    seconds: float = 0.0
    fails: bool = False


def train(setting: Setting, seed: int) -> dict[str, object]:
    """Note the start, wait, and return one line of the table."""
    with open(setting.log, "a") as log:
        log.write(f"{setting.value} {seed} {os.getpid()}\n")
    time.sleep(setting.seconds)
    if setting.fails:
        raise ArithmeticError(f"the loss of {setting.value} is not a number")
    return {"accuracy": setting.value + seed / 10, "process": os.getpid(), "curve": "0.1 0.2"}
