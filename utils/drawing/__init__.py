"""Drawings of networks, made by code: volumes as boxes, the layers of a block, a line of years."""

from utils.drawing.blocks import draw_layers
from utils.drawing.timeline import draw_timeline
from utils.drawing.volumes import draw_volumes

__all__ = ["draw_layers", "draw_timeline", "draw_volumes"]
