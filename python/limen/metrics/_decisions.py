"""Metrics of decisions: everything that follows from tp, fp, tn and fn."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from ._targets import Decisions, warn

AVERAGES = ("binary", None, "micro", "macro", "weighted", "samples")
TP, FP, TN, FN = range(4)


def _zero_division(value: Any) -> float:
    if isinstance(value, str):
        if value != "warn":
            raise ValueError(f"zero_division is {value!r}: it is 'warn', 0, 1 or nan")
        return 0.0
    if value in (0, 1) or value != value:
        return float(value)
    raise ValueError(f"zero_division is {value!r}: it is 'warn', 0, 1 or nan")


def _divide(above: np.ndarray, below: np.ndarray, zero_division: Any, name: str) -> np.ndarray:
    empty = below == 0
    ratio = above / np.where(empty, 1, below)
    if empty.any():
        ratio[empty] = _zero_division(zero_division)
        if zero_division == "warn" and name:
            warn(f"{name} is 0/0 for {int(empty.sum())} of {len(empty)} and set to 0")
    return ratio


def _mean(values: np.ndarray, weights: np.ndarray | None) -> float:
    """The mean of what is not NaN."""
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    if weights is None:
        return float(np.average(values[known]))
    weights = weights[known]
    return float(np.average(values[known], weights=weights if weights.any() else None))


class _Sets:
    """Counts a label, or pooled, or a sample, as an average needs them."""

    def __init__(
        self,
        y_true: Any,
        y_pred: Any,
        labels: Any,
        pos_label: Any,
        average: str | None,
        sample_weight: Any,
    ) -> None:
        if average not in AVERAGES:
            raise ValueError(f"average is {average!r}: it is one of {AVERAGES}")
        data = Decisions.read(y_true, y_pred, sample_weight)
        if average == "binary":
            if data.kind != "binary":
                raise ValueError(f"targets are {data.kind}: average='binary' does not fit them")
            if pos_label not in data.classes.tolist() and len(data.classes) >= 2:
                raise ValueError(f"pos_label={pos_label!r} is none of {data.classes.tolist()}")
            labels = [pos_label]
        elif pos_label not in (None, 1):
            warnings.warn(f"pos_label is ignored with average={average!r}", stacklevel=3)
        counts = data.sample_counts(labels) if average == "samples" else data.counts(labels)
        if average == "micro":
            counts = counts.sum(axis=0, keepdims=True)
        self.tp, self.fp, self.tn, self.fn = counts.T
        self.average = average
        self.weights = {"weighted": self.tp + self.fn, "samples": data.weights}.get(average or "")

    def reduce(self, values: np.ndarray) -> Any:
        return values if self.average is None else _mean(values, self.weights)


def precision_recall_fscore_support(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float = 1.0,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = None,
    warn_for: Iterable[str] = ("precision", "recall", "f-score"),
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> tuple[Any, Any, Any, Any]:
    """Precision, recall, F-beta and support.

    y_true, y_pred: (N,) labels of any kind, or (N, L) of 0 and 1. labels: which, and in which
    order. average: None for arrays with a value a label, "binary" (of pos_label), "micro", "macro",
    "weighted" (by support), "samples" (multilabel). zero_division: what 0/0 is: 0, 1, nan (left
    out of averages) or "warn", which is 0 with a warning. The support of an average is None.
    O(N) for integers, O(N log N) for other labels.
    """
    _zero_division(zero_division)
    if beta < 0:
        raise ValueError(f"beta is {beta}: it is not negative")
    sets = _Sets(y_true, y_pred, labels, pos_label, average, sample_weight)

    def divide(above: np.ndarray, below: np.ndarray, name: str) -> np.ndarray:
        return _divide(above, below, zero_division, name if name in set(warn_for) else "")

    precision = divide(sets.tp, sets.tp + sets.fp, "precision")
    recall = divide(sets.tp, sets.tp + sets.fn, "recall")
    if np.isposinf(beta):
        fscore = recall
    elif beta == 0:
        fscore = precision
    else:
        square = beta**2
        below = square * (sets.tp + sets.fn) + (sets.tp + sets.fp)
        fscore = divide((1 + square) * sets.tp, below, "f-score")
    support = sets.tp + sets.fn if average is None else None
    return sets.reduce(precision), sets.reduce(recall), sets.reduce(fscore), support


def precision_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """tp / (tp + fp); arguments as for `precision_recall_fscore_support`."""
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        warn_for=("precision",),
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[0]


def recall_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """tp / (tp + fn); arguments as for `precision_recall_fscore_support`."""
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        labels=labels,
        pos_label=pos_label,
        average=average,
        warn_for=("recall",),
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[1]


def fbeta_score(
    y_true: Any,
    y_pred: Any,
    *,
    beta: float,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """F-beta; arguments as for `precision_recall_fscore_support`."""
    return precision_recall_fscore_support(
        y_true,
        y_pred,
        beta=beta,
        labels=labels,
        pos_label=pos_label,
        average=average,
        warn_for=("f-score",),
        sample_weight=sample_weight,
        zero_division=zero_division,
    )[2]


def f1_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """2 tp / (2 tp + fp + fn); arguments as for `precision_recall_fscore_support`."""
    return fbeta_score(
        y_true,
        y_pred,
        beta=1.0,
        labels=labels,
        pos_label=pos_label,
        average=average,
        sample_weight=sample_weight,
        zero_division=zero_division,
    )


def jaccard_score(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    pos_label: Any = 1,
    average: str | None = "binary",
    sample_weight: Any = None,
    zero_division: Any = "warn",
) -> Any:
    """tp / (tp + fp + fn); arguments as for `precision_recall_fscore_support`."""
    _zero_division(zero_division)
    sets = _Sets(y_true, y_pred, labels, pos_label, average, sample_weight)
    below = sets.tp + sets.fp + sets.fn
    return sets.reduce(_divide(sets.tp, below, zero_division, "jaccard"))


def multilabel_confusion_matrix(
    y_true: Any,
    y_pred: Any,
    *,
    sample_weight: Any = None,
    labels: Any = None,
    samplewise: bool = False,
) -> np.ndarray:
    """(L, 2, 2) of [[tn, fp], [fn, tp]] a label, or (N, 2, 2) a sample."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    counts = data.sample_counts(labels) if samplewise else data.counts(labels)
    return counts[:, [TN, FP, FN, TP]].reshape(-1, 2, 2)


