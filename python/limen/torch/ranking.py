"""How well scores order the labels of each sample: coverage error, ranking average precision, loss.

Rows are ranked by the core as they are; no sigmoid is needed, since it keeps their order. Cells
that `ignore_index` hides are left out of their row, and rows of nothing else out of the mean. Ties
are out of order in the loss, as in scikit-learn.
"""

from __future__ import annotations

from math import nan
from typing import Any

import torch
from torch import Tensor
from torchmetrics import classification as peer

from .. import _core
from ._engine import Refusal
from ._score_metric import ScoreMetric


class Scratch(dict):
    """Tallies for one batch each, by what they are made for; a copy has none."""

    def __reduce__(self) -> tuple:
        return Scratch, ()


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
    ) -> tuple[float, float] | None:
        """The sum over a batch, and the weight of its samples."""
        read = self._read(preds, target, weights)
        if read is None:
            return None
        preds, target, weights = read
        tally = self._scratch(weights is not None)
        try:
            tally.update(preds, target, weights)
        except Refusal:
            return None
        total = len(preds) if weights is None else weights.sum().item()
        if self.ignore_index is not None:
            kept = (target != self.ignore_index).any(1)
            total = (kept if weights is None else weights[kept]).sum().item()
        return tally.metric(self._row, "whole") * total, total

    def _scratch(self, weighted: bool) -> _core.Tally:
        """An empty tally."""
        scratch = self.__dict__.get("_scratches")
        if scratch is None:
            scratch = self.__dict__["_scratches"] = Scratch()
        tally = scratch.get((weighted, self.ignore_index))
        if tally is None:
            tally = scratch[weighted, self.ignore_index] = _core.Tally(
                "multilabel",
                self.num_labels,
                keep="ranking",
                nan="negative",
                ignore_index=self.ignore_index,
                weighted=weighted,
            )
        tally.reset()
        return tally

    def _kept(self) -> tuple:
        return (*super()._kept(), self._row)

    def _absorb(self, batch: tuple[float, float]) -> None:
        fields = self.__dict__
        fields["measure"] = fields["measure"] + batch[0]
        fields["total"] = fields["total"] + batch[1]

    def _batch_value(self, batch: tuple[float, float]) -> Tensor:
        measure, total = batch
        return torch.tensor(measure / total if total else nan, device=self.measure.device)

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
