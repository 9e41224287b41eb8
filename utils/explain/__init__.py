"""Ways to see what a convolutional network has learned, one per file; none of them changes the model.

| of a layer's unit  | of an image and a class                    |
|--------------------|--------------------------------------------|
| `top_patches`      | `saliency`, `smooth_grad`                  |
| `deconvnet`        | `guided_backprop`                          |
| `maximize_filter`  | `grad_cam`                                 |
|                    | `occlusion`                                |

`maximize_in_frequencies` climbs on waves instead of pixels, for any score of a picture. `heat_maps`
computes the maps of all methods that have one per image. `pointing_game` and `mask_iou` score them
against objects whose place is known, `randomize_downward` tests whether they depend on the weights, and
`aliased_energy` and `unsteadiness` diagnose a first layer.
"""

from utils.explain.correspondence import cover_squares, inconsistency
from utils.explain.deconvnet import deconvnet
from utils.explain.diagnosis import aliased_energy, unsteadiness
from utils.explain.frequencies import as_waves, maximize_in_frequencies
from utils.explain.grad_cam import grad_cam
from utils.explain.guided_backprop import guided_backprop
from utils.explain.heat_maps import heat_maps
from utils.explain.maximize_filter import FilterPictures, as_pictures, maximize_filter
from utils.explain.mosaic import Mosaics, enlarge_input, make_mosaics
from utils.explain.occlusion import Occlusion, occlusion
from utils.explain.randomization import randomize_downward, rank_correlation
from utils.explain.receptive_box import receptive_boxes
from utils.explain.saliency import input_gradient, saliency
from utils.explain.scores import (
    center_map,
    mask_iou,
    pointing_game,
    pointing_hits,
    score_maps,
    share_interval,
)
from utils.explain.smooth_grad import smooth_grad
from utils.explain.strongest_units import strongest_units
from utils.explain.top_patches import TopPatches, top_patches, top_patches_of
from utils.explain.unpooling import max_pool_with_switches, unpool

__all__ = [
    "FilterPictures",
    "Mosaics",
    "Occlusion",
    "TopPatches",
    "aliased_energy",
    "as_pictures",
    "as_waves",
    "center_map",
    "cover_squares",
    "deconvnet",
    "enlarge_input",
    "grad_cam",
    "guided_backprop",
    "heat_maps",
    "inconsistency",
    "input_gradient",
    "make_mosaics",
    "mask_iou",
    "max_pool_with_switches",
    "maximize_filter",
    "maximize_in_frequencies",
    "occlusion",
    "pointing_game",
    "pointing_hits",
    "randomize_downward",
    "rank_correlation",
    "receptive_boxes",
    "saliency",
    "score_maps",
    "share_interval",
    "smooth_grad",
    "strongest_units",
    "top_patches",
    "top_patches_of",
    "unpool",
    "unsteadiness",
]
