"""Evaluation and decisions in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _core
from ._report import Report
from ._tally import Tally

STATES = {
    "binary": ("counts", "samples"),
    "multiclass": ("counts", "confusion"),
    "multilabel": ("counts", "samples"),
}


def infer(scores: Any, targets: Any, task: str | None, width: int | None) -> tuple[str, int]:
    """Task and width: as given, else as the shapes imply; ValueError where they do not."""
    shape = _core.inspect(scores)[2]
    target_shape = shape if targets is None else _core.inspect(targets)[2]
    columns = shape[1] if len(shape) > 1 else 1
    if task is None:
        if len(shape) > 2:
            raise ValueError(f"scores of shape {shape}: say task=")
        if columns == 1:
            task = "binary"
        else:
            task = "multilabel" if len(target_shape) == 2 else "multiclass"
    if width is None:
        if task == "multiclass" and targets is not None and len(target_shape) == len(shape):
            raise ValueError("scores are class numbers: say width=, the number of classes")
        width = 1 if task == "binary" else columns
    return task, width


def follow(thresholds: Any, rule: str) -> tuple[Any, str]:
    """The numbers and the rule of a `Thresholds`; other thresholds keep the rule that was given."""
    if isinstance(getattr(thresholds, "rule", None), str):
        return thresholds.values, thresholds.rule
    return thresholds, rule


def evaluate(
    scores: Any,
    targets: Any,
    thresholds: Any = None,
    *,
    labels: Sequence[str] | None = None,
    weights: Any = None,
    groups: Any = None,
    task: str | None = None,
    width: int | None = None,
    rule: str = "ge",
    metrics: Sequence[str] | None = None,
    keep: Sequence[str] | None = None,
    nan: str = "error",
    logits: bool = False,
    ignore_index: int | None = None,
    top_k: int = 0,
    group_count: int = 0,
    threads: int = 0,
    **options: Any,
) -> Report:
    """Measures decisions at thresholds.

    scores: (N, L) multilabel, (N, C) multiclass, (N,) binary; float16, bfloat16, float32 or float64
    of any range, or 0/1 decisions of bool or integers. targets: 0/1 of the same shape; for
    multiclass (N,) class numbers. thresholds: a number (0.5), one a label, rows of one a label
    (several sets, side by side in the report), or a `Thresholds`, which brings its rule; for
    multiclass, offsets added to the scores before the argmax (0). A threshold is rounded to the
    dtype of the scores; +inf means none and -inf all. weights: (N,), not negative.
    groups: (N,) integers from 0 to group_count - 1. task: inferred from the shapes when None.
    metrics: names as in `limen.metric_table()`; None is the usual set. keep: states beside those
    that the task implies ("ranking", "calibration", ...), for metrics that need them. options:
    zero_division (0, 1, nan or "skip"), beta, cost (tp, fp, tn, fn), pt, normalize, ...

    Raises limen.Error with row and column for a NaN score (unless nan="negative"), a target outside
    its domain, shapes that differ. Takes O(N L K) for K sets, one pass.
    """
    task, width = infer(scores, targets, task, width)
    if thresholds is None and task != "multiclass":
        thresholds = 0.5
    thresholds, rule = follow(thresholds, rule)
    states = tuple(dict.fromkeys((*STATES[task], *(keep or ()))))
    tally = Tally(
        task,
        width,
        thresholds,
        keep=states,
        rule=rule,
        nan=nan,
        logits=logits,
        weighted=weights is not None,
        ignore_index=ignore_index,
        top_k=top_k,
        groups=group_count,
        threads=threads,
    )
    tally.update(scores, targets, weights, groups)
    return tally.compute(metrics, labels=labels, **options)


def apply(
    scores: Any,
    thresholds: Any = None,
    *,
    task: str | None = None,
    rule: str = "ge",
    nan: str = "error",
    logits: bool = False,
) -> memoryview[int]:
    """Decisions at thresholds.

    Multilabel: uint8 0 or 1 of shape (N, L); binary: uint8 of shape (N,); multiclass: int64 class
    numbers of shape (N,), thresholds being offsets. A memoryview: numpy.asarray takes it as it is.
    Raises limen.Error for a NaN score (unless nan="negative") and for integer scores.
    """
    task, width = infer(scores, None, task, None)
    thresholds, rule = follow(thresholds, rule)
    return _core.apply(
        scores, task=task, width=width, thresholds=thresholds, rule=rule, nan=nan, logits=logits
    )
