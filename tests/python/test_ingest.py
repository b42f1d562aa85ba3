"""What the extension takes as an array: where it reads, what it copies, what it refuses."""

import array
import ctypes
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import limen
from limen import _core

DTYPES = [
    *("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
    *("float16", "float32", "float64"),
]
MATRIX = np.arange(12, dtype=np.float32).reshape(4, 3)


def address(array):
    return array.__array_interface__["data"][0]


def counts(scores, targets, **options):
    """tp, fp, tn, fn a label, from one update."""
    tally = limen.Tally("multilabel", np.shape(targets)[1], **options)
    tally.update(scores, targets)
    return np.asarray(tally.counts())


# ---- In place ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_arrays_are_read_in_place(dtype):
    values = np.zeros((5, 3), dtype)
    assert _core.inspect(values) == (address(values), dtype, values.shape, values.strides)


@pytest.mark.parametrize(
    "view",
    [
        MATRIX[::2],
        MATRIX[:, ::-1],
        MATRIX[::-1],
        MATRIX.T,
        np.asfortranarray(MATRIX),
        MATRIX[1:1],
        MATRIX[:, :0],
        np.broadcast_to(np.float32(1), (4, 3)),
        np.lib.stride_tricks.sliding_window_view(np.arange(9.0), 3),
        np.frombuffer(MATRIX.tobytes(), np.float32),
        np.zeros((2, 3, 4, 5)).transpose(2, 0, 3, 1),
    ],
    ids=str,
)
def test_views_are_read_in_place(view):
    found = _core.inspect(view)
    assert found[2] == view.shape
    assert view.size == 0 or (found[0], found[3]) == (address(view), view.strides)


@pytest.mark.parametrize(
    "dtype", [*DTYPES[:3], "int16", "int32", "int64", *DTYPES[-3:], "bfloat16"]
)
def test_torch_tensors_are_read_in_place(dtype):
    tensor = torch.zeros(6, 4, dtype=getattr(torch, dtype))[1::2].T
    item = tensor.element_size()
    strides = tuple(stride * item for stride in tensor.stride())
    assert _core.inspect(tensor) == (tensor.data_ptr(), dtype, (4, 3), strides)


class Exports:
    """Hands on one of another object's protocols, and nothing else of it."""

    def __init__(self, source, *methods):
        self.calls = []
        for name in methods:
            setattr(self, name, self.record(getattr(source, name)))

    def record(self, method):
        def call(*args, **kwargs):
            self.calls.append(kwargs)
            return method(*args, **kwargs)

        return call


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.bool, torch.float32, torch.int64])
def test_versioned_dlpack_is_read_in_place(dtype):
    tensor = torch.ones(4, 3, dtype=dtype)[:, 1:]
    producer = Exports(tensor, "__dlpack__", "__dlpack_device__")
    found = _core.inspect(producer)
    assert found[:3] == (tensor.data_ptr(), str(dtype).removeprefix("torch."), (4, 2))
    assert producer.calls[1] == {"max_version": (1, 0)}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.bool, torch.float64])
def test_dlpack_from_before_versions(dtype):
    tensor = torch.ones(4, 3, dtype=dtype).T

    class Old:
        def __dlpack__(self, stream=None):
            return torch._C._to_dlpack(tensor)

    found = _core.inspect(Old())
    assert found[:3] == (tensor.data_ptr(), str(dtype).removeprefix("torch."), (3, 4))


def test_arrow_columns_are_read_in_place():
    column = pa.array(np.arange(10.0))
    assert _core.inspect(column)[0] == column.buffers()[1].address
    assert _core.inspect(column[3:])[0] == column.buffers()[1].address + 24
    stream = Exports(pa.chunked_array([column[2:]]), "__arrow_c_stream__")
    assert _core.inspect(stream)[0] == column.buffers()[1].address + 16
    rows = pa.FixedSizeListArray.from_arrays(column, 2)[1:]
    assert _core.inspect(rows) == (column.buffers()[1].address + 16, "float64", (4, 2), (16, 8))


