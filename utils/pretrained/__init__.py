"""A network that was trained on ImageNet: EfficientNet-Lite0, whose weights come with the course."""

from utils.pretrained.imagenet import decode_predictions, imagenet_classes
from utils.pretrained.lite0 import efficientnet_lite0, preprocess_input

__all__ = ["decode_predictions", "efficientnet_lite0", "imagenet_classes", "preprocess_input"]
