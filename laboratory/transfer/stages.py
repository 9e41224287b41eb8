"""The measurements of chapters 12 to 14, by name."""

from collections.abc import Callable

from laboratory.transfer.cats_stages import run_curve, run_five_seeds, run_layers
from laboratory.transfer.crops import FOLDER_VARIABLE, crops_folder, run_crops
from laboratory.transfer.street_stages import run_street
from laboratory.transfer.traps import run_traps


def run_crops_if_there() -> None:
    """Measure on photographs of traffic lights.

    Raises:
        ValueError: no folder of them is named.
    """
    folder = crops_folder()
    if folder is None:
        raise ValueError(f"nothing was measured: set {FOLDER_VARIABLE} to a folder of photographs")
    run_crops(folder)


STAGES: dict[str, Callable[[], object]] = {
    "layer_probe": run_layers,
    "cats_and_dogs": run_five_seeds,
    "cats_and_dogs_curve": run_curve,
    "traps": run_traps,
    "street": run_street,
    "traffic_light_crops": run_crops_if_there,
}
