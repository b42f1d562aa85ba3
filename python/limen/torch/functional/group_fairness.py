"""Rates of groups, of one batch. Groups are any int64 numbers, in ascending order."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..group_fairness import BinaryFairness, BinaryGroupStatRates, FairnessTask
from ._once import once


def binary_groups_stat_rates(
    preds: Tensor,
    target: Tensor,
    groups: Tensor,
    num_groups: int,
    threshold: Any = 0.5,
    ignore_index: int | None = None,
    validate_args: bool = True,
) -> dict[str, Tensor]:
    """BinaryGroupStatRates of one batch."""
    metric = BinaryGroupStatRates(num_groups, threshold, ignore_index, validate_args)
    return once(metric, preds, target, groups)


def binary_fairness(
    preds: Tensor,
    target: Tensor,
    groups: Tensor,
    task: FairnessTask = "all",
    threshold: Any = 0.5,
    ignore_index: int | None = None,
    validate_args: bool = True,
) -> dict[str, Tensor]:
    """BinaryFairness of one batch; a group that does not occur has no place."""
    present, places = torch.unique(groups, return_inverse=True)
    metric = BinaryFairness(max(len(present), 1), task, threshold, ignore_index, validate_args)
    return once(metric, preds, target, places)


def demographic_parity(
    preds: Tensor,
    groups: Tensor,
    threshold: Any = 0.5,
    ignore_index: int | None = None,
    validate_args: bool = True,
) -> dict[str, Tensor]:
    """The demographic parity of BinaryFairness, which needs no targets."""
    return binary_fairness(
        preds, None, groups, "demographic_parity", threshold, ignore_index, validate_args
    )


def equal_opportunity(
    preds: Tensor,
    target: Tensor,
    groups: Tensor,
    threshold: Any = 0.5,
    ignore_index: int | None = None,
    validate_args: bool = True,
) -> dict[str, Tensor]:
    """The equal opportunity of BinaryFairness."""
    return binary_fairness(
        preds, target, groups, "equal_opportunity", threshold, ignore_index, validate_args
    )