def test_tables_of_evenly_spaced_columns_are_read_in_place():
    matrix = np.arange(20.0).reshape(4, 5)
    columns = {str(i): matrix[i] for i in range(4)}
    for table in (pa.table(columns), pa.RecordBatch.from_pydict(columns)):
        assert _core.inspect(table) == (address(matrix), "float64", (5, 4), (8, 40))
        assert _core.inspect(table.slice(2))[:3] == (address(matrix) + 16, "float64", (3, 4))
    backwards = pa.table({str(i): matrix[3 - i] for i in range(4)})
    assert _core.inspect(backwards)[3] == (8, -40)
    uneven = pa.table({str(i): matrix[i] for i in (0, 1, 3)})
    assert _core.inspect(uneven)[3] == (24, 8)
    found = counts(pa.table(columns), matrix.T > 9, thresholds=9.5)
    assert (found == counts(matrix.T, matrix.T > 9, thresholds=9.5)).all()


def test_gradients_do_not_matter():
    scores = torch.tensor([[0.2, 0.9], [0.6, 0.7]], requires_grad=True)
    targets = torch.tensor([[0, 1], [1, 1]])

    class Subclass(torch.Tensor):
        pass

    expected = counts(scores.detach(), targets)
    assert expected[:, 0].tolist() == [1, 2]
    assert (counts(scores, targets) == expected).all()
    assert (counts(torch.nn.Parameter(scores), targets) == expected).all()
    assert (counts(scores.as_subclass(Subclass), targets) == expected).all()
    assert scores.grad is None


def test_a_view_that_negates_is_resolved():
    tensor = torch.tensor([[1 + 2j, 3 - 4j]]).conj().imag
    assert tensor.is_neg()
    assert counts(tensor, [[0, 1]])[:, 0].tolist() == [0, 1]


# ---- Copies ------------------------------------------------------------------------------------


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=3, max_dims=4, max_side=4),
        elements=st.floats(0, 1, width=32),
    ),
    st.randoms(use_true_random=False),
)
def test_any_strides_count_as_a_copy_does(scores, random):
    axes = list(range(scores.ndim))
    random.shuffle(axes)
    steps = tuple(slice(None, None, random.choice([-2, -1, 1, 2])) for _ in axes)
    view = scores.transpose(axes)[steps]
    targets = (view > np.float32(0.3)).astype(np.int8)[..., ::-1]
    expected = counts(view.copy(), targets.copy())
    assert (counts(view, targets) == expected).all()
    assert (
        counts(torch.from_numpy(view.copy()), torch.from_numpy(targets.copy())) == expected
    ).all()


def test_frames():
    scores = np.array([[0.9, 0.2], [0.4, 0.8], [0.7, 0.6]])
    targets = np.array([[1, 0], [1, 1], [0, 1]])
    expected = counts(scores, targets)
    names = ["a", "b"]
    columns = {name: scores[:, i] for i, name in enumerate(names)}
    flags = {name: targets[:, i].astype(bool) for i, name in enumerate(names)}
    for make in (pd.DataFrame, pa.table, pa.RecordBatch.from_pydict):
        assert (counts(make(columns), make(flags)) == expected).all()
    chunked = pa.concat_tables([pa.table(columns).slice(0, 1), pa.table(columns).slice(1)])
    assert (counts(chunked, targets.tolist()) == expected).all()
    assert (counts(scores.tolist(), targets.tolist()) == expected).all()
    assert (counts(tuple(map(tuple, scores)), list(map(list, targets))) == expected).all()


def test_polars_frames():
    polars = pytest.importorskip("polars")
    scores = polars.DataFrame({"a": [0.9, 0.4], "b": [0.2, None]})
    targets = polars.DataFrame({"a": [True, True], "b": [False, True]})
    assert counts(scores, targets, nan="negative")[:, 0].tolist() == [1, 0]
    assert _core.inspect(polars.Series([1.0, 2.0]))[1:3] == ("float64", (2,))
    lists = polars.Series([[1, 0], [0, 1]], dtype=polars.Array(polars.UInt8, 2))
    assert _core.inspect(lists)[1:3] == ("uint8", (2, 2))


def test_pandas_without_pyarrow():
    class Frame:
        def __arrow_c_stream__(self, requested_schema=None):
            raise ImportError("pyarrow is required")

        def __array__(self, dtype=None, copy=None):
            return MATRIX

    assert _core.inspect(Frame())[2] == (4, 3)


