"""Helpers of the course: data, convolution by hand, architectures, recorded runs, figures."""

from utils import quiet_tensorflow

quiet_tensorflow.install()
