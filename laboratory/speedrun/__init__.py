"""CIFAR-10 at 94 % on two processor cores: the parts of a fast training, and their ablation.

`whitening` computes the first layer, `optimizers` has the optimizers and their schedule, `lookahead`
averages weights, and `views` averages answers; `setting` combines them, `training` runs a setting, and
`grids` lists the settings.
"""

from laboratory.speedrun.lookahead import Lookahead
from laboratory.speedrun.optimizers import ConvolutionMuon, RiseAndFall, ScaledSGD
from laboratory.speedrun.setting import Setting
from laboratory.speedrun.training import build_and_compile, train
from laboratory.speedrun.views import FLIP_AND_SHIFT_VIEWS, FLIP_VIEWS, average_views
from laboratory.speedrun.whitening import whitening_filters, whitening_kernel

__all__ = [
    "FLIP_AND_SHIFT_VIEWS",
    "FLIP_VIEWS",
    "ConvolutionMuon",
    "Lookahead",
    "RiseAndFall",
    "ScaledSGD",
    "Setting",
    "average_views",
    "build_and_compile",
    "train",
    "whitening_filters",
    "whitening_kernel",
]