def _matrix(data: Decisions, labels: Any) -> np.ndarray:
    """Rows are true classes; integers unless weights are floats."""
    if data.multilabel:
        raise ValueError("multilabel-indicator is not supported: see multilabel_confusion_matrix")
    classes = data.classes if labels is None else np.asarray(labels)
    if classes.size == 0:
        raise ValueError("'labels' should contain at least one label")
    if labels is not None and not np.isin(data.true, classes).any():
        raise ValueError("at least one label specified must be in y_true")
    matrix = np.asarray(data.tally("confusion", classes).confusion())
    matrix = matrix[: len(classes), : len(classes)]
    whole = data.weights is None or data.weights.dtype.kind in "biu"
    return matrix.astype(np.int64) if whole else matrix


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    sample_weight: Any = None,
    normalize: str | None = None,
) -> np.ndarray:
    """(C, C), rows true classes; samples of labels that were not asked for are left out.

    normalize: "true" (rows sum to 1), "pred" (columns) or "all"; 0/0 is 0.
    """
    matrix = _matrix(Decisions.read(y_true, y_pred, sample_weight), labels)
    if normalize is None:
        return matrix
    totals = {
        "true": lambda: matrix.sum(axis=1, keepdims=True),
        "pred": lambda: matrix.sum(axis=0, keepdims=True),
        "all": lambda: matrix.sum(keepdims=True),
    }
    if normalize not in totals:
        raise ValueError(f"normalize is {normalize!r}: it is one of {[*totals, None]}")
    total = totals[normalize]()
    return np.where(total == 0, 0.0, matrix / np.where(total == 0, 1, total))


def _share(right: float, data: Decisions, normalize: bool) -> float:
    total = len(data.true) if data.weights is None else float(data.weights.sum())
    return float(right / total if normalize else right)


def accuracy_score(
    y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None
) -> float:
    """The share of samples that are right in all labels; their number when not normalized."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    if not data.multilabel:
        return _share(data.counts()[:, TP].sum(), data, normalize)
    exact = data.tally("samples").metric("exact_match", "whole")
    return float(exact) if normalize else float(exact * _total(data))


def _total(data: Decisions) -> float:
    return float(len(data.true)) if data.weights is None else float(data.weights.sum())


def zero_one_loss(
    y_true: Any, y_pred: Any, *, normalize: bool = True, sample_weight: Any = None
) -> float:
    """1 - accuracy, or the number of samples that are wrong."""
    right = accuracy_score(y_true, y_pred, normalize=normalize, sample_weight=sample_weight)
    if normalize:
        return 1 - right
    return _total(Decisions.read(y_true, y_pred, sample_weight)) - right


def hamming_loss(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The share of cells that are wrong; for single labels, of samples."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    return float(data.tally("counts").metric("hamming_loss", "whole"))


def balanced_accuracy_score(
    y_true: Any, y_pred: Any, *, sample_weight: Any = None, adjusted: bool = False
) -> float:
    """The mean recall of the classes that occur; adjusted: 0 for chance."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    if data.multilabel:
        raise ValueError("multilabel-indicator is not supported")
    counts = data.counts()
    support = counts[:, TP] + counts[:, FN]
    if (support == 0).any():
        warnings.warn("y_pred contains classes not in y_true", stacklevel=2)
    recall = counts[support > 0, TP] / support[support > 0]
    score = recall.mean()
    if adjusted:
        chance = 1 / len(recall)
        score = (score - chance) / (1 - chance)
    return float(score)


def matthews_corrcoef(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> float:
    """The correlation of truth and decision (Gorodkin's for several classes); 0 for 0/0."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    if data.multilabel:
        raise ValueError("multilabel-indicator is not supported")
    return float(data.tally("confusion").metric("mcc", "whole"))


def cohen_kappa_score(
    y1: Any,
    y2: Any,
    *,
    labels: Any = None,
    weights: str | None = None,
    sample_weight: Any = None,
    replace_undefined_by: float = float("nan"),
) -> float:
    """Agreement beyond chance. weights: None, "linear" or "quadratic", by the order of labels."""
    data = Decisions.read(y1, y2, sample_weight)
    classes = data.classes if labels is None else np.asarray(labels)
    matrix = _matrix(data, labels)
    tally = data.tally("confusion", classes)
    kappa = tally.metric("kappa", "whole", kappa_weights=weights, zero_division="nan")
    if matrix.sum() == 0 or np.isnan(kappa):
        warn(f"cohen_kappa_score is 0/0 and set to {replace_undefined_by}")
        return float(replace_undefined_by)
    return float(kappa)
