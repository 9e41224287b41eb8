# Keras declares no types for its operations; what basedpyright infers are those of the last backend it reads.
from typing import Any

def __getattr__(name: str) -> Any: ...
