"""Check that the stored networks still give what is recorded."""

from collections.abc import Iterable

from laboratory.transfer import street
from laboratory.transfer.crops import FOLDER_VARIABLE, crops_folder, load_crops, untrained
from laboratory.transfer.street_stages import ENSEMBLE, accuracies, ensemble
from utils.records import load_record

# Another processor rounds differently, which may change the answers to up to three of 900 scenes.
TOLERANCE = 3 / 900


def verify_stored(names: Iterable[str]) -> bool:
    """Measure stored networks again, print each result, and return whether all agree with their records.

    Args:
        names: of `STORED`. The crops of real traffic lights are skipped, with a message, if no folder of
            them is named.
    """
    return all([STORED[name]() for name in names])


def verify_street() -> bool:
    """Measure the networks for drawn scenes again."""
    summary = load_record("street")["summary"]
    scenes = street.held_out_scenes()
    tests = street.views(scenes.images, "held out")
    agrees = True
    for name in ("upright", *ENSEMBLE):
        measured = accuracies(street.load(name), tests, scenes.labels)
        agrees &= _compare(f"street, {name}", summary["steps"][name]["four_views"], measured["four_views"])
    measured = ensemble(tests, scenes.labels)["accuracy"]
    return _compare("street, ensemble", summary["ensemble"]["accuracy"], measured) and agrees


def verify_crops() -> bool:
    """Measure the network for drawn scenes on real crops again, if a folder of them is named."""
    folder = crops_folder()
    if folder is None:
        print(f"traffic_light_crops: skipped, {FOLDER_VARIABLE} names no folder of photographs")
        return True
    recorded = load_record("traffic_light_crops")["summary"]["drawn_scenes_only"]["filling"]
    pictures = load_crops(folder)
    measured = untrained(pictures.images, pictures)
    name = "traffic_light_crops, drawn scenes only"
    return _compare(name, recorded["balanced_red_green"], measured["balanced_red_green"])


def _compare(name: str, recorded: float, measured: float) -> bool:
    agrees = abs(recorded - measured) <= TOLERANCE
    print(
        f"{name}: recorded {recorded:.2%}, measured {measured:.2%}: {'the same' if agrees else 'DIFFERENT'}"
    )
    return agrees


STORED = {"street": verify_street, "traffic_light_crops": verify_crops}
