"""Losses of probabilities and margins."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import Tally
from ._scores import positive_label
from ._targets import (
    array,
    as_float,
    classes_of,
    codes_of,
    column,
    kind_of,
    same_length,
    scores_of,
    weights_of,
)


def _loss(
    keep: str, metric: str, scores: np.ndarray, targets: np.ndarray, weights: np.ndarray | None
) -> float:
    task, width = ("binary", 1) if scores.ndim == 1 else ("multiclass", scores.shape[1])
    tally = Tally(task, width, keep=keep, weighted=weights is not None)
    tally.update(scores, targets, as_float(weights))
    return float(tally.metric(metric, "micro" if task == "binary" else "whole"))


def _check_probabilities(proba: np.ndarray) -> None:
    if proba.min() < 0 or proba.max() > 1:
        raise ValueError("probabilities must be from 0 to 1")


def _classes(true: np.ndarray, labels: Any, columns: int) -> np.ndarray:
    """The classes of the columns: in order, so as scikit-learn has them."""
    classes = classes_of(true) if labels is None else np.unique(np.asarray(labels))
    if labels is not None and not np.isin(true, classes).all():
        raise ValueError("y_true contains values that are not in labels")
    if len(classes) < 2:
        raise ValueError("there is one class only: name all of them in labels")
    if len(classes) != columns:
        raise ValueError(f"there are {len(classes)} classes, but {columns} columns of numbers")
    return classes


def _probabilities(
    y_true: Any, y_proba: Any, sample_weight: Any, labels: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Of the classes: (N,) for two of them with one column, else (N, C); targets as numbers."""
    proba, true = scores_of(y_proba, "y_proba"), column(y_true, "y_true")
    same_length(proba, true)
    _check_probabilities(proba)
    if proba.ndim == 2 and proba.shape[1] == 1:
        proba = proba[:, 0]
    classes = _classes(true, labels, proba.shape[1] if proba.ndim == 2 else 2)
    if proba.ndim == 2:
        close = np.sqrt(np.finfo(proba.dtype).eps)
        if not np.isclose(proba.sum(axis=1), 1, rtol=close).all():
            warnings.warn("the probabilities of a sample do not sum to 1", stacklevel=3)
    return proba, codes_of(true, classes), weights_of(sample_weight, len(true))


def log_loss(
    y_true: Any,
    y_proba: Any,
    *,
    normalize: bool = True,
    sample_weight: Any = None,
    labels: Any = None,
) -> float:
    """The mean of -log(probability of what is true), or its sum when not normalized.

    y_proba: (N,) for two classes (of the second in order), or (N, C) in the order of the classes.
    Probabilities are kept from 0 and 1 by the epsilon of their dtype.
    """
    proba, codes, weights = _probabilities(y_true, y_proba, sample_weight, labels)
    loss = _loss("calibration", "log_loss", proba, codes, weights)
    if normalize:
        return loss
    return loss * float(len(codes) if weights is None else weights.sum())


def _binary_brier(
    y_true: Any, proba: np.ndarray, sample_weight: Any, pos_label: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    true = column(y_true, "y_true")
    same_length(true, proba)
    _check_probabilities(proba)
    if kind_of(true, "y_true") != "binary":
        raise ValueError("y_true is multiclass, but y_proba has one column")
    try:
        pos_label = positive_label(true, pos_label)
    except ValueError:
        if true.dtype.kind in "OUS":
            raise
        pos_label = classes_of(true)[-1]
    return proba, true == pos_label, weights_of(sample_weight, len(true))


def brier_score_loss(
    y_true: Any,
    y_proba: Any,
    *,
    sample_weight: Any = None,
    pos_label: Any = None,
    labels: Any = None,
    scale_by_half: Any = "auto",
) -> float:
    """The mean squared distance of probabilities and truth.

    y_proba: (N,) of pos_label, or (N, C) in the order of the classes. scale_by_half: halves the sum
    over the classes, so that it is at most 1; "auto" does so for two classes.
    """
    proba = scores_of(y_proba, "y_proba")
    binary = proba.ndim == 1 or proba.shape[1] == 1
    if binary:
        found = _binary_brier(y_true, column(proba, "y_proba"), sample_weight, pos_label)
    else:
        found = _probabilities(y_true, proba, sample_weight, labels)
    score = _loss("calibration", "brier", *found)
    halved = found[0].ndim == 1 or found[0].shape[1] < 3  # so is the core's
    wanted = halved if scale_by_half == "auto" else bool(scale_by_half)
    return score * (0.5 if wanted else 1.0) / (0.5 if halved else 1.0)


def hinge_loss(
    y_true: Any, pred_decision: Any, *, labels: Any = None, sample_weight: Any = None
) -> float:
    """The mean of max(0, 1 - margin).

    pred_decision: (N,) for two classes, positive for the second in order; (N, C) for more, where
    the margin is that of the true class over the greatest other (Crammer and Singer).
    """
    margins, true = scores_of(pred_decision, "pred_decision"), column(y_true, "y_true")
    same_length(margins, true)
    classes = classes_of(true) if labels is None else np.unique(array(labels, "labels"))
    if len(classes) > 2:
        if margins.ndim != 2:
            raise ValueError(f"pred_decision has shape {margins.shape}: (N, {len(classes)}) is due")
        if not np.isin(true, classes).all():
            raise ValueError("y_true contains values that are not in labels")
        codes = codes_of(true, _classes(true, classes, margins.shape[1]))
    else:
        margins = column(margins, "pred_decision")
        present = classes_of(true)
        codes = true == present[-1] if len(present) == 2 else np.zeros(len(true), bool)
    weights = weights_of(sample_weight, len(true))
    return _loss("hinge", "hinge", margins, codes, weights)
