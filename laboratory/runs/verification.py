"""Check that the recorded networks still answer as they did."""

from pathlib import Path

from laboratory.runs.answers import ask
from utils.checks import require_integer
from utils.data import Dataset
from utils.records import Run, load_run
from utils.records.places import RUNS_FOLDER

import numpy as np

# Another processor rounds differently; a network that gives fewer of the same answers is another one.
ALIKE = 0.999


def verify(
    names: list[str], dataset: Dataset, runs_folder: Path = RUNS_FOLDER, num_images: int | None = None
) -> bool:
    """Let recorded networks answer again, print each result, and return whether all agree with their records.

    Args:
        names: of recorded runs.
        dataset: the data that they were trained on.
        runs_folder: where their folders are.
        num_images: number of test images to answer again, at least 1; None for all.

    Raises:
        ValueError: the number of images is not positive.
    """
    if num_images is not None:
        require_integer("num_images", num_images, 1)
    agreements = [_agrees(load_run(name, runs_folder), dataset, num_images) for name in names]
    return all(agreements)


def _agrees(recorded: Run, dataset: Dataset, num_images: int | None) -> bool:
    accuracy = recorded.metrics["test_accuracy"]
    if not recorded.config["keep_weights"]:
        print(f"{recorded.name}: recorded {accuracy:.2%}; keeps no weights to measure")
        return True
    then = np.array(list(recorded.record["answers"]), dtype=int)
    images, labels = dataset.x_test[:num_images], dataset.y_test[:num_images]
    same = ask(recorded.model, images, labels).classes == then[: len(labels)]
    agrees = (
        same.mean() >= ALIKE
        and round(float((then == dataset.y_test).mean()), 4) == accuracy
        and dataset.sha256 == recorded.record["data"]["sha256"]
    )
    print(
        f"{recorded.name}: recorded {accuracy:.2%}, answers {same.sum():,} of {len(same):,} images of "
        f"{dataset.name} as then: {'the same' if agrees else 'DIFFERENT'}"
    )
    return bool(agrees)
