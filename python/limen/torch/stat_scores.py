"""Counts: the pattern that the families of counts follow, and the StatScores classes."""

from __future__ import annotations

from math import isnan
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from .._tally import Tally
from ._base import Batch, CountTable, Pair, TallyMetric, doubles, peer_threshold, peer_zero_division
from ._formulas import Formula
from ._samples import BySamples
from ._wrapper import Task, by_task

Average = Literal["micro", "macro", "weighted", "samples", "none"] | None
Multidim = Literal["global", "samplewise"]


def count_matrix(tally: Tally | CountTable, set: int = 0) -> Tensor:
    """(L, 4) counts tp, fp, tn, fn of one threshold set; int64, or float64 where weighted."""
    counts = doubles(tally.counts(set))
    return counts if tally.weighted else counts.long()


class Counts(TallyMetric):
    """States tp, fp, tn, fn of shape (L,), or (S, L) for S threshold sets; float64 as soon as a
    batch had weights. A family gives `_formula`."""

    _states = ("tp", "fp", "tn", "fn")
    _formula: Formula
    # Which labels a macro average is over.
    _labels = "all"
    # Whether zero_division is what 0/0 is; torchmetrics does not read it everywhere.
    _divides_zero = True
    _zero = 0.0

    def _begin(self, width: int | None, zero_division: float | str, *decision: Any) -> None:
        """After torchmetrics' constructor: our options, and states of our shape: several sets, and
        every class for micro, so that metrics of one decision differ in their formula alone."""
        self.zero_division = zero_division
        self._decide_by(width, *decision)
        if self._by_kernel:
            sets = () if self.thresholds is None else (self._decision.sets,)
            for name in self._states:
                zeros = torch.zeros(*sets, width, dtype=torch.long)
                self.add_state(name, zeros, dist_reduce_fx="sum")

    @property
    def _average(self) -> str:
        return self.average or "none"

    @property
    def _undefined(self) -> float | str:
        """What 0/0 is."""
        zero = self.zero_division
        return zero if self._divides_zero or zero == "skip" or isnan(zero) else self._zero

    def _arrays(self) -> tuple[Tensor | None, ...]:
        for name in self._states:
            self.__dict__[name] = self.__dict__[name].contiguous()
        return (self.tp, self.fp, self.tn, self.fn, None)

    def _table(self) -> Tensor:
        table = torch.stack([self.tp, self.fp, self.tn, self.fn], dim=-1)
        return table if self.thresholds is not None else table[None]

    def _add(self, tally: Tally) -> None:
        counts = torch.stack([count_matrix(tally, each) for each in range(tally.sets)])
        for name, batch in zip(self._states, counts.unbind(-1), strict=True):
            state = getattr(self, name)
            setattr(self, name, state + batch.reshape(state.shape).to(state.device))

    def _value(self, tally: Tally | CountTable) -> Tensor:
        if self.thresholds is None:
            return self._of_set(tally, 0)
        return torch.stack([self._of_set(tally, each) for each in range(self._decision.sets)])

    def _batch_value(self, batch: Batch) -> Tensor:
        place = self.__dict__["_workplace"]
        if place is None or place.ratio is None or self.thresholds is not None:
            return self._value_of_batch(batch)
        return self._tensor(batch[0].ratio(*place.ratio))  # the same, by a shorter way

    def _of_set(self, tally: Tally | CountTable, each: int) -> Tensor:
        place = self._place
        if place.ratio is None:
            place.ratio = (self._formula, self._average, self._undefined, self._labels)
        return self._tensor(tally.ratio(*place.ratio, each))


