"""Pictures of what limen measures, drawn by matplotlib: `pip install limen[plot]`.

    import limen.plot

    axes = limen.plot.roc(scores, targets, labels=["joy", "fear"])
    axes.figure.savefig("roc.png")

Each function draws on `ax`, or on a new figure, and returns the axes. scores and targets are as for
`limen.evaluate`; in place of scores a `limen.Tally` that keeps what the picture needs may be given,
without targets. options go to `limen.Tally` (ignore_index, nan, logits, ...).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

from . import Report, Tally, _core
from ._shapes import infer, take

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEGEND_ROOM = 12
POINTS = 1000


def _tally(
    scores: Any, targets: Any, keep: str, task: str | None, weights: Any, options: dict[str, Any]
) -> Tally:
    if isinstance(scores, Tally):
        return scores
    scores, targets = take(scores, targets, options.get("ignore_index"))
    task, width = infer(scores, targets, task, None)
    tally = Tally(task, width, keep=keep, weighted=weights is not None, **options)
    tally.update(scores, targets, weights)
    return tally


def _axes(ax: Axes | None, square: bool = True) -> Axes:
    if ax is None:
        size = (5.0, 5.0) if square else (6.4, 4.4)
        _, ax = plt.subplots(figsize=size, layout="constrained")
    return ax


def _chosen(tally: Tally, label: Any, labels: Sequence[str] | None) -> list[tuple[int | None, str]]:
    """(number, name) of the labels to draw; None pools all of them."""
    names = list(labels or tally.labels or map(str, range(tally.width)))
    if tally.width == 1:
        return [(None, "")]
    if label is None:
        return [*enumerate(names), (None, "all labels")]
    wanted = [label] if isinstance(label, (int, str)) else label
    numbers = [each if isinstance(each, int) else names.index(each) for each in wanted]
    return [(number, names[number]) for number in numbers]


def _finish(ax: Axes, lines: int, xlabel: str, ylabel: str) -> Axes:
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.25)
    if 0 < lines <= LEGEND_ROOM:
        ax.legend(loc="best", fontsize="small", frameon=False)
    return ax


def _areas(tally: Tally, metric: str) -> tuple[np.ndarray, float]:
    values = np.asarray(tally.metric(metric, zero_division="nan"))
    return values, tally.metric(metric, "micro", zero_division="nan")


def _curves(
    kind: str, metric: str, tally: Tally, label: Any, labels: Any, ax: Axes, axes: tuple[str, str]
) -> int:
    """A line a label with its area in the legend; pooled ones are drawn bold."""
    chosen = _chosen(tally, label, labels)
    each, pooled = _areas(tally, metric)
    short = {"auroc": "AUC", "average_precision": "AP"}[metric]
    for number, name in chosen:
        curve = tally.curve(kind, number, points=POINTS)
        area = pooled if number is None else each[number]
        bold = number is None and len(chosen) > 1
        crowd = len(chosen) > LEGEND_ROOM and not bold
        style = {"color": "black" if bold else "0.7" if crowd else None}
        ax.plot(
            *(np.asarray(getattr(curve, axis)) for axis in axes),
            label=f"{name} {short} {area:.3f}".strip(),
            linewidth=2 if bold else 0.8 if crowd else 1.4,
            drawstyle="steps-pre" if kind == "pr" else "default",
            **style,
        )
    return len(chosen)


def roc(
    scores: Any,
    targets: Any = None,
    *,
    label: int | str | Sequence[int | str] | None = None,
    labels: Sequence[str] | None = None,
    weights: Any = None,
    task: str | None = None,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """ROC curves: one a label and one of all labels pooled, or those that `label` names.

    A tally must keep "scores" or "histogram". labels: names. More than 12 lines get no legend.
    """
    tally, ax = _tally(scores, targets, "scores", task, weights, options), _axes(ax)
    ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    count = _curves("roc", "auroc", tally, label, labels, ax, ("fpr", "tpr"))
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    return _finish(ax, count, "false positive rate", "true positive rate (recall)")


def pr(
    scores: Any,
    targets: Any = None,
    *,
    label: int | str | Sequence[int | str] | None = None,
    labels: Sequence[str] | None = None,
    weights: Any = None,
    task: str | None = None,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """Precision-recall curves as steps, without interpolation; arguments as for `roc`."""
    tally, ax = _tally(scores, targets, "scores", task, weights, options), _axes(ax)
    count = _curves("pr", "average_precision", tally, label, labels, ax, ("recall", "precision"))
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    return _finish(ax, count, "recall", "precision")


def _at_each_cut(curve: Any, metrics: Sequence[str]) -> dict[str, np.ndarray]:
    """Metrics of the counts at each point of a curve: the core's, a cut in place of a label."""
    tp, fp = np.asarray(curve.tp), np.asarray(curve.fp)
    counts = [tp, fp, curve.negatives - fp, curve.positives - tp]
    arrays = [np.ascontiguousarray(each, np.int64) for each in counts]
    cuts = _core.Tally("multilabel", len(tp), arrays=(*arrays, None))
    return {name: np.asarray(cuts.metric(name, zero_division="nan")) for name in metrics}