def test_a_stream_that_can_be_read_once():
    def reader(**columns):
        table = pa.table(columns)
        return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(1))

    report = limen.evaluate(reader(a=[0.9, 0.1], b=[0.7, 0.8]), reader(a=[1, 0], b=[1, 0]))
    assert [label["f1"] for label in report["labels"]] == [1, 2 / 3]
    tuned = limen.tune(reader(a=[0.9, 0.1], b=[0.7, 0.8]), reader(a=[1, 0], b=[0, 1]))
    assert list(tuned.values) == [0.9, 0.8]


@pytest.mark.parametrize("number", [1, True, 0.5, np.float32(0.5), np.int64(3)])
def test_lists_of_any_numbers(number):
    kind = "int64" if isinstance(number, (int, np.integer)) else "float64"
    assert _core.inspect([[number, number]])[1:3] == (kind, (1, 2))


def test_an_array_is_taken_once_and_serves_again():
    taken = _core.Array(MATRIX, "scores")
    assert (taken.shape, taken.dtype) == (MATRIX.shape, "float32")
    assert _core.inspect(taken) == _core.inspect(MATRIX)
    assert repr(taken) == "<limen._core.Array of float32, shape (4, 3)>"
    assert (_core.Array(None).dtype, _core.Array(None).shape) == (None, ())
    with pytest.raises(ValueError, match="scores is null at row 0"):
        _core.Array(pa.array([None], pa.int8()), "scores")


def test_an_array_module_buffer_and_bytes():
    assert _core.inspect(array.array("d", [1, 2]))[1:3] == ("float64", (2,))
    assert _core.inspect(b"\0\1")[1:3] == ("uint8", (2,))
    assert _core.inspect((ctypes.c_float * 3)())[1:3] == ("float32", (3,))


# ---- Arrow nulls -------------------------------------------------------------------------------


def test_nulls_in_scores_are_nan():
    scores = pa.table({"a": [0.9, None], "b": pa.array([0.8, 0.1])})
    with pytest.raises(limen.Error, match="NaN") as caught:
        counts(scores, [[1, 0], [1, 1]])
    assert (caught.value.row, caught.value.column) == (1, 0)
    assert counts(scores, [[1, 0], [1, 1]], nan="negative")[0].tolist() == [1, 0, 0, 1]
    for kind in (pa.float16(), pa.float32()):
        column = pa.array([1.0, None], kind)
        assert counts(pa.table({"a": column}), [[1], [1]], nan="negative").tolist() == [
            [1, 0, 0, 1]
        ]


@pytest.mark.parametrize("kind", [pa.bool_(), pa.uint8(), pa.int64(), pa.float32(), pa.float64()])
def test_nulls_in_targets_are_ignored_or_an_error(kind):
    targets = pa.table({"a": pa.array([1, None, 0]).cast(kind)})
    scores = [[0.9], [0.9], [0.1]]
    assert counts(scores, targets, ignore_index=-7).tolist() == [[1, 0, 1, 0]]
    with pytest.raises(ValueError, match=r"targets is null at row 1, column 0"):
        counts(scores, targets)
    report = limen.evaluate(scores, targets, ignore_index=-1, task="multilabel")
    assert report["labels"][0]["support"] == 1


@given(st.data())
def test_any_arrow_layout_reads_as_its_values(data):
    """Chunks, slices, nulls, Booleans, tables and lists: what pyarrow says they hold."""
    kind = data.draw(st.sampled_from([pa.bool_(), pa.int8(), pa.int64(), pa.float32()]))
    rows, columns = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 3))
    bits = st.sampled_from([0, 1] if data.draw(st.booleans()) else [0, 1, None])
    values = data.draw(st.lists(bits, min_size=rows * columns, max_size=rows * columns))
    cuts = sorted(data.draw(st.lists(st.integers(0, rows), max_size=3)))
    flat = pa.array(values).cast(kind)
    if data.draw(st.booleans()):
        whole = pa.FixedSizeListArray.from_arrays(flat, columns)
        pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, rows], strict=True)]
        source = whole[cuts[0] :] if len(cuts) == 1 else pa.chunked_array(pieces, whole.type)
        lists = source.to_pylist()
    else:
        table = pa.table({str(i): flat[i * rows : (i + 1) * rows] for i in range(columns)})
        pieces = [table.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, rows], strict=True)]
        source = table.slice(cuts[0]) if len(cuts) == 1 else pa.concat_tables(pieces)
        lists = [list(row.values()) for row in source.to_pylist()]
    expected = np.array([[-1 if cell is None else cell for cell in row] for row in lists], float)
    tally = limen.Tally("multilabel", columns, keep="counts", ignore_index=-1)
    tally.update(np.full((len(lists), columns), 0.9), source)
    found = np.asarray(tally.counts())
    assert found[:, 0].tolist() == (expected.reshape(-1, columns) == 1).sum(axis=0).tolist()
    assert found[:, 1].tolist() == (expected.reshape(-1, columns) == 0).sum(axis=0).tolist()


