"""The equal error rate.

Where both error rates differ least: their mean.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
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
from ._curves import each_curve, equal_error_rate, is_one, roc_curves
from ._wrapper import Task, by_task


class EERValue(CurveMetric):
    def _value(self, evidence: Evidence) -> Tensor:
        curves = roc_curves(evidence, getattr(self, "average", None))
        if is_one(curves):
            return equal_error_rate(*curves[:2])
        return torch.stack([equal_error_rate(fpr, tpr) for fpr, tpr, _ in each_curve(curves)])


class BinaryEER(EERValue, BinaryCurve, peer.BinaryEER):
    """Of binary scores."""


class MulticlassEER(EERValue, MulticlassCurve, peer.MulticlassEER):
    """Of each class against the rest."""


class MultilabelEER(EERValue, MultilabelCurve, peer.MultilabelEER):
    """Of each label."""


class EER(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        thresholds: Thresholds = None,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Literal["micro", "macro"] | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {"binary": BinaryEER, "multiclass": MulticlassEER, "multilabel": MultilabelEER}
        return by_task(forms, task, locals(), kwargs)
