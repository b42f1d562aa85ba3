"""The public C API through ctypes, for the differential tests."""

import ctypes
import os
from ctypes import (
    POINTER,
    byref,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_void_p,
)
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("LIMEN_LIBRARY", str(ROOT / "build" / "release" / "liblimen.so"))

BINARY, MULTICLASS, MULTILABEL = 1, 2, 3
COUNTS, CONFUSION, SAMPLES = 1, 2, 4
SCORES, HISTOGRAM, RANKING, CALIBRATION, HINGE = 8, 16, 32, 64, 128
AVERAGES = {"none": 1, "micro": 2, "macro": 4, "weighted": 8, "samples": 16, "whole": 32}
ZERO_DIVISION = {"zero": 0, "one": 1, "nan": 2, "skip": 3}
KAPPA_WEIGHTS = {None: 0, "linear": 1, "quadratic": 2}
NORMALIZE = {None: 0, "true": 1, "pred": 2, "all": 3}
DTYPES = {
    "bool": 1,
    "uint8": 2,
    "int8": 3,
    "uint16": 4,
    "int16": 5,
    "uint32": 6,
    "int32": 7,
    "uint64": 8,
    "int64": 9,
    "float16": 10,
    "bfloat16": 11,
    "float32": 12,
    "float64": 13,
}


class Error(ctypes.Structure):
    _fields_ = [
        ("code", c_int),
        ("input", c_int),
        ("row", c_int64),
        ("column", c_int64),
        ("byte", c_int64),
        ("message", c_char * 512),
    ]


class Array(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("dtype", c_int),
        ("shape", c_int64 * 3),
        ("stride", c_int64 * 3),
    ]


class Batch(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("scores", Array),
        ("targets", Array),
        ("weights", Array),
        ("groups", Array),
        ("row_offset", c_int64),
    ]


class Spec(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("task", c_int),
        ("states", c_uint32),
        ("width", c_int64),
        ("sets", c_int64),
        ("thresholds", POINTER(c_double)),
        ("threshold_count", c_int64),
        ("rule", c_int),
        ("nan", c_int),
        ("logits", c_int32),
        ("weighted", c_int32),
        ("has_ignore_index", c_int32),
        ("top_k", c_int32),
        ("ignore_index", c_int64),
        ("groups", c_int64),
        ("bins", c_int64),
        ("bin_edges", POINTER(c_double)),
        ("calibration_bins", c_int64),
        ("beta", c_double),
        ("threads", c_int32),
        ("score_dtype", c_int),
    ]


class Counts(ctypes.Structure):
    _fields_ = [("tp", c_double), ("fp", c_double), ("tn", c_double), ("fn", c_double)]


class Options(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("metrics", POINTER(c_char_p)),
        ("metric_count", c_int64),
        ("labels", POINTER(c_char_p)),
        ("zero_division", c_int),
        ("kappa_weights", c_int),
        ("multiclass", c_int),
        ("normalize", c_int),
        ("beta", c_double),
        ("cost", c_double * 4),
        ("pt", c_double),
        ("max_fpr", c_double),
        ("fpr_low", c_double),
        ("fpr_high", c_double),
        ("floor", c_double),
        ("squared", c_int32),
        ("reserved", c_int32),
    ]


class CurveOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("kind", c_int),
        ("thin", c_int),
        ("group", c_int64),
        ("label", c_int64),
        ("points", c_int64),
    ]


class CurveInfo(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("kind", c_int),
        ("count", c_int64),
        ("cuts", c_int64),
        ("positives", c_double),
        ("negatives", c_double),
        ("error", c_double),
    ]


class Metric(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("title", c_char_p),
        ("formula", c_char_p),
        ("help", c_char_p),
        ("source", c_char_p),
        ("states", c_uint32),
        ("tasks", c_uint32),
        ("averages", c_uint32),
        ("higher_is_better", c_int32),
        ("low", c_double),
        ("high", c_double),
        ("parameters", c_uint32),
        ("by_default", c_uint32),
    ]


def _load():
    library = ctypes.CDLL(LIBRARY)
    for name, result in {
        "limen_version": c_char_p,
        "limen_cpu_name": c_char_p,
        "limen_cpu_at": c_char_p,
        "limen_status_name": c_char_p,
        "limen_tally_destroy": None,
        "limen_tally_reset": None,
        "limen_tally_samples": c_int64,
        "limen_tally_spec": POINTER(Spec),
        "limen_result_destroy": None,
        "limen_result_root": c_void_p,
        "limen_node_type": c_int,
        "limen_node_name": c_char_p,
        "limen_node_count": c_int64,
        "limen_node_at": c_void_p,
        "limen_node_number": c_double,
        "limen_node_string": c_char_p,
        "limen_node_defined": c_int,
        "limen_metric_count": c_int64,
        "limen_curve_describe": POINTER(CurveInfo),
        "limen_curve_points": POINTER(c_double),
        "limen_curve_destroy": None,
        "limen_metric_at": POINTER(Metric),
        "limen_metric_find": POINTER(Metric),
    }.items():
        getattr(library, name).restype = result
    return library


