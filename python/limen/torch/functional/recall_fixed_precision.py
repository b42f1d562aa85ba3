"""The greatest recall where precision is at least min_precision: of one batch."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._curve_metric import Thresholds
from .._wrapper import Task, by_task
from ..recall_fixed_precision import (
    BinaryRecallAtFixedPrecision,
    MulticlassRecallAtFixedPrecision,
    MultilabelRecallAtFixedPrecision,
)
from ._once import once


def binary_recall_at_fixed_precision(
    preds: Tensor,
    target: Tensor,
    min_precision: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """BinaryRecallAtFixedPrecision of one batch."""
    metric = BinaryRecallAtFixedPrecision(
        min_precision=min_precision,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_recall_at_fixed_precision(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    min_precision: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MulticlassRecallAtFixedPrecision of one batch."""
    metric = MulticlassRecallAtFixedPrecision(
        num_classes=num_classes,
        min_precision=min_precision,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_recall_at_fixed_precision(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    min_precision: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MultilabelRecallAtFixedPrecision of one batch."""
    metric = MultilabelRecallAtFixedPrecision(
        num_labels=num_labels,
        min_precision=min_precision,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def recall_at_fixed_precision(
    preds: Tensor,
    target: Tensor,
    task: Task,
    min_precision: float,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> tuple[Tensor, Tensor]:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_recall_at_fixed_precision,
        "multiclass": multiclass_recall_at_fixed_precision,
        "multilabel": multilabel_recall_at_fixed_precision,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels}
    shared = {
        "preds": preds,
        "target": target,
        "min_precision": min_precision,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
