"""average="samples": the mean over samples of a metric of each sample's labels, which torchmetrics
does not have."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .._tally import Tally
from ._base import Batch, Pair, TallyMetric
from ._decision import Decision

STATES = ("sample_sum", "sample_count")


class BySamples(TallyMetric):
    """What average="samples" changes in a multilabel family that names its `_sample_metric`: the
    states are a sum over samples, of shape (1,) or (S,), and their number, or the sum of their
    weights. A batch's mean is exact; sums of batches are float64. Cells that `ignore_index` hides
    are left out of their sample, and samples of nothing else out of the mean."""

    _sample_metric: str | None = None  # as the core names it

    @property
    def _by_samples(self) -> bool:
        return self.__dict__.get("average") == "samples"

    @property
    def _keep(self) -> tuple[str, ...]:
        return ("counts", "samples") if self._by_samples else ("counts",)

    def _begin_samples(self) -> None:
        """After the constructors: our average, and states for it in place of counts."""
        if self._sample_metric is None:
            raise ValueError(f"{type(self).__name__} has no average='samples'")
        if not self._by_kernel:
            raise ValueError(
                "average='samples' goes with multidim_average='global': samples that are kept apart"
                " are not averaged"
            )
        if self.zero_division == "skip":
            raise ValueError("average='samples' goes with zero_division 0, 1 or nan")
        for name in list(self._defaults):
            del self._defaults[name], self._persistent[name], self._reductions[name]
            delattr(self, name)
        self.average = "samples"
        self._states = STATES
        sums = torch.zeros(self._decision.sets, dtype=torch.float64)
        self.add_state("sample_sum", sums, dist_reduce_fx="sum")
        self.add_state("sample_count", torch.zeros(1, dtype=torch.long), dist_reduce_fx="sum")

    def _make_decision(self) -> Decision:
        decision = super()._make_decision()
        fbeta = self._by_samples and self._sample_metric == "fbeta"
        return replace(decision, beta=self.beta) if fbeta else decision

    def _configuration(self) -> Hashable | None:
        shared = super()._configuration()
        if not self._by_samples or shared is None:
            return shared
        return shared, self._sample_metric, str(self._undefined)

    def _attached(self, *arguments: Any) -> Pair | None:
        return None if self._by_samples else super()._attached(*arguments)

    def _means(self, tally: Tally) -> Tensor:
        options = {"zero_division": self._undefined}
        if self._sample_metric == "fbeta":
            options["beta"] = self.beta
        sets = range(self._decision.sets)
        means = [tally.metric(self._sample_metric, "samples", set=s, **options) for s in sets]
        return torch.tensor(means, dtype=torch.float64)

    def _weight_of(self, batch: Batch) -> Tensor:
        """The number of samples that a batch's mean is over, or the sum of their weights."""
        *_, target, weights = batch
        if self.ignore_index is None:
            counted = torch.ones_like(target[:, 0], dtype=torch.bool)
        else:
            counted = (target != self.ignore_index).any(1)
        if weights is None:
            return counted.sum()
        weights = torch.as_tensor(weights, dtype=torch.float64, device=target.device)
        return weights @ counted.reshape(len(weights), -1).sum(1).double()

    def _absorb(self, batch: Batch) -> None:
        if self.__dict__["average"] != "samples":
            super()._absorb(batch)
            return
        count = self._weight_of(batch).to(self.device)
        if count > 0:
            self.sample_sum = self.sample_sum + self._means(batch[0]).to(self.device) * count
            self.sample_count = self.sample_count + count

    def _value_of_batch(self, batch: Batch) -> Tensor:
        if not self._by_samples:
            return super()._value_of_batch(batch)
        some = self._weight_of(batch) > 0
        return self._shaped(self._means(batch[0]) if some else torch.zeros(self._decision.sets))

    def _shaped(self, means: Tensor) -> Tensor:
        means = means.to(self.device, torch.float32)
        return means if self.thresholds is not None else means.squeeze(0)

    def compute(self) -> Any:
        """The metric of all that was added."""
        if not self._by_samples:
            return super().compute()
        return self._shaped((self.sample_sum / self.sample_count).where(self.sample_count > 0, 0))
