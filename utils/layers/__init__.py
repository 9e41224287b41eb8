"""Layers, activations and initializers that Keras lacks; once imported, Keras loads files with them."""

from utils.layers.center_square import CenterSquare
from utils.layers.clip_rms import ClipRMS
from utils.layers.dirac import default_uniform, dirac
from utils.layers.fused_gelu import fused_gelu
from utils.layers.fused_normalization import FusedBatchNormalization
from utils.layers.local_contrast_normalization import LocalContrastNormalization
from utils.layers.local_response_normalization import LocalResponseNormalization
from utils.layers.matrix_gradient import MatrixGradientConv2D
from utils.layers.rbf_output import RBFOutput
from utils.layers.scaled_tanh import fan_in_uniform, scaled_tanh, scaled_tanh_options
from utils.layers.settings import image_input, use_course_settings
from utils.layers.subsampling import Subsampling
from utils.layers.table_conv2d import TableConv2D
from utils.layers.whitening import Whitening

use_course_settings()

__all__ = [
    "CenterSquare",
    "ClipRMS",
    "FusedBatchNormalization",
    "LocalContrastNormalization",
    "LocalResponseNormalization",
    "MatrixGradientConv2D",
    "RBFOutput",
    "Subsampling",
    "TableConv2D",
    "Whitening",
    "default_uniform",
    "dirac",
    "fan_in_uniform",
    "fused_gelu",
    "image_input",
    "scaled_tanh",
    "scaled_tanh_options",
]
