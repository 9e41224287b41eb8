"""Every figure and every explorer of the course: each draws, gives alternative text, and returns its Axes.

Those that need only NumPy and matplotlib are exported here. The others are in modules of their own:
`blocks`, `networks`, `volumes` and `timeline` draw networks, `patches` and `explanations` what
`utils.explain` finds, `grids`, `transfer` and `speed` what was recorded; `convolution_explorer` and
`patch_explorer` are interactive.
"""

from utils.figures.confusion import plot_confusion
from utils.figures.history import plot_history
from utils.figures.images import axes_grid, show_images
from utils.figures.kernels import show_equation, show_filtered, show_kernels
from utils.figures.style import RED, as_png, describe, store_few_colors

__all__ = [
    "RED",
    "as_png",
    "axes_grid",
    "describe",
    "plot_confusion",
    "plot_history",
    "show_equation",
    "show_filtered",
    "show_images",
    "show_kernels",
    "store_few_colors",
]
