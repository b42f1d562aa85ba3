"""The best thresholds of what a metric has seen: tuning as a metric, at the end of an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .._thresholds import Thresholds
from .._tune import Search
from ._decision import Decision, check_rule
from ._engine import sample_weights
from ._lists import Listed

if TYPE_CHECKING:
    from .._tune import Cost, Requirement


class BestThreshold(Listed):
    """What both tasks share. States preds and target, and weights where there are any, hold every
    batch, as those of an exact curve do; across processes they are gathered."""

    _lists = ("preds", "target")

    is_differentiable = False
    higher_is_better = None
    full_state_update = False
    preds: list[Tensor]
    target: list[Tensor]
    _task: str

    def __init__(
        self,
        width: int,
        objective: str = "f1",
        scope: str = "label",
        require: Requirement = None,
        cost: Cost = None,
        rule: str = "gt",
        labels: Sequence[str] | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_rule(rule)
        self.objective = objective
        self.rule = rule
        self.ignore_index = ignore_index
        self.validate_args = validate_args
        self._width = width
        self._options = {
            "scope": scope,
            "require": require,
            "cost": cost,
            "labels": labels,
            **(options or {}),
        }
        self._search()  # what makes no sense is said now
        self.add_state("preds", default=[], dist_reduce_fx="cat")
        self.add_state("target", default=[], dist_reduce_fx="cat")
        self.add_state("weights", default=[], dist_reduce_fx="cat")

    def _search(self, weighted: bool = False) -> Search:
        return Search(
            self._task,
            self._width,
            self.objective,
            rule=self.rule,
            weighted=weighted,
            ignore_index=self.ignore_index,
            **self._options,
        )

    def _rows(self, values: Tensor) -> Tensor:
        """(N, ...) to (N,), and (N, L, ...) to (N, L), further axes being samples."""
        if self._task == "binary":
            return values.flatten()
        return values.movedim(1, -1).reshape(-1, self._width)

    def update(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> None:
        """Keeps a batch: preds, floats of any range, and target, 0 or 1, of shape (N, L, ...) or,
        for binary, (N, ...). weights: (N,), not negative; without them, every sample weighs 1.
        Raises limen.Error (a ValueError) with row and column for a NaN or a target that is
        neither, unless validate_args is False: then compute does."""
        preds = preds.detach()
        if preds.shape != target.shape or not preds.is_floating_point():
            raise ValueError(
                "Expected `preds` to be floats of the shape of `target`, but got"
                f" {tuple(preds.shape)} of {preds.dtype} and {tuple(target.shape)}"
            )
        if self._task == "multilabel" and (preds.ndim < 2 or preds.shape[1] != self._width):
            raise ValueError(f"Expected `preds` to be of shape (N, {self._width}, ...)")
        if weights is not None:
            weights = sample_weights(weights, preds)
        samples = len(preds)
        preds, target = self._rows(preds), self._rows(target)
        if weights is not None:
            weights = weights.repeat_interleave(len(preds) // max(samples, 1))
        if self.validate_args:
            decision = Decision(self._task, self._width, ignore_index=self.ignore_index)
            decision.tally(nan="error").update(preds, target)
        self._append((preds, target, weights))

    def _batches(self) -> list[tuple[Tensor, ...]]:
        """What was kept, and one of no samples where that is nothing."""
        if len(self.preds) == 0:
            none = torch.zeros(0, self._width)
            return [(none, none)]
        kept = [self.preds, self.target, *([self.weights] if len(self.weights) else [])]
        return list(zip(*([s] if isinstance(s, Tensor) else s for s in kept), strict=True))

    def tuned(self) -> Thresholds:
        """The thresholds with all that tuning says: values, supports, status; they can be saved,
        and every metric here takes them as its `threshold`, with their rule. Of this process."""
        batches = self._batches()
        search = self._search(weighted=len(batches[0]) > 2)
        return Thresholds._of_result(search._passes(batches))

    def compute(self) -> Tensor:
        """The thresholds, (L,) or for binary a scalar, in the dtype of the scores; inf is "predict
        none", as without samples, and -inf "predict all"."""
        preds = self._batches()[0][0]
        values = torch.tensor(self.tuned().values, dtype=torch.float64)
        values = values if self._task == "multilabel" else values[0]
        return values.to(preds.device, preds.dtype)


class BinaryBestThreshold(BestThreshold):
    """The threshold that is best for an objective, over every cut that the scores allow.

    objective, require, cost, labels: as for `limen.tune`; rule: which the threshold is for, "gt" as
    in torchmetrics. Memory grows with the data. Exact; the value on the data that it was tuned on
    is optimistic. Raises ValueError for options that make no sense.
    """

    _task = "binary"

    def __init__(
        self,
        objective: str = "f1",
        *,
        require: Requirement = None,
        cost: Cost = None,
        rule: str = "gt",
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            1, objective, "label", require, cost, rule, None, ignore_index, validate_args, **kwargs
        )


class MultilabelBestThreshold(BestThreshold):
    """The thresholds, one a label, that are best for an objective, over every cut that the scores
    allow.

    objective, scope, require, cost, labels: as for `limen.tune`; `options`, a dict, holds further
    ones. rule: which the thresholds are for, "gt" as in torchmetrics. Memory grows with the data.
    Exact where limen.tune is; the value on the data that they were tuned on is optimistic. Raises
    ValueError for options that make no sense.
    """

    _task = "multilabel"

    def __init__(
        self,
        num_labels: int,
        objective: str = "f1",
        *,
        scope: str = "label",
        require: Requirement = None,
        cost: Cost = None,
        rule: str = "gt",
        labels: Sequence[str] | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels,
            objective,
            scope,
            require,
            cost,
            rule,
            labels,
            ignore_index,
            validate_args,
            options,
            **kwargs,
        )
        self.num_labels = num_labels
