"""Records of measurements that take more than one training: those of chapters 12 to 14, stage by stage."""

from pathlib import Path
from typing import Any

from utils.records.places import RUNS_FOLDER
from utils.records.reading import NUMBER, make_again, read_object, require_fields, require_kind
from utils.records.runs import record_file, recorded_names

MEASUREMENTS_FOLDER = RUNS_FOLDER / "transfer"
FIELDS = {"config": dict, "complete": bool, "parts": dict, "seconds": dict}


def load_record(name: str, folder: Path = MEASUREMENTS_FOLDER) -> dict[str, Any]:
    """Return what a stage measured, as `python -m laboratory run NAME` recorded it.

    Raises:
        ValueError: nothing is recorded under this name; the message lists the names there are.
        DamagedFile: the record is damaged.
    """
    path = record_file(name, folder)
    remedy = make_again(name)
    content = read_object(path, remedy)
    require_fields(
        content, FIELDS | ({"summary": dict} if content.get("complete") is True else {}), path, remedy
    )
    for part, seconds in content["seconds"].items():
        require_kind(seconds, NUMBER, f"the seconds of {part!r}", path, remedy)
    return content


def recorded_stages(folder: Path = MEASUREMENTS_FOLDER) -> list[str]:
    """Return the names of all stages with a record, sorted."""
    return recorded_names(folder)
