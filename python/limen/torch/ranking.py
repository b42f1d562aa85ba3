"""How well scores order the labels of each sample: coverage error, ranking average precision, loss.

Rows are ranked by the core as they are; no sigmoid is needed, since it keeps their order. Cells
that `ignore_index` hides are left out of their row, and rows of nothing else out of the mean. Ties
are out of order in the loss, as in scikit-learn.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchmetrics import classification as peer

from .. import _core
from ._base import Refusal
from ._score_metric import ScoreMetric


class Ranking(ScoreMetric):
    """States measure and total: the sum over samples, and their number."""

    _task = "multilabel"
    _row: str  # of the core's table of metrics

    def __init__(
        self,
        num_labels: int,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels, ignore_index=ignore_index, validate_args=validate_args, **kwargs
        )

    def _batch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None
    ) -> tuple[Tensor, Tensor] | None:
        read = self._read(preds, target, weights)
        if read is None:
            return None
        preds, target, weights = read
        tally = _core.Tally(
            "multilabel",
            self.num_labels,
            keep="ranking",
            nan="negative",
            ignore_index=self.ignore_index,
            weighted=weights is not None,
        )
        try:
            tally.update(preds, target, weights)
        except Refusal:
            return None
        counted = torch.ones(len(preds)) if weights is None else weights
        if self.ignore_index is not None:
            counted = counted * (target != self.ignore_index).any(1).to(counted)
        total = counted.sum()
        mean = tally.metric(self._row, "whole")
        return self._number(mean * total), self._number(total)

    def _number(self, value: Tensor) -> Tensor:
        return value.to(self.measure.device, torch.float32)

    def _kept(self) -> tuple:
        return (*super()._kept(), self._row)

    def _absorb(self, batch: tuple[Tensor, Tensor]) -> None:
        self.measure = self.measure + batch[0]
        self.total = self.total + batch[1]

    def _batch_value(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return batch[0] / batch[1]

    def compute(self) -> Tensor:
        """The mean over all samples; NaN without any."""
        return self.measure / self.total


class MultilabelCoverageError(Ranking, peer.MultilabelCoverageError):
    """How far down the ranked labels one must go to have all true ones."""

    _row = "coverage_error"


class MultilabelRankingAveragePrecision(Ranking, peer.MultilabelRankingAveragePrecision):
    """The mean over true labels of the share of true ones among those ranked as high."""

    _row = "lrap"


class MultilabelRankingLoss(Ranking, peer.MultilabelRankingLoss):
    """The share of pairs of a true and a false label that are not in order."""

    _row = "ranking_loss"
