"""Metrics of scores: areas, curves and rankings."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import PrCurve, RocCurve, Tally
from ._targets import (
    array,
    as_float,
    classes_of,
    codes_of,
    column,
    kind_of,
    same_length,
    scores_of,
    warn,
    weights_of,
)

CurveArrays = tuple[np.ndarray, np.ndarray, np.ndarray]


def _fill(task: str, scores: np.ndarray, targets: np.ndarray, weights: Any, keep: str) -> Tally:
    width = 1 if task == "binary" else scores.shape[1]
    tally = Tally(task, width, keep=keep, weighted=weights is not None)
    tally.update(scores, targets, as_float(weights))
    return tally


# ---- Areas -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Area:
    """A metric of scores, what stands for an undefined one, and its options."""

    metric: str
    undefined: float
    options: dict[str, Any] = field(default_factory=dict)

    def pooled(self, tally: Tally) -> float:
        value = tally.metric(self.metric, "micro", zero_division="nan", **self.options)
        return float(self.settle(np.array([value]))[0])

    def each(self, tally: Tally) -> np.ndarray:
        return np.array(tally.metric(self.metric, zero_division="nan", **self.options))

    def settle(self, values: np.ndarray, counted: Any = True) -> np.ndarray:
        missing = np.isnan(values) & counted
        if missing.any():
            warn(f"{self.metric} is undefined for {int(missing.sum())} of {len(values)}")
        return np.where(np.isnan(values), self.undefined, values)

    def average(
        self,
        scores: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray | None,
        average: str | None,
        task: str = "multilabel",
    ) -> Any:
        """Of (N, L) scores under one of scikit-learn's averages."""
        if average not in (None, "micro", "macro", "weighted", "samples"):
            raise ValueError(f"average is {average!r}")
        if average == "samples":
            values = self.each(_fill(task, scores.T, targets.T, None, "scores"))
            return float(np.average(self.settle(values), weights=weights))
        tally = _fill(task, scores, targets, weights, "scores")
        if average == "micro":
            return self.pooled(tally)
        if average == "weighted":
            return self.by_support(self.each(tally), _support(targets, weights, tally.width))
        values = self.settle(self.each(tally))
        return values if average is None else float(values.mean())

    def by_support(self, values: np.ndarray, support: np.ndarray) -> float:
        """Labels without positives do not count."""
        if not support.any():
            return 0.0
        values = self.settle(values, support > 0)
        return float(np.average(np.where(support == 0, 0.0, values), weights=support))


def _support(targets: np.ndarray, weights: np.ndarray | None, width: int) -> np.ndarray:
    if targets.ndim == 1:
        return np.bincount(targets, weights, minlength=width)
    return targets.sum(axis=0) if weights is None else weights @ targets


def _check_labels(labels: Any, true: np.ndarray, columns: int) -> np.ndarray:
    if labels is None:
        classes = classes_of(true)
        if len(classes) != columns:
            raise ValueError(f"y_true has {len(classes)} classes, y_score {columns} columns")
        return classes
    classes = np.asarray(labels)
    if not np.array_equal(classes, np.unique(classes)):
        raise ValueError("labels must be distinct and in order")
    if len(classes) != columns:
        raise ValueError(f"labels has {len(classes)} names for {columns} columns of y_score")
    if not np.isin(true, classes).all():
        raise ValueError("y_true contains labels that are not in labels")
    return classes


def _multiclass_area(
    true: np.ndarray,
    scores: np.ndarray,
    labels: Any,
    multi_class: str,
    average: str | None,
    weights: np.ndarray | None,
) -> Any:
    if scores.ndim != 2:
        raise ValueError(f"y_score has shape {scores.shape}: (n_samples, n_classes) is due")
    if not np.allclose(1, scores.sum(axis=1)):
        raise ValueError("y_score must sum to 1 over the classes")
    if multi_class not in ("ovo", "ovr"):
        raise ValueError("multi_class must be 'ovo' or 'ovr'")
    allowed = (
        ("macro", "weighted") if multi_class == "ovo" else (None, "micro", "macro", "weighted")
    )
    if average not in allowed:
        kind = NotImplementedError if average is None else ValueError
        raise kind(f"average={average!r} does not go with multi_class={multi_class!r}")
    codes = codes_of(true, _check_labels(labels, true, scores.shape[1]))
    if multi_class == "ovr":
        return _Area("auroc", np.nan).average(scores, codes, weights, average, "multiclass")
    if weights is not None:
        raise ValueError("sample_weight does not go with multi_class='ovo'")
    tally = _fill("multiclass", scores, codes, None, "scores")
    return float(tally.metric("auroc", average, multiclass="ovo", zero_division="nan"))


