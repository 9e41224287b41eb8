"""Check that the recorded networks still answer as they did."""

from pathlib import Path

from laboratory.runs.answers import ask
from utils.checks import require_integer
from utils.data import Dataset
from utils.records import Run, load_run
from utils.records.places import RECORD_FILE, RUNS_FOLDER
from utils.records.reading import DamagedFile, make_again
from utils.records.runs import record_file

import numpy as np

# Another processor rounds differently; a network that gives fewer of the same answers is another one.
ALIKE = 0.999


def verify(
    names: list[str], dataset: Dataset, runs_folder: Path = RUNS_FOLDER, num_images: int | None = None
) -> bool:
    """Let recorded networks answer again, print each result, and return whether all agree with their records.

    A damaged record is named, and counts as one that does not agree; the others are still asked.

    Args:
        names: of recorded runs, at least one.
        dataset: the data that they were trained on.
        runs_folder: where their folders are.
        num_images: number of test images to answer again, from 1 to all that there are; None for all.

    Raises:
        ValueError: there is nothing to verify, no run of such a name, or no such number of images.
    """
    if not names:
        raise ValueError(
            f"there is nothing to verify in {runs_folder}: no run is named, or none is recorded."
        )
    if num_images is not None:
        require_integer("num_images", num_images, 1)
        if num_images > len(dataset.x_test):
            raise ValueError(
                f"num_images must be at most {len(dataset.x_test):,}, the number of test images of "
                f"{dataset.name}; got {num_images:,}."
            )
    for name in names:
        record_file(name, runs_folder)  # before anything is measured
    agreements = [_agrees_or_is_damaged(name, dataset, runs_folder, num_images) for name in names]
    return all(agreements)


def _agrees_or_is_damaged(name: str, dataset: Dataset, runs_folder: Path, num_images: int | None) -> bool:
    try:
        return _agrees(load_run(name, runs_folder), dataset, num_images)
    except (DamagedFile, FileNotFoundError) as error:
        print(f"{name}: DAMAGED: {error}")
        return False


def _agrees(recorded: Run, dataset: Dataset, num_images: int | None) -> bool:
    accuracy, data = recorded.metrics["test_accuracy"], recorded.record["data"]
    if data["sha256"] != dataset.sha256:
        print(
            f"{recorded.name}: recorded on {data['name']} ({data['sha256'][:12]}), asked on {dataset.name} "
            f"({dataset.sha256[:12]}): DIFFERENT"
        )
        return False
    then = np.array(list(recorded.record.get("answers", "")), dtype=int)
    if not recorded.config["keep_weights"]:
        return _agrees_without_weights(recorded, then, dataset)
    right = _right_answers(recorded, then, dataset)
    images, labels = dataset.x_test[:num_images], dataset.y_test[:num_images]
    same = ask(recorded.model, images, labels).classes == then[: len(labels)]
    agrees = same.mean() >= ALIKE and right == accuracy
    print(
        f"{recorded.name}: recorded {accuracy:.2%}, answers {same.sum():,} of {len(same):,} images of "
        f"{dataset.name} as then: {'the same' if agrees else 'DIFFERENT'}"
    )
    return bool(agrees)


def _agrees_without_weights(recorded: Run, then: np.ndarray, dataset: Dataset) -> bool:
    """Compare the accuracy with the recorded answers, if the record has them."""
    agrees = not then.size or _right_answers(recorded, then, dataset) == recorded.metrics["test_accuracy"]
    print(
        f"{recorded.name}: recorded {recorded.metrics['test_accuracy']:.2%}; keeps no weights to measure"
        f"{'' if agrees else ', and its answers give another accuracy: DIFFERENT'}"
    )
    return agrees


def _right_answers(recorded: Run, then: np.ndarray, dataset: Dataset) -> float:
    """Return the accuracy of the recorded answers."""
    if len(then) != len(dataset.y_test):
        raise DamagedFile(
            recorded.folder / RECORD_FILE,
            f"holds {len(then):,} answers to {len(dataset.y_test):,} test images",
            make_again(recorded.name),
        )
    return round(float((then == dataset.y_test).mean()), 4)