C = _load()


class LimenError(Exception):
    """A status other than LIMEN_OK."""

    def __init__(self, error):
        self.code = C.limen_status_name(error.code).decode().removeprefix("LIMEN_ERR_")
        self.row, self.column = error.row, error.column
        super().__init__(error.message.decode())


def _check(status, error):
    if status != 0:
        raise LimenError(error)


class BFloat16:
    """uint16 elements that are the bits of bfloat16 numbers."""

    def __init__(self, bits):
        self.bits = bits


def _view(values):
    """The limen_array of up to three axes: (N,), (N, L) or (N, L, X)."""
    if values is None:
        return Array()
    bits = values.bits if isinstance(values, BFloat16) else values
    name = "bfloat16" if isinstance(values, BFloat16) else bits.dtype.name
    view = Array(data=bits.ctypes.data, dtype=DTYPES[name])
    for axis in range(3):
        view.shape[axis] = bits.shape[axis] if axis < bits.ndim else 1
        view.stride[axis] = bits.strides[axis] if axis < bits.ndim else 0
    return view


def _doubles(values):
    values = np.ascontiguousarray(values, dtype=np.float64).ravel()
    return (c_double * len(values))(*values)


def _strings(values):
    return (c_char_p * len(values))(*(v.encode() for v in values))


def batch_of(scores, targets, weights=None, groups=None, row_offset=0):
    """The caller keeps the arrays alive."""
    return Batch(
        ctypes.sizeof(Batch),
        _view(scores),
        _view(targets),
        _view(weights),
        _view(groups),
        row_offset,
    )


def options_of(
    metrics=None,
    labels=None,
    zero_division="zero",
    kappa_weights=None,
    normalize=None,
    beta=0.0,
    cost=(0, 0, 0, 0),
    pt=0.0,
    multiclass="ovr",
    **numbers,
):
    """numbers: max_fpr, fpr_low, fpr_high, floor, squared."""
    options = Options(size=ctypes.sizeof(Options), beta=beta, pt=pt)
    if metrics is not None:
        options.metrics = _strings(metrics)
        options.metric_count = len(metrics)
    if labels is not None:
        options.labels = _strings(labels)
    options.zero_division = ZERO_DIVISION[zero_division]
    options.kappa_weights = KAPPA_WEIGHTS[kappa_weights]
    options.normalize = NORMALIZE[normalize]
    options.cost = (c_double * 4)(*cost)
    options.multiclass = {"ovr": 0, "ovo": 1}[multiclass]
    for name, value in numbers.items():
        setattr(options, name, value)
    return options