def roc_auc_score(
    y_true: Any,
    y_score: Any,
    *,
    average: str | None = "macro",
    sample_weight: Any = None,
    max_fpr: float | None = None,
    multi_class: str = "raise",
    labels: Any = None,
) -> Any:
    """The area under the ROC curve.

    y_true: (N,) labels with scores (N,); (N, L) of 0 and 1 with scores (N, L); or (N,) classes with
    probabilities (N, C), where multi_class says "ovr" or "ovo". max_fpr: the partial area up to
    it, standardized (McClish), for binary. NaN with a warning where a class is missing.
    O(N log N) a label.
    """
    true, scores = array(y_true, "y_true"), scores_of(y_score, "y_score")
    kind = kind_of(true, "y_true")
    weights = weights_of(sample_weight, len(true))
    same_length(true, scores)
    if max_fpr is not None and not 0 < max_fpr <= 1:
        raise ValueError(f"max_fpr is {max_fpr}: it is in (0, 1]")
    area = _Area("auroc", np.nan, {"max_fpr": max_fpr or 1.0})
    if kind == "multilabel-indicator":
        return area.average(scores, true, weights, average)
    true = column(true, "y_true")
    if kind == "multiclass" or (scores.ndim == 2 and scores.shape[1] > 2):
        if max_fpr not in (None, 1):
            raise ValueError("max_fpr does not go with several classes")
        return _multiclass_area(true, scores, labels, multi_class, average, weights)
    classes = classes_of(true)
    if len(classes) < 2:
        warn("roc_auc_score is undefined: y_true has one class only")
        return float("nan")
    return area.pooled(
        _fill("binary", column(scores, "y_score"), true == classes[1], weights, "scores")
    )


def average_precision_score(
    y_true: Any,
    y_score: Any,
    *,
    average: str | None = "macro",
    pos_label: Any = 1,
    sample_weight: Any = None,
) -> Any:
    """The area under the precision-recall curve as a sum of steps; 0 without positives.

    y_true: (N,) labels with scores (N,), (N, L) of 0 and 1, or (N,) classes with scores (N, C).
    """
    true, scores = array(y_true, "y_true"), scores_of(y_score, "y_score")
    kind = kind_of(true, "y_true")
    weights = weights_of(sample_weight, len(true))
    same_length(true, scores)
    area = _Area("average_precision", 0.0)
    if kind == "multilabel-indicator":
        if pos_label != 1:
            raise ValueError("pos_label is 1 for multilabel targets")
        return area.average(scores, true, weights, average)
    true = column(true, "y_true")
    classes = classes_of(true)
    if kind == "multiclass":
        if pos_label != 1:
            raise ValueError("pos_label is 1 for multiclass targets")
        if scores.ndim != 2 or scores.shape[1] != len(classes):
            raise ValueError(f"y_score has shape {scores.shape}, y_true {len(classes)} classes")
        codes = codes_of(true, classes)
        if average == "samples":
            hot = codes[:, None] == np.arange(len(classes))
            return area.average(scores, hot, weights, average)
        return area.average(scores, codes, weights, average, "multiclass")
    if len(classes) == 2 and pos_label not in classes.tolist():
        raise ValueError(f"pos_label={pos_label!r} is none of {classes.tolist()}")
    return area.pooled(
        _fill("binary", column(scores, "y_score"), true == pos_label, weights, "scores")
    )


# ---- Curves ------------------------------------------------------------------------------------


def positive_label(true: np.ndarray, pos_label: Any) -> Any:
    """1 where labels leave no doubt, else as given."""
    if pos_label is not None:
        return pos_label
    classes = classes_of(true).tolist()
    if classes not in ([0, 1], [-1, 1], [0], [-1], [1]):
        raise ValueError(f"y_true takes values in {classes}: say pos_label")
    return 1


def _curve(
    kind: str, y_true: Any, y_score: Any, pos_label: Any, sample_weight: Any, thin: bool
) -> tuple[RocCurve | PrCurve, np.ndarray]:
    true, scores = column(y_true, "y_true"), column(scores_of(y_score, "y_score"), "y_score")
    same_length(true, scores)
    if kind_of(true, "y_true") != "binary" and pos_label is None:
        raise ValueError("multiclass format is not supported without pos_label")
    positive = true == positive_label(true, pos_label)
    weights = weights_of(sample_weight, len(true))
    if weights is not None:
        seen = weights != 0
        positive, scores, weights = positive[seen], scores[seen], weights[seen]
    tally = _fill("binary", scores, positive, weights, "scores")
    return tally.curve(kind, thin="equal" if thin else "none"), scores


