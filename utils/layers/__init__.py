"""Layers, activations and initializers that Keras lacks; once imported, Keras loads files with them."""

from utils.layers.dirac import default_uniform, dirac
from utils.layers.fused_gelu import fused_gelu
from utils.layers.fused_normalization import FusedBatchNormalization
from utils.layers.local_response_normalization import LocalResponseNormalization
from utils.layers.matrix_gradient import MatrixGradientConv2D
from utils.layers.rbf_output import RBFOutput
from utils.layers.scaled_tanh import fan_in_uniform, scaled_tanh, scaled_tanh_options
from utils.layers.subsampling import Subsampling
from utils.layers.table_conv2d import TableConv2D
from utils.layers.whitening import Whitening

__all__ = [
    "FusedBatchNormalization",
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
    "scaled_tanh",
    "scaled_tanh_options",
]