def test_nulls_of_rows_and_of_sliced_chunks():
    values = pa.array([0.9, 0.1, 0.8, 0.7, 0.2, 0.6])
    rows = pa.FixedSizeListArray.from_arrays(values, 2, mask=pa.array([False, True, False]))
    assert np.asarray(counts(rows, np.ones((3, 2), int), nan="negative"))[:, 0].tolist() == [1, 1]
    table = pa.table({"a": [0.1, None, 0.9, None], "b": [0.9, 0.9, None, 0.1]}).slice(1)
    found = counts(table, np.ones((3, 2), int), nan="negative")
    assert found[:, 0].tolist() == [1, 1]
    with pytest.raises(ValueError, match="weights is null at row 1"):
        limen.Tally("binary", weighted=True).update([0.5, 0.5], [1, 0], pa.array([1.0, None]))


# ---- Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ("abc", TypeError, "scores must be an array"),
        ({}, TypeError, "scores must be an array"),
        (3.0, TypeError, "scores must be an array"),
        (object(), TypeError, "scores must be an array"),
        (np.float64(3), ValueError, "single number"),
        (np.array(["a"]), TypeError, "scores has elements of format"),
        (np.array([object()]), TypeError, "format 'O'"),
        (np.array(["2020"], "M8[D]"), TypeError, "scores cannot be read"),
        (np.zeros(3, np.dtype("f4").newbyteorder()), TypeError, "native byte order"),
        (np.zeros(3, np.complex64), TypeError, "format 'Zf'"),
        (np.zeros(3, [("a", "f4")]), TypeError, "format"),
        (np.zeros((1,) * 17), ValueError, "17 dimensions"),
        (torch.zeros((1,) * 17), ValueError, "17 dimensions"),
        (torch.zeros(3, dtype=torch.complex64), TypeError, "complex64"),
        (torch.zeros(3).to_sparse(), RuntimeError, None),
        (torch.zeros(3, device="meta"), NotImplementedError, None),
        ([[1.0], [1.0, 2.0]], ValueError, "ragged"),
        ([[1.0], 2.0], ValueError, "ragged"),
        ([1.0, [2.0]], TypeError, "no number"),
        ([1.0, None], TypeError, "None"),
        (["a"], TypeError, "'a'"),
        ([10**400], OverflowError, "too large"),
        (pa.array(["a", "b"]), TypeError, "not a number"),
        (pa.array(["a", "b"]).dictionary_encode(), TypeError, "dictionary"),
        (pa.array([[1.0], [2.0]]), TypeError, "not a number"),
        (pa.table({"a": [1.0], "b": [1]}), TypeError, "columns of different types"),
        (pa.table({}), TypeError, "not a number"),
        (pd.DataFrame({"a": ["x"]}), TypeError, "not a number"),
    ],
)
def test_what_is_no_array_of_numbers(value, error, words):
    tally = limen.Tally("binary")
    with pytest.raises(error, match=words), np.testing.suppress_warnings():
        tally.update(value, [0, 1])
    assert tally.samples == 0


class BoomError(Exception):
    pass


def boom(*args, **kwargs):
    raise BoomError


@pytest.mark.parametrize(
    "name",
    [
        *("__dlpack__", "__arrow_c_array__", "__arrow_c_stream__", "__array__"),
        *("__dlpack_device__", "requires_grad"),
    ],
)
def test_an_exception_in_the_middle_comes_through(name):
    raises = property(boom) if name == "requires_grad" else boom
    methods = {} if name == "__array__" else {"__dlpack__": lambda self, **_: None}
    kind = type("Broken", (), {**methods, name: raises})
    tally = limen.Tally("binary")
    with pytest.raises(BoomError):
        tally.update(kind(), [0, 1])
    with pytest.raises(BoomError):
        tally.update([0.5, 0.5], kind())
    tally.update([0.5, 0.5], [0, 1])
    assert tally.samples == 2


