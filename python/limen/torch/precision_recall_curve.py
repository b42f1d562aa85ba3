"""The precision-recall curve.

precision, recall and thresholds, ascending; see torchmetrics for the shapes.
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
from ._curves import Curve, Curves, precision_recall_curves
from ._wrapper import Task, by_task


class PrecisionRecallCurveValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Curve | Curves:
        return precision_recall_curves(evidence, getattr(self, "average", None))


class BinaryPrecisionRecallCurve(
    PrecisionRecallCurveValue, BinaryCurve, peer.BinaryPrecisionRecallCurve
):
    """Of binary scores."""


class MulticlassPrecisionRecallCurve(
    PrecisionRecallCurveValue, MulticlassCurve, peer.MulticlassPrecisionRecallCurve
):
    """Of each class against the rest."""


class MultilabelPrecisionRecallCurve(
    PrecisionRecallCurveValue, MultilabelCurve, peer.MultilabelPrecisionRecallCurve
):
    """Of each label."""


class PrecisionRecallCurve(_ClassificationTaskWrapper):
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
        forms = {
            "binary": BinaryPrecisionRecallCurve,
            "multiclass": MulticlassPrecisionRecallCurve,
            "multilabel": MultilabelPrecisionRecallCurve,
        }
        return by_task(forms, task, locals(), kwargs)
