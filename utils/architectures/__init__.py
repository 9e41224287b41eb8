"""The famous networks, one per file; each function builds an uncompiled `keras.Model`."""

from utils.architectures.alexnet import alexnet
from utils.architectures.build import build
from utils.architectures.cifar_resnet import cifar_resnet
from utils.architectures.googlenet import googlenet
from utils.architectures.inception_v3 import inception_v3
from utils.architectures.lecture_cifar10 import lecture_cifar10, lecture_cifar10_large
from utils.architectures.lenet1 import lenet1
from utils.architectures.lenet5 import lenet5
from utils.architectures.resnet50 import resnet50
from utils.architectures.small import (
    small_alexnet,
    small_inception,
    small_lenet,
    small_resnet,
    small_vgg,
    small_xception,
)
from utils.architectures.speedrun import speedrun
from utils.architectures.vgg import vgg16, vgg19
from utils.architectures.xception import xception
from utils.architectures.zfnet_cifar10 import zfnet_cifar10

__all__ = [
    "alexnet",
    "build",
    "cifar_resnet",
    "googlenet",
    "inception_v3",
    "lecture_cifar10",
    "lecture_cifar10_large",
    "lenet1",
    "lenet5",
    "resnet50",
    "small_alexnet",
    "small_inception",
    "small_lenet",
    "small_resnet",
    "small_vgg",
    "small_xception",
    "speedrun",
    "vgg16",
    "vgg19",
    "xception",
    "zfnet_cifar10",
]