class Number:
    def __float__(self):
        raise BoomError


def test_an_exception_from_an_element_comes_through():
    with pytest.raises(BoomError):
        _core.inspect([1.0, Number()])


@pytest.mark.parametrize("answer", [None, 3, (1, 2), object(), "capsule"])
@pytest.mark.parametrize("method", ["__dlpack__", "__arrow_c_array__", "__arrow_c_stream__"])
def test_answers_that_are_no_capsules(method, answer):
    kind = type("Odd", (), {method: lambda self, **_: answer})
    with pytest.raises(TypeError, match="object"):
        _core.inspect(kind())


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def test_capsules_of_another_name():
    memory = ctypes.create_string_buffer(256)
    capsule = new_capsule(ctypes.addressof(memory), b"used_dltensor", None)
    with pytest.raises(ValueError, match=r"'used_dltensor'.*used once"):
        _core.inspect(type("P", (), {"__dlpack__": lambda self, **_: capsule})())
    with pytest.raises(TypeError, match="arrow_array_stream"):
        _core.inspect(type("P", (), {"__arrow_c_stream__": lambda self: capsule})())
    with pytest.raises(TypeError, match="arrow_schema"):
        _core.inspect(type("P", (), {"__arrow_c_array__": lambda self: (capsule, capsule)})())


def test_capsules_that_were_used():
    source = pa.array([1.0, 2.0])
    capsules = source.__arrow_c_array__()
    pa.Array._import_from_c_capsule(*capsules)
    with pytest.raises(ValueError, match="used already"):
        _core.inspect(type("P", (), {"__arrow_c_array__": lambda self: capsules})())
    stream = pa.chunked_array([source]).__arrow_c_stream__()
    pa.ChunkedArray._import_from_c_capsule(stream)
    with pytest.raises(ValueError, match="used already"):
        _core.inspect(type("P", (), {"__arrow_c_stream__": lambda self: stream})())
    packed = torch.utils.dlpack.to_dlpack(torch.zeros(3))
    torch.utils.dlpack.from_dlpack(packed)
    with pytest.raises(ValueError, match="used once"):
        _core.inspect(type("P", (), {"__dlpack__": lambda self, **_: packed})())


def test_a_capsule_that_is_given_twice_is_read_twice():
    packed = torch.utils.dlpack.to_dlpack(torch.arange(3.0))
    producer = type("P", (), {"__dlpack__": lambda self, **_: packed})()
    assert _core.inspect(producer) == _core.inspect(producer)


def test_a_stream_that_fails():
    def batches():
        yield pa.record_batch({"a": [1.0]})
        raise BoomError

    schema = pa.schema({"a": pa.float64()})
    for _ in range(3):
        with pytest.raises((BoomError, ValueError)):
            _core.inspect(pa.RecordBatchReader.from_batches(schema, batches()))


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", ctypes.c_int32 * 2),
        ("ndim", ctypes.c_int32),
        ("dtype", ctypes.c_uint8 * 4),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.c_void_p),
        ("offset", ctypes.c_uint64),
    ]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", DLTensor),
    ]


class Handmade:
    """A DLPack producer that can be wrong in one field at a time."""

    def __init__(
        self, shape=(2, 3), device=(1, 0), dtype=(2, 32, 1, 0), major=1, data=True, ndim=None
    ):
        self.memory = (ctypes.c_float * 64)(*range(64))
        self.shape = (ctypes.c_int64 * len(shape))(*shape)
        tensor = DLTensor(
            ctypes.addressof(self.memory) if data else None,
            (ctypes.c_int32 * 2)(*device),
            len(shape) if ndim is None else ndim,
            (ctypes.c_uint8 * 4)(*dtype),
            self.shape,
            None,
            4,
        )
        self.managed = Versioned(major, 0, None, None, 0, tensor)

    def __dlpack__(self, **_):
        return new_capsule(ctypes.addressof(self.managed), b"dltensor_versioned", None)


