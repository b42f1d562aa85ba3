"""The area under the ROC curve over the logarithm of fpr."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import CurveMetric, Evidence, Thresholds
from ._curves import each_curve, is_one, log_auc, mean_over_labels, roc_curves
from ._wrapper import Task, by_task

AVERAGES = ("macro", "weighted", "none", None)


class LogAUCValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Tensor:
        curves = roc_curves(evidence)
        if is_one(curves):
            return log_auc(*curves[:2], self.fpr_range)
        values = [log_auc(fpr, tpr, self.fpr_range) for fpr, tpr, _ in each_curve(curves)]
        if self.average2 not in AVERAGES:
            raise ValueError(f"average is {self.average2!r}: it is one of {AVERAGES}")
        return mean_over_labels(torch.stack(values), self.average2, evidence.support(), "LogAUC")


class BinaryLogAUC(LogAUCValue, peer.BinaryLogAUC):
    """Of binary scores."""

    _task = "binary"

    def __init__(
        self,
        fpr_range: tuple[float, float] = (0.001, 0.1),
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fpr_range=fpr_range,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MulticlassLogAUC(LogAUCValue, peer.MulticlassLogAUC):
    """Of each class against the rest."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        fpr_range: tuple[float, float] = (0.001, 0.1),
        average: Literal["macro", "none"] | None = None,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            fpr_range=fpr_range,
            average=average,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MultilabelLogAUC(LogAUCValue, peer.MultilabelLogAUC):
    """Of each label."""

    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        fpr_range: tuple[float, float] = (0.001, 0.1),
        average: Literal["macro", "none"] | None = None,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels,
            fpr_range=fpr_range,
            average=average,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class LogAUC(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        thresholds: Thresholds = None,
        fpr_range: tuple[float, float] = (0.001, 0.1),
        num_classes: int | None = None,
        num_labels: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {
            "binary": BinaryLogAUC,
            "multiclass": MulticlassLogAUC,
            "multilabel": MultilabelLogAUC,
        }
        return by_task(forms, task, locals(), kwargs)
