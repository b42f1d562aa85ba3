"""The greatest sensitivity where specificity is at least min_specificity, and its threshold.

(0, 1e6) where there is none, as in torchmetrics.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import CurveMetric, Evidence, Thresholds
from ._curves import at_each_label, first_best_where, roc_curves
from ._wrapper import Task, by_task


class SensitivityAtSpecificityValue(CurveMetric):
    def _value(self, evidence: Evidence) -> tuple[Tensor, Tensor]:
        return at_each_label(
            roc_curves(evidence),
            lambda fpr, tpr, thresholds: first_best_where(
                tpr, 1 - fpr, thresholds, self.min_specificity
            ),
        )


class BinarySensitivityAtSpecificity(
    SensitivityAtSpecificityValue, peer.BinarySensitivityAtSpecificity
):
    """Of binary scores."""

    _task = "binary"

    def __init__(
        self,
        min_specificity: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            min_specificity=min_specificity,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MulticlassSensitivityAtSpecificity(
    SensitivityAtSpecificityValue, peer.MulticlassSensitivityAtSpecificity
):
    """Of each class against the rest."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        min_specificity: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            min_specificity=min_specificity,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MultilabelSensitivityAtSpecificity(
    SensitivityAtSpecificityValue, peer.MultilabelSensitivityAtSpecificity
):
    """Of each label."""

    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        min_specificity: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels,
            min_specificity=min_specificity,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class SensitivityAtSpecificity(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        min_specificity: float,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {
            "binary": BinarySensitivityAtSpecificity,
            "multiclass": MulticlassSensitivityAtSpecificity,
            "multilabel": MultilabelSensitivityAtSpecificity,
        }
        return by_task(forms, task, locals(), kwargs)
