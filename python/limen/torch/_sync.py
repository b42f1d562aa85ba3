"""Exchanging states with other processes, which need not have seen the same kinds of batches.

torchmetrics gathers each state as if it had one dtype and one number of dimensions everywhere. A
process that has seen no samples knows neither of its lists, and one that has seen no weights has
counts where others have sums: so the processes first tell each other what they have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities.data import dim_zero_cat
from torchmetrics.utilities.distributed import gather_all_tensors

# What holds all others' values comes last.
DTYPES = (
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
)
DIMENSIONS = 3  # that a list's tensors have at most
UNKNOWN = (-1,) * (2 + DIMENSIONS)


def kind_of(state: Tensor | list[Tensor]) -> tuple[int, ...]:
    """The place of its dtype, its dimensions and their lengths, of a list's first one 0; UNKNOWN of
    no tensors."""
    if isinstance(state, Tensor):
        return (DTYPES.index(state.dtype), *UNKNOWN[1:])
    if not state:
        return UNKNOWN
    whole = dim_zero_cat(state)
    shape = (0, *whole.shape[1:])
    return DTYPES.index(whole.dtype), whole.ndim, *shape, *UNKNOWN[2 + whole.ndim :]


class Synchronized(Metric):
    """A metric whose states are tensors, and lists of tensors that are put together."""

    def _blank(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """A list's tensor where this process has none and another one has."""
        return torch.zeros(shape, dtype=dtype, device=self.device)

    def _sync_dist(
        self,
        dist_sync_fn: Callable = gather_all_tensors,
        process_group: Any = None,
    ) -> None:
        kinds = [kind_of(getattr(self, name)) for name in self._reductions]
        gathered = dist_sync_fn(
            torch.tensor(kinds, device=self.device), group=process_group or self.process_group
        )
        agreed = torch.stack(list(gathered)).amax(0).tolist()
        for name, mine, (place, dimensions, *shape) in zip(
            self._reductions, kinds, agreed, strict=True
        ):
            if place == mine[0]:
                continue
            state = getattr(self, name)
            if isinstance(state, Tensor):
                setattr(self, name, state.to(DTYPES[place]))
            elif state:
                setattr(self, name, [dim_zero_cat(state).to(DTYPES[place])])
            else:
                blank = self._blank(name, tuple(shape[:dimensions]), DTYPES[place])
                setattr(self, name, [blank])
        super()._sync_dist(dist_sync_fn, process_group)
