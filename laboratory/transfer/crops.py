"""Traffic lights on real photographs, from any folder with one folder per class, red and green among them."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from laboratory.transfer import street
from laboratory.transfer.features import compute_features
from laboratory.transfer.fine_tuning import fine_tune, freeze, mean_scores, with_head
from laboratory.transfer.linear import fit_linear
from laboratory.transfer.networks import maps_of, probe_network, split_lite0
from laboratory.transfer.records import Record, identity
from utils.data.class_folders import Pictures, load_class_folders
from utils.data.duplicates import grouped_folds, similarity_groups
from utils.data.fingerprint import hash_arrays
from utils.files import write_arrays
from utils.records.measurements import MEASUREMENTS_FOLDER

import numpy as np
from PIL import Image
from scipy import special

FOLDER_VARIABLE = "TRAFFIC_LIGHTS_DIR"
SIZE = street.SIZE
CUT = "block5c"
MAPS = maps_of(CUT)
# Cosine of the features above which two crops count as the same scene, and others to see whether it matters.
ALIKE = 0.75
ALIKE_TRIED = (0.95, 0.85, 0.75, 0.65)
NUM_FOLDS = 5
RECIPE = {"epochs": 4, "learning_rate": 3e-4, "batch_size": 32}
SHARE_OF_PICTURE = 0.35  # Height of a crop on a gray picture, as large as lights are in drawn scenes.


class CropAnswers(NamedTuple):
    """What is said of N crops by networks that did not learn from them; classes in alphabetical order."""

    labels: np.ndarray  # (N,), uint8
    folds: np.ndarray  # (N,): near-duplicates have the same
    frozen: np.ndarray  # (N, classes), float32: probabilities from frozen features
    fine_tuned: np.ndarray  # (N,): classes


def save_answers(answers: CropAnswers) -> None:
    """Keep the answers beside the record; the crops themselves are not kept."""
    write_arrays(answers_file(), answers._asdict())


def load_answers() -> CropAnswers:
    """Return the recorded answers, so that no photographs are needed to look at them."""
    with np.load(answers_file()) as kept:
        return CropAnswers(**kept)


def answers_file() -> Path:
    """Return the path of the recorded answers."""
    return MEASUREMENTS_FOLDER / "traffic_light_crops" / "answers.npz"


def crops_folder() -> Path | None:
    """Return the folder that TRAFFIC_LIGHTS_DIR names, or None if it is not set."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder).expanduser() if folder else None


def run_crops(folder: Path) -> dict[str, Any]:
    """Measure networks from drawn scenes, frozen features and fine-tuning on a folder of real crops."""
    settings = {"size": SIZE, "cut": CUT, "alike": ALIKE, "num_folds": NUM_FOLDS, "fine_tuning": RECIPE}
    settings["alike_tried"] = ALIKE_TRIED
    pictures = load_crops(folder)
    counts = dict(zip(pictures.class_names, np.bincount(pictures.labels).tolist(), strict=True))
    data = identity("crops of traffic lights", hash_arrays(pictures.images, pictures.labels))
    record = Record("traffic_light_crops", settings | {"counts": counts}, data)
    drawn = {
        name: record.measure(f"drawn scenes only, {name}", untrained, images, pictures)
        for name, images in (("filling", pictures.images), ("at a distance", at_a_distance(pictures.images)))
    }
    features = _features(pictures.images)
    groups = similarity_groups(features[0]["top"], ALIKE)
    folds = grouped_folds(groups, pictures.labels, NUM_FOLDS)
    probabilities = frozen_probabilities(features, pictures, folds)
    frozen = record.measure("frozen features", report, probabilities.argmax(1), pictures)
    thresholds = record.measure("thresholds", by_threshold, features, pictures)
    parts = [
        record.measure(f"fine-tuned, fold {fold}", fine_tuned, features, pictures, folds, fold)
        for fold in range(NUM_FOLDS)
    ]
    answers = np.full(len(folds), -1)
    for fold, part in enumerate(parts):
        answers[folds == fold] = part
    save_answers(CropAnswers(pictures.labels, folds, probabilities, answers))
    return record.finish(
        num_groups=int(groups.max()) + 1,
        drawn_scenes_only=drawn,
        frozen_features=frozen,
        thresholds=thresholds,
        fine_tuned=report(answers, pictures),
    )


