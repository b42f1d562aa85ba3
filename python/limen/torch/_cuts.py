"""Counts at cuts: what ROC and precision-recall metrics are computed from.

A cut is a threshold with what `score >= threshold` predicts. Exact curves have a cut for each
distinct score (ties fall together), found by sorting in the core; binned ones have a cut for each
given threshold, from a histogram that costs O(log T) a score.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from .. import _core


class Cuts(NamedTuple):
    """Counts at cuts, T of them; binned ones have a leading axis of labels.

    thresholds: (T,). tp, fp: (..., T). positives, negatives: (...).
    """

    thresholds: Tensor
    tp: Tensor
    fp: Tensor
    positives: Tensor
    negatives: Tensor


def numbers(view: memoryview) -> Tensor:
    """What the core returns, as a float64 tensor that owns its memory."""
    if view.nbytes == 0:
        return torch.zeros(view.shape, dtype=torch.float64)
    return torch.frombuffer(bytearray(view), dtype=torch.float64).view(view.shape)


class Exact:
    """All scores of a metric, sorted by the core when a curve or an area is asked for.

    preds: (N,) or (N, L), floating; NaN is below every threshold. target: the same shape, or for
    multiclass (N,). weights: (N,). limen.Error for targets that are out of their domain.
    """

    def __init__(
        self,
        task: str,
        width: int,
        preds: Tensor,
        target: Tensor,
        ignore_index: int | None = None,
        weights: Tensor | None = None,
    ) -> None:
        self.task, self.width = task, width
        self.preds, self.target, self.weights = preds, target, weights
        self.tally = _core.Tally(
            task,
            width,
            keep="scores",
            nan="negative",
            ignore_index=ignore_index,
            weighted=weights is not None,
        )
        self.tally.update(preds, target, weights)

    def cuts(self, label: int) -> Cuts:
        """The cuts of a label, lowest first; label -1 pools all."""
        curve = self.tally.curve_columns("pr", label)
        device = self.preds.device
        thresholds, tp, fp = (numbers(curve[name]).flip(0) for name in ("thresholds", "tp", "fp"))
        totals = (torch.tensor(curve[name], device=device) for name in ("positives", "negatives"))
        return Cuts(thresholds.to(device, self.preds.dtype), tp.to(device), fp.to(device), *totals)

    def each(self) -> list[Cuts]:
        return [self.cuts(label) for label in range(self.width)]

    def pooled(self) -> Cuts:
        return self.cuts(-1)

    def metric(self, name: str, pool: bool, **options: Any) -> Tensor:
        """A row of the core's table of metrics: (L,), or of all labels pooled, (); float32, NaN
        where it is undefined."""
        value = self.tally.metric(name, "micro" if pool else "none", zero_division="nan", **options)
        value = numbers(value) if isinstance(value, memoryview) else torch.tensor(value)
        return value.to(self.preds.device, torch.float32)

    def support(self) -> Tensor:
        """Positives a label, (L,), or their weight."""
        weights = self.weights
        if self.task == "multiclass":
            return torch.bincount(self.target, weights, minlength=self.width)
        positive = (self.target == 1).view(-1, self.width)
        return positive.sum(0) if weights is None else (positive * weights[:, None]).sum(0)


class Binned:
    """Counts at given thresholds: confmat of shape (T, L, 2, 2), or (T, 2, 2) for binary, rows true
    classes."""

    def __init__(self, task: str, thresholds: Tensor, confmat: Tensor) -> None:
        self.task, self.thresholds, self.confmat = task, thresholds, confmat

    def all(self) -> Cuts:
        """The cuts as the thresholds are ordered, labels (where there are) in a leading axis."""
        counts = self.confmat.movedim(0, -3)
        (tn, fp), (fn, tp) = (row.unbind(-1) for row in counts.unbind(-2))
        return Cuts(self.thresholds, tp, fp, (tp + fn)[..., 0], (fp + tn)[..., 0])

    def support(self) -> Tensor:
        """Positives a label, (L,), or their weight."""
        return self.all().positives

    def pooled(self) -> Cuts:
        if self.confmat.ndim == 3:
            return self.all()
        return Binned(self.task, self.thresholds, self.confmat.sum(1)).all()


class Counter:
    """Counts what score >= threshold predicts, batch by batch, at thresholds in any order. Never
    copied or pickled: it is made again where it is needed."""

    def __init__(
        self, thresholds: Tensor, task: str, width: int, ignore_index: int | None = None
    ) -> None:
        self.thresholds, self.ignore_index = thresholds, ignore_index
        self.task, self.width = task, width
        self.edges, self.place = thresholds.to("cpu", torch.float64).unique(return_inverse=True)
        self.ascending = len(self.edges) == len(self.place) and bool((self.place.diff() > 0).all())
        self.tallies: dict[bool, _core.Tally] = {}  # by whether they are weighted

    def __reduce__(self) -> tuple:
        return type(None), ()

    def _tally(self, weighted: bool) -> _core.Tally:
        tally = self.tallies.get(weighted)
        if tally is None:
            tally = self.tallies[weighted] = _core.Tally(
                self.task,
                self.width,
                keep="histogram",
                bin_edges=self.edges,
                nan="negative",
                ignore_index=self.ignore_index,
                weighted=weighted,
            )
        return tally

    def count(self, preds: Tensor, target: Tensor, weights: Tensor | None) -> Tensor:
        """(T, L, 2, 2), rows true classes; int64, or float64 where there are weights.

        limen.Error for targets that are out of their domain. O(N L log T + T L).
        """
        tally = self._tally(weights is not None)
        tally.reset()
        tally.update(preds, target, weights)
        if weights is None:
            confmat = torch.zeros(len(self.edges), self.width, 2, 2, dtype=torch.int64)
            tally.add_edge_counts(confmat)
        else:
            counts = numbers(tally.edge_counts()).view(self.width, -1, 4)  # tp, fp, tn, fn
            confmat = counts[..., [2, 1, 3, 0]].transpose(0, 1).reshape(-1, self.width, 2, 2)
        if not self.ascending:
            confmat = confmat[self.place]
        return confmat.to(preds.device)
