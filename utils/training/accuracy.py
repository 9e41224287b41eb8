"""The share of correct answers."""

from utils.checks import check_features, check_labels

import numpy as np


def share_correct(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of rows whose answer is the label, to four decimals.

    Args:
        scores: (N, classes), of which the largest is the answer; or (N, 1), the probability of class 1, as
            one output with a sigmoid gives it, where the answer is class 1 from 1/2 on.
        labels: (N,) integers, or another form that `utils.checks.check_labels` takes.

    Raises:
        ValueError: the shapes do not fit, a label is out of range, or the scores are not finite.
    """
    scores = check_features(scores, name="scores")
    labels = check_labels(labels, num_images=len(scores), num_classes=max(2, scores.shape[1]))
    if scores.shape[1] > 1:
        answers = scores.argmax(axis=1)
    elif scores.min() >= 0 and scores.max() <= 1:
        answers = scores[:, 0] >= 0.5
    else:
        raise ValueError(
            f"one score for each image must be a probability in [0, 1], got {scores.min():.4g} to "
            f"{scores.max():.4g}: pass it through a sigmoid."
        )
    return round(float((answers == labels).mean()), 4)
