"""ROC and precision-recall curves of counts at cuts, and the numbers of them, as torchmetrics
defines them. Rates are float32, so that points that tie there tie here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torchmetrics.utilities.prints import rank_zero_warn

from ._cuts import Binned, Cuts, Exact

Evidence = Exact | Binned

# x, y and thresholds: of one curve; or lists of them; or (L, T) with shared thresholds.
Curve = tuple[Tensor, Tensor, Tensor]
Curves = tuple[Sequence[Tensor], Sequence[Tensor], Sequence[Tensor] | Tensor]


def _ratio(part: Tensor, whole: Tensor) -> Tensor:
    return (part / whole).float()


def _precision_recall(cuts: Cuts, *, undefined_recall: float = torch.nan) -> Curve:
    """precision, recall (..., T + 1) and thresholds (T,), as the cuts are ordered; ends at (1, 0).

    Precision of nothing predicted is NaN; recall without positives is `undefined_recall`.
    """
    precision = _ratio(cuts.tp, cuts.tp + cuts.fp)
    positives = cuts.positives[..., None]
    recall = _ratio(cuts.tp, positives).where(positives > 0, undefined_recall)
    end = torch.ones_like(precision[..., :1]) if precision.shape[-1] else precision.new_ones(1)
    return torch.cat([precision, end], -1), torch.cat([recall, 0 * end], -1), cuts.thresholds


def _roc(cuts: Cuts) -> Curve:
    """fpr, tpr (..., T) and thresholds (T,), the other way round than the cuts; 0/0 is 0."""
    rates = []
    for part, whole in ((cuts.fp, cuts.negatives), (cuts.tp, cuts.positives)):
        rate = _ratio(part, whole[..., None]).where(whole[..., None] > 0, 0.0)
        rates.append(rate.flip(-1))
    return rates[0], rates[1], cuts.thresholds.flip(-1)


def warn_of_no_positives() -> None:
    rank_zero_warn(
        "No positive samples found in target, recall is undefined. Setting recall to one for all"
        " thresholds.",
        UserWarning,
    )


def warn_of_one_class(what: str, value: str) -> None:
    rank_zero_warn(
        f"The targets of a label are all positive or all negative, so {what} has no meaning there:"
        f" returning {value}",
        UserWarning,
    )


def _exact_roc(cuts: Cuts) -> Curve:
    """From (0, 0) at threshold 1 on."""
    if cuts.positives == 0 or cuts.negatives == 0:
        warn_of_one_class("a rate of its ROC curve", "0")
    fpr, tpr, thresholds = _roc(cuts)
    origin = fpr.new_zeros(1)
    start = thresholds.new_ones(1)
    return torch.cat([origin, fpr]), torch.cat([origin, tpr]), torch.cat([start, thresholds])


def _exact_precision_recall(cuts: Cuts, task: str) -> Curve:
    if task == "multiclass" or cuts.positives > 0:
        return _precision_recall(cuts)
    warn_of_no_positives()
    return _precision_recall(cuts, undefined_recall=1.0)


def interpolate(at: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """y at `at` on the line through (x, y); beyond its ends the outer pieces go on. O(n log n).

    Which piece: that of as many x as are at most `at`, also where x does not ascend.
    """
    run = x.diff()
    slope = (y.diff() / run).where(run != 0, 0.0)
    offset = y[:-1] - slope * x[:-1]
    ascending = x.where(~x.isnan(), torch.inf).sort().values
    piece = torch.searchsorted(ascending, at, right=True) - 1
    piece = piece.clamp(0, len(slope) - 1)
    return slope[piece] * at + offset[piece]


def _mean_curve(curves: Curves, descending: bool) -> Curve:
    """The mean of the curves at every x of theirs; the thresholds sorted."""
    xs, ys, thresholds = curves
    at = torch.cat(list(xs)).sort().values
    mean = sum(interpolate(at, x, y) for x, y in zip(xs, ys, strict=True)) / len(xs)
    if isinstance(thresholds, Tensor):
        thresholds = [thresholds] * len(xs)
    return at, mean, torch.cat(list(thresholds)).sort(descending=descending).values


def precision_recall_curves(evidence: Evidence, average: str | None = None) -> Curve | Curves:
    """precision, recall and thresholds: of one curve for binary, or where it is averaged; else
    lists of one a label (exact), or (L, T + 1), (L, T + 1) and (T,) at given thresholds."""
    task = evidence.task
    if isinstance(evidence, Binned):
        if task == "binary" or average == "micro":
            return _precision_recall(evidence.pooled())
        curves = _precision_recall(evidence.all())
    else:
        if task == "binary" or average == "micro":
            return _exact_precision_recall(evidence.pooled(), task)
        each = [_exact_precision_recall(cuts, task) for cuts in evidence.each()]
        curves = tuple(map(list, zip(*each, strict=True)))
    return _mean_curve(curves, descending=False) if average == "macro" else curves


def roc_curves(evidence: Evidence, average: str | None = None) -> Curve | Curves:
    """fpr, tpr and thresholds, in the forms of precision_recall_curves."""
    if isinstance(evidence, Binned):
        if evidence.task == "binary" or average == "micro":
            return _roc(evidence.pooled())
        curves = _roc(evidence.all())
    else:
        if evidence.task == "binary" or average == "micro":
            return _exact_roc(evidence.pooled())
        each = [_exact_roc(cuts) for cuts in evidence.each()]
        curves = tuple(map(list, zip(*each, strict=True)))
    return _mean_curve(curves, descending=True) if average == "macro" else curves


def each_curve(curves: Curves) -> Iterator[Curve]:
    """One curve a label."""
    xs, ys, thresholds = curves
    shared = isinstance(thresholds, Tensor)
    for label, (x, y) in enumerate(zip(xs, ys, strict=True)):
        yield x, y, thresholds if shared else thresholds[label]


def is_one(curves: Curve | Curves) -> bool:
    return isinstance(curves[0], Tensor) and curves[0].ndim == 1


# ---- Numbers of curves ----------------------------------------------------------------------


def area(x: Tensor, y: Tensor) -> Tensor:
    """Under the line through the points, along the last axis."""
    return torch.trapezoid(y, x, dim=-1)


def partial_auroc(fpr: Tensor, tpr: Tensor, max_fpr: float | None) -> Tensor:
    """The area up to max_fpr, scaled so that chance is 0.5 (McClish 1989)."""
    if max_fpr is None or max_fpr == 1 or fpr.sum() == 0 or tpr.sum() == 0:
        return area(fpr, tpr)
    bound = torch.tensor(max_fpr, device=fpr.device)
    stop = torch.searchsorted(fpr, bound, right=True)
    share = (bound - fpr[stop - 1]) / (fpr[stop] - fpr[stop - 1])
    end = torch.lerp(tpr[stop - 1], tpr[stop], share)
    part = area(torch.cat([fpr[:stop], bound[None]]), torch.cat([tpr[:stop], end[None]]))
    chance = bound**2 / 2
    return (1 + (part - chance) / (bound - chance)) / 2


def average_precision(precision: Tensor, recall: Tensor) -> Tensor:
    """The sum of precision times the step of recall; what is undefined counts as 0."""
    precision, recall = precision.nan_to_num(0.0), recall.nan_to_num(0.0)
    return -(recall.diff(dim=-1) * precision[..., :-1]).sum(-1)


def equal_error_rate(fpr: Tensor, tpr: Tensor) -> Tensor:
    """The mean of both error rates where they differ least."""
    fnr = 1 - tpr
    nearest = (fpr - fnr).abs().argmin()
    return (fpr[nearest] + fnr[nearest]) / 2


def log_auc(fpr: Tensor, tpr: Tensor, fpr_range: tuple[float, float]) -> Tensor:
    """The area over log10(fpr) between both ends, as a share of the greatest possible."""
    ends = torch.tensor(fpr_range, device=fpr.device, dtype=fpr.dtype)
    if len(fpr) < 2:
        rank_zero_warn("A curve of fewer than two points has no log AUC: returning 0.")
        return fpr.new_zeros(())
    order = fpr.argsort()  # thresholds may have been given in any order
    x, y = fpr[order], tpr[order]
    piece = (torch.searchsorted(x, ends) - 1).clamp(0, len(x) - 2)
    slope = y.diff()[piece] / x.diff()[piece]
    tpr = torch.cat([tpr, y[piece] + slope * (ends - x[piece])]).sort().values
    fpr = torch.cat([fpr, ends]).sort().values
    first, last = torch.searchsorted(fpr, ends, right=True) - 1
    inside = slice(int(first), int(last) + 1)
    bounds = ends.log10()
    return area(fpr[inside].log10(), tpr[inside]) / (bounds[1] - bounds[0])


def best_where(
    value: Tensor, other: Tensor, thresholds: Tensor, least: float
) -> tuple[Tensor, Tensor]:
    """The greatest value where the other is at least `least`, and a threshold of it.

    Of equal values that with the greater other, then the higher threshold. 0 at threshold NaN
    where there is none, or where it is 0.
    """
    count = len(thresholds)
    value, other = value[:count], other[:count]
    kept = torch.where((other >= least) & ~value.isnan())[0]
    for column in (value, other, thresholds):
        if len(kept):
            kept = kept[column[kept] == column[kept].max()]
    if len(kept) == 0 or value[kept[0]] == 0:
        return value.new_zeros(()), thresholds.new_full((), torch.nan)
    return value[kept[0]], thresholds[kept[0]]


def first_best_where(
    value: Tensor, other: Tensor, thresholds: Tensor, least: float
) -> tuple[Tensor, Tensor]:
    """As best_where along an ROC curve, but the first of equal values, and 1e6 for none."""
    kept = torch.where(other >= least)[0]
    if len(kept) == 0:
        return value.new_zeros(()), thresholds.new_full((), 1e6)
    best = kept[value[kept].argmax()]
    return value[best], thresholds[best]


def at_each_label(
    curves: Curve | Curves, number: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
) -> tuple[Tensor, Tensor]:
    """A pair of numbers of one curve, or (L,) of each."""
    if is_one(curves):
        return number(*curves)
    values, thresholds = zip(*(number(*curve) for curve in each_curve(curves)), strict=True)
    return torch.stack(values), torch.stack(thresholds)


def mean_over_labels(
    values: Tensor, average: str | None, support: Tensor, what: str = "Average precision"
) -> Tensor:
    """macro or weighted over labels that have a value; None and "none" keep them apart."""
    if average in (None, "none"):
        return values
    defined = ~values.isnan()
    if not defined.all():
        rank_zero_warn(
            f"{what} score for one or more classes was `nan`. Ignoring these classes in"
            f" {average}-average",
            UserWarning,
        )
    if average == "macro":
        return values[defined].mean()
    weights = support[defined].float()
    total = weights.sum()
    return (values[defined] * weights).sum() / total if total > 0 else values.new_zeros(())
