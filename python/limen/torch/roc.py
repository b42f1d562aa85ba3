"""The receiver operating characteristic.

fpr, tpr and thresholds, descending, the exact curve from (0, 0) at threshold 1 on.
"""

from __future__ import annotations

from typing import Any

from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import (
    BinaryCurve,
    CurveMetric,
    Evidence,
    MulticlassCurve,
    MultilabelCurve,
    Thresholds,
)
from ._curves import Curve, Curves, roc_curves
from ._wrapper import Task, by_task


class ROCValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Curve | Curves:
        return roc_curves(evidence, getattr(self, "average", None))


class BinaryROC(ROCValue, BinaryCurve, peer.BinaryROC):
    """Of binary scores."""


class MulticlassROC(ROCValue, MulticlassCurve, peer.MulticlassROC):
    """Of each class against the rest."""


class MultilabelROC(ROCValue, MultilabelCurve, peer.MultilabelROC):
    """Of each label."""


class ROC(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {"binary": BinaryROC, "multiclass": MulticlassROC, "multilabel": MultilabelROC}
        return by_task(forms, task, locals(), kwargs)