class BinaryCounts(Counts):
    """What the binary families of counts share: the constructor."""

    _task = "binary"
    _average = "micro"  # of one label: that label's value

    def __init__(
        self,
        threshold: Any = 0.5,
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        zero_division = kwargs.pop("zero_division", 0)
        super().__init__(
            threshold=peer_threshold(threshold, from_logits),
            multidim_average=multidim_average,
            ignore_index=ignore_index,
            validate_args=validate_args,
            zero_division=peer_zero_division(zero_division),
            **kwargs,
        )
        self._begin(1, zero_division, threshold, thresholds, rule, from_logits)


class MulticlassCounts(Counts):
    """What the multiclass families of counts share: the constructor, and that a macro average is
    over the classes that occur."""

    _task = "multiclass"
    # In some families, with top_k > 1, over the classes that the targets have.
    _labels_by_top_k = False

    def __init__(
        self,
        num_classes: int | None = None,
        top_k: int = 1,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        zero_division = kwargs.pop("zero_division", 0)
        super().__init__(
            num_classes=num_classes,
            top_k=top_k,
            average=average,
            multidim_average=multidim_average,
            ignore_index=ignore_index,
            validate_args=validate_args,
            zero_division=peer_zero_division(zero_division),
            **kwargs,
        )
        self._begin(num_classes, zero_division)

    @property
    def _labels(self) -> str:
        return "supported" if self._labels_by_top_k and self.top_k > 1 else "occurring"

    def _choose(self, pair: Pair, preds: Tensor, target: Tensor) -> Pair:
        if self.top_k > 1 and preds.ndim == target.ndim:
            raise ValueError("top_k > 1 needs scores, not predicted classes")
        return pair

    def _update_by_torch(self, *args: Any) -> None:
        # Our states have every class also where torchmetrics needs their sum alone.
        average = self.average
        if self._by_kernel:
            self.__dict__["average"] = "none"
        try:
            super()._update_by_torch(*args)
        finally:
            self.__dict__["average"] = average


class MultilabelCounts(BySamples, Counts):
    """What the multilabel families of counts share: the constructor."""

    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        threshold: Any = 0.5,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        zero_division = kwargs.pop("zero_division", 0)
        super().__init__(
            num_labels=num_labels,
            threshold=peer_threshold(threshold, from_logits),
            average="micro" if average == "samples" else average,
            multidim_average=multidim_average,
            ignore_index=ignore_index,
            validate_args=validate_args,
            zero_division=peer_zero_division(zero_division),
            **kwargs,
        )
        self._begin(num_labels, zero_division, threshold, thresholds, rule, from_logits)
        if average == "samples":
            self._begin_samples()

    def _with_rows(self, state: Tensor) -> Tensor:
        return state.reshape(-1, self.num_labels)

    def _without_rows(self, state: Tensor) -> Tensor:
        return state.squeeze(0) if len(state) == 1 else state


class CountsByTask(_ClassificationTaskWrapper):
    """A wrapper whose constructor gives the form of a task."""

    _forms: ClassVar[dict[str, type[Counts]]]

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "micro",
        multidim_average: Multidim = "global",
        top_k: int = 1,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)


# ---- StatScores -----------------------------------------------------------------------------


class StatScoresValue(Counts):
    """tp, fp, tn, fn and support in a last axis of 5, in place of a ratio."""

    def _of_set(self, tally: Tally | CountTable, each: int) -> Tensor:
        counts = count_matrix(tally, each)
        support = counts[:, 0] + counts[:, 3]
        scores = torch.cat([counts, support[:, None]], dim=1)
        if self._average == "micro":
            scores = scores.sum(0)
        elif self._average == "macro":
            scores = scores.float().mean(0)
        elif self._average == "weighted":
            scores = (scores * (support / support.sum())[:, None]).sum(0).float()
        return scores.to(self._device)


class BinaryStatScores(StatScoresValue, BinaryCounts, peer.BinaryStatScores):
    """tp, fp, tn, fn, support of binary decisions."""


class MulticlassStatScores(StatScoresValue, MulticlassCounts, peer.MulticlassStatScores):
    """tp, fp, tn, fn, support of classes, each against the rest."""


class MultilabelStatScores(StatScoresValue, MultilabelCounts, peer.MultilabelStatScores):
    """tp, fp, tn, fn, support of labels."""


class StatScores(CountsByTask):
    """BinaryStatScores, MulticlassStatScores or MultilabelStatScores, by task."""

    _forms: ClassVar = {
        "binary": BinaryStatScores,
        "multiclass": MulticlassStatScores,
        "multilabel": MultilabelStatScores,
    }
