"""Confusion matrices, and the pattern of what is a function of one."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from .._tally import Tally
from ._base import CountTable, Pair, TallyMetric, doubles, peer_threshold
from ._wrapper import Task, by_task
from .stat_scores import count_matrix

Normalize = Literal["true", "pred", "all", "none"] | None
KappaWeights = Literal["linear", "quadratic", "none"] | None


class Matrix(TallyMetric):
    """State confmat: (C, C), (2, 2) or (L, 2, 2), after an axis of S for S threshold sets; rows are
    true classes. float64 as soon as a batch had weights. The value is torchmetrics' own formula of
    the matrix."""

    _states = ("confmat",)
    multidim_average = "global"

    def _begin(self, width: int, *decision: Any) -> None:
        self._decide_by(width, *decision)
        if self.thresholds is not None:
            zeros = self._defaults["confmat"].expand(self._decision.sets, *self.confmat.shape)
            self.add_state("confmat", zeros.clone(), dist_reduce_fx="sum")

    def _cells(self) -> Tensor:
        """The state as (2, 2, S, L), a view."""
        return self.confmat.view(self._decision.sets, -1, 2, 2).permute(2, 3, 0, 1)

    def _arrays(self) -> tuple[Tensor | None, ...]:
        fields = self.__dict__
        if self._task == "multiclass":
            fields["confmat"] = self.confmat.contiguous()
            return (None, None, None, None, self.confmat)
        # The core adds into arrays of one count each: a matrix whose labels are innermost in
        # memory, whatever its axes are.
        shape = self.confmat.shape
        cells = torch.empty(2, 2, self._decision.sets, self._width, dtype=torch.long)
        matrix = cells.permute(2, 3, 0, 1)
        matrix = matrix if self.thresholds is not None else matrix[0]
        matrix = matrix if self._task == "multilabel" else matrix.squeeze(-3)
        matrix.copy_(self.confmat.reshape(shape))
        fields["confmat"] = matrix
        return (cells[1, 1], cells[0, 1], cells[0, 0], cells[1, 0], None)

    def _table(self) -> Tensor:
        sets = self._decision.sets
        if self._task == "multiclass":
            return self.confmat[None]
        flat = self.confmat.reshape(sets, -1, 4)
        return flat[..., [3, 1, 0, 2]]

    def _add(self, tally: Tally) -> None:
        batch = torch.stack([self._matrix(tally, each) for each in range(self._decision.sets)])
        batch = batch if self.thresholds is not None else batch[0]
        self.confmat = self.confmat + batch.to(self.confmat.device)

    def _matrix(self, tally: Tally | CountTable, each: int) -> Tensor:
        """The matrix of one threshold set."""
        if self._task == "multiclass":
            matrix = doubles(tally.confusion(each))
            return matrix if tally.weighted else matrix.long()
        matrix = count_matrix(tally, each)[:, [2, 1, 3, 0]].reshape(-1, 2, 2)
        return matrix if self._task == "multilabel" else matrix[0]

    def _of_set(self, tally: Tally | CountTable, each: int) -> Tensor:
        fields = self.__dict__
        states = fields["confmat"]
        fields["confmat"] = self._matrix(tally, each).to(states.device)
        try:
            return super(TallyMetric, self).compute()
        finally:
            fields["confmat"] = states

    def _value(self, tally: Tally | CountTable) -> Tensor:
        if self.thresholds is None:
            return self._of_set(tally, 0).squeeze()
        return torch.stack([self._of_set(tally, each) for each in range(self._decision.sets)])


class BinaryMatrix(Matrix):
    """Binary decisions."""

    _task = "binary"

    @property
    def _reading(self) -> str | None:
        return None if self.ignore_index is None else "guess without what is ignored"

    def _choose(self, pair: Pair, preds: Tensor, target: Tensor) -> Pair:
        # These families of torchmetrics guess without the cells that are ignored.
        if self.ignore_index is None or pair[0] is pair[1] or preds.shape != target.shape:
            return pair
        counted = preds[target != self.ignore_index]
        one = pair[self._decision.are_logits(counted)]
        return one, one


class MulticlassMatrix(Matrix):
    """Predicted classes."""

    _task = "multiclass"
    _keep = ("confusion",)


class MultilabelMatrix(Matrix):
    """Decisions of labels."""

    _task = "multilabel"


# ---- Confusion matrix -----------------------------------------------------------------------


class BinaryConfusionMatrix(BinaryMatrix, peer.BinaryConfusionMatrix):
    """[[tn, fp], [fn, tp]]."""

    def __init__(
        self,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        normalize: Normalize = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            peer_threshold(threshold, from_logits), ignore_index, normalize, validate_args, **kwargs
        )
        self._begin(1, threshold, thresholds, rule, from_logits)


class MulticlassConfusionMatrix(MulticlassMatrix, peer.MulticlassConfusionMatrix):
    """(C, C), rows true classes."""

    def __init__(
        self,
        num_classes: int,
        ignore_index: int | None = None,
        normalize: Normalize = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, ignore_index, normalize, validate_args, **kwargs)
        self._begin(num_classes)


class MultilabelConfusionMatrix(MultilabelMatrix, peer.MultilabelConfusionMatrix):
    """(L, 2, 2): [[tn, fp], [fn, tp]] of each label."""

    def __init__(
        self,
        num_labels: int,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        normalize: Normalize = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels,
            peer_threshold(threshold, from_logits),
            ignore_index,
            normalize,
            validate_args,
            **kwargs,
        )
        self._begin(num_labels, threshold, thresholds, rule, from_logits)


class ConfusionMatrix(_ClassificationTaskWrapper):
    """The confusion matrix of a task."""

    _forms: ClassVar = {
        "binary": BinaryConfusionMatrix,
        "multiclass": MulticlassConfusionMatrix,
        "multilabel": MultilabelConfusionMatrix,
    }

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        normalize: Normalize = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)
