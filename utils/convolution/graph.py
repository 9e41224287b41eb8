"""A Keras model as a graph: its steps, and the slots that connect them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Slot:
    """The place of one tensor: an output of a step, or of step -1, an input of the model."""

    step: int
    output: int = 0


@dataclass(eq=False)
class Step:
    """One call of one layer or operation.

    Attributes:
        operation: the layer, or the operation of `keras.ops`.
        args, kwargs: what it was called with; each tensor is replaced by its slot.
        sources, targets: the slots of its input and output tensors.
        input_shapes, output_shapes: their shapes, with None for open sizes.
    """

    operation: Any
    args: tuple
    kwargs: dict[str, Any]
    sources: tuple[Slot, ...]
    targets: tuple[Slot, ...]
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]

    @property
    def name(self) -> str:
        return self.operation.name

    @property
    def output_shape(self) -> Shape:
        return self.output_shapes[0]

    @property
    def has_positions(self) -> bool:
        """Whether the output is feature maps (N, H, W, C)."""
        return len(self.output_shapes) == 1 and len(self.output_shape) == 4

    def fill_in(self, values: Mapping[Slot, Any]) -> tuple[tuple, dict[str, Any]]:
        """Return the arguments of the call with a value in place of each slot."""
        if not self.kwargs and len(self.args) == 1 and isinstance(self.args[0], Slot):
            return (values[self.args[0]],), {}
        return replace_kind((self.args, self.kwargs), Slot, values.__getitem__)


@dataclass(eq=False)
class Graph:
    """The steps of a model.

    Attributes:
        input_shapes, input_dtypes: of the model's inputs; input i has the slot (-1, i).
        steps: every step comes after those that feed it. Nested models are taken apart.
        outputs: the slots of the model's outputs.
        nested: each call of a nested model, with the slots of its outputs.
    """

    input_shapes: tuple[Shape, ...]
    input_dtypes: tuple[str, ...]
    steps: list[Step] = field(default_factory=list)
    outputs: tuple[Slot, ...] = ()
    nested: list[tuple[Any, tuple[Slot, ...]]] = field(default_factory=list)

    @property
    def inputs(self) -> tuple[Slot, ...]:
        return tuple(Slot(-1, index) for index in range(len(self.input_shapes)))

    def steps_to(self, targets: Iterable[Slot]) -> list[Step]:
        """Return the steps that `targets` depend on, in the order to run them."""
        needed, steps = set(targets), []
        for step in reversed(self.steps):
            if needed.intersection(step.targets):
                needed.update(step.sources)
                steps.append(step)
        return steps[::-1]


def replace_kind(structure: Any, kind: type, function: Callable) -> Any:
    """Replace each object of one kind in a structure of tuples, lists and dicts."""
    import keras

    return keras.tree.map_structure(lambda x: function(x) if isinstance(x, kind) else x, structure)
