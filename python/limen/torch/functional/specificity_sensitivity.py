"""The greatest specificity where sensitivity is at least a bound: of one batch."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._curve_metric import Thresholds
from .._wrapper import Task, by_task
from ..specificity_sensitivity import (
    BinarySpecificityAtSensitivity,
    MulticlassSpecificityAtSensitivity,
    MultilabelSpecificityAtSensitivity,
)
from ._once import once


def binary_specificity_at_sensitivity(
    preds: Tensor,
    target: Tensor,
    min_sensitivity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """BinarySpecificityAtSensitivity of one batch."""
    metric = BinarySpecificityAtSensitivity(
        min_sensitivity=min_sensitivity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multiclass_specificity_at_sensitivity(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    min_sensitivity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MulticlassSpecificityAtSensitivity of one batch."""
    metric = MulticlassSpecificityAtSensitivity(
        num_classes=num_classes,
        min_sensitivity=min_sensitivity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def multilabel_specificity_at_sensitivity(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    min_sensitivity: float,
    thresholds: Thresholds = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """MultilabelSpecificityAtSensitivity of one batch."""
    metric = MultilabelSpecificityAtSensitivity(
        num_labels=num_labels,
        min_sensitivity=min_sensitivity,
        thresholds=thresholds,
        ignore_index=ignore_index,
        validate_args=validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def specificity_at_sensitivity(
    preds: Tensor,
    target: Tensor,
    task: Task,
    min_sensitivity: float,
    thresholds: Thresholds = None,
    num_classes: int | None = None,
    num_labels: int | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> tuple[Tensor, Tensor]:
    """The function of a task. options: from_logits, weights."""
    forms = {
        "binary": binary_specificity_at_sensitivity,
        "multiclass": multiclass_specificity_at_sensitivity,
        "multilabel": multilabel_specificity_at_sensitivity,
    }
    own = {"num_classes": num_classes, "num_labels": num_labels}
    shared = {
        "preds": preds,
        "target": target,
        "min_sensitivity": min_sensitivity,
        "thresholds": thresholds,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, own, shared | options)