def load_crops(folder: Path) -> Pictures:
    """Read crops of traffic lights whole: nothing may be cut off from what fills its picture.

    Raises:
        ValueError: a class is missing, or has fewer pictures than there are folds.
    """
    pictures = load_class_folders(folder, SIZE, fit="stretch")
    counts = dict(zip(pictures.class_names, np.bincount(pictures.labels).tolist(), strict=True))
    if min(counts.get(name, 0) for name in ("red", "green")) < NUM_FOLDS:
        raise ValueError(
            f"{folder} needs folders red and green with {NUM_FOLDS} pictures or more; got {counts}"
        )
    return pictures


def untrained(images: np.ndarray, pictures: Pictures, name: str = "turned-0") -> dict[str, Any]:
    """Measure a network that has seen only drawn scenes; it may answer that there is no light."""
    inputs = street.views(images, "crops", (0,))
    answers = mean_scores(street.load(name), inputs).argmax(1)
    index = {state: pictures.class_names.index(state) for state in ("red", "green")}
    own = np.array([-1, index["red"], index["green"]])  # the classes' numbers in the folder
    return report(own[answers], pictures)


def report(answers: np.ndarray, pictures: Pictures) -> dict[str, Any]:
    """Return recall per class, balanced accuracy of red and green, and the two dangerous confusions.

    Args:
        answers: (N,), the class of each picture; -1 for none of them.
        pictures: with the true labels.
    """
    names = pictures.class_names
    recall = {
        name: round(float((answers[pictures.labels == label] == label).mean()), 4)
        for label, name in enumerate(names)
    }
    red, green = names.index("red"), names.index("green")
    return {
        "recall": recall,
        "balanced_red_green": round((recall["red"] + recall["green"]) / 2, 4),
        "red_taken_for_green": int(((pictures.labels == red) & (answers == green)).sum()),
        "green_taken_for_red": int(((pictures.labels == green) & (answers == red)).sum()),
        "no_light_seen": int((answers == -1).sum()),
    }


def frozen_probabilities(features, pictures: Pictures, folds: np.ndarray) -> np.ndarray:
    """Fit linear heads to frozen features; return what each fold gets from a head fitted to the others.

    Returns:
        (N, classes), float32: softmax probabilities.
    """
    scores = np.empty((len(folds), len(pictures.class_names)), np.float32)
    for fold in range(NUM_FOLDS):
        head = _head(features, pictures, folds != fold)
        scores[folds == fold] = head.scores(features[0]["top"][folds == fold])
    return special.softmax(scores, axis=1)


def by_threshold(features, pictures: Pictures) -> dict[str, dict[str, float]]:
    """Return, for each threshold of similarity, the number of groups and the accuracy of frozen features."""
    results = {}
    for threshold in ALIKE_TRIED:
        groups = similarity_groups(features[0]["top"], threshold)
        folds = grouped_folds(groups, pictures.labels, NUM_FOLDS)
        answers = frozen_probabilities(features, pictures, folds).argmax(1)
        balanced = report(answers, pictures)["balanced_red_green"]
        results[str(threshold)] = {"groups": int(groups.max()) + 1, "balanced_red_green": balanced}
    return results


def fine_tuned(features, pictures: Pictures, folds: np.ndarray, fold: int) -> list[int]:
    """Fine-tune on the other folds; return the answers for this one."""
    others = folds != fold
    _, upper = split_lite0(SIZE, CUT)
    model = with_head(upper, _head(features, pictures, others))
    freeze(model)
    inputs = [view[MAPS][others] for view in features]
    fine_tune(model, inputs, pictures.labels[others], seed=fold, **RECIPE)
    return mean_scores(model, [features[0][MAPS][~others]]).argmax(1).tolist()


def at_a_distance(images: np.ndarray) -> np.ndarray:
    """Shrink crops onto gray pictures, so that a light is as large as in drawn scenes."""
    height = round(SHARE_OF_PICTURE * SIZE)
    top, left = (SIZE - height) // 3, (SIZE - height // 2) // 2
    result = np.full_like(images, 128)
    for index, image in enumerate(images):
        small = Image.fromarray(image).resize((height // 2, height), Image.Resampling.BICUBIC)
        result[index, top : top + height, left : left + height // 2] = small
    return result


def _features(images: np.ndarray) -> list[dict[str, np.ndarray]]:
    network = probe_network(SIZE, ("top",), maps=(CUT,))
    views = (("crops", images), ("crops, mirrored", images[:, :, ::-1]))
    return [compute_features(network, view, name=name) for name, view in views]


def _head(features, pictures: Pictures, chosen: np.ndarray):
    rows = np.concatenate([view["top"][chosen] for view in features])
    return fit_linear(rows, np.tile(pictures.labels[chosen], 2), num_classes=len(pictures.class_names))
