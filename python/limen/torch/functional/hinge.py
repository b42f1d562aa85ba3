"""Hinge loss, of one batch. Where preds require a gradient, torchmetrics computes it."""

from __future__ import annotations

from typing import Any

from torchmetrics.functional.classification.hinge import binary_hinge_loss as peer_binary
from torchmetrics.functional.classification.hinge import multiclass_hinge_loss as peer_multiclass

from torch import Tensor

from .._wrapper import Task, by_task
from ..hinge import BinaryHingeLoss, Mode, MulticlassHingeLoss
from ._once import once


def binary_hinge_loss(
    preds: Tensor,
    target: Tensor,
    squared: bool = False,
    ignore_index: int | None = None,
    validate_args: bool = False,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """BinaryHingeLoss of one batch."""
    if preds.requires_grad and weights is None:
        return peer_binary(preds, target, squared, ignore_index, validate_args)
    metric = BinaryHingeLoss(squared, ignore_index, validate_args, from_logits=from_logits)
    return once(metric, preds, target, weights)


def multiclass_hinge_loss(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    squared: bool = False,
    multiclass_mode: Mode = "crammer-singer",
    ignore_index: int | None = None,
    validate_args: bool = False,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MulticlassHingeLoss of one batch."""
    if preds.requires_grad and weights is None:
        return peer_multiclass(
            preds, target, num_classes, squared, multiclass_mode, ignore_index, validate_args
        )
    metric = MulticlassHingeLoss(
        num_classes,
        squared,
        multiclass_mode,
        ignore_index,
        validate_args,
        from_logits=from_logits,
    )
    return once(metric, preds, target, weights)


def hinge_loss(
    preds: Tensor,
    target: Tensor,
    task: Task,
    num_classes: int | None = None,
    squared: bool = False,
    multiclass_mode: Mode = "crammer-singer",
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Tensor:
    """The function of a task. options: from_logits, weights."""
    forms = {"binary": binary_hinge_loss, "multiclass": multiclass_hinge_loss}
    if task == "multiclass":
        options["multiclass_mode"] = multiclass_mode
    shared = {
        "preds": preds,
        "target": target,
        "squared": squared,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, {"num_classes": num_classes}, shared | options)
