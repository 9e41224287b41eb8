"""What made data/runs: recipes, grids, measurements, and the code that trains, records and verifies.

Chapters show and use parts of it; nothing in `utils` depends on it. `python -m laboratory` runs it.
"""

import utils  # keeps TensorFlow's start-up log out of the notebooks

__all__ = ["utils"]
