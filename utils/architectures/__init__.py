"""The famous networks, one per file; each function returns an uncompiled `keras.Model`."""

from utils.architectures.lecture_cifar10 import lecture_cifar10, lecture_cifar10_large

__all__ = ["lecture_cifar10", "lecture_cifar10_large"]
