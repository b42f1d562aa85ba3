"""Lists of all samples, and of their weights where some have any."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchmetrics.utilities.data import dim_zero_cat

from ._sync import Synchronized


class Listed(Synchronized):
    """A metric whose states may be lists: those that it names, and `weights`, of equal lengths or
    empty while no sample has a weight; without one, a sample weighs 1."""

    # States that hold what each sample was, beside `weights`; none where batches are summed up.
    _lists = ()

    @property
    def _all_weights(self) -> Tensor | None:
        """The weights of all samples that are kept, if they have any; a tensor already where the
        lists of several processes were gathered."""
        weights = dim_zero_cat(self.weights) if len(self.weights) else None
        return weights if weights is not None and len(weights) else None

    def _weigh(self, states: dict[str, Any]) -> dict[str, Any]:
        """Gives samples without weights the weight 1."""
        if len(states["weights"]) == 0:
            samples = states[self._lists[0]]
            states["weights"] = [
                torch.ones(len(values), dtype=torch.float64, device=values.device)
                for values in ([samples] if isinstance(samples, Tensor) else samples)
            ]
        return states

    def _blank(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        if name == "weights" and getattr(self, self._lists[0]):
            return dim_zero_cat(self._weigh(dict(self.__dict__))["weights"])
        return super()._blank(name, shape, dtype)

    def _append(self, batch: tuple[Tensor | None, ...]) -> None:
        """Adds a batch to the lists."""
        *values, weights = batch
        if weights is not None:
            self._weigh(self.__dict__)
        elif self.weights:
            weights = torch.ones(len(values[0]), dtype=torch.float64, device=values[0].device)
        for name, value in zip(self._lists, values, strict=True):
            getattr(self, name).append(value)
        if weights is not None:
            self.weights.append(weights)

    def _reduce_states(self, incoming_state: dict[str, Any]) -> None:
        # Which torchmetrics' merge_state and forward put states together by.
        if self._lists:
            if len(incoming_state.get("weights", ())):
                self._weigh(self.__dict__)
            elif len(self.weights):
                incoming_state = self._weigh(dict(incoming_state))
        super()._reduce_states(incoming_state)
