"""The Python package beside torchmetrics and scikit-learn, on one thread.

    PYTHONPATH=python python bench/python.py [--quick] [WORD...]

Rows whose name holds one of the words, or all. A time is the least of a few runs, ours and the
peer's in turn, in time of the processor; "reads" is ours over a plain read of the same bytes. "MiB"
is what the resident memory of the process rose by at most during one run of each. A row is a
function below under @row that makes its data and returns a Row; it says nothing about time.
"""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["LIMEN_NUM_THREADS"] = "1"

import numpy as np
import torch
from sklearn import metrics as sk
from torchmetrics import classification as tm
from torchmetrics.functional import classification as tf

import limen
import limen.metrics

torch.set_num_threads(1)
CACHE = tempfile.TemporaryDirectory()
ROWS: list[tuple[str, Callable[..., "Row"]]] = []


@dataclass
class Row:
    """Two functions of no argument that do the same, and the arrays that both must read."""

    ours: Callable[[], Any]
    peer: Callable[[], Any]
    reads: tuple[Any, ...] = ()
    equal: Callable[[Any, Any], bool] | None = None
    times: int = 1  # runs of each in one measurement
    peer_runs: int = field(default=5)


def row(name: str):
    def add(function):
        ROWS.append((name, function))
        return function

    return add


# ---- Measuring ---------------------------------------------------------------------------------


def seconds(function: Callable[[], Any], times: int, clock: Any = time.process_time) -> float:
    """Of the processor, which other programs on the machine take less from than from the clock."""
    start = clock()
    for _ in range(times):
        function()
    return (clock() - start) / times


def status(key: str) -> float:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(key))


