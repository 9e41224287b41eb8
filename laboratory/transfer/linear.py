"""A linear classifier on features, trained to the end, as the problem is convex and has one solution."""

from typing import NamedTuple

from utils.checks import check_features, check_labels, require_as_many, require_integer

import numpy as np
from scipy import optimize, special


class Linear(NamedTuple):
    """A linear classifier: scores are features @ kernel + bias, as in a Dense layer."""

    kernel: np.ndarray  # (features, classes), float32
    bias: np.ndarray  # (classes,), float32

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Return (N, classes), float32, for features (N, features)."""
        return features.astype(np.float32) @ self.kernel + self.bias

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the class of each row of features (N, features): (N,)."""
        return self.scores(features).argmax(1)


def fit_linear(
    features: np.ndarray, labels: np.ndarray, *, penalty: float = 0.01, num_classes: int = 0
) -> Linear:
    """Fit multinomial logistic regression with a quadratic penalty, by L-BFGS.

    Args:
        features: (N, D), finite numbers; each column is standardized for the fit, and the returned weights
            include the scaling.
        labels: (N,), integers from 0, or in another form that `utils.checks.check_labels` takes.
        penalty: factor of half the sum of squared weights, which is added to the mean cross-entropy.
        num_classes: 0 for the largest label plus one.

    Raises:
        ValueError: the features are no finite rows, there are not as many labels, or a label is not below
            `num_classes`.
    """
    features = check_features(features)
    require_integer("num_classes", num_classes, 0)
    labels = check_labels(labels, num_classes=num_classes or None)
    require_as_many("labels", len(labels), len(features), "rows")
    mean, scale = features.mean(0), features.std(0) + 1e-3
    x = (features - mean) / scale
    targets = np.eye(num_classes or int(labels.max()) + 1, dtype=np.float32)[labels]
    shape = x.shape[1], targets.shape[1]
    start = np.zeros(shape[0] * shape[1] + shape[1])
    options = {"jac": True, "method": "L-BFGS-B", "options": {"maxiter": 200}}
    weights = optimize.minimize(_loss, start, (x, targets, penalty), **options).x
    kernel, bias = _unpack(weights.astype(np.float32), shape)
    kernel = kernel / scale[:, None]
    return Linear(kernel, bias - mean @ kernel)


def _loss(weights: np.ndarray, x: np.ndarray, targets: np.ndarray, penalty: float):
    kernel, bias = _unpack(weights.astype(np.float32), (x.shape[1], targets.shape[1]))
    log_probabilities = special.log_softmax(x @ kernel + bias, axis=1)
    error = (np.exp(log_probabilities) - targets) / len(x)
    loss = -(targets * log_probabilities).sum() / len(x) + penalty * np.square(kernel).sum() / 2
    gradient = np.concatenate([(x.T @ error + penalty * kernel).ravel(), error.sum(0)])
    return float(loss), gradient.astype(np.float64)


def _unpack(weights: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return weights[: -shape[1]].reshape(shape), weights[-shape[1] :]
