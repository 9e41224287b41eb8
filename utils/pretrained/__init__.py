"""Networks that were trained on ImageNet: EfficientNet-Lite0, whose weights need no download host."""

from utils.pretrained.imagenet import decode_predictions, imagenet_classes
from utils.pretrained.lite0 import efficientnet_lite0, preprocess_input

__all__ = ["decode_predictions", "efficientnet_lite0", "imagenet_classes", "preprocess_input"]
