"""Run the checks: `python -m course.doctor`."""

import sys

from course.doctor import main

sys.exit(main())
