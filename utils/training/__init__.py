"""What every training needs: a seed, batches of images, schedules, precision, progress and accuracy."""

from utils.training.accuracy import share_correct
from utils.training.augmentation import Augmentation
from utils.training.batches import batches_in_order, shuffled_batches, without_autotuning
from utils.training.precision import fastest_dtype_policy, under_dtype_policy
from utils.training.progress import ProgressBar
from utils.training.schedules import inverse_time_decay, warm_up_and_cosine
from utils.training.seeds import set_seed

__all__ = [
    "Augmentation",
    "ProgressBar",
    "batches_in_order",
    "fastest_dtype_policy",
    "inverse_time_decay",
    "set_seed",
    "share_correct",
    "shuffled_batches",
    "under_dtype_policy",
    "warm_up_and_cosine",
    "without_autotuning",
]
