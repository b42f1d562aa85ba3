"""The share of samples of which every label, or every position, is right."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from .._tally import Tally
from ._base import Batch, Pair, TallyMetric, peer_threshold
from ._engine import sample_weights
from ._wrapper import Task, by_task
from .stat_scores import Multidim, count_matrix


class Exact(TallyMetric):
    """States correct and total, of shape (1,), or (S, 1) for S threshold sets; float64 as soon as a
    batch had weights. A family gives `_right(tally)` and `_is_right(preds, target)`."""

    _states = ("correct", "total")
    _reading = "samples"

    def _begin(self, width: int, *decision: Any) -> None:
        self._decide_by(width, *decision)
        if self.multidim_average == "samplewise":
            # `correct` is a share of each sample's positions, as batches may differ in these.
            self.add_state("total", torch.ones(1, dtype=torch.long), dist_reduce_fx="max")
        elif self.thresholds is not None:
            for name in self._states:
                zeros = torch.zeros(self._decision.sets, 1, dtype=torch.long)
                self.add_state(name, zeros, dist_reduce_fx="sum")

    def _right(self, tally: Tally, each: int) -> int:
        """Samples that are right in one threshold set."""
        raise NotImplementedError

    def _is_right(self, preds: Tensor, target: Tensor, each: int) -> Tensor:
        """Whether each sample is, (N x ...,): the same for what the core does not count."""
        raise NotImplementedError

    def _right_cells(self, predicted: Tensor, target: Tensor) -> Tensor:
        right = predicted == target
        return right if self.ignore_index is None else right | (target == self.ignore_index)

    def _attached(self, *_: Any) -> None:
        return None  # the core adds into counts alone

    def _states_of(self, preds: Tensor, target: Tensor, each: int = 0) -> dict[str, Any]:
        states = super()._states_of(preds, target, each)
        if self.multidim_average == "samplewise":
            shares = [correct / states["total"] for correct in states["correct"]]
            states = {"correct": shares, "total": torch.ones_like(states["total"])}
        return states

    def _numbers(self, tally: Tally) -> tuple[Tensor, int]:
        right = [self._right(tally, each) for each in range(self._decision.sets)]
        return torch.tensor(right).reshape(self._shape), tally.samples

    @property
    def _shape(self) -> tuple[int, ...]:
        return (1,) if self.thresholds is None else (self._decision.sets, 1)

    def _add(self, tally: Tally) -> None:
        right, samples = self._numbers(tally)
        self.correct = self.correct + right.to(self.correct.device)
        self.total = self.total + samples

    def _value(self, tally: Tally) -> Tensor:
        right, samples = self._numbers(tally)
        share = (right / samples if samples else right.float()).squeeze(-1)
        return share if self._device.type == "cpu" else share.to(self._device)

    def _batch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None, place: Any = None
    ) -> Batch | None:
        return super()._batch(preds, target, None, place) if weights is None else None

    def update(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> None:
        """Adds a batch, as the metrics of counts do."""
        if weights is None or self.multidim_average == "samplewise":
            return super().update(preds, target, weights)
        self._states_of(preds, target)  # refuses what torchmetrics refuses
        weights = sample_weights(weights, preds)
        right = [self._is_right(preds, target, each) for each in range(self._decision.sets)]
        weights = weights.repeat_interleave(len(right[0]) // max(len(weights), 1))
        sums = torch.stack([weights @ each.double() for each in right])
        self.correct = self.correct + sums.reshape(self._shape).to(self.correct.device)
        self.total = self.total + weights.sum().to(self.total.device)
        return None

    def compute(self) -> Tensor:
        """The share of right samples."""
        if self.multidim_average == "samplewise":
            return super().compute()
        return super(TallyMetric, self).compute().float().squeeze(-1)


class MulticlassExactMatch(Exact, peer.MulticlassExactMatch):
    """The share of samples of which every position is right; ignored positions are."""

    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, multidim_average, ignore_index, validate_args, **kwargs)
        self._begin(num_classes)

    def _choose(self, pair: Pair, preds: Tensor, target: Tensor) -> Pair:
        if target.ndim > 1:
            raise ValueError("samples of several positions are not for the kernels")
        return pair

    def _right(self, tally: Tally, each: int) -> int:
        return tally.samples - int(count_matrix(tally)[:, 3].sum())

    def _is_right(self, preds: Tensor, target: Tensor, each: int) -> Tensor:
        predicted = preds.argmax(1) if preds.ndim > target.ndim else preds
        return self._right_cells(predicted, target).reshape(len(target), -1).all(1)


class MultilabelExactMatch(Exact, peer.MultilabelExactMatch):
    """The share of samples of which every label is right; ignored cells are."""

    _task = "multilabel"
    _keep = ("counts", "samples")

    def __init__(
        self,
        num_labels: int,
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
        given = peer_threshold(threshold, from_logits)
        super().__init__(num_labels, given, multidim_average, ignore_index, validate_args, **kwargs)
        self._begin(num_labels, threshold, thresholds, rule, from_logits)

    @property
    def _by_kernel(self) -> bool:
        # Samples that are ignored as a whole count as right there.
        return super()._by_kernel and self.ignore_index is None

    def _is_right(self, preds: Tensor, target: Tensor, each: int) -> Tensor:
        return self._right_cells(self._decision.decide(preds, each), target).all(1).flatten()

    def _right(self, tally: Tally, each: int) -> int:
        return round(tally.metric("exact_match", "whole", set=each) * tally.samples)


class ExactMatch(_ClassificationTaskWrapper):
    """The exact match of a task: multiclass or multilabel."""

    _forms: ClassVar = {"multiclass": MulticlassExactMatch, "multilabel": MultilabelExactMatch}

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)
