"""Matthews' correlation coefficient, Cohen's kappa, the Jaccard index: functions of a confusion
matrix."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor
from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from .._tally import Tally
from ._base import CountTable, peer_threshold, peer_zero_division
from ._formulas import JACCARD
from ._samples import BySamples
from ._wrapper import Task, by_task
from .confusion_matrix import (
    BinaryMatrix,
    KappaWeights,
    Matrix,
    MulticlassMatrix,
    MultilabelMatrix,
)
from .stat_scores import Average

# ---- Matthews -------------------------------------------------------------------------------


class BinaryMatthewsCorrCoef(BinaryMatrix, peer.BinaryMatthewsCorrCoef):
    """The correlation of decisions and targets."""

    def __init__(
        self,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = peer_threshold(threshold, from_logits)
        super().__init__(given, ignore_index, validate_args, **kwargs)
        self._begin(1, threshold, thresholds, rule, from_logits)


class MulticlassMatthewsCorrCoef(MulticlassMatrix, peer.MulticlassMatthewsCorrCoef):
    """Gorodkin's R of predicted and true classes."""

    def __init__(
        self,
        num_classes: int,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, ignore_index, validate_args, **kwargs)
        self._begin(num_classes)


class MultilabelMatthewsCorrCoef(MultilabelMatrix, peer.MultilabelMatthewsCorrCoef):
    """The correlation of decisions and targets, all labels pooled."""

    def __init__(
        self,
        num_labels: int,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = peer_threshold(threshold, from_logits)
        super().__init__(num_labels, given, ignore_index, validate_args, **kwargs)
        self._begin(num_labels, threshold, thresholds, rule, from_logits)


class MatthewsCorrCoef(_ClassificationTaskWrapper):
    """Matthews' coefficient of a task."""

    _forms: ClassVar = {
        "binary": BinaryMatthewsCorrCoef,
        "multiclass": MulticlassMatthewsCorrCoef,
        "multilabel": MultilabelMatthewsCorrCoef,
    }

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)


# ---- Cohen ----------------------------------------------------------------------------------


class BinaryCohenKappa(BinaryMatrix, peer.BinaryCohenKappa):
    """Agreement beyond chance of decisions and targets."""

    def __init__(
        self,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        weights: KappaWeights = None,
        validate_args: bool = True,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = peer_threshold(threshold, from_logits)
        super().__init__(given, ignore_index, weights, validate_args, **kwargs)
        self._begin(1, threshold, thresholds, rule, from_logits)


class MulticlassCohenKappa(MulticlassMatrix, peer.MulticlassCohenKappa):
    """Agreement beyond chance of predicted and true classes."""

    def __init__(
        self,
        num_classes: int,
        ignore_index: int | None = None,
        weights: KappaWeights = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, ignore_index, weights, validate_args, **kwargs)
        self._begin(num_classes)


class CohenKappa(_ClassificationTaskWrapper):
    """Cohen's kappa of a task: binary or multiclass."""

    _forms: ClassVar = {"binary": BinaryCohenKappa, "multiclass": MulticlassCohenKappa}

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        weights: KappaWeights = None,
        ignore_index: int | None = None,
        validate_args: bool = True,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)


# ---- Jaccard --------------------------------------------------------------------------------


class Jaccard(Matrix):
    """tp / (tp + fp + fn)."""

    @property
    def _undefined(self) -> float | str:
        """What 0/0 is."""
        return self.zero_division

    def _begin_jaccard(self, width: int, zero_division: float | str, *decision: Any) -> None:
        self.zero_division = zero_division
        self._begin(width, *decision)

    def _of_set(self, tally: Tally | CountTable, each: int) -> Tensor:
        average = "micro" if self._task == "binary" else self.average or "none"
        # torchmetrics leaves out an ignored class, and has NaN where no label counts.
        if self._task != "multiclass" or self.ignore_index is None:
            labels = "occurring" if self._task == "multiclass" else "all"
            value = tally.ratio(JACCARD, average, self._undefined, labels, each)
            if value != 0.0:
                return self._tensor(value)
        return super()._of_set(tally, each)


class BinaryJaccardIndex(Jaccard, BinaryMatrix, peer.BinaryJaccardIndex):
    """tp / (tp + fp + fn) of binary decisions."""

    def __init__(
        self,
        threshold: Any = 0.5,
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = peer_threshold(threshold, from_logits)
        super().__init__(
            given, ignore_index, validate_args, peer_zero_division(zero_division), **kwargs
        )
        self._begin_jaccard(1, zero_division, threshold, thresholds, rule, from_logits)


class MulticlassJaccardIndex(Jaccard, MulticlassMatrix, peer.MulticlassJaccardIndex):
    """tp / (tp + fp + fn) of classes."""

    def __init__(
        self,
        num_classes: int,
        average: Average = "macro",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        zero = peer_zero_division(zero_division)
        super().__init__(num_classes, average, ignore_index, validate_args, zero, **kwargs)
        self._begin_jaccard(num_classes, zero_division)


class MultilabelJaccardIndex(BySamples, Jaccard, MultilabelMatrix, peer.MultilabelJaccardIndex):
    """tp / (tp + fp + fn) of labels."""

    _sample_metric = "jaccard"

    def __init__(
        self,
        num_labels: int,
        threshold: Any = 0.5,
        average: Average = "macro",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        *,
        rule: str = "gt",
        thresholds: Any = None,
        from_logits: bool | None = None,
        **kwargs: Any,
    ) -> None:
        given = peer_threshold(threshold, from_logits)
        zero = peer_zero_division(zero_division)
        peers = "micro" if average == "samples" else average
        super().__init__(num_labels, given, peers, ignore_index, validate_args, zero, **kwargs)
        self._begin_jaccard(num_labels, zero_division, threshold, thresholds, rule, from_logits)
        if average == "samples":
            self._begin_samples()


class JaccardIndex(_ClassificationTaskWrapper):
    """The Jaccard index of a task."""

    _forms: ClassVar = {
        "binary": BinaryJaccardIndex,
        "multiclass": MulticlassJaccardIndex,
        "multilabel": MultilabelJaccardIndex,
    }

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "macro",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> Metric:
        return by_task(cls._forms, task, locals(), kwargs)