def test_a_handmade_capsule():
    producer = Handmade()
    start = ctypes.addressof(producer.memory) + 4
    assert _core.inspect(producer) == (start, "float32", (2, 3), (12, 4))
    assert _core.inspect(Handmade(shape=(0, 3), data=False))[2] == (0, 3)


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"major": 2}, ValueError, "DLPack 2"),
        ({"device": (2, 0)}, ValueError, "device type 2: move it to the CPU"),
        ({"dtype": (2, 8, 1, 0)}, TypeError, "code 2, 8 bits"),
        ({"dtype": (2, 32, 4, 0)}, TypeError, "4 lanes"),
        ({"dtype": (5, 64, 1, 0)}, TypeError, "code 5"),
        ({"shape": (2, -3)}, ValueError, "impossible shape"),
        ({"shape": (2**40, 2**40)}, ValueError, "impossible shape"),
        ({"data": False}, ValueError, "no memory"),
        ({"ndim": 17}, ValueError, "17 dimensions"),
        ({"ndim": -1}, ValueError, "-1 dimensions"),
    ],
)
def test_capsules_that_are_wrong(fields, error, words):
    with pytest.raises(error, match=words):
        _core.inspect(Handmade(**fields))


# ---- Other devices -----------------------------------------------------------------------------

ON_A_DEVICE = """
import warnings, torch, limen

class OnDevice:
    "As a CuPy array: a copy on the CPU is to be had for the asking."
    def __init__(self, tensor):
        self.tensor = tensor
    def __dlpack_device__(self):
        return 2, 0
    def __dlpack__(self, *, max_version=None, dl_device=None, copy=None):
        assert dl_device == (1, 0) and copy
        return self.tensor.__dlpack__(max_version=max_version)

class FakeCuda(torch.Tensor):
    "Says that it is on a GPU until it is moved."
    is_cpu = False
    def cpu(self):
        return self.as_subclass(torch.Tensor)

FakeCuda.__module__ = "torch"

for kind in OnDevice, lambda tensor: tensor.as_subclass(FakeCuda):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tally = limen.Tally("binary")
        for _ in range(3):
            tally.update(kind(torch.tensor([0.2, 0.9])), kind(torch.tensor([0, 1])))
        print(tally.counts().tolist(), *(warning.message for warning in caught))
"""


def test_device_arrays_are_copied_with_one_warning(pytestconfig):
    done = subprocess.run(
        [sys.executable, "-c", ON_A_DEVICE],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(pytestconfig.rootpath / "python")},
    )
    assert done.stdout.splitlines() == [
        "[[3.0, 0.0, 3.0, 0.0]] scores is not in the CPU's memory: "
        "limen copies it there at each call",
        "[[3.0, 0.0, 3.0, 0.0]]",
    ], done.stderr


# ---- Arrays that a tally adds into -------------------------------------------------------------


def attach(*arrays):
    return _core.Tally("multilabel", 2, arrays=(*arrays, None))


def test_attached_arrays_are_added_into():
    state = np.zeros((4, 2), np.int64)
    attach(*state).update([[0.9, 0.1]], [[1, 1]])
    assert state.tolist() == [[1, 0], [0, 0], [0, 0], [0, 1]]


def test_attached_arrays_must_be_writable_and_packed():
    good = [np.zeros(2, np.int64) for _ in range(3)]
    locked = np.zeros(2, np.int64)
    locked.flags.writeable = False
    for bad in (locked, pa.array([0, 0]), [0, 0]):
        with pytest.raises(ValueError, match="fn cannot be added into"):
            attach(*good, bad)
    for bad in (np.zeros(4, np.int64)[::2], np.zeros(2, np.int32), np.zeros(3, np.int64)):
        with pytest.raises(ValueError, match="fn must hold 2 int64 values without gaps"):
            attach(*good, bad)
    with pytest.raises(TypeError, match="tuple"):
        _core.Tally("multilabel", 2, arrays=good)


def test_attached_memory_cannot_be_resized_away():
    memory = bytearray(16)
    tally = attach(memoryview(memory).cast("q"), *(np.zeros(2, np.int64) for _ in range(3)))
    with pytest.raises(BufferError):
        memory.extend(b"0" * 100)
    tally.update([[0.9, 0.1]], [[1, 1]])
    assert memory[0] == 1
    del tally
    memory.extend(b"0")
