"""The greatest sensitivity where specificity is at least a bound: of one batch."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._curve_metric import Thresholds
from .._wrapper import Task, by_task
from ..sensitivity_specificity import (
    BinarySensitivityAtSpecificity,
    MulticlassSensitivityAtSpecificity,
    MultilabelSensitivityAtSpecificity,
)
from ._once import once


def binary_sensitivity_at_specificity(
    preds: Tensor,
    target: Tensor,
    min_specificity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """BinarySensitivityAtSpecificity of one batch."""
    metric = BinarySensitivityAtSpecificity(
        min_specificity=min_specificity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_sensitivity_at_specificity(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    min_specificity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MulticlassSensitivityAtSpecificity of one batch."""
    metric = MulticlassSensitivityAtSpecificity(
        num_classes=num_classes,
        min_specificity=min_specificity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_sensitivity_at_specificity(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    min_specificity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MultilabelSensitivityAtSpecificity of one batch."""
    metric = MultilabelSensitivityAtSpecificity(
        num_labels=num_labels,
        min_specificity=min_specificity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def sensitivity_at_specificity(
    preds: Tensor,
    target: Tensor,
    task: Task,
    min_specificity: float,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> tuple[Tensor, Tensor]:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_sensitivity_at_specificity,
        "multiclass": multiclass_sensitivity_at_specificity,
        "multilabel": multilabel_sensitivity_at_specificity,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels}
    shared = {
        "preds": preds,
        "target": target,
        "min_specificity": min_specificity,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