def threshold(
    scores: Any,
    targets: Any = None,
    metrics: Sequence[str] = ("precision", "recall", "f1"),
    *,
    label: int | None = None,
    at: float | Any = None,
    task: str | None = None,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """Metrics against the threshold of a label, or one threshold for all labels pooled.

    metrics: names of metrics of counts (`limen.metric_table()`). at: a threshold to mark, or a
    `limen.Thresholds`, whose own for the label is taken; None marks where the last metric is best.
    A tally must keep "scores" or "histogram", without weights.
    """
    tally, ax = _tally(scores, targets, "scores", task, None, options), _axes(ax, square=False)
    if tally.weighted:
        raise ValueError("threshold() draws counts, and this tally has weights")
    curve = tally.curve("roc", label)
    cuts = np.asarray(curve.thresholds)
    found = _at_each_cut(curve, metrics)
    last = found[metrics[-1]]
    best = int(np.nanargmax(last)) if np.isfinite(last).any() else 0
    shown = np.unique([*np.linspace(0, len(cuts) - 1, 2 * POINTS).astype(int), best])
    shown = shown[np.isfinite(cuts[shown])]
    for name, values in found.items():
        ax.plot(cuts[shown], values[shown], label=name, drawstyle="steps-post")
    if hasattr(at, "values"):
        at = at.values[label or 0]
    mark = cuts[best] if at is None else float(at)
    if np.isfinite(mark):
        ax.axvline(mark, color="0.4", linestyle="--", linewidth=1, label=f"threshold {mark:.4g}")
    return _finish(ax, len(found) + 1, "threshold", "")


def reliability(
    scores: Any,
    targets: Any = None,
    *,
    label: int | None = None,
    bins: int = 15,
    weights: Any = None,
    task: str | None = None,
    ax: Axes | None = None,
    **options: Any,
) -> Axes:
    """How often what was given a probability is true, bin by bin, and how many cells a bin has.

    A tally must keep "calibration". label: None pools all labels.
    """
    options = {**options, "calibration_bins": bins}
    tally, ax = _tally(scores, targets, "calibration", task, weights, options), _axes(ax)
    rows = [row for row in tally.reliability(label) if row.weight > 0]
    weight = np.array([row.weight for row in rows])
    confidence = np.array([row.confidence for row in rows]) / weight
    share = np.array([row.positives for row in rows]) / weight
    widths = [max(row.high - row.low, 1e-3) for row in rows]
    ax.bar([row.low for row in rows], weight / weight.sum(), widths, align="edge", color="0.88")
    ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    error = float(np.sum(weight * np.abs(confidence - share)) / weight.sum())
    ax.plot(confidence, share, marker="o", markersize=4, label=f"ECE {error:.4f}")
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    return _finish(ax, 1, "mean probability", "share of positives; bars: share of cells")


def confusion(
    matrix: Any,
    *,
    labels: Sequence[str] | None = None,
    normalize: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A confusion matrix, rows true classes: a multiclass Report, a Tally, or (C, C) numbers.

    normalize: "true" (rows sum to 1), "pred" (columns) or "all". Up to 20 classes have numbers.
    """
    if isinstance(matrix, Report):
        labels = labels or [row["name"] for row in matrix["labels"]]
        matrix = matrix["confusion"]
    elif isinstance(matrix, Tally):
        labels, matrix = labels or matrix.labels, matrix.confusion()
    counts = np.asarray(matrix, float)
    axis = {None: None, "true": (1,), "pred": (0,), "all": (0, 1)}[normalize]
    if axis is not None:
        total = counts.sum(axis=axis, keepdims=True)
        counts = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    ax = _axes(ax)
    image = ax.imshow(counts, cmap="Blues", vmin=0)
    names = list(labels or map(str, range(len(counts))))
    ax.set_xticks(range(len(names)), names, rotation=45 if max(map(len, names)) > 3 else 0)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel="predicted", ylabel="true")
    middle = counts.max() / 2
    for (row, column), value in np.ndenumerate(counts if len(counts) <= 20 else counts[:0]):
        text = f"{value:.2f}" if normalize else f"{value:g}"
        shade = "white" if value > middle else "black"
        ax.text(column, row, text, ha="center", va="center", color=shade, fontsize="small")
    ax.figure.colorbar(image, ax=ax, shrink=0.8)
    return ax
