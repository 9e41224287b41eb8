"""Run the checks: `python -m course.doctor`."""

import os
import sys

# The reader's own files come last here, as the doctor has to name a random.py that stops everything
# else, and not to stop at it. The kernel that it starts meets them where every kernel does.
OWN = {
    os.path.abspath(folder) for folder in (os.getcwd(), *os.environ.get("PYTHONPATH", "").split(os.pathsep))
}
sys.path.sort(key=lambda folder: os.path.abspath(folder) in OWN)
# The course that this file belongs to, and no other one that may be installed.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from course.doctor.report import main  # noqa: E402

sys.exit(main())
