"""Calibration error: how far probabilities are from frequencies, in bins of equal width."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper
from torchmetrics.utilities.data import dim_zero_cat

from .. import _core
from ._score_metric import ScoreMetric
from ._wrapper import Task, by_task

Norm = Literal["l1", "l2", "max"]
ROWS = {"l1": "ece", "l2": "rmsce", "max": "mce"}  # of the core's table of metrics


class Calibration(ScoreMetric):
    """States confidences and accuracies: of binary, preds and target; of multiclass, the greatest
    probability of each sample and whether its class is the true one."""

    _lists = ("confidences", "accuracies")

    def _batch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor | None] | None:
        read = self._read(preds, target, weights)
        if read is None or not self._in_domain(read[1]):
            return None
        preds, target, weights = read
        preds = self._as_probabilities(preds)
        if not _core.are_probabilities(preds):
            raise ValueError("preds must be probabilities: from 0 to 1, and no NaN")
        if self._task == "binary":
            return preds, target, weights
        confidences, predicted = preds.max(1)
        return confidences.float(), (predicted == target).float(), weights

    def _value(self, confidences: Tensor, accuracies: Tensor, weights: Tensor | None) -> Tensor:
        tally = _core.Tally(
            "binary",
            keep="calibration",
            calibration_bins=self.n_bins,
            weighted=weights is not None,
        )
        tally.update(confidences, accuracies, weights)
        error = tally.metric(ROWS[self.norm], "micro", zero_division="nan")
        return torch.tensor(error, dtype=torch.float32, device=confidences.device)

    def _absorb(self, batch: tuple[Tensor, Tensor, Tensor | None]) -> None:
        self._append(batch)

    def _batch_value(self, batch: tuple[Tensor, Tensor, Tensor | None]) -> Tensor:
        return self._value(*batch)

    def compute(self) -> Tensor:
        """The error over all samples; NaN without any."""
        confidences, accuracies = dim_zero_cat(self.confidences), dim_zero_cat(self.accuracies)
        return self._value(confidences, accuracies, self._all_weights)


class BinaryCalibrationError(Calibration, peer.BinaryCalibrationError):
    """Of the probability of the positive class."""

    _task = "binary"

    def __init__(
        self,
        n_bins: int = 15,
        norm: Norm = "l1",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            n_bins=n_bins,
            norm=norm,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )
        self.add_state("weights", default=[], dist_reduce_fx="cat")


class MulticlassCalibrationError(Calibration, peer.MulticlassCalibrationError):
    """Of the probability of the predicted class."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        n_bins: int = 15,
        norm: Norm = "l1",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            n_bins=n_bins,
            norm=norm,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )
        self.add_state("weights", default=[], dist_reduce_fx="cat")


class CalibrationError(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        n_bins: int = 15,
        norm: Norm = "l1",
        num_classes: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {"binary": BinaryCalibrationError, "multiclass": MulticlassCalibrationError}
        return by_task(forms, task, locals(), kwargs)
