"""The receiver operating characteristic, of one batch."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from .._curve_metric import Thresholds
from .._curves import Curves
from .._wrapper import Task, by_task
from ..roc import BinaryROC, MulticlassROC, MultilabelROC
from ._once import once


def binary_roc(
    preds: Tensor,
    target: Tensor,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Curves:
    """BinaryROC of one batch."""
    metric = BinaryROC(
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_roc(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    thresholds: Thresholds = None,
    average: Literal["micro", "macro"] | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Curves:
    """MulticlassROC of one batch."""
    metric = MulticlassROC(
        num_classes=num_classes,
        thresholds=thresholds,
        average=average,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_roc(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Curves:
    """MultilabelROC of one batch."""
    metric = MultilabelROC(
        num_labels=num_labels,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def roc(
    preds: Tensor,
    target: Tensor,
    task: Task,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    average: Literal["micro", "macro"] | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Curves:
    """The function of a task. options: from_logits, weights."""
    forms = {"binary": binary_roc, "multiclass": multiclass_roc, "multilabel": multilabel_roc}
    own = {"num_classes": num_classes, "num_labels": num_labels}
    if task == "multiclass":
        own["average"] = average
    shared = {
        "preds": preds,
        "target": target,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
