"""Evaluation, decisions and curves in one call."""

from __future__ import annotations

from . import _core
from ._curve import PrCurve, ReliabilityBin, RocCurve
from ._report import Report
from ._shapes import follow, infer, take
from ._tally import Tally
from ._thresholds import Thresholds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

STATES = {
    "binary": ("counts", "samples"),
    "multiclass": ("counts", "confusion"),
    "multilabel": ("counts", "samples"),
}


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
    scores, targets = take(scores, targets, ignore_index)
    task, width = infer(scores, targets, task, width)
    if thresholds is None and task != "multiclass":
        thresholds = 0.5
    if getattr(thresholds, "row_rule", None):
        fitting = thresholds.for_data(width, scores.dtype, labels)
        scores, _ = take(fitting.apply(scores, nan=nan, logits=logits))
        thresholds = None
    thresholds, rule = follow(thresholds, rule, width, scores.dtype, labels)
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
    if isinstance(thresholds, Thresholds):
        return thresholds.apply(scores, nan=nan, logits=logits)
    scores, _ = take(scores)
    task, width = infer(scores, None, task, None)
    return _core.apply(
        scores, task=task, width=width, thresholds=thresholds, rule=rule, nan=nan, logits=logits
    )


def _tally(
    scores: Any, targets: Any, weights: Any, task: str | None, keep: str, **options: Any
) -> Tally:
    scores, targets = take(scores, targets, options.get("ignore_index"))
    task, width = infer(scores, targets, task, None)
    tally = Tally(task, width, keep=keep, weighted=weights is not None, **options)
    tally.update(scores, targets, weights)
    return tally


def roc_curve(
    scores: Any,
    targets: Any,
    *,
    label: int | None = None,
    weights: Any = None,
    task: str | None = None,
    thin: str = "none",
    points: int = 0,
    **options: Any,
) -> RocCurve:
    """The ROC curve of a label, or of all labels pooled.

    scores, targets, weights: as for `limen.evaluate`. label: its number; None pools the counts of
    all (multiclass: each class against the rest). thin: "none", "equal" (scikit-learn's
    drop_intermediate) or "collinear" leave out points without changing the line. points: at most
    so many, at least 2; 0 keeps all. options: nan, logits, ignore_index, threads, as for
    `limen.Tally`. Equal scores are one point. O(N log N) time, O(N) memory.
    """
    tally = _tally(scores, targets, weights, task, "scores", **options)
    return RocCurve(**tally.curve_columns("roc", label, thin=thin, points=points))


def pr_curve(
    scores: Any,
    targets: Any,
    *,
    label: int | None = None,
    weights: Any = None,
    task: str | None = None,
    thin: str = "none",
    points: int = 0,
    **options: Any,
) -> PrCurve:
    """The precision-recall curve; arguments as for `roc_curve`."""
    tally = _tally(scores, targets, weights, task, "scores", **options)
    return PrCurve(**tally.curve_columns("pr", label, thin=thin, points=points))


def reliability(
    scores: Any,
    targets: Any,
    *,
    label: int | None = None,
    bins: int = 15,
    weights: Any = None,
    task: str | None = None,
    **options: Any,
) -> list[ReliabilityBin]:
    """How often what was given a probability is true: bins + 1 rows.

    scores: probabilities, or logits with logits=True. label: its number; None pools all labels, and
    for multiclass takes the predicted class of each row, as the expected calibration error does.
    options: nan, logits, ignore_index, threads, as for `limen.Tally`.
    """
    tally = _tally(scores, targets, weights, task, "calibration", calibration_bins=bins, **options)
    return tally.reliability(label)
