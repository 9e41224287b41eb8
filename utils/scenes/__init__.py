"""Pictures that the course draws itself, so that the exact place of every object is known."""

from utils.scenes.shapes import SHAPES, TEXTURES, Scenes, shapes10
from utils.scenes.traffic_lights import STATES, StreetScenes, traffic_lights

__all__ = ["SHAPES", "STATES", "TEXTURES", "Scenes", "StreetScenes", "shapes10", "traffic_lights"]
