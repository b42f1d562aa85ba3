"""The greatest precision where recall is at least min_recall, and its threshold.

(0, NaN) where there is none.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._curve_metric import CurveMetric, Evidence, Thresholds
from ._curves import at_each_label, best_where, precision_recall_curves
from ._wrapper import Task, by_task


class PrecisionAtFixedRecallValue(CurveMetric):
    def _value(self, evidence: Evidence) -> tuple[Tensor, Tensor]:
        return at_each_label(
            precision_recall_curves(evidence),
            lambda precision, recall, thresholds: best_where(
                precision, recall, thresholds, self.min_recall
            ),
        )


class BinaryPrecisionAtFixedRecall(PrecisionAtFixedRecallValue, peer.BinaryPrecisionAtFixedRecall):
    """Of binary scores."""

    _task = "binary"

    def __init__(
        self,
        min_recall: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            min_recall=min_recall,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MulticlassPrecisionAtFixedRecall(
    PrecisionAtFixedRecallValue, peer.MulticlassPrecisionAtFixedRecall
):
    """Of each class against the rest."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        min_recall: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            min_recall=min_recall,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MultilabelPrecisionAtFixedRecall(
    PrecisionAtFixedRecallValue, peer.MultilabelPrecisionAtFixedRecall
):
    """Of each label."""

    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        min_recall: float,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels,
            min_recall=min_recall,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class PrecisionAtFixedRecall(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        min_recall: float,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {
            "binary": BinaryPrecisionAtFixedRecall,
            "multiclass": MulticlassPrecisionAtFixedRecall,
            "multilabel": MultilabelPrecisionAtFixedRecall,
        }
        return by_task(forms, task, locals(), kwargs)
