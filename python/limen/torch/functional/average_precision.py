"""Average precision, of one batch."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from .._curve_metric import Average, Thresholds
from .._wrapper import Task, by_task
from ..average_precision import (
    BinaryAveragePrecision,
    MulticlassAveragePrecision,
    MultilabelAveragePrecision,
)
from ._once import once


def binary_average_precision(
    preds: Tensor,
    target: Tensor,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """BinaryAveragePrecision of one batch."""
    metric = BinaryAveragePrecision(
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_average_precision(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    average: Literal["macro", "weighted", "none"] | None = "macro",
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MulticlassAveragePrecision of one batch."""
    metric = MulticlassAveragePrecision(
        num_classes=num_classes,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_average_precision(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    average: Average = "macro",
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MultilabelAveragePrecision of one batch."""
    metric = MultilabelAveragePrecision(
        num_labels=num_labels,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def average_precision(
    preds: Tensor,
    target: Tensor,
    task: Task,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    average: Average = "macro",
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Tensor:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_average_precision,
        "multiclass": multiclass_average_precision,
        "multilabel": multilabel_average_precision,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels, "average": average}
    shared = {
        "preds": preds,
        "target": target,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
