"""What the metrics share that take scores as they are: reading a batch."""

from __future__ import annotations

from collections.abc import Hashable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric

from .. import _core
from ._decision import warn_of_guess
from ._engine import Engine, sample_weights
from ._lists import Listed

Batch = tuple[Tensor, Tensor, Tensor | None]


def syncing(metric: Metric) -> tuple:
    """How a metric meets those of other processes."""
    return (
        metric.sync_on_compute,
        metric.dist_sync_on_step,
        metric.process_group,
        metric.dist_sync_fn,
    )


def check_alike(metric: Engine, other: Any) -> None:
    """ValueError for another metric of the class whose states depend on other options."""
    if isinstance(other, type(metric)) and other._kept() != metric._kept():
        raise ValueError(f"Two {type(metric).__name__} of different configurations")


class ScoreMetric(Listed, Engine):
    """A metric of (preds, target, weights); `from_logits` says what preds are."""

    _task: str

    def __init__(self, *, from_logits: bool | None = None, **arguments: Any) -> None:
        """arguments: torchmetrics'. from_logits: whether scores are logits; None guesses for each
        batch, as torchmetrics does."""
        super().__init__(**arguments)
        if from_logits not in (None, True, False):
            raise ValueError(f"Expected argument `from_logits` to be None or a bool: {from_logits}")
        if getattr(self, "normalization", "sigmoid") is None:
            from_logits = False
        self.from_logits = from_logits

    @classmethod
    def _more(cls) -> tuple[str, ...]:
        return ("weights", "from_logits")

    @property
    def _has_peer_function(self) -> bool:
        return self.from_logits is None

    @property
    def _width(self) -> int:
        names = {"binary": None, "multiclass": "num_classes", "multilabel": "num_labels"}
        name = names[self._task]
        return getattr(self, name) if name else 1

    def _read(self, preds: Tensor, target: Tensor, weights: Tensor | None) -> Batch | None:
        """A batch as (N,) or (N, L) of scores, with a weight a sample, further axes being samples.

        Without the samples that ignore_index hides, except for multilabel, where it hides cells.
        None for what torchmetrics refuses for its shape or dtype.
        """
        if not (isinstance(preds, Tensor) and isinstance(target, Tensor)):
            return None
        if not self._fits(preds, target):
            return None
        samples = len(preds)
        if weights is not None:
            weights = sample_weights(weights, preds)
        preds, target = self._flat(preds.detach(), target)
        if weights is not None:
            weights = weights.repeat_interleave(len(preds) // max(samples, 1))
        if self.ignore_index is not None and self._task != "multilabel":
            kept = target != self.ignore_index
            preds, target = preds[kept], target[kept]
            weights = None if weights is None else weights[kept]
        return preds, target, weights

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

    def _in_domain(self, target: Tensor) -> bool:
        """Whether all targets are, but for those that ignore_index hides."""
        if target.numel() == 0 or target.dtype == torch.bool:
            return True
        most = self._width - 1 if self._task == "multiclass" else 1
        low, high = target.aminmax()
        if low >= 0 and high <= most:
            return True
        if self.ignore_index is None:
            return False
        return bool((((target >= 0) & (target <= most)) | (target == self.ignore_index)).all())

    # ---- Sharing ----------------------------------------------------------------------------

    def _kept(self) -> tuple:
        """The options that the states depend on."""
        return (
            tuple(self._defaults),
            self._task,
            self._width,
            self.ignore_index,
            self.from_logits,
            getattr(self, "normalization", None),
        )

    def _configuration(self) -> Hashable:
        return self._kept(), syncing(self)

    def merge_state(self, incoming_state: dict[str, Any] | Metric) -> None:
        """Adds the states of another metric of the same configuration, or its `metric_state`.
        Raises ValueError where class or configuration differ."""
        check_alike(self, incoming_state)
        super().merge_state(incoming_state)
        self.__dict__["_computed"] = None

    # ---- Adding -----------------------------------------------------------------------------

    def update(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> None:
        """Adds a batch.

        preds: floats, (N, ...) for binary, (N, C, ...) and (N, L, ...) else; target: integers of
        the same shape, or (N, ...) for multiclass. weights: (N,), not negative; without them, every
        sample weighs 1. A batch that is refused, with torchmetrics' error where that has one, adds
        nothing.
        """
        batch = self._batch(preds, target, weights)
        if batch is not None:
            return self._absorb(batch)
        if weights is not None:
            raise ValueError("preds, target and weights do not fit each other")
        if self._would_do(preds, target):
            return self._super_update(preds, target)
        # With validate_args=False, and always in some classes, torchmetrics takes such a batch.
        fields = self.__dict__
        before = {name: fields[name] for name in self._defaults}
        try:
            fields.update(deepcopy(self._defaults))
            self._super_update(preds, target)
        finally:
            fields.update(before)
        raise RuntimeError("preds and target do not fit, or a target is out of its domain")

    def _super_update(self, preds: Tensor, target: Tensor) -> None:
        with torch.set_grad_enabled(self._enable_grad):
            super().update(preds, target)

    def _would_do(self, preds: Tensor, target: Tensor) -> bool:
        """Whether shapes and targets are right, whatever the dtypes."""
        if not (isinstance(preds, Tensor) and isinstance(target, Tensor)):
            return True
        if self._task == "multiclass":
            fits = preds.shape[:1] + preds.shape[2:] == target.shape
        else:
            fits = preds.shape == target.shape
        return fits and self._in_domain(target)
