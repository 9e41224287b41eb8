"""What the units of a Keras model see, along one axis: the arithmetic of `receptive`, step by step."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from utils.convolution import kinds
from utils.convolution.graph import Graph, Shape, Slot, Step
from utils.convolution.receptive import Layer, ReceptiveField, look_through
from utils.convolution.steps import look_inside, walk

from keras import layers


class Sight(NamedTuple):
    """What an output of a step sees along one axis.

    Attributes:
        field: None where it would depend on the size of the images, which is open.
        scattered_by: of an output without positions, the layer that took them away and left each
            number what it was: given a shape again, the places would be back, in unknown order.
    """

    field: ReceptiveField | None
    scattered_by: str = ""


def fields_of_model(model, input_size: int | None, axis: int) -> list[tuple[Step, ReceptiveField]]:
    """Return the steps of a model whose outputs have positions, with their fields.

    Raises:
        ValueError: as `receptive_field`.
    """
    size = (input_size, None) if axis == 0 else (None, input_size)
    graph = walk(model, None if input_size is None else size)
    if len(graph.input_shapes) != 1 or len(graph.input_shapes[0]) != 4:
        raise ValueError(
            f"{model.name!r} takes {list(graph.input_shapes)}: a receptive field is asked of a model with "
            "one input, images (N, H, W, C)."
        )
    return follow(graph, graph.steps, axis)


def follow(graph: Graph, steps: Iterable[Step], axis: int) -> list[tuple[Step, ReceptiveField]]:
    """Follow along one axis what is seen from the images of a graph up to the outputs of `steps`.

    Returns:
        the steps whose outputs have positions, with their fields.

    Raises:
        ValueError: it is not known what such an output sees.
    """
    steps, follower = list(steps), _Follower(axis, graph.input_shapes[0][1 + axis])
    known = follower.follow(steps, {graph.inputs[0]: Sight(ReceptiveField("", 1, 1, 0))})
    sights = [(step, known[step.targets[0]].field) for step in steps if step.has_positions]
    return [(step, field._replace(name=step.name)) for step, field in sights if field is not None]


class _Follower:
    """What must be known of the images to follow the steps of a model along an axis."""

    def __init__(self, axis: int, image_size: int | None):
        self.axis = axis
        self.image_size = image_size

    def follow(self, steps: Iterable[Step], known: Mapping[Slot, Sight]) -> dict[Slot, Sight]:
        """Return `known` with what the outputs of `steps` see."""
        known = dict(known)
        for step in steps:
            inputs = [known[source] for source in step.sources]
            has_places = step.has_positions or (kinds.is_plane(step) and _all_have_places(inputs))
            look = self._look_at_places if has_places else self._look_at_vectors
            known.update(dict.fromkeys(step.targets, look(step, inputs)))
        return known

    # Outputs with positions

    def _look_at_places(self, step: Step, inputs: Sequence[Sight]) -> Sight:
        fields = [self._known_field(step, sight) for sight in inputs]
        if all(field.jump == 0 for field in fields):  # All is seen already, whatever the layer does.
            return Sight(_union(fields))
        operation = kinds.unwrapped(step.operation)
        _check_channels_last(operation, step)
        moved = self._move(operation, fields[0], step)
        if moved is not None:
            kinds.check_activation(operation, step)
            return Sight(moved)
        if kinds.mixes_axis(operation, step, self.axis):
            return Sight(self._need_size(step, self._seen_together(step, inputs)))
        if kinds.keeps_places(operation, step, self.axis):
            kinds.check_activation(operation, step)
            return Sight(self._join(step, fields))
        return self._look_inside(step, inputs)

    def _known_field(self, step: Step, sight: Sight) -> ReceptiveField:
        if sight.scattered_by:
            raise ValueError(
                f"{step.name!r} makes maps of what {sight.scattered_by!r} took the places from: it is not "
                f"known what they see; choose a layer before {sight.scattered_by!r}."
            )
        return self._need_size(step, sight.field)

    def _need_size(self, step: Step, field: ReceptiveField | None) -> ReceptiveField:
        if field is None:
            raise ValueError(
                f"{step.name!r} sees the whole image, and the model takes images of any size: pass "
                "input_size, or build the model with one."
            )
        return field

    def _move(self, operation, field: ReceptiveField, step: Step) -> ReceptiveField | None:
        """Follow a layer whose units are at other places than its inputs; None for other layers."""
        window = kinds.window(operation, step)
        if window is not None:
            return self._through_window(window, field, step)
        if kinds.is_of(operation, (layers.Conv2DTranspose,)):
            return self._through_transposed(operation, field, step)
        if kinds.is_of(operation, (layers.ZeroPadding2D,)):
            return field._replace(start=field.start - operation.padding[self.axis][0] * field.jump)
        if kinds.is_of(operation, (layers.Cropping2D,)):
            return field._replace(start=field.start + operation.cropping[self.axis][0] * field.jump)
        return None

    def _through_window(self, window: Layer, field: ReceptiveField, step: Step) -> ReceptiveField:
        num_inputs, num_outputs = (
            shape[1 + self.axis] for shape in (step.input_shapes[0], step.output_shape)
        )
        try:
            field, expected = look_through(field, window, num_inputs, self.axis)
        except ValueError as error:
            raise ValueError(f"{step.name!r}: {error}") from None
        if None not in (expected, num_outputs) and expected != num_outputs:
            raise _unknown(step)
        return field

    def _through_transposed(self, operation, field: ReceptiveField, step: Step) -> ReceptiveField:
        """Follow a transposed convolution: with stride 1 it is a convolution that pads elsewhere."""
        if operation.strides[self.axis] != 1:
            raise _unknown(step)
        extent = (operation.kernel_size[self.axis] - 1) * operation.dilation_rate[self.axis]
        before = extent - extent // 2 if operation.padding == "same" else extent
        start, size = field.start - before * field.jump, field.size + extent * field.jump
        return field._replace(start=start, size=size)

    def _join(self, step: Step, fields: Sequence[ReceptiveField]) -> ReceptiveField:
        """Return the smallest window that holds what is seen at one place through any of the inputs."""
        sizes = [_num_units(shape, self.axis) for shape in step.input_shapes]
        num_outputs = step.output_shape[1 + self.axis]
        is_one = [
            field.jump == 0 or size == 1 != num_outputs for field, size in zip(fields, sizes, strict=True)
        ]
        if any(is_one):  # One place goes with all others, so that all see it.
            return self._need_size(step, self._together(fields, sizes))
        if len({field.jump for field in fields}) > 1:
            raise ValueError(f"{step.name!r} joins maps of different scale.")
        return _union(fields)

    def _look_inside(self, step: Step, inputs: Sequence[Sight]) -> Sight:
        """Follow the calls that a layer makes in a `call` of its own."""
        inside = look_inside(step)
        if inside is None:
            raise _unknown(step)
        of_source = dict(zip(step.sources, inputs, strict=True))
        try:
            known = self.follow(inside.steps, dict(zip(inside.inputs, of_source.values(), strict=True)))
        except ValueError as error:
            raise _unknown(step) from error
        return known[inside.outputs[0]]

    # Outputs without positions

    def _look_at_vectors(self, step: Step, inputs: Sequence[Sight]) -> Sight:
        field = self._seen_together(step, inputs)
        if kinds.gathers(step):
            return Sight(field)
        had_places = any(sight.field is not None and sight.field.jump for sight in inputs)
        scattered_by = next((sight.scattered_by for sight in inputs if sight.scattered_by), "")
        return Sight(field, step.name if had_places else scattered_by)

    def _seen_together(self, step: Step, inputs: Sequence[Sight]) -> ReceptiveField | None:
        """Return what all positions of all inputs see together, None if that depends on an open size."""
        fields = [sight.field for sight in inputs if sight.field is not None]
        sizes = [_num_units(shape, self.axis) for shape in step.input_shapes]
        return self._together(fields, sizes) if len(fields) == len(inputs) else None

    def _together(
        self, fields: Sequence[ReceptiveField], sizes: Sequence[int | None]
    ) -> ReceptiveField | None:
        whole = []
        for field, num_units in zip(fields, sizes, strict=True):
            if field.jump and (num_units is None or self.image_size is None):
                return None
            whole.append(self._over_all(field, num_units or 1))
        return _union(whole)

    def _over_all(self, field: ReceptiveField, num_units: int) -> ReceptiveField:
        """Return what so many units in a row see together, without the padding."""
        if field.jump == 0 or self.image_size is None:
            return field
        start = min(max(field.start, 0), self.image_size)
        end = min(max(field.end + (num_units - 1) * field.jump, 0), self.image_size)
        return ReceptiveField("", end - start, 0, start)


def _all_have_places(sights: Sequence[Sight]) -> bool:
    return all(sight.field is not None and sight.field.jump and not sight.scattered_by for sight in sights)


def _num_units(shape: Shape, axis: int) -> int | None:
    """Return the number of places along an axis; vectors (N, F) have one."""
    return shape[1 + axis] if len(shape) > 2 else 1


def _union(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    start, end = min(field.start for field in fields), max(field.end for field in fields)
    return ReceptiveField("", end - start, fields[0].jump, start)


def _check_channels_last(operation, step: Step) -> None:
    if getattr(operation, "data_format", "channels_last") == "channels_first":
        raise ValueError(f"{step.name!r} has its channels first: build it channels_last.")


def _unknown(step: Step) -> ValueError:
    return ValueError(
        f"{step.name!r} moves positions in a way that is not known here, so that its receptive field is "
        "unknown: choose a layer before it, or describe the layers with `Layer` in a list."
    )
