"""The pattern of every metric of a curve.

As the metrics of counts, a class is torchmetrics' class of the same name with another engine: see
`_base`. Its states are theirs: lists of all scores and targets where `thresholds` is None, else the
counts at each threshold, (T, L, 2, 2). A family gives `_value`, which reads a value from either.
What the core refuses goes through torchmetrics, so that its errors and odd cases come out as there.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from lightning_utilities import apply_to_collection
from torch import Tensor
from torchmetrics.utilities.data import dim_zero_cat

from ._cuts import Binned, Counter, Exact
from ._engine import Refusal, squeezed
from ._score_metric import ScoreMetric

Evidence = Exact | Binned
Batch = tuple[Tensor, ...]


class CurveMetric(ScoreMetric):
    """Scores as torchmetrics keeps them, or counts at thresholds; values of both by the core."""

    def _value(self, evidence: Evidence) -> Any:
        """The metric of what was gathered: this is what compute and forward return."""
        raise NotImplementedError

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        if self.thresholds is None:
            self._lists = ("preds", "target")
            self.add_state("weights", default=[], dist_reduce_fx="cat")

    @property
    def _one_hot(self) -> bool:
        """Whether the lists keep classes as so many binary samples, as torchmetrics does."""
        return self._task == "multiclass" and getattr(self, "average", None) == "micro"

    @property
    def _hidden(self) -> int | None:
        """The target that hides a cell, where such cells were not left out before."""
        return self.ignore_index if self._task == "multilabel" else None

    @property
    def _counter(self) -> Counter:
        counter = self.__dict__.get("_counts")
        if (
            counter is None
            or counter.thresholds is not self.thresholds
            or counter.ignore_index != self._hidden
        ):
            counter = Counter(self.thresholds, self._task, self._width, self._hidden)
            self.__dict__["_counts"] = counter
        return counter

    def _kept(self) -> tuple:
        thresholds = None if self.thresholds is None else tuple(self.thresholds.tolist())
        return (*super()._kept(), thresholds, self._one_hot)

    # ---- A batch ----------------------------------------------------------------------------

    def _batch(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Batch | None:
        """(preds, target, weights) of a batch, or its counts; None where torchmetrics must see to
        it."""
        read = self._read(preds, target, weights)
        if read is None:
            return None
        preds, target, weights = read
        preds = self._as_probabilities(preds)
        if self.thresholds is None:
            return self._listed(preds, target, weights)
        try:
            counts = self._counter.count(preds, target, weights)
        except Refusal:
            return None
        return (counts if self._task != "binary" else counts[:, 0],)

    def _listed(self, preds: Tensor, target: Tensor, weights: Tensor | None) -> Batch | None:
        """A batch as the lists keep it."""
        if not self._in_domain(target):
            return None
        if self._one_hot:
            preds = preds.flatten()
            target = torch.nn.functional.one_hot(target.long(), self._width).flatten()
            weights = None if weights is None else weights.repeat_interleave(self._width)
        return preds, target, weights

    def _absorb(self, batch: Batch) -> None:
        if self.thresholds is not None:
            (counts,) = batch
            if counts.dtype == self.confmat.dtype:
                self.confmat.add_(counts)
            else:
                self.confmat = self.confmat + counts
            return
        self._append(batch)

    def _batch_value(self, batch: Batch) -> Any:
        return apply_to_collection(self._function_value(batch), Tensor, squeezed)

    def _function_value(self, batch: Batch) -> Any:
        return self._value(self._evidence(*batch))

    # ---- All of it --------------------------------------------------------------------------

    def _evidence(self, *state: Tensor | None) -> Evidence:
        if self.thresholds is not None:
            return Binned(self._task, self.thresholds, *state)
        preds, target, weights = state
        if self._one_hot:
            return Exact("binary", 1, preds, target, None, weights)
        return Exact(self._task, self._width, preds, target, self._hidden, weights)

    def compute(self) -> Any:
        """The metric of all that was added."""
        if self.thresholds is not None:
            return self._value(self._evidence(self.confmat))
        preds, target = dim_zero_cat(self.preds), dim_zero_cat(self.target)
        return self._value(self._evidence(preds, target, self._all_weights))


# ---- The constructors that several families share -----------------------------------------------

Thresholds = int | list[float] | Tensor | None
Average = Literal["micro", "macro", "weighted", "none"] | None


class BinaryCurve(CurveMetric):
    _task = "binary"

    def __init__(
        self,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        normalization: Literal["sigmoid"] | None = "sigmoid",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            normalization=normalization,
            **kwargs,
        )


class MulticlassCurve(CurveMetric):
    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        thresholds: Thresholds = None,
        average: Literal["micro", "macro"] | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            thresholds=thresholds,
            average=average,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MultilabelCurve(CurveMetric):
    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MulticlassArea(CurveMetric):
    _task = "multiclass"

    def __init__(
        self,
        num_classes: int,
        average: Literal["macro", "weighted", "none"] | None = "macro",
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes=num_classes,
            average=average,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )


class MultilabelArea(CurveMetric):
    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        average: Average = "macro",
        thresholds: Thresholds = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels=num_labels,
            average=average,
            thresholds=thresholds,
            ignore_index=ignore_index,
            validate_args=validate_args,
            **kwargs,
        )
