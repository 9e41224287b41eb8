"""Transfer learning: what a network learned on ImageNet, put to use on few pictures of one's own."""

from utils.transfer.cats_and_dogs import load_cats_and_dogs
from utils.transfer.features import compute_features
from utils.transfer.folders import Pictures, load_class_folders
from utils.transfer.networks import STAGES, classifier, probe_network, split_lite0

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
