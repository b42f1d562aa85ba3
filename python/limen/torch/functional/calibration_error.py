"""Calibration error, of one batch."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from .._wrapper import Task, by_task
from ..calibration_error import BinaryCalibrationError, MulticlassCalibrationError, Norm
from ._once import once


def binary_calibration_error(
    preds: Tensor,
    target: Tensor,
    n_bins: int = 15,
    norm: Norm = "l1",
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """BinaryCalibrationError of one batch."""
    metric = BinaryCalibrationError(
        n_bins, norm, ignore_index, validate_args, from_logits=from_logits
    )
    return once(metric, preds, target, weights)


def multiclass_calibration_error(
    preds: Tensor,
    target: Tensor,
    num_classes: int,
    n_bins: int = 15,
    norm: Norm = "l1",
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    from_logits: bool | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """MulticlassCalibrationError of one batch."""
    metric = MulticlassCalibrationError(
        num_classes, n_bins, norm, ignore_index, validate_args, from_logits=from_logits
    )
    return once(metric, preds, target, weights)


def calibration_error(
    preds: Tensor,
    target: Tensor,
    task: Task,
    n_bins: int = 15,
    norm: Norm = "l1",
    num_classes: int | None = None,
    ignore_index: int | None = None,
    validate_args: bool = True,
    **options: Any,
) -> Tensor:
    """The function of a task. options: from_logits, weights."""
    forms = {"binary": binary_calibration_error, "multiclass": multiclass_calibration_error}
    shared = {
        "preds": preds,
        "target": target,
        "n_bins": n_bins,
        "norm": norm,
        "ignore_index": ignore_index,
        "validate_args": validate_args,
    }
    return by_task(forms, task, {"num_classes": num_classes}, shared | options)
