"""The pattern of every metric of a curve.

As the metrics of counts, a class is torchmetrics' class of the same name with another engine: see
`_base`. Its states are theirs: lists of all scores and targets where `thresholds` is None, else the
counts at each threshold, (T, L, 2, 2). A family gives `_value`, which reads a value from either.
What the core refuses goes through torchmetrics, so that its errors and odd cases come out as there.
"""

from __future__ import annotations

from typing import Any, Literal

from torchmetrics.utilities.data import dim_zero_cat

import torch
from torch import Tensor

from .. import _core
from ._base import Engine, Refusal
from ._cuts import Binned, Exact, count_at
from ._decision import warn_of_guess

Evidence = Exact | Binned
Batch = tuple[Tensor, ...]


class CurveMetric(Engine):
    """Scores as torchmetrics keeps them, or counts at thresholds; values of both by the core."""

    _task: str

    def _value(self, evidence: Evidence) -> Any:
        """The metric of what was gathered: this is what compute and forward return."""
        raise NotImplementedError

    def __init__(self, *, from_logits: bool | None = None, **arguments: Any) -> None:
        """arguments: torchmetrics'. from_logits: whether scores are logits; None guesses for each
        batch, as torchmetrics does."""
        super().__init__(**arguments)
        if from_logits not in (None, True, False):
            raise ValueError(f"Expected argument `from_logits` to be None or a bool: {from_logits}")
        if getattr(self, "normalization", "sigmoid") is None:
            from_logits = False
        self.from_logits = from_logits
        if self.thresholds is None:
            self.add_state("weights", default=[], dist_reduce_fx="cat")

    @property
    def _width(self) -> int:
        names = {"binary": None, "multiclass": "num_classes", "multilabel": "num_labels"}
        name = names[self._task]
        return getattr(self, name) if name else 1

    @property
    def _one_hot(self) -> bool:
        """Whether the lists keep classes as so many binary samples, as torchmetrics does."""
        return self._task == "multiclass" and getattr(self, "average", None) == "micro"

    # ---- A batch ----------------------------------------------------------------------------

    def _fits(self, preds: Tensor, target: Tensor) -> bool:
        """Whether shapes and dtypes are what torchmetrics takes; values are seen to later."""
        if not preds.is_floating_point() or target.is_floating_point():
            return False
        if self._task == "binary":
            return preds.shape == target.shape
        if preds.ndim < 2 or preds.shape[1] != self._width:
            return False
        if self._task == "multilabel":
            return preds.shape == target.shape
        return preds.shape[:1] + preds.shape[2:] == target.shape

    def _as_probabilities(self, preds: Tensor) -> Tensor:
        """preds (N,) or (N, C), through the sigmoid or softmax if they are logits: as told, else by
        torchmetrics' guess, that they are where any is outside [0, 1]."""
        logits = self.from_logits
        if logits is None and preds.numel():
            logits = not _core.are_probabilities(preds)
            if self.__dict__.setdefault("_guess", logits) is not logits:
                warn_of_guess()
                self.__dict__["_guess"] = logits
        if not logits:
            return preds
        return preds.softmax(1) if self._task == "multiclass" else preds.sigmoid()

    def _flat(self, preds: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """(N, ...) to (N,), and (N, L, ...) to (N, L), further axes being samples."""
        if self._task == "binary":
            return preds.flatten(), target.flatten()
        if preds.ndim > 2:
            preds = preds.movedim(1, -1).flatten(0, -2)
            if self._task == "multilabel":
                target = target.movedim(1, -1).flatten(0, -2)
        return preds, target if self._task == "multilabel" else target.flatten()

    def _batch(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Batch | None:
        """(preds, target, weights) of a batch, or its counts; None where torchmetrics must see to
        it."""
        if not (isinstance(preds, Tensor) and isinstance(target, Tensor)):
            return None
        if not self._fits(preds, target):
            return None
        samples = len(preds)
        preds, target = self._flat(preds.detach(), target)
        if weights is not None:
            if weights.shape != (samples,):
                return None
            weights = weights.double().repeat_interleave(len(preds) // max(samples, 1))
        ignored = self.ignore_index if self._task == "multilabel" else None
        if self.ignore_index is not None and self._task != "multilabel":
            kept = target != self.ignore_index
            preds, target = preds[kept], target[kept]
            weights = None if weights is None else weights[kept]
        preds = self._as_probabilities(preds)
        if self.thresholds is None:
            return self._kept(preds, target, weights)
        try:
            counts = count_at(
                self.thresholds, self._task, self._width, preds, target, ignored, weights
            )
        except Refusal:
            return None
        return (counts if self._task != "binary" else counts[:, 0],)

    def _kept(self, preds: Tensor, target: Tensor, weights: Tensor | None) -> Batch | None:
        """A batch as the states keep it."""
        if not self._in_domain(target):
            return None
        if self._one_hot:
            preds = preds.flatten()
            target = torch.nn.functional.one_hot(target.long(), self._width).flatten()
            weights = None if weights is None else weights.repeat_interleave(self._width)
        return preds, target, weights

    def _in_domain(self, target: Tensor) -> bool:
        if target.numel() == 0 or target.dtype == torch.bool:
            return True
        low, high = target.aminmax()
        most = self._width - 1 if self._task == "multiclass" else 1
        if low >= 0 and high <= most:
            return True
        if self._task != "multilabel" or self.ignore_index is None:
            return False
        return self._in_domain(target[target != self.ignore_index])

    def _absorb(self, batch: Batch) -> None:
        if self.thresholds is not None:
            (counts,) = batch
            self.confmat = self.confmat + counts
            return
        preds, target, weights = batch
        if (weights is None) != (not self.weights) and self.preds:
            raise ValueError("`weights` must be given in every update, or in none")
        self.preds.append(preds)
        self.target.append(target)
        if weights is not None:
            self.weights.append(weights)

    def _batch_value(self, batch: Batch) -> Any:
        return self._value(self._evidence(*batch))

    def update(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> None:
        """Adds a batch.

        preds: floats, (N, ...) for binary, (N, C, ...) and (N, L, ...) else; target: integers, of
        the same shape, or (N, ...) for multiclass. weights: (N,), not negative, in every update or
        in none. A batch that is refused adds nothing.
        """
        batch = self._batch(preds, target, weights)
        if batch is not None:
            return self._absorb(batch)
        if weights is not None:
            raise ValueError("preds, target and weights do not fit each other")
        return super().update(preds, target)

    # ---- All of it --------------------------------------------------------------------------

    def _evidence(self, *state: Tensor | None) -> Evidence:
        if self.thresholds is not None:
            return Binned(self._task, self.thresholds, *state)
        preds, target, weights = state
        if self._one_hot:
            return Exact("binary", 1, preds, target, None, weights)
        ignored = self.ignore_index if self._task == "multilabel" else None
        return Exact(self._task, self._width, preds, target, ignored, weights)

    def compute(self) -> Any:
        """The metric of all that was added."""
        if self.thresholds is not None:
            return self._value(self._evidence(self.confmat))
        weights = dim_zero_cat(self.weights) if self.weights else None
        return self._value(
            self._evidence(dim_zero_cat(self.preds), dim_zero_cat(self.target), weights)
        )


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
