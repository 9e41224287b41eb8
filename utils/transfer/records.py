"""What the experiments of chapter 13 measured, stage by stage."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from utils.hardware import environment, peak_memory
from utils.recording import RECORD_FILE, write_json

import numpy as np
from scipy import stats

RECORDS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "runs" / "transfer"


def load_record(name: str) -> dict[str, Any]:
    """Return what a stage measured, as `python -m utils.transfer run NAME` wrote it.

    Raises:
        ValueError: nothing is recorded under this name; the message lists what is.
    """
    path = RECORDS_FOLDER / name / RECORD_FILE
    if not path.exists():
        known = ", ".join(recorded_stages()) or "nothing"
        raise ValueError(f"no record {name!r}; recorded are: {known}")
    return json.loads(path.read_text())


def recorded_stages() -> list[str]:
    """Return the names of all stages with a record, sorted."""
    return sorted(path.parent.name for path in RECORDS_FOLDER.glob(f"*/{RECORD_FILE}"))


class Record:
    """A record that grows by one finished part at a time, so that a stage that was cut goes on.

    A record that is complete, or was made by another recipe, is begun anew.
    """

    def __init__(self, name: str, config: dict[str, Any]):
        self.folder = RECORDS_FOLDER / name
        self.path = self.folder / RECORD_FILE
        config = json.loads(json.dumps(config))
        self.content = {"name": name, "config": config, "complete": False, **environment()}
        self.content |= {"parts": {}, "seconds": {}}
        if self.path.exists():
            before = json.loads(self.path.read_text())
            if before["config"] == config and not before["complete"]:
                self.content |= {key: before[key] for key in ("parts", "seconds")}

    def measure(self, part: str, function: Callable[[], Any]) -> Any:
        """Call `function` unless its result is there already; keep result and seconds."""
        if part not in self.content["parts"]:
            start = time.perf_counter()
            result = function()
            self.content["seconds"][part] = round(time.perf_counter() - start, 1)
            self.content["parts"][part] = result
            self._write()
            print(f"{self.content['name']}: {part}: {result}", flush=True)
        return self.content["parts"][part]

    def finish(self, **summary: Any) -> dict[str, Any]:
        """Close the record with its summary and the memory that was taken at most."""
        memory = peak_memory()
        self.content |= {"complete": True, "peak_memory_gb": round(memory / 1e9, 2), "summary": summary}
        self._write()
        return self.content

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.path, self.content)


def interval(values: list[float], num_test: int) -> tuple[float, float]:
    """Return the mean accuracy and the half width of its 95 % interval.

    Args:
        values: one accuracy per seed. Of several, the interval is Student's over the repetitions,
            which share their test pictures; of a single one, that of a share of `num_test` pictures.
        num_test: how many pictures each was measured on.
    """
    values = np.asarray(values, float)
    mean = values.mean()
    if len(values) == 1:
        half = 1.96 * np.sqrt(mean * (1 - mean) / num_test)
    else:
        half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return round(float(mean), 4), round(float(half), 4)
