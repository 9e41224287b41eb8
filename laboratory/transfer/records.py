"""Record what the experiments of chapter 13 measure, stage by stage."""

import json
import time
from collections.abc import Callable
from typing import Any

from laboratory.machine import environment, peak_memory
from utils.files import write_json
from utils.records.measurements import MEASUREMENTS_FOLDER
from utils.records.paired import estimate_mean, estimate_share
from utils.records.places import RECORD_FILE


class Record:
    """A record that grows by one finished part at a time, so that an interrupted stage can continue.

    A record that is complete, or was made by another recipe, is started again.

    Args:
        name: of the stage.
        config: its recipe, as JSON can hold it.
    """

    def __init__(self, name: str, config: dict[str, Any]):
        self.folder = MEASUREMENTS_FOLDER / name
        self.path = self.folder / RECORD_FILE
        config = json.loads(json.dumps(config))
        self.content = {"name": name, "config": config, "complete": False, **environment()}
        self.content |= {"parts": {}, "seconds": {}}
        if self.path.exists():
            before = json.loads(self.path.read_text())
            if before["config"] == config and not before["complete"]:
                self.content |= {key: before[key] for key in ("parts", "seconds")}

    def measure(self, part: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Return the result of `function`, from the record if it is there, and record result and seconds."""
        if part not in self.content["parts"]:
            start = time.perf_counter()
            result = function(*arguments, **options)
            self.content["seconds"][part] = round(time.perf_counter() - start, 1)
            self.content["parts"][part] = result
            self._write()
            print(f"{self.content['name']}: {part}: {result}", flush=True)
        return self.content["parts"][part]

    def finish(self, **summary: Any) -> dict[str, Any]:
        """Complete the record with its summary and the most memory that was used."""
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
        values: one accuracy per seed. For several, the interval is Student's over the repetitions,
            which share their test pictures; for one, that of a share of `num_test` pictures.
        num_test: number of pictures that each was measured on.
    """
    estimate = estimate_mean(values) if len(values) > 1 else estimate_share(values[0], num_test)
    return round(estimate.mean, 4), round((estimate.high - estimate.low) / 2, 4)
