"""The eight 3x3 kernels of the lecture, as printed there."""

import numpy as np

# The lecture prints integers and does not say that they are scaled. We infer it: times 1/9, those of
# identity, blur and sharpen sum to 1 (the brightness stays), of lighten to 4/3, of darken to 2/3, and
# of edge detection to 0, so that each does what its name says.
LECTURE_SCALE = 1 / 9

LECTURE_KERNELS = {
    "identity": np.array([[0, 0, 0], [0, 9, 0], [0, 0, 0]]),
    "edge detection": np.array([[0, 9, 0], [9, -36, 9], [0, 9, 0]]),
    "blur": np.array([[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    "sharpen": np.array([[0, -3, 0], [-3, 21, -3], [0, -3, 0]]),
    "lighten": np.array([[0, 0, 0], [0, 12, 0], [0, 0, 0]]),
    "darken": np.array([[0, 0, 0], [0, 6, 0], [0, 0, 0]]),
    "random kernel 1": np.array([[-2, 2, 18], [-3, 0, 2], [-3, -3, -2]]),
    "random kernel 2": np.array([[9, 6, 0], [6, 0, -6], [0, -6, -1]]),
}

for _kernel in LECTURE_KERNELS.values():
    _kernel.flags.writeable = False  # a cell that edits a kernel edits a copy
