"""Hinge loss. Scores are margins; as in torchmetrics, those that look like logits become
probabilities first, unless from_logits=False says that they are to be taken as they are.

Where preds require a gradient, torchmetrics' operations compute the loss, which has one there.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from .. import _core
from ._cuts import numbers
from ._engine import Refusal
from ._score_metric import ScoreMetric
from ._wrapper import Task, by_task

Mode = Literal["crammer-singer", "one-vs-all"]


class Hinge(ScoreMetric):
    """States measures and total: the sum of losses, and the number of samples."""

    _average = "micro"  # of the core's hinge: "whole" is Crammer and Singer's

    def _batch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None
    ) -> tuple[Tensor, Tensor] | None:
        if preds.requires_grad:
            return None
        read = self._read(preds, target, weights)
        if read is None:
            return None
        preds, target, weights = read
        tally = _core.Tally(self._task, self._width, keep="hinge", weighted=weights is not None)
        try:
            tally.update(self._as_probabilities(preds), target, weights)
        except Refusal:
            return None
        mean = tally.metric("hinge", self._average, squared=self.squared)
        mean = numbers(mean) if isinstance(mean, memoryview) else torch.tensor(mean)
        total = torch.tensor(len(target)) if weights is None else weights.sum()
        return (mean * total).to(self.measures), total.to(self.measures.device)

    def _kept(self) -> tuple:
        return (*super()._kept(), self.squared, self._average)

    def _absorb(self, batch: tuple[Tensor, Tensor]) -> None:
        self.measures = self.measures + batch[0]
        self.total = self.total + batch[1]

    def _batch_value(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return (batch[0] / batch[1]).float()

    def compute(self) -> Tensor:
        """The mean loss; NaN without samples."""
        return (self.measures / self.total).float()


class BinaryHingeLoss(Hinge, peer.BinaryHingeLoss):
    """The mean of max(0, 1 - margin)."""

    _task = "binary"

    def __init__(
        self,
        squared: bool = False,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            squared=squared, ignore_index=ignore_index, validate_args=validate_args, **kwargs
        )


class MulticlassHingeLoss(Hinge, peer.MulticlassHingeLoss):
    """Of the true class above the greatest other one (Crammer and Singer 2001), or (C,) of each
    class against the rest."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        squared: bool = False,
        multiclass_mode: Mode = "crammer-singer",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            squared=squared,
            multiclass_mode=multiclass_mode,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )

    @property
    def _average(self) -> str:
        return "whole" if self.multiclass_mode == "crammer-singer" else "none"


class HingeLoss(_ClassificationTaskWrapper):
    """The metric of a task."""

    def __new__(
        cls,
        task: Task,
        num_classes: int | None = None,
        squared: bool = False,
        multiclass_mode: Mode | None = "crammer-singer",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        forms = {"binary": BinaryHingeLoss, "multiclass": MulticlassHingeLoss}
        return by_task(forms, task, locals(), kwargs)
