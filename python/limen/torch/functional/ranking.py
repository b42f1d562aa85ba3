"""How well scores order the labels of each sample, of one batch."""

from __future__ import annotations

from torch import Tensor

from ..ranking import (
    MultilabelCoverageError,
    MultilabelRankingAveragePrecision,
    MultilabelRankingLoss,
)
from ._once import once


def multilabel_coverage_error(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    weights: Tensor | None = None,
) -> Tensor:
    """MultilabelCoverageError of one batch."""
    return once(
        MultilabelCoverageError(num_labels, ignore_index, validate_args), preds, target, weights
    )


def multilabel_ranking_average_precision(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    weights: Tensor | None = None,
) -> Tensor:
    """MultilabelRankingAveragePrecision of one batch."""
    return once(
        MultilabelRankingAveragePrecision(num_labels, ignore_index, validate_args),
        preds,
        target,
        weights,
    )


def multilabel_ranking_loss(
    preds: Tensor,
    target: Tensor,
    num_labels: int,
    ignore_index: int | None = None,
    validate_args: bool = True,
    *,
    weights: Tensor | None = None,
) -> Tensor:
    """MultilabelRankingLoss of one batch."""
    return once(
        MultilabelRankingLoss(num_labels, ignore_index, validate_args), preds, target, weights
    )
