"""LeNet-1: the first convolutional network trained by back-propagation to read digits.

Source: Y. LeCun et al., "Handwritten Digit Recognition with a Back-Propagation Network", Advances
in Neural Information Processing Systems 2, 1990, pp. 396-404, the section on the architecture:

    layer    output shape      parameters   connections
    H1       (24, 24, 4)              104        59,904
    H2       (12, 12, 4)                8         2,880
    H3       (8, 8, 12)               512        32,768
    H4       (4, 4, 12)                24           960
    output   (10,)                  1,930         1,930
    total                           2,578        98,442

The paper states both totals and 4,635 units; the layers have 784 + 2,304 + 576 + 768 + 192 + 10 =
4,634, and the unit that holds the constant 1 of all biases is the last one. It says that a squashing
function follows, but not which one; here it is that of LeCun et al. 1998 (equation 6, appendix A).
"""

from utils.layers import Subsampling, TableConv2D, image_input, scaled_tanh, scaled_tanh_options

import keras
from keras import layers

# Table 1: which maps of H2 each map of H3 sees. Maps 0 to 5 and 6 to 11 are two separate halves.
H3_TABLE = ((0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1), (2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3))


def lenet1() -> keras.Model:
    """Build LeNet-1 as the paper describes it: each of the layers H1 to H4 learns and squashes.

    Returns:
        an uncompiled model, images (N, 28, 28, 1), to scores (N, 10) within +-1.7159; the paper's
        digits are 16x16 pixels in the middle, and its targets -1 and 1. 2,578 parameters.
    """
    return keras.Sequential(
        [
            image_input((28, 28, 1)),
            layers.Conv2D(4, 5, name="H1", **scaled_tanh_options(num_inputs=25)),
            Subsampling(activation=scaled_tanh, name="H2"),
            TableConv2D(H3_TABLE, 5, activation=scaled_tanh, name="H3"),
            Subsampling(activation=scaled_tanh, name="H4"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, dtype="float32", name="output", **scaled_tanh_options(num_inputs=192)),
        ],
        name="lenet1",
    )
