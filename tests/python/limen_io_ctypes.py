"""Sources of limen_io.h through ctypes, for the tests of the readers."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_size_t, c_void_p
from pathlib import Path

import numpy as np

from limen_ctypes import DTYPES, LIBRARY, Array, Batch, C, Error, LimenError

IO_LIBRARY = os.environ.get("LIMEN_IO_LIBRARY", str(Path(LIBRARY).with_name("liblimen_io.so")))
NAMES = {number: name for name, number in DTYPES.items()}


class SourceOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("table", c_char_p),
        ("scores", c_char_p),
        ("targets", c_char_p),
        ("weights", c_char_p),
        ("groups", c_char_p),
        ("labels", c_char_p),
        ("score_columns", c_char_p),
        ("target_columns", c_char_p),
        ("weight_column", c_char_p),
        ("group_column", c_char_p),
        ("without_targets", c_int32),
        ("keep", c_int32),
        ("block_bytes", c_int64),
    ]


class SourceInfo(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("format", c_char_p),
        ("rows", c_int64),
        ("width", c_int64),
        ("target_width", c_int64),
        ("scores_ndim", c_int32),
        ("targets_ndim", c_int32),
        ("scores", c_int),
        ("targets", c_int),
        ("weights", c_int),
        ("groups", c_int),
        ("labels", POINTER(c_char_p)),
        ("label_count", c_int64),
        ("bytes", c_int64),
    ]


def _load():
    library = ctypes.CDLL(IO_LIBRARY)
    library.limen_source_describe.restype = POINTER(SourceInfo)
    library.limen_source_close.restype = None
    return library


IO = _load()


def _array(view):
    """A copy of a limen_array as (N, L, X), or None."""
    if view.dtype == 0:
        return None
    name = NAMES[view.dtype]
    dtype = np.dtype("uint16" if name == "bfloat16" else name)
    shape, stride = tuple(view.shape), tuple(view.stride)
    if 0 in shape:
        return np.empty(shape, dtype)
    size = 1 + sum((n - 1) * s for n, s in zip(shape, stride, strict=True)) + dtype.itemsize
    memory = np.frombuffer((ctypes.c_char * (size - 1)).from_address(view.data), np.uint8)
    return np.lib.stride_tricks.as_strided(
        memory[: dtype.itemsize].view(dtype), shape, stride
    ).copy()


def _call(name, *arguments):
    error = Error()
    status = getattr(IO, name)(*arguments, byref(error))
    if status != 0:
        raise LimenError(error)


def read(block_bytes=0, passes=2, **options):
    """The info's labels and the arrays of all batches, put together; read `passes` times over."""
    fields = {k: v.encode() if isinstance(v, str) else v for k, v in options.items()}
    wanted = SourceOptions(
        size=ctypes.sizeof(SourceOptions), block_bytes=block_bytes, keep=1, **fields
    )
    handle = c_void_p()
    _call("limen_source_open", byref(wanted), None, byref(handle), None)
    try:
        info = IO.limen_source_describe(handle).contents
        labels = [info.labels[i].decode() for i in range(info.label_count)]
        results = []
        for _ in range(passes):
            results.append(_read_pass(handle))
            _call("limen_source_rewind", handle)
    finally:
        IO.limen_source_close(handle)
    for name in results[0]:
        for other in results[1:]:
            np.testing.assert_array_equal(results[0][name], other[name])
    return labels, results[0]


def _read_pass(handle):
    parts = {"scores": [], "targets": [], "weights": [], "groups": []}
    rows = 0
    while True:
        batch = Batch()
        _call("limen_source_next", handle, byref(batch))
        assert batch.row_offset == rows
        for name, arrays in parts.items():
            arrays.append(_array(getattr(batch, name)))
        if batch.scores.shape[0] == 0:
            break
        rows += batch.scores.shape[0] * batch.scores.shape[2]
    return {k: None if v[0] is None else np.concatenate(v) for k, v in parts.items()}


__all__ = ["Array", "C", "LimenError", "read"]
