"""Pictures and labels: CIFAR-10 from whichever source answers, cats and dogs, and pictures of your own."""

from utils.data.cats_and_dogs import balanced_subset, load_cats_and_dogs
from utils.data.cifar10 import DatasetUnavailable, cache_folder, load_cifar10
from utils.data.class_folders import Pictures, load_class_folders
from utils.data.dataset import Dataset, as_float
from utils.data.pictures import read_picture

__all__ = [
    "Dataset",
    "DatasetUnavailable",
    "Pictures",
    "as_float",
    "balanced_subset",
    "cache_folder",
    "load_cats_and_dogs",
    "load_cifar10",
    "load_class_folders",
    "read_picture",
]
