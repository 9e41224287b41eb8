"""Record what the experiments of chapter 13 measure, stage by stage."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from laboratory.machine import environment, peak_memory
from utils.files import write_json
from utils.records.measurements import MEASUREMENTS_FOLDER
from utils.records.paired import estimate_mean, estimate_share
from utils.records.places import RECORD_FILE
from utils.records.reading import read_object

PARTIAL_FILE = f"partial-{RECORD_FILE}"


class Record:
    """A record that grows by one finished part at a time, so that an interrupted stage can continue.

    The parts gather in a file of their own, which replaces the former record when the stage is complete.
    Parts that were made by another recipe, or from other data, are made again.

    Args:
        name: of the stage.
        config: its recipe, as JSON can hold it.
        data: name and SHA-256 of what is measured on, from `identity`; None if the recipe draws it.

    Raises:
        ValueError: the former record is of other data, and would be lost.
    """

    def __init__(self, name: str, config: dict[str, Any], data: dict[str, str] | None = None):
        self.folder = MEASUREMENTS_FOLDER / name
        self.path, self.partial_path = self.folder / RECORD_FILE, self.folder / PARTIAL_FILE
        config = json.loads(json.dumps(config))
        self.content = {"name": name, "config": config, "data": data, "complete": False, **environment()}
        self.content |= {"parts": {}, "seconds": {}}
        _require_same_data(self.path, data)
        if self.partial_path.exists():
            before = read_object(self.partial_path, "Remove it; the stage then begins anew")
            if before.get("config") == config and before.get("data") == data:
                self.content |= {key: before[key] for key in ("parts", "seconds") if key in before}

    def measure(self, part: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Return the result of `function`, from the record if it is there, and record result and seconds."""
        if part not in self.content["parts"]:
            start = time.perf_counter()
            result = function(*arguments, **options)
            self.content["seconds"][part] = round(time.perf_counter() - start, 1)
            self.content["parts"][part] = result
            write_json(self.partial_path, self.content)
            print(f"{self.content['name']}: {part}: {result}", flush=True)
        return self.content["parts"][part]

    def finish(self, **summary: Any) -> dict[str, Any]:
        """Complete the record with its summary and the most memory that was used."""
        memory = peak_memory()
        self.content |= {"complete": True, "peak_memory_gb": round(memory / 1e9, 2), "summary": summary}
        write_json(self.path, self.content)
        self.partial_path.unlink(missing_ok=True)
        return self.content


def identity(name: str, sha256: str) -> dict[str, str]:
    """Return how a record names its data.

    Args:
        name: for readers, such as "CIFAR-10's cats and dogs".
        sha256: from `Dataset.sha256` or `hash_arrays`.
    """
    return {"name": name, "sha256": sha256}


def _require_same_data(path: Path, data: dict[str, str] | None) -> None:
    if not path.exists():
        return
    recorded = read_object(path, "Bring it back from the repository, or remove it").get("data")
    if recorded != data:
        raise ValueError(
            f"{path} is a record of other data ({recorded or 'without a name'}) than this "
            f"({data or 'drawn'}), and would be replaced: move its folder away first, or name the same data"
        )


def interval(values: list[float], num_test: int) -> tuple[float, float]:
    """Return the mean accuracy and the half width of its 95 % interval.

    Args:
        values: one accuracy per seed. For several, the interval is Student's over the repetitions,
            which share their test pictures; for one, that of a share of `num_test` pictures. Equal ones
            count as one: every draw took the same pictures, which says nothing about other pictures.
        num_test: number of pictures that each was measured on.
    """
    estimate = estimate_mean(values) if len(set(values)) > 1 else estimate_share(values[0], num_test)
    return round(float(estimate.mean), 4), round(float(estimate.high - estimate.low) / 2, 4)
