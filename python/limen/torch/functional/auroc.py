"""The area under the ROC curve, of one batch."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from .._curve_metric import Average, Thresholds
from .._wrapper import Task, by_task
from ..auroc import BinaryAUROC, MulticlassAUROC, MultilabelAUROC
from ._once import once


def binary_auroc(
    preds: Tensor,
    target: Tensor,
    max_fpr: float | None = None,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """BinaryAUROC of one batch."""
    metric = BinaryAUROC(
        max_fpr=max_fpr,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_auroc(
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
    """MulticlassAUROC of one batch."""
    metric = MulticlassAUROC(
        num_classes=num_classes,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_auroc(
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
    """MultilabelAUROC of one batch."""
    metric = MultilabelAUROC(
        num_labels=num_labels,
        average=average,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def auroc(
    preds: Tensor,
    target: Tensor,
    task: Task,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    average: Average = "macro",
    max_fpr: float | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Tensor:
    """The function of a task. options: from_logits, weights."""
    forms = {"binary": binary_auroc, "multiclass": multiclass_auroc, "multilabel": multilabel_auroc}
    own = {"num_classes": num_classes, "num_labels": num_labels, "average": average}
    if task == "binary":
        options["max_fpr"] = max_fpr
    shared = {
        "preds": preds,
        "target": target,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
