"""The value of an objective on decisions that were made elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import Tally
from .._tune import costs_of

# An objective that is a metric under another name, and those with a parameter behind a colon.
METRICS = {"youden": "informedness"}
PARAMETERS = {"fbeta": "beta", "net_benefit": "pt"}

# How a scope averages over labels; for many classes some are of the whole matrix by nature.
AVERAGES = {"micro": "micro", "weighted": "weighted", "samples": "samples"}
OF_THE_WHOLE = ("accuracy", "balanced_accuracy", "mcc", "kappa")


def average_of(task: str, objective: str, scope: str, average: str = "micro") -> str:
    """The average by which `limen.tune` values a scope."""
    if scope == "global":
        return average
    if task == "multiclass" and scope == "label" and objective in OF_THE_WHOLE:
        return "whole"
    return AVERAGES.get(scope, "macro")


def lower_is_better(objective: str) -> bool:
    return objective in ("cost", "distance01")


def _of_counts(tally: Tally, cost: Any, labels: Any, micro: bool) -> float:
    """Costs may differ by label, which a metric's options do not say."""
    rows, matrix = costs_of(cost, tally.task, tally.width, labels)
    if matrix is not None:
        return float((np.asarray(tally.confusion()) * matrix).sum())
    prices = np.asarray([[0.0, 1.0, 0.0, 1.0]] if rows is None else rows)
    by_label = (np.asarray(tally.counts()) * prices).sum(axis=1)
    return float(by_label.sum() if micro else by_label.mean())


def value_of(
    tally: Tally,
    objective: str,
    average: str,
    *,
    cost: Any = None,
    labels: Any = None,
    zero_division: Any = 0,
) -> float:
    """The objective on what a tally has counted."""
    if objective == "cost":
        return _of_counts(tally, cost, labels, average == "micro")
    if "=" in objective:  # a crossing's value is the mean of its sides
        return float(np.mean([value_of(tally, side, average) for side in objective.split("=")]))
    name, _, parameter = objective.partition(":")
    if name == "youden" and parameter:
        recall = value_of(tally, "recall", average)
        return recall - float(parameter) * value_of(tally, "fpr", average)
    options: dict[str, Any] = {PARAMETERS[name]: float(parameter)} if parameter else {}
    found = tally.metric(METRICS.get(name, name), average, zero_division=zero_division, **options)
    return float(found)