class Tally:
    def __init__(self, task, width, states=COUNTS, thresholds=None, sets=1, rule="ge", **fields):
        spec = Spec(size=ctypes.sizeof(Spec), task=task, states=states, width=width, sets=sets)
        if thresholds is not None:
            values = _doubles(thresholds)
            spec.thresholds = values
            spec.threshold_count = len(values)
        spec.rule = {"ge": 0, "gt": 1}[rule]
        spec.nan = {"error": 0, "negative": 1}[fields.pop("nan", "error")]
        if fields.get("ignore_index") is not None:
            spec.has_ignore_index = 1
        if fields.get("bin_edges") is not None:
            fields["bin_edges"] = _doubles(fields["bin_edges"])
            fields["bins"] = len(fields["bin_edges"])
        for name, value in fields.items():
            setattr(spec, name, 0 if value is None else value)
        self.width, self.sets, self.groups = width, sets, max(spec.groups, 1)
        self.handle = c_void_p()
        self._call("limen_tally_create", byref(spec), None, byref(self.handle))

    def __del__(self):
        if getattr(self, "handle", None):
            C.limen_tally_destroy(self.handle)

    @staticmethod
    def _call(name, *arguments):
        error = Error()
        _check(getattr(C, name)(*arguments, byref(error)), error)

    def update(self, scores, targets, weights=None, groups=None, row_offset=0):
        batch = batch_of(scores, targets, weights, groups, row_offset)
        self._call("limen_tally_update", self.handle, byref(batch))
        return self

    def merge(self, other):
        self._call("limen_tally_merge", self.handle, other.handle)

    def reset(self):
        C.limen_tally_reset(self.handle)

    @property
    def samples(self):
        return C.limen_tally_samples(self.handle)

    def counts(self, set=0, group=0):
        """width x 4: tp, fp, tn, fn."""
        out = np.empty((self.width, 4))
        one = Counts()
        for label in range(self.width):
            self._call(
                "limen_tally_counts",
                self.handle,
                c_int64(set),
                c_int64(group),
                c_int64(label),
                byref(one),
            )
            out[label] = one.tp, one.fp, one.tn, one.fn
        return out

    def confusion(self, set=0, group=0):
        side = max(self.width, 2)
        out = np.empty((side, side))
        self._call(
            "limen_tally_confusion",
            self.handle,
            c_int64(set),
            c_int64(group),
            out.ctypes.data_as(POINTER(c_double)),
        )
        return out

    def thresholds(self, set=0):
        out = np.empty(self.width)
        self._call(
            "limen_tally_thresholds",
            self.handle,
            c_int64(set),
            out.ctypes.data_as(POINTER(c_double)),
        )
        return out

    def values(self, metric, average, set=0, group=-1, **options):
        """(values, defined) of one metric: arrays of width elements for "none", else of one."""
        count = self.width if average == "none" else 1
        values, defined = np.empty(count), np.empty(count, dtype=np.uint8)
        found = C.limen_metric_find(metric.encode())
        assert found, metric
        self._call(
            "limen_metric_values",
            found,
            self.handle,
            c_int64(set),
            c_int64(group),
            c_int(AVERAGES[average]),
            byref(options_of(**options)),
            values.ctypes.data_as(POINTER(c_double)),
            defined.ctypes.data_as(POINTER(c_uint8)),
        )
        return values, defined.astype(bool)

    def value(self, metric, average, **keywords):
        return self.values(metric, average, **keywords)[0][0]

    def curve(self, kind="roc", label=-1, group=-1, thin=0, points=0):
        """The info as a dict, and the points: threshold, tp, fp."""
        options = CurveOptions(
            ctypes.sizeof(CurveOptions), {"roc": 0, "pr": 1}[kind], thin, group, label, points
        )
        handle = c_void_p()
        self._call("limen_curve_create", self.handle, byref(options), None, byref(handle))
        found = C.limen_curve_describe(handle).contents
        info = {name: getattr(found, name) for name, _ in CurveInfo._fields_}
        rows = np.empty((info["count"], 3))
        if info["count"]:
            rows[:] = np.ctypeslib.as_array(C.limen_curve_points(handle), rows.shape)
        C.limen_curve_destroy(handle)
        return info, rows

    def reliability(self, label=-1, group=-1):
        """low, high, weight, confidence, positives of each bin."""
        bins = C.limen_tally_spec(self.handle).contents.calibration_bins + 1
        out = np.empty((bins, 5))
        self._call(
            "limen_tally_reliability",
            self.handle,
            c_int64(group),
            c_int64(label),
            out.ctypes.data_as(POINTER(c_double)),
        )
        return out

    def compute(self, **options):
        result = c_void_p()
        self._call("limen_compute", self.handle, byref(options_of(**options)), None, byref(result))
        tree = _tree(C.limen_result_root(result))
        C.limen_result_destroy(result)
        return tree


def _tree(node):
    node = c_void_p(node)
    kind = C.limen_node_type(node)
    children = [C.limen_node_at(node, c_int64(i)) for i in range(C.limen_node_count(node))]
    if kind == 1:
        return {C.limen_node_name(c_void_p(child)).decode(): _tree(child) for child in children}
    if kind == 2:
        return [_tree(child) for child in children]
    if kind == 3:
        return C.limen_node_number(node)
    if kind == 4:
        return int(C.limen_node_number(node))
    if kind == 5:
        return C.limen_node_string(node).decode()
    return bool(C.limen_node_number(node))


def metrics():
    """The table, a dict a row."""
    rows = []
    for index in range(C.limen_metric_count()):
        row = C.limen_metric_at(c_int64(index)).contents
        fields = {name: getattr(row, name) for name, _ in Metric._fields_}
        rows.append({k: v.decode() if isinstance(v, bytes) else v for k, v in fields.items()})
    return rows


def cpu_names():
    names = []
    while (name := C.limen_cpu_at(c_int(len(names)))) is not None:
        names.append(name.decode())
    return names


def cpu_name():
    return C.limen_cpu_name().decode()
