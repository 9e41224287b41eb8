"""Site and slides of the course, made from the chapters as they are."""
