"""The area under the ROC curve over the logarithm of fpr, of one batch."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from .._curve_metric import Thresholds
from .._wrapper import Task, by_task
from ..logauc import BinaryLogAUC, MulticlassLogAUC, MultilabelLogAUC
from ._once import once


def binary_logauc(
    preds: Tensor,
    target: Tensor,
    fpr_range: tuple[float, float] = (0.001, 0.1),
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """BinaryLogAUC of one batch."""
    metric = BinaryLogAUC(
        fpr_range=fpr_range,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_logauc(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    fpr_range: tuple[float, float] = (0.001, 0.1),
    average: Literal["macro", "none"] | None = "macro",
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MulticlassLogAUC of one batch."""
    metric = MulticlassLogAUC(
        num_classes=num_classes,
        fpr_range=fpr_range,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_logauc(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    fpr_range: tuple[float, float] = (0.001, 0.1),
    average: Literal["macro", "none"] | None = "macro",
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MultilabelLogAUC of one batch."""
    metric = MultilabelLogAUC(
        num_labels=num_labels,
        fpr_range=fpr_range,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def logauc(
    preds: Tensor,
    target: Tensor,
    task: Task,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    fpr_range: tuple[float, float] = (0.001, 0.1),
    average: Literal["macro", "none"] | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Tensor:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_logauc,
        "multiclass": multiclass_logauc,
        "multilabel": multilabel_logauc,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels, "average": average}
    shared = {
        "preds": preds,
        "target": target,
        "thresholds": thresholds,
        "fpr_range": fpr_range,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
