"""The area under the ROC curve.

A label whose targets are all alike has area 0, with a warning.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import (
    Average,
    CurveMetric,
    Evidence,
    MulticlassArea,
    MultilabelArea,
    Thresholds,
)
from ._curves import area, mean_over_labels, partial_auroc, roc_curves, warn_of_one_class
from ._cuts import Exact
from ._wrapper import Task, by_task


class AUROCValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Tensor:
        average = getattr(self, "average", None)
        pool = self._task == "binary" or average == "micro"
        max_fpr = getattr(self, "max_fpr", None)
        if isinstance(evidence, Exact):
            values = evidence.metric("auroc", pool, max_fpr=max_fpr or 0.0)
            if values.isnan().any():
                warn_of_one_class("AUROC", "0")
                values = values.nan_to_num(0.0)
        else:
            fpr, tpr, _ = roc_curves(evidence, "micro" if pool else None)
            values = partial_auroc(fpr, tpr, max_fpr) if pool else area(fpr, tpr)
        return values if pool else mean_over_labels(values, average, evidence.support())


class BinaryAUROC(AUROCValue, peer.BinaryAUROC):
    """Of binary scores."""

    _task = "binary"

    def __init__(
        self,
        max_fpr: float | None = None,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            max_fpr=max_fpr,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MulticlassAUROC(AUROCValue, MulticlassArea, peer.MulticlassAUROC):
    """Of each class against the rest."""


class MultilabelAUROC(AUROCValue, MultilabelArea, peer.MultilabelAUROC):
    """Of each label."""


class AUROC(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "macro",
        max_fpr: float | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {
            "binary": BinaryAUROC,
            "multiclass": MulticlassAUROC,
            "multilabel": MultilabelAUROC,
        }
        return by_task(forms, task, locals(), kwargs)
