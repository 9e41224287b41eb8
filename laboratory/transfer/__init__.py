"""Transfer learning: use what a network has learned on ImageNet for a few pictures of one's own."""

from laboratory.transfer.features import compute_features
from laboratory.transfer.networks import STAGES, classifier, probe_network, split_lite0
from utils.data.cats_and_dogs import load_cats_and_dogs
from utils.data.class_folders import Pictures, load_class_folders

__all__ = [
    "STAGES",
    "Pictures",
    "classifier",
    "compute_features",
    "load_cats_and_dogs",
    "load_class_folders",
    "probe_network",
    "split_lite0",
]
