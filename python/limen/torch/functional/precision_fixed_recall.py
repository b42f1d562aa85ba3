"""The greatest precision where recall is at least min_recall, and its threshold, of one batch."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._curve_metric import Thresholds
from .._wrapper import Task, by_task
from ..precision_fixed_recall import (
    BinaryPrecisionAtFixedRecall,
    MulticlassPrecisionAtFixedRecall,
    MultilabelPrecisionAtFixedRecall,
)
from ._once import once


def binary_precision_at_fixed_recall(
    preds: Tensor,
    target: Tensor,
    min_recall: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """BinaryPrecisionAtFixedRecall of one batch."""
    metric = BinaryPrecisionAtFixedRecall(
        min_recall=min_recall,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_precision_at_fixed_recall(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    min_recall: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MulticlassPrecisionAtFixedRecall of one batch."""
    metric = MulticlassPrecisionAtFixedRecall(
        num_classes=num_classes,
        min_recall=min_recall,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_precision_at_fixed_recall(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    min_recall: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MultilabelPrecisionAtFixedRecall of one batch."""
    metric = MultilabelPrecisionAtFixedRecall(
        num_labels=num_labels,
        min_recall=min_recall,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def precision_at_fixed_recall(
    preds: Tensor,
    target: Tensor,
    task: Task,
    min_recall: float,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> tuple[Tensor, Tensor]:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_precision_at_fixed_recall,
        "multiclass": multiclass_precision_at_fixed_recall,
        "multilabel": multilabel_precision_at_fixed_recall,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels}
    shared = {
        "preds": preds,
        "target": target,
        "min_recall": min_recall,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
