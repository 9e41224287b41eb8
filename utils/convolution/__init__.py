"""Convolution in NumPy alone: forward, backward, pooling, and the arithmetic of sizes.

The conventions are Keras's: images are (N, H, W, C), kernels are (kernel height, kernel width,
C / groups, filters), and a layer's "convolution" is a correlation: the kernel is not turned.
float32 and float64 are kept, integers become float64. A NaN reaches exactly the outputs whose
window contains it. `receptive_field` also reads Keras models; Keras is imported for them alone.
"""

from utils.convolution.kernels import LECTURE_KERNELS, LECTURE_SCALE
from utils.convolution.layer import conv2d, conv2d_backward
from utils.convolution.plane import convolve2d, correlate2d
from utils.convolution.pooling import (
    max_pool2d,
    max_pool2d_backward,
)
from utils.convolution.receptive import Layer, ReceptiveField, receptive_field
from utils.convolution.windows import im2col, output_size

__all__ = [
    "LECTURE_KERNELS",
    "LECTURE_SCALE",
    "Layer",
    "ReceptiveField",
    "conv2d",
    "conv2d_backward",
    "convolve2d",
    "correlate2d",
    "im2col",
    "max_pool2d",
    "max_pool2d_backward",
    "output_size",
    "receptive_field",
]