def roc_curve(
    y_true: Any,
    y_score: Any,
    *,
    pos_label: Any = None,
    sample_weight: Any = None,
    drop_intermediate: bool = True,
) -> CurveArrays:
    """fpr, tpr and thresholds, from (0, 0) at threshold inf; NaN where a class is missing."""
    curve, _ = _curve("roc", y_true, y_score, pos_label, sample_weight, drop_intermediate)
    if curve.negatives == 0:
        warn("roc_curve: no negative samples, so fpr is undefined")
    if curve.positives == 0:
        warn("roc_curve: no positive samples, so tpr is undefined")
    return np.asarray(curve.fpr), np.asarray(curve.tpr), np.asarray(curve.thresholds)


def precision_recall_curve(
    y_true: Any,
    y_score: Any,
    *,
    pos_label: Any = None,
    sample_weight: Any = None,
    drop_intermediate: bool = False,
) -> CurveArrays:
    """precision, recall and thresholds, from the lowest threshold up, then (1, 0) without one.

    Without positives recall is 1, with a warning.
    """
    curve, scores = _curve("pr", y_true, y_score, pos_label, sample_weight, drop_intermediate)
    precision, recall = np.array(curve.precision), np.array(curve.recall)
    if curve.positives == 0:
        warnings.warn("no positive sample: recall is 1 for all thresholds", stacklevel=2)
        recall[:] = 1.0
    return (
        np.append(np.nan_to_num(precision[::-1], nan=0.0), 1.0),
        np.append(recall[::-1], 0.0),
        np.asarray(curve.thresholds)[::-1].astype(scores.dtype),
    )


def det_curve(
    y_true: Any,
    y_score: Any,
    pos_label: Any = None,
    sample_weight: Any = None,
    drop_intermediate: bool = False,
) -> CurveArrays:
    """fpr, fnr and thresholds from the lowest threshold up: the detection error tradeoff."""
    curve, _ = _curve("roc", y_true, y_score, pos_label, sample_weight, False)
    if curve.positives == 0 or curve.negatives == 0:
        raise ValueError("det_curve is not defined: y_true has one class only")
    tp, fp = np.asarray(curve.tp), np.asarray(curve.fp)
    thresholds = np.asarray(curve.thresholds)
    if drop_intermediate and len(tp) > 2:
        moves = np.diff(tp) != 0
        kept = np.concatenate(([True], moves[:-1] | moves[1:], [True]))
        tp, fp, thresholds = tp[kept], fp[kept], thresholds[kept]
    first = np.searchsorted(fp, fp[0], side="right") - 1
    last = np.searchsorted(tp, tp[-1]) + 1
    part = slice(first, last)
    fpr, fnr = fp[part] / fp[-1], (tp[-1] - tp[part]) / tp[-1]
    return fpr[::-1], fnr[::-1], thresholds[part][::-1]


# ---- Rankings ----------------------------------------------------------------------------------


def _ranking(metric: str, y_true: Any, y_score: Any, sample_weight: Any) -> float:
    true, scores = array(y_true, "y_true"), scores_of(y_score, "y_score")
    if true.ndim != 2 or true.shape != scores.shape:
        raise ValueError(f"y_true and y_score have shapes {true.shape} and {scores.shape}")
    weights = weights_of(sample_weight, len(true))
    return float(_fill("multilabel", scores, true, weights, "ranking").metric(metric, "whole"))


def coverage_error(y_true: Any, y_score: Any, *, sample_weight: Any = None) -> float:
    """How many labels down the ranking the last true one is, on average. (N, L) and (N, L)."""
    return _ranking("coverage_error", y_true, y_score, sample_weight)


def label_ranking_average_precision_score(
    y_true: Any, y_score: Any, *, sample_weight: Any = None
) -> float:
    """Whether true labels rank above false ones, sample by sample. (N, L) and (N, L)."""
    return _ranking("lrap", y_true, y_score, sample_weight)


def label_ranking_loss(y_true: Any, y_score: Any, *, sample_weight: Any = None) -> float:
    """The share of pairs of a true and a false label in the wrong order. (N, L) and (N, L)."""
    return _ranking("ranking_loss", y_true, y_score, sample_weight)
