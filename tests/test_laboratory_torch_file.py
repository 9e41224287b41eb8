"""State dicts of PyTorch are read without PyTorch, and a hostile file is refused."""

import io
import os
import pickle
import sys
from collections import OrderedDict
from types import ModuleType

from laboratory.pretrained.torch_file import MAGIC_NUMBER, PROTOCOL_VERSION, UnsafeFile, read_state_dict

import numpy as np
import pytest

NUMBERS = np.arange(24, dtype=np.float32)


class Storage:
    """Stands for a storage of PyTorch in the pickle."""

    def __init__(self, key: str, size: int, kind: str = "storage", view=None):
        self.key, self.size, self.kind, self.view = key, size, kind, view


class Tensor:
    """Is pickled as PyTorch pickles a tensor."""

    def __init__(self, shape, strides, offset=0, key="7", size=24, kind="storage", view=None):
        self.arguments = (Storage(key, size, kind, view), offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, item):
        if isinstance(item, Storage):
            return item.kind, sys.modules["torch"].FloatStorage, item.key, "cpu", item.size, item.view
        return None


@pytest.fixture
def write(monkeypatch, tmp_path):
    """Return a function that writes a file as `torch.save` did before version 1.6."""
    torch, inner = ModuleType("torch"), ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*arguments): ...

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    inner._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", inner)

    def write(state, *, magic=MAGIC_NUMBER, little_endian=True, numbers=NUMBERS):
        stream = io.BytesIO()
        for item in (magic, PROTOCOL_VERSION, {"little_endian": little_endian}, state, ["7"]):
            Pickler(stream, protocol=2).dump(item)
        stream.write(len(numbers).to_bytes(8, "little") + numbers.tobytes())
        path = tmp_path / "state.pth"
        path.write_bytes(stream.getvalue())
        return path

    return write


def test_tensors_are_read_with_their_strides(write):
    state = OrderedDict(rows=Tensor((2, 3), (3, 1), 4), columns=Tensor((3, 2), (1, 3)), one=Tensor((), (), 5))
    arrays = read_state_dict(write(state))
    assert list(arrays) == ["rows", "columns", "one"]
    np.testing.assert_array_equal(arrays["rows"], [[4, 5, 6], [7, 8, 9]])
    np.testing.assert_array_equal(arrays["columns"], [[0, 3], [1, 4], [2, 5]])
    assert arrays["one"] == 5
    assert arrays["rows"].dtype == np.float32


class Hostile:
    """Runs a command as soon as it is unpickled by `pickle.load`."""

    def __init__(self, command: str):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_hostile_file_is_refused_and_not_run(write, tmp_path):
    trace = tmp_path / "trace"
    path = write(OrderedDict(weight=Hostile(f"echo ran > {trace}")))
    with pytest.raises(UnsafeFile, match="system"):
        read_state_dict(path)
    assert not trace.exists()
    with open(path, "rb") as file:  # The file is truly hostile: pickle.load does run it.
        for _ in range(3):
            pickle.load(file)
        pickle.Unpickler(file).load()
    assert trace.exists()


@pytest.mark.parametrize("function", [eval, getattr, __import__, np.load, print])
def test_no_other_function_is_admitted(write, function):
    class Call:
        def __reduce__(self):
            return function, ("1",)

    with pytest.raises(UnsafeFile, match="no state dict needs"):
        read_state_dict(write(OrderedDict(weight=Call())))


@pytest.mark.parametrize(
    "state",
    [
        OrderedDict(weight=3),
        [1, 2],
        OrderedDict(weight=Tensor((2,), (1,), kind="module")),
        # A storage that is a part of another one, from 4 on; read as a whole, it would give other numbers.
        OrderedDict(weight=Tensor((2,), (1,), view=("0", 4, 20))),
    ],
)
def test_anything_but_tensors_is_refused(write, state):
    with pytest.raises(UnsafeFile):
        read_state_dict(write(state))


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor((25,), (1,)),
        Tensor((2,), (1,), offset=23),
        Tensor((2,), (1,), offset=-1),
        Tensor((2,), (-1,), offset=5),
        Tensor((2, 2), (1,)),
        Tensor((10**12,), (0,)),
        Tensor((24,), (1,), size=48),
        Tensor((1,), (1,), key="8"),
    ],
)
def test_tensor_beyond_its_storage_is_refused(write, tensor):
    with pytest.raises(ValueError, match="not a complete state dict"):
        read_state_dict(write(OrderedDict(weight=tensor)))


@pytest.mark.parametrize("arguments", [{"magic": 1}, {"little_endian": False}, {"numbers": NUMBERS[:9]}])
def test_other_formats_are_refused(write, arguments):
    with pytest.raises(ValueError, match="not a complete state dict"):
        read_state_dict(write(OrderedDict(weight=Tensor((2,), (1,))), **arguments))


@pytest.mark.parametrize("num_bytes", [0, 10, 60, 200, -1])
def test_cut_file_is_refused(write, num_bytes):
    path = write(OrderedDict(weight=Tensor((24,), (1,))))
    path.write_bytes(path.read_bytes()[:num_bytes])
    with pytest.raises(ValueError, match="not a complete state dict"):
        read_state_dict(path)
