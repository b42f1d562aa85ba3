"""F-beta and F1."""

from __future__ import annotations

from typing import Any

from torchmetrics import Metric
from torchmetrics import classification as peer
from torchmetrics.classification.base import _ClassificationTaskWrapper

from ._formulas import F1, Formula, fbeta
from ._wrapper import Task, by_task
from .stat_scores import (
    Average,
    BinaryCounts,
    Counts,
    MulticlassCounts,
    Multidim,
    MultilabelCounts,
)


class FBeta(Counts):
    """(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)."""

    @property
    def _formula(self) -> Formula:
        return fbeta(self.beta)


class Balanced(Counts):
    """2 tp / (2 tp + fp + fn)."""

    _formula = F1


class BinaryFBetaScore(FBeta, BinaryCounts, peer.BinaryFBetaScore):
    """F-beta of binary decisions."""

    def __init__(
        self,
        beta: float,
        threshold: Any = 0.5,
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            threshold,
            multidim_average,
            ignore_index,
            validate_args,
            beta=beta,
            zero_division=zero_division,
            **kwargs,
        )


class MulticlassFBetaScore(FBeta, MulticlassCounts, peer.MulticlassFBetaScore):
    """F-beta of classes, each against the rest."""

    def __init__(
        self,
        beta: float,
        num_classes: int,
        top_k: int = 1,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes,
            top_k,
            average,
            multidim_average,
            ignore_index,
            validate_args,
            beta=beta,
            zero_division=zero_division,
            **kwargs,
        )


class MultilabelFBetaScore(FBeta, MultilabelCounts, peer.MultilabelFBetaScore):
    """F-beta of labels."""

    _sample_metric = "fbeta"

    def __init__(
        self,
        beta: float,
        num_labels: int,
        threshold: Any = 0.5,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels,
            threshold,
            average,
            multidim_average,
            ignore_index,
            validate_args,
            beta=beta,
            zero_division=zero_division,
            **kwargs,
        )


class BinaryF1Score(Balanced, BinaryCounts, peer.BinaryF1Score):
    """F1 of binary decisions."""

    def __init__(
        self,
        threshold: Any = 0.5,
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            threshold,
            multidim_average,
            ignore_index,
            validate_args,
            zero_division=zero_division,
            **kwargs,
        )


class MulticlassF1Score(Balanced, MulticlassCounts, peer.MulticlassF1Score):
    """F1 of classes, each against the rest."""

    def __init__(
        self,
        num_classes: int,
        top_k: int = 1,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_classes,
            top_k,
            average,
            multidim_average,
            ignore_index,
            validate_args,
            zero_division=zero_division,
            **kwargs,
        )


class MultilabelF1Score(Balanced, MultilabelCounts, peer.MultilabelF1Score):
    """F1 of labels."""

    _sample_metric = "f1"

    def __init__(
        self,
        num_labels: int,
        threshold: Any = 0.5,
        average: Average = "macro",
        multidim_average: Multidim = "global",
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_labels,
            threshold,
            average,
            multidim_average,
            ignore_index,
            validate_args,
            zero_division=zero_division,
            **kwargs,
        )


class FBetaScore(_ClassificationTaskWrapper):
    """BinaryFBetaScore, MulticlassFBetaScore or MultilabelFBetaScore, by task."""

    def __new__(
        cls,
        task: Task,
        beta: float = 1.0,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "micro",
        multidim_average: Multidim = "global",
        top_k: int = 1,
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> Metric:
        return by_task(
            {
                "binary": BinaryFBetaScore,
                "multiclass": MulticlassFBetaScore,
                "multilabel": MultilabelFBetaScore,
            },
            task,
            locals(),
            kwargs,
        )


class F1Score(_ClassificationTaskWrapper):
    """BinaryF1Score, MulticlassF1Score or MultilabelF1Score, by task."""

    def __new__(
        cls,
        task: Task,
        threshold: Any = 0.5,
        num_classes: int | None = None,
        num_labels: int | None = None,
        average: Average = "micro",
        multidim_average: Multidim = "global",
        top_k: int = 1,
        ignore_index: int | None = None,
        validate_args: bool = True,
        zero_division: float | str = 0,
        **kwargs: Any,
    ) -> Metric:
        return by_task(
            {
                "binary": BinaryF1Score,
                "multiclass": MulticlassF1Score,
                "multilabel": MultilabelF1Score,
            },
            task,
            locals(),
            kwargs,
        )
