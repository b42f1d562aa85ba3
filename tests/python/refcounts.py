"""Every call of the extension many times under a debug build of Python, which counts references.

    python3-dbg tests/python/refcounts.py

The extension must be built for that interpreter (`scripts/test refcounts` does so): one that is
built for another counts nothing. Only the standard library is used, for the same reason. Fails when
the total of references or of memory blocks grows with the number of calls.
"""

import contextlib
import ctypes
import gc
import pickle
import sys
import warnings
from array import array
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import limen
from limen import _core

ROUNDS = 1000
SCORES = [[0.9, 0.2], [0.4, 0.8], [0.7, 0.6]]
TARGETS = [[1, 0], [1, 1], [0, 1]]


def packed(code, rows):
    numbers = array(code, [number for row in rows for number in row])
    return memoryview(numbers).cast("B").cast(code, (len(rows), len(rows[0])))


class DlTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", ctypes.c_int32 * 2),
        ("ndim", ctypes.c_int32),
        ("dtype", ctypes.c_uint8 * 4),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.c_void_p),
        ("offset", ctypes.c_uint64),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Producer:
    """DLPack from before versions; a wrong dtype, device or name where asked for."""

    def __init__(self, bits=64, device=1, name=b"dltensor"):
        self.memory = packed("d", SCORES)
        self.shape = (ctypes.c_int64 * 2)(3, 2)
        self.name = name
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory.obj))
        kinds = (ctypes.c_uint8 * 4)(2, bits, 1, 0)
        places = (ctypes.c_int32 * 2)(device, 0)
        self.tensor = DlTensor(start, places, 2, kinds, self.shape, None, 0, None, None)

    def __dlpack_device__(self):
        return self.tensor.device[0], 0

    def __dlpack__(self, stream=None):
        return new_capsule(ctypes.addressof(self.tensor), self.name, None)


class Raises:
    def __init__(self, *names):
        self.names = names

    def __getattr__(self, name):
        if name in self.names:
            raise KeyError(name)
        raise AttributeError(name)


UPDATES = {
    "buffers": (packed("d", SCORES), packed("q", TARGETS)),
    "lists": (SCORES, TARGETS),
    "tuples": (tuple(map(tuple, SCORES)), TARGETS),
    "arrays": (_core.Array(SCORES), _core.Array(TARGETS)),
    "ctypes": ((ctypes.c_double * 2 * 3)(*map(tuple, SCORES)), TARGETS),
    "dlpack": (Producer(), TARGETS),
    "dlpack dtype": (Producer(bits=8), TARGETS),
    "dlpack device": (Producer(device=2), TARGETS),
    "dlpack name": (Producer(name=b"used_dltensor"), TARGETS),
    "no dlpack": (Raises("__dlpack__"), TARGETS),
    "no arrow": (SCORES, Raises("__arrow_c_array__")),
    "no stream": (SCORES, Raises("__arrow_c_stream__")),
    "shapes": (SCORES, TARGETS[:2]),
    "values": (SCORES, [[7, 0]] * 3),
    "nan": ([[float("nan")] * 2] * 3, TARGETS),
    "ragged": ([[0.5], [0.5, 0.5]], TARGETS),
    "words": ([["a", "b"]] * 3, TARGETS),
    "weights": (SCORES, TARGETS, [1.0, 1.0, 1.0]),
    "one argument": (SCORES,),
}


def attempts():
    """(name, call) of what succeeds and of what fails."""
    for name, arguments in UPDATES.items():
        yield name, lambda arguments=arguments: limen.Tally("multilabel", 2).update(*arguments)
    keep = ("counts", "samples", "scores", "calibration")
    tally = limen.Tally("multilabel", 2, [[0.5, 0.4], [0.1, 0.2]], keep=keep)
    tally.update(SCORES, TARGETS)
    yield "report", lambda: tally.report(labels=["a", "b"]).tree()
    yield "texts", lambda: [tally.report().render(form) for form in ("table", "json", "html")]
    yield "metrics", lambda: [tally.metric("f1"), tally.metric("auroc", "macro", max_fpr=0.5)]
    yield "counts", lambda: [tally.counts(1), tally.thresholds(), tally.dtype, tally.samples]
    formula, logits = (1, 0, 0, 0, 1, 1, 0, 0), limen.Tally("multilabel", 2, logits=True)
    single = limen.Tally("multilabel", 2)
    yield "ratio", lambda: [tally.ratio(formula), tally.ratio(formula, "macro", "skip", set=1)]
    yield "ratio of counts", lambda: _core.ratio(tally.counts(), formula, "micro")
    yield "guess", lambda: _core.are_probabilities(packed("d", SCORES))
    for name, arguments in UPDATES.items():
        yield (
            f"guess and add {name}",
            lambda a=arguments: _core.add_guessing(single, logits, *a, fresh=True),
        )
    yield "no ratio", lambda: tally.ratio((1, 2))
    yield "no set of a ratio", lambda: tally.ratio(formula, set=7)
    yield "no tally to add to", lambda: _core.add_guessing(single, None, SCORES, TARGETS)
    yield "curve", lambda: tally.curve("pr", 0).precision
    yield "reliability", lambda: tally.reliability(0)
    yield "bytes", lambda: limen.Tally.from_bytes(tally.to_bytes())
    yield "pickle", lambda: pickle.loads(pickle.dumps(tally))
    yield "merge", lambda: limen.Tally.from_bytes(tally.to_bytes()).merge(tally)
    yield "tune", lambda: tally.tune("f1", require="precision>=0.5")
    yield "evaluate", lambda: limen.evaluate(SCORES, TARGETS, [0.5, 0.4], labels=["a", "b"])
    yield "apply", lambda: limen.apply(SCORES, [0.5, 0.4])
    yield "table", lambda: [limen.metric_table(), limen.cpu_names()]
    yield "inspect", lambda: _core.inspect(packed("d", SCORES))
    yield "no report", lambda: tally.report(["nothing"])
    yield "no format", lambda: tally.report().render("pdf")
    yield "no names", lambda: tally.report(labels=["a"])
    yield "no metric", lambda: tally.metric("f1", "sideways")
    yield "no set", lambda: tally.counts(9)
    yield "no merge", lambda: tally.merge(limen.Tally("binary"))
    yield "no bytes", lambda: limen.Tally.from_bytes(b"limen")
    yield "no tally", lambda: limen.Tally("multilabel", 2, [1, 2, 3], keep=["all"])
    yield "no arrays", lambda: _core.Tally("binary", arrays=(b"\0" * 8,) * 4 + (None,))


def attempt(call):
    with contextlib.suppress(ValueError, TypeError, KeyError, IndexError):
        call()


def growth(call):
    for _ in range(20):
        attempt(call)
    gc.collect()
    before = sys.gettotalrefcount(), sys.getallocatedblocks()
    for _ in range(ROUNDS):
        attempt(call)
    gc.collect()
    return sys.gettotalrefcount() - before[0], sys.getallocatedblocks() - before[1]


def main():
    if not hasattr(sys, "gettotalrefcount"):
        sys.exit("this Python does not count references: run it with a debug build")
    warnings.simplefilter("ignore")
    faults = 0
    for name, call in attempts():
        references, blocks = growth(call)
        uneven = abs(references) >= ROUNDS // 2 or blocks >= ROUNDS // 2
        faults += uneven
        if uneven:
            print(f"{name}: {references} references, {blocks} blocks in {ROUNDS} calls")
    print(f"{len(list(attempts()))} kinds of calls, {faults} uneven")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
