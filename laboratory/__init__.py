"""The code that made data/runs: recipes, grids and measurements; training, recording and verification.

Chapters show and use parts of it; nothing in `utils` depends on it. Its command line is
`python -m laboratory`.
"""

import utils  # keeps TensorFlow's start-up log out of the notebooks

__all__ = ["utils"]
