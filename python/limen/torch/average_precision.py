"""Average precision.

Without positives: 0 with a warning; a class that does not occur: NaN, and not in averages.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import (
    Average,
    BinaryCurve,
    CurveMetric,
    Evidence,
    MulticlassArea,
    MultilabelArea,
    Thresholds,
)
from ._curves import (
    average_precision,
    mean_over_labels,
    precision_recall_curves,
    warn_of_no_positives,
)
from ._cuts import Exact
from ._wrapper import Task, by_task


class AveragePrecisionValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Tensor:
        average = getattr(self, "average", None)
        pool = self._task == "binary" or average == "micro"
        if isinstance(evidence, Exact):
            values = evidence.metric("average_precision", pool)
            if evidence.task != "multiclass" and values.isnan().any():
                warn_of_no_positives()
                values = values.nan_to_num(0.0)
        else:
            precision, recall, _ = precision_recall_curves(evidence, "micro" if pool else None)
            values = average_precision(precision, recall)
        return values if pool else mean_over_labels(values, average, evidence.support())


class BinaryAveragePrecision(AveragePrecisionValue, BinaryCurve, peer.BinaryAveragePrecision):
    """Of binary scores."""


class MulticlassAveragePrecision(
    AveragePrecisionValue, MulticlassArea, peer.MulticlassAveragePrecision
):
    """Of each class against the rest."""


class MultilabelAveragePrecision(
    AveragePrecisionValue, MultilabelArea, peer.MultilabelAveragePrecision
):
    """Of each label."""


class AveragePrecision(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "macro",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {
            "binary": BinaryAveragePrecision,
            "multiclass": MulticlassAveragePrecision,
            "multilabel": MultilabelAveragePrecision,
        }
        return by_task(forms, task, locals(), kwargs)