def peak(function: Callable[[], Any]) -> float:
    """MiB above what was resident before; NaN where the system does not tell."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = status("VmRSS")
    except (OSError, AttributeError, StopIteration):
        return float("nan")
    function()
    return max(status("VmHWM") - before, 0.0)


def plain_read(arrays: tuple[Any, ...]) -> float:
    """Seconds for the 64-bit sum of the bytes, which runs at the speed of memory."""
    flat = [np.ascontiguousarray(a).reshape(-1).view(np.uint8) for a in arrays]
    words = [a[: a.size // 8 * 8].view(np.uint64) for a in flat]
    return min(seconds(lambda: [w.max(initial=0) for w in words], 10) for _ in range(5))


def measure(name: str, made: Row) -> None:
    same = made.equal is None or made.equal(made.ours(), made.peer())
    ours, peer = [], []
    for turn in range(7):
        ours.append(seconds(made.ours, made.times))
        if turn < made.peer_runs:
            peer.append(seconds(made.peer, max(made.times // 10, 1)))
    a, b = min(ours), min(peer)
    reads = f"{a / plain_read(made.reads):8.1f}" if made.reads else f"{'':8}"
    print(
        f"{name:<58}{a * 1e6:>12.1f}{b * 1e6:>13.1f}{b / a:>9.1f}{reads}"
        f"{peak(made.ours):>8.1f}{peak(made.peer):>8.1f}  {'equal' if same else 'DIFFERENT'}",
        flush=True,
    )


def close(a: Any, b: Any) -> bool:
    return np.allclose(np.asarray(a), np.asarray(b), atol=1e-5, equal_nan=True)


def multilabel(
    rows: int, labels: int, target_dtype: Any = np.int64, seed: int = 1, share: float = 0.2
):
    rng = np.random.default_rng(seed)
    scores = rng.random((rows, labels), dtype=np.float32)
    return scores, (rng.random((rows, labels)) < share).astype(target_dtype)


# ---- limen.Tally -------------------------------------------------------------------------------


@row("Tally.update 32 x 10, torch tensors")
def small_update(quick: bool) -> Row:
    scores, targets = map(torch.from_numpy, multilabel(32, 10))
    tally = limen.Tally("multilabel", 10, 0.5, rule="gt")
    metric = tm.MultilabelStatScores(10, average=None)
    return Row(
        lambda: tally.update(scores, targets),
        lambda: metric.update(scores, targets),
        times=2000,
    )


@row("Tally.update 32 x 10, NumPy")
def small_update_numpy(quick: bool) -> Row:
    scores, targets = multilabel(32, 10)
    tensors = torch.from_numpy(scores), torch.from_numpy(targets)
    tally = limen.Tally("multilabel", 10, 0.5, rule="gt")
    metric = tm.MultilabelStatScores(10, average=None)
    return Row(lambda: tally.update(scores, targets), lambda: metric.update(*tensors), times=2000)


def many_thresholds(dtype: Any, validate: bool) -> Row:
    """A threshold a label, against binarising first and then updating."""
    scores, targets = multilabel(4096, 100, dtype)
    cuts = np.linspace(0.2, 0.8, 100).astype(np.float32)
    t_scores, t_targets, t_cuts = map(torch.from_numpy, (scores, targets, cuts))
    tally = limen.Tally("multilabel", 100, cuts, rule="gt")
    metric = tm.MultilabelStatScores(100, average=None, validate_args=validate)

    def ours():
        tally.reset()
        tally.update(scores, targets)
        return np.asarray(tally.counts())[:, :2]

    def peer():
        metric.reset()
        metric.update((t_scores > t_cuts).int(), t_targets)
        return torch.stack([metric.tp, metric.fp], dim=1).numpy()

    return Row(ours, peer, (scores, targets), close, times=50)


for kind in (np.int64, np.uint8, np.bool_):
    for checks in (True, False):
        row(f"4096 x 100, 100 thresholds, {kind.__name__}{'' if checks else ', peer unchecked'}")(
            lambda quick, kind=kind, checks=checks: many_thresholds(kind, checks)
        )


@row("exact average precision, 1M")
def exact_average_precision(quick: bool) -> Row:
    rng = np.random.default_rng(2)
    targets = (rng.random(10**5 if quick else 10**6) < 0.2).astype(np.int64)
    scores = (1 / (1 + np.exp(-rng.normal(targets * 1.5 - 1, 1)))).astype(np.float32)
    t_scores, t_targets = torch.from_numpy(scores), torch.from_numpy(targets)

    def ours():
        tally = limen.Tally("binary", keep="scores")
        tally.update(scores, targets)
        return tally.metric("average_precision", "micro")

    return Row(
        ours, lambda: tf.binary_average_precision(t_scores, t_targets), (scores, targets), close
    )


def lrap(quick: bool, share: float) -> Row:
    scores, targets = multilabel(256 if quick else 4096, 100, share=share)
    t_scores, t_targets = torch.from_numpy(scores), torch.from_numpy(targets)

    def ours():
        tally = limen.Tally("multilabel", 100, keep="ranking")
        tally.update(scores, targets)
        return tally.metric("lrap", "whole")

    return Row(
        ours,
        lambda: tf.multilabel_ranking_average_precision(t_scores, t_targets, 100),
        (scores, targets),
        close,
        times=20,
        peer_runs=2,
    )


@row("LRAP, 4096 x 100, 3% of labels true")
def sparse_lrap(quick: bool) -> Row:
    return lrap(quick, 0.03)


@row("LRAP, 4096 x 100, 20% of labels true")
def dense_lrap(quick: bool) -> Row:
    return lrap(quick, 0.2)


@row("binned PR update, 1024 x 100, T = 100")
def binned(quick: bool) -> Row:
    scores, targets = multilabel(1024, 100)
    t_scores, t_targets = torch.from_numpy(scores), torch.from_numpy(targets)
    edges = torch.linspace(0, 1, 100)
    tally = limen.Tally("multilabel", 100, keep="histogram", bin_edges=edges)
    metric = tm.MultilabelPrecisionRecallCurve(100, thresholds=edges)
    return Row(
        lambda: tally.update(scores, targets),
        lambda: metric.update(t_scores, t_targets),
        (scores, targets),
        times=20,
        peer_runs=3,
    )


# ---- limen.metrics -----------------------------------------------------------------------------


def beside_sklearn(name: str, arguments: tuple[Any, ...], times: int = 1, **options: Any) -> Row:
    """A function of limen.metrics and the one of that name."""
    ours, theirs = getattr(limen.metrics, name), getattr(sk, name)
    return Row(
        lambda: ours(*arguments, **options),
        lambda: theirs(*arguments, **options),
        arguments,
        close,
        times=times,
        peer_runs=3,
    )


@row("metrics.roc_auc_score, 1M")
def area(quick: bool) -> Row:
    rng = np.random.default_rng(3)
    targets = (rng.random(10**5 if quick else 10**6) < 0.2).astype(np.int64)
    return beside_sklearn("roc_auc_score", (targets, rng.normal(targets, 1)))


@row("metrics.f1_score, macro, 1M of 100 classes")
def many_classes(quick: bool) -> Row:
    pair = tuple(np.random.default_rng(4).integers(0, 100, (2, 10**5 if quick else 10**6)))
    return beside_sklearn("f1_score", pair, average="macro")


@row("metrics.confusion_matrix, 1M of 100 classes")
def matrix(quick: bool) -> Row:
    pair = tuple(np.random.default_rng(4).integers(0, 100, (2, 10**5 if quick else 10**6)))
    return beside_sklearn("confusion_matrix", pair)


@row("metrics.f1_score, samples, 4096 x 100")
def samples(quick: bool) -> Row:
    scores, targets = multilabel(4096, 100)
    return beside_sklearn("f1_score", (targets, (scores > 0.5).astype(np.int64)), average="samples")


@row("metrics.label_ranking_average_precision_score, 4096 x 100")
def ranking(quick: bool) -> Row:
    scores, targets = multilabel(4096, 100)
    name = "label_ranking_average_precision_score"
    return beside_sklearn(name, (targets, scores.astype(np.float64)))


@row("metrics.f1_score, 32 strings")
def small(quick: bool) -> Row:
    words = np.array(["anger", "joy", "love"])
    pair = tuple(words[np.random.default_rng(5).integers(0, 3, (2, 32))])
    return Row(
        lambda: limen.metrics.f1_score(*pair, average="macro"),
        lambda: sk.f1_score(*pair, average="macro"),
        equal=close,
        times=100,
    )


# ---- The package -------------------------------------------------------------------------------


def processor_seconds(code: str) -> float:
    """Least user and system time of a fresh interpreter that runs the code, compiled before."""
    least = float("inf")
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": CACHE.name}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        least = min(least, spent)
    return least


def imports() -> None:
    """Milliseconds of processor time of `python -c "import ..."`, start of Python included."""
    times = {code: processor_seconds(code) * 1e3 for code in ("pass", "import limen")}
    print(f"python -c pass {times['pass']:.1f} ms, import limen {times['import limen']:.1f} ms")


def threads() -> None:
    """Updates of 4 threads with a tally each, against the same work in one thread."""
    scores, targets = multilabel(4096, 100, np.uint8)
    tallies = [limen.Tally("multilabel", 100, np.linspace(0.2, 0.8, 100)) for _ in range(4)]

    def work(tally: limen.Tally) -> None:
        for _ in range(200):
            tally.update(scores, targets)

    def together() -> None:
        pool = [threading.Thread(target=work, args=(tally,)) for tally in tallies]
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()

    clock = time.perf_counter
    alone = min(seconds(lambda: [*map(work, tallies)], 1, clock) for _ in range(3))
    least = min(seconds(together, 1, clock) for _ in range(3))
    cores = len(os.sched_getaffinity(0))
    print(f"4 threads, a tally each: {alone / least:.2f} times one thread, on {cores} processors")


# ---- limen.torch -------------------------------------------------------------------------------
# Rows of limen.torch against the class of the same name in torchmetrics come here.


def same_class(name: str, arguments: tuple, options: dict, tensors: tuple, **how: Any) -> Row:
    """reset, update and compute of a class and of the one of its name in torchmetrics."""
    import limen.torch

    metrics = [getattr(module, name)(*arguments, **options) for module in (limen.torch, tm)]

    def use(metric):
        metric.reset()
        metric.update(*tensors)
        return metric.compute()

    return Row(
        lambda: use(metrics[0]),
        lambda: use(metrics[1]),
        tuple(tensor.numpy() for tensor in tensors),
        lambda a, b: all(map(close, a, b)) if isinstance(a, tuple) else close(a, b),
        **how,
    )


FIVE = ("F1Score", "Precision", "Recall", "Accuracy", "Specificity")


def of_both(make: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """What a maker gives of our classes with our collection, and of theirs with theirs."""
    import torchmetrics

    import limen.torch

    return make(limen.torch, limen.torch.MetricCollection), make(tm, torchmetrics.MetricCollection)


def small_tensors(rows: int = 32, labels: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
    return tuple(map(torch.from_numpy, multilabel(rows, labels)))


def call_of_one(method: str) -> Row:
    tensors = small_tensors()
    mine, theirs = of_both(lambda module, _: module.MultilabelF1Score(10))
    return Row(
        lambda: getattr(mine, method)(*tensors),
        lambda: getattr(theirs, method)(*tensors),
        equal=close if method == "forward" else None,
        times=2000,
    )


def call_of_five(method: str) -> Row:
    tensors = small_tensors()
    mine, theirs = of_both(
        lambda module, collection: collection(
            [getattr(module, f"Multilabel{name}")(10) for name in FIVE]
        )
    )
    return Row(
        lambda: getattr(mine, method)(*tensors),
        lambda: getattr(theirs, method)(*tensors),
        equal=(lambda a, b: all(close(a[k], b[k]) for k in b)) if method == "forward" else None,
        times=1000,
    )


for call in ("update", "forward"):
    row(f"limen.torch {call}, 32 x 10")(lambda quick, call=call: call_of_one(call))
    row(f"limen.torch {call} of five, 32 x 10")(lambda quick, call=call: call_of_five(call))


def wide_class(dtype: Any, validate: bool) -> Row:
    """A threshold a label, against binarising first and then updating."""
    scores, targets = map(torch.from_numpy, multilabel(4096, 100, dtype))
    cuts = torch.linspace(0.2, 0.8, 100)
    mine, _ = of_both(lambda module, _: module.MultilabelF1Score(100, average=None))
    mine.threshold = cuts
    theirs = tm.MultilabelF1Score(100, average=None, validate_args=validate)

    def ours():
        mine.update(scores, targets)
        return mine

    def peer():
        theirs.update((scores > cuts).int(), targets)
        return theirs

    return Row(
        ours,
        peer,
        (scores.numpy(), targets.numpy()),
        lambda a, b: close(a.compute(), b.compute()),
        times=50,
    )


for kind in (np.int64, np.uint8, np.bool_):
    for checks in (True, False):
        label = f"{kind.__name__}{'' if checks else ', peer unchecked'}"
        row(f"limen.torch 4096 x 100, {label}")(
            lambda quick, kind=kind, checks=checks: wide_class(kind, checks)
        )


@row("limen.torch a metric for 100 a label each")
def one_for_a_hundred(quick: bool) -> Row:
    """One metric with a threshold a label, against the workaround: a collection of 100 binary
    metrics, each fed its column."""
    scores, targets = small_tensors(256, 100)
    cuts = torch.linspace(0.2, 0.8, 100).tolist()
    mine, _ = of_both(lambda module, _: module.MultilabelF1Score(100, average=None))
    mine.threshold = cuts

    class Column(tm.BinaryF1Score):
        def __init__(self, label: int) -> None:
            super().__init__(threshold=cuts[label])
            self.label = label

        def update(self, preds: torch.Tensor, target: torch.Tensor) -> None:
            super().update(preds[:, self.label], target[:, self.label])

    import torchmetrics

    theirs = torchmetrics.MetricCollection({f"{i:03}": Column(i) for i in range(100)})

    def ours():
        mine.update(scores, targets)
        return mine

    def peer():
        theirs.update(scores, targets)
        return theirs

    return Row(ours, peer, times=20, peer_runs=3)


@row("limen.torch function, 32 x 10")
def function_of_counts(quick: bool) -> Row:
    from limen.torch import functional

    tensors = small_tensors()
    return Row(
        lambda: functional.multilabel_f1_score(*tensors, 10),
        lambda: tf.multilabel_f1_score(*tensors, 10),
        equal=close,
        times=1000,
    )


@row("limen.torch binned PR, 1024 x 100, T = 100")
def binned_class(quick: bool) -> Row:
    tensors = tuple(map(torch.from_numpy, multilabel(1024, 100)))
    options = {"thresholds": 100}
    name = "MultilabelPrecisionRecallCurve"
    return same_class(name, (100,), options, tensors, times=20, peer_runs=3)


def lrap_class(quick: bool, share: float) -> Row:
    arrays = multilabel(256 if quick else 4096, 100, share=share)
    name = "MultilabelRankingAveragePrecision"
    tensors = tuple(map(torch.from_numpy, arrays))
    return same_class(name, (100,), {}, tensors, times=20, peer_runs=2)


@row("limen.torch LRAP, 4096 x 100, 3% of labels true")
def sparse_lrap_class(quick: bool) -> Row:
    return lrap_class(quick, 0.03)


@row("limen.torch LRAP, 4096 x 100, 20% of labels true")
def dense_lrap_class(quick: bool) -> Row:
    return lrap_class(quick, 0.2)


@row("limen.torch exact average precision, 1M")
def exact_class(quick: bool) -> Row:
    rng = np.random.default_rng(2)
    targets = (rng.random(10**5 if quick else 10**6) < 0.2).astype(np.int64)
    scores = (1 / (1 + np.exp(-rng.normal(targets * 1.5 - 1, 1)))).astype(np.float32)
    tensors = torch.from_numpy(scores), torch.from_numpy(targets)
    return same_class("BinaryAveragePrecision", (), {}, tensors)


@row("limen.torch calibration error, 100k x 10")
def calibration_class(quick: bool) -> Row:
    generator = torch.Generator().manual_seed(3)
    scores = torch.rand(10**5, 10, generator=generator).softmax(1)
    tensors = scores, torch.randint(10, (10**5,), generator=generator)
    return same_class("MulticlassCalibrationError", (10,), {}, tensors, times=5)


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    heads = "limen us", "peer us", "times", "reads", "MiB", "peer"
    print(f"{'':<58}{heads[0]:>12}{heads[1]:>13}{heads[2]:>9}{heads[3]:>8}", end="")
    print(f"{heads[4]:>8}{heads[5]:>8}")
    for name, make in ROWS:
        if not words or any(word in name for word in words):
            measure(name, make("--quick" in sys.argv[1:]))
    if not words:
        imports()
        threads()


if __name__ == "__main__":
    main()
