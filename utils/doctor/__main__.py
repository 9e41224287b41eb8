"""Run the checks: `python -m utils.doctor`."""

import sys

from utils.doctor import main

sys.exit(main())
