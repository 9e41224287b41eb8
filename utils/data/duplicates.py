"""Keep near-duplicates on the same side of a split, so that a test does not measure memory."""

from utils.checks import check_features, check_labels, require_as_many, require_integer

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def similarity_groups(features: np.ndarray, threshold: float) -> np.ndarray:
    """Return a group number for each picture; pictures linked by a chain of similar ones share a group.

    Args:
        features: (N, D); two pictures are similar when the cosine between their rows, once the mean of
            all rows is subtracted, is above `threshold`.
        threshold: from 0 to 1; near 1, only copies are found.

    Raises:
        ValueError: the threshold is out of its range, or the features are no finite rows.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, got {threshold!r}.")
    features = check_features(features)
    features = features - features.mean(0)
    features /= np.linalg.norm(features, axis=1, keepdims=True) + 1e-12
    rows, columns = np.nonzero(features @ features.T > threshold)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(features),) * 2)
    return connected_components(graph, directed=False)[1]


def grouped_folds(groups: np.ndarray, labels: np.ndarray, num_folds: int, seed: int = 0) -> np.ndarray:
    """Return a fold number for each picture: groups stay whole, classes are spread evenly.

    The largest groups are assigned first, each to the fold with the fewest pictures of its classes.

    Args:
        groups: (N,), as `similarity_groups` returns them.
        labels: (N,), integers from 0.
        num_folds: at least 2.
        seed: of the order among groups of the same size.

    Raises:
        ValueError: there are fewer groups than folds, or not as many groups as labels.
    """
    labels, groups = check_labels(labels), np.asarray(groups)
    require_as_many("groups", len(groups), len(labels), "labels")
    require_integer("num_folds", num_folds, 2)
    names, sizes = np.unique(groups, return_counts=True)
    if not 2 <= num_folds <= len(names):
        raise ValueError(
            f"num_folds must lie between 2 and {len(names)}, the number of groups; got {num_folds}"
        )
    counts = np.zeros((num_folds, int(labels.max()) + 1))
    folds = np.empty(len(groups), int)
    order = np.random.default_rng(seed).permutation(len(names))
    for index in order[np.argsort(-sizes[order], kind="stable")]:
        members = groups == names[index]
        added = np.bincount(labels[members], minlength=counts.shape[1])
        fold = np.argmin((counts * (added > 0)).sum(1) + 1e-3 * counts.sum(1))
        folds[members] = fold
        counts[fold] += added
    return folds
