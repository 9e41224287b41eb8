"""Ways to see what a convolutional network has learned, one per file; none changes the model.

| of a layer's unit  | of an image and a class                    |
|--------------------|--------------------------------------------|
| `top_patches`      | `saliency`, `smooth_grad`                  |
| `deconvnet`        | `guided_backprop`                          |
| `maximize_filter`  | `grad_cam`                                 |
|                    | `occlusion`                                |

`pointing_game` and `mask_iou` score maps against objects whose place is known.
"""

from utils.explain.deconvnet import deconvnet
from utils.explain.grad_cam import grad_cam
from utils.explain.guided_backprop import guided_backprop
from utils.explain.maximize_filter import FilterPictures, as_pictures, maximize_filter
from utils.explain.occlusion import Occlusion, occlusion
from utils.explain.receptive_box import receptive_boxes
from utils.explain.saliency import input_gradient, saliency
from utils.explain.scores import center_map, mask_iou, pointing_game, score_maps
from utils.explain.smooth_grad import smooth_grad
from utils.explain.top_patches import TopPatches, top_patches
from utils.explain.unpooling import max_pool_with_switches, unpool

__all__ = [
    "FilterPictures",
    "Occlusion",
    "TopPatches",
    "as_pictures",
    "center_map",
    "deconvnet",
    "grad_cam",
    "guided_backprop",
    "input_gradient",
    "mask_iou",
    "max_pool_with_switches",
    "maximize_filter",
    "occlusion",
    "pointing_game",
    "receptive_boxes",
    "saliency",
    "score_maps",
    "smooth_grad",
    "top_patches",
    "unpool",
]
