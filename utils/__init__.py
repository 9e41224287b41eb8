"""Helpers of the course: data, convolution by hand, architectures, recorded runs, figures."""

from utils import quiet_tensorflow, waiting

quiet_tensorflow.install()
waiting.watch_cells()
