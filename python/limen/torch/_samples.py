"""average="samples": the mean over samples of a metric of each sample's labels, which torchmetrics
does not have."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from .._tally import Tally
from ._base import CountTable, Pair, TallyMetric, Workplace
from ._decision import Decision

STATES = ("sample_sum", "sample_count")


class BySamples(TallyMetric):
    """What average="samples" changes in a multilabel family that names its `_sample_metric`: the
    states are a sum over samples, of shape (1,) or (S,), and their number. A batch's mean is
    exact; sums of batches are float64."""

    _sample_metric: str | None = None  # as the core names it

    @property
    def _by_samples(self) -> bool:
        return self.__dict__.get("average") == "samples"

    @property
    def _keep(self) -> tuple[str, ...]:
        return ("counts", "samples") if self._by_samples else ("counts",)

    @property
    def _weighable(self) -> bool:
        return not self._by_samples

    def _begin_samples(self) -> None:
        """After the constructors: our average, and states for it in place of counts."""
        if self._sample_metric is None:
            raise ValueError(f"{type(self).__name__} has no average='samples'")
        if self.ignore_index is not None or self.zero_division == "skip" or not self._by_kernel:
            raise ValueError(
                "average='samples' goes with multidim_average='global', without ignore_index, and"
                " with zero_division 0, 1 or nan"
            )
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

    def _scratch(self, place: Workplace, preds: Tensor, weights: Tensor | None) -> Pair:
        if weights is not None and self._by_samples:
            raise ValueError("`weights` do not go with average='samples'")
        return super()._scratch(place, preds, weights)

    def _means(self, tally: Tally) -> Tensor:
        options = {"zero_division": self._undefined}
        if self._sample_metric == "fbeta":
            options["beta"] = self.beta
        sets = range(self._decision.sets)
        means = [tally.metric(self._sample_metric, "samples", set=s, **options) for s in sets]
        return torch.tensor(means, dtype=torch.float64)

    def _add(self, tally: Tally) -> None:
        if not self._by_samples:
            super()._add(tally)
        elif tally.samples:
            self.sample_sum = self.sample_sum + (self._means(tally) * tally.samples).to(self.device)
            self.sample_count = self.sample_count + tally.samples

    def _value(self, tally: Tally | CountTable) -> Tensor:
        if not self._by_samples:
            return super()._value(tally)
        means = self._means(tally) if tally.samples else torch.zeros(self._decision.sets)
        return self._shaped(means)

    def _shaped(self, means: Tensor) -> Tensor:
        means = means.to(self.device, torch.float32)
        return means if self.thresholds is not None else means.squeeze(0)

    def compute(self) -> Any:
        """The metric of all that was added."""
        if not self._by_samples:
            return super().compute()
        return self._shaped(self.sample_sum / self.sample_count.clamp(min=1))
