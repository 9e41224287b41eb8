"""Say whether this machine is ready for the course: `python -m course.doctor`, see `course.doctor.report`."""
