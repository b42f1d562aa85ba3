"""Rates of groups, and how far they are apart.

A group that a batch lacks keeps its place (torchmetrics moves the next one into it).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.utilities.prints import rank_zero_warn

from ._base import peer_threshold
from ._cuts import numbers
from ._decision import Decision, kernel, with_threshold
from ._engine import Engine, Refusal
from ._score_metric import check_alike, syncing

FairnessTask = Literal["demographic_parity", "equal_opportunity", "all"]


class GroupCounts(Engine):
    """States tp, fp, tn, fn of shape (G,)."""

    def __init__(
        self,
        threshold: Any,
        ignore_index: int | None,
        rule: str = "gt",
        from_logits: bool | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(
            threshold=peer_threshold(threshold, from_logits), ignore_index=ignore_index, **arguments
        )
        decision = Decision("binary", 1, from_logits=from_logits, ignore_index=ignore_index)
        self._decision = with_threshold(decision, threshold, rule)
        self.threshold = threshold

    def _value(self, counts: Tensor) -> dict[str, Tensor]:
        """What compute returns, of (G, 4) counts tp, fp, tn, fn."""
        raise NotImplementedError

    def _batch(self, preds: Tensor, target: Tensor, groups: Tensor) -> Tensor | None:
        if (
            preds.shape != target.shape
            or groups.dtype != torch.long
            or len(groups) != preds.numel()
        ):
            return None
        decision = self._decision
        logits = preds.is_floating_point() and decision.are_logits(preds)
        tally = kernel(preds.device).tally(decision, logits, groups=self.num_groups)
        try:
            tally.update(preds.flatten(), target.flatten(), None, groups.flatten())
        except Refusal:
            return None
        counts = [numbers(tally.counts(0, group)) for group in range(self.num_groups)]
        return torch.cat(counts).long().to(self.tp.device)

    def _kept(self) -> tuple:
        """The options that the states depend on."""
        no_target = getattr(self, "task", None) == "demographic_parity"
        return self._decision, self.num_groups, no_target

    def _configuration(self) -> Hashable:
        return self._kept(), syncing(self)

    def merge_state(self, incoming_state: dict[str, Any] | Metric) -> None:
        """Adds the states of another metric of the same configuration, or its `metric_state`.
        Raises ValueError where class or configuration differ."""
        check_alike(self, incoming_state)
        super().merge_state(incoming_state)
        self.__dict__["_computed"] = None

    def _absorb(self, batch: Tensor) -> None:
        for name, counts in zip(("tp", "fp", "tn", "fn"), batch.unbind(1), strict=True):
            setattr(self, name, getattr(self, name) + counts)

    def _batch_value(self, batch: Tensor) -> dict[str, Tensor]:
        return self._value(batch)

    def update(self, preds: Tensor, target: Tensor, groups: Tensor) -> None:
        """Adds a batch: preds (N,), floats or decisions; target 0 or 1; groups int64 from 0 to
        num_groups - 1."""
        batch = self._batch(preds, target, groups)
        if batch is None:
            return super().update(preds, target, groups)
        return self._absorb(batch)

    def compute(self) -> dict[str, Tensor]:
        """The rates of all that was added."""
        return self._value(torch.stack([self.tp, self.fp, self.tn, self.fn], 1))


class BinaryGroupStatRates(GroupCounts, peer.BinaryGroupStatRates):
    """tp, fp, tn, fn of each group as shares of its samples: {"group_0": (4,), ...}."""

    def __init__(
        self,
        num_groups: int,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_groups=num_groups,
            threshold=threshold,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )

    def _value(self, counts: Tensor) -> dict[str, Tensor]:
        return {f"group_{group}": row / row.sum() for group, row in enumerate(counts)}


def extremes(name: str, part: Tensor, whole: Tensor) -> dict[str, Tensor]:
    """The least rate as a share of the greatest, named after both groups; 0/0 is 0."""
    rates = (part / whole).where(whole > 0, 0.0).float()
    least, greatest = int(rates.argmin()), int(rates.argmax())
    ratio = (rates[least] / rates[greatest]).where(rates[greatest] > 0, 0.0)
    return {f"{name}_{least}_{greatest}": ratio}


class BinaryFairness(GroupCounts, peer.BinaryFairness):
    """Demographic parity ("DP_...", of the rates of predicted positives) and equal opportunity
    ("EO_...", of the true positive rates): the least rate of a group divided by the greatest."""

    def __init__(
        self,
        num_groups: int,
        task: FairnessTask = "all",
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_groups=num_groups,
            task=task,
            threshold=threshold,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )

    def _batch(self, preds: Tensor, target: Tensor | None, groups: Tensor) -> Tensor | None:
        if self.task == "demographic_parity":
            if target is not None:
                rank_zero_warn("The task demographic_parity does not require a target.")
            target = torch.zeros(preds.shape, dtype=torch.uint8)
        return super()._batch(preds, target, groups)

    def _value(self, counts: Tensor) -> dict[str, Tensor]:
        tp, fp, _, fn = counts.unbind(1)
        value = {}
        if self.task != "equal_opportunity":
            value |= extremes("DP", tp + fp, counts.sum(1))
        if self.task != "demographic_parity":
            value |= extremes("EO", tp, tp + fn)
        return value
