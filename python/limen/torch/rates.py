"""Accuracy, precision, recall, specificity, negative predictive value, Hamming distance: ratios of
counts that take the constructors of counts as they are."""

from __future__ import annotations

from typing import ClassVar

from torchmetrics import classification as peer

from ._formulas import (
    ACCURACY,
    HAMMING,
    MISS_RATE,
    NEGATIVE_PREDICTIVE_VALUE,
    PRECISION,
    RECALL,
    SPECIFICITY,
)
from .stat_scores import (
    BinaryCounts,
    Counts,
    CountsByTask,
    MulticlassCounts,
    MultilabelCounts,
)

# ---- Accuracy -------------------------------------------------------------------------------


class BinaryAccuracy(BinaryCounts, peer.BinaryAccuracy):
    """(tp + tn) / all."""

    _formula = ACCURACY
    _divides_zero = False


class MulticlassAccuracy(MulticlassCounts, peer.MulticlassAccuracy):
    """tp / (tp + fn) of classes; micro: the share of right predictions."""

    _formula = RECALL
    _divides_zero = False
    _labels_by_top_k = True


class MultilabelAccuracy(MultilabelCounts, peer.MultilabelAccuracy):
    """(tp + tn) / all of labels."""

    _sample_metric = "accuracy"
    _formula = ACCURACY
    _divides_zero = False


class Accuracy(CountsByTask):
    """BinaryAccuracy, MulticlassAccuracy or MultilabelAccuracy, by task."""

    _forms: ClassVar = {
        "binary": BinaryAccuracy,
        "multiclass": MulticlassAccuracy,
        "multilabel": MultilabelAccuracy,
    }


# ---- Precision ------------------------------------------------------------------------------


class Precisions(Counts):
    """tp / (tp + fp)."""

    _formula = PRECISION
    _labels_by_top_k = True


class BinaryPrecision(Precisions, BinaryCounts, peer.BinaryPrecision):
    """tp / (tp + fp)."""


class MulticlassPrecision(Precisions, MulticlassCounts, peer.MulticlassPrecision):
    """tp / (tp + fp) of classes."""


class MultilabelPrecision(Precisions, MultilabelCounts, peer.MultilabelPrecision):
    """tp / (tp + fp) of labels."""

    _sample_metric = "precision"


class Precision(CountsByTask):
    """BinaryPrecision, MulticlassPrecision or MultilabelPrecision, by task."""

    _forms: ClassVar = {
        "binary": BinaryPrecision,
        "multiclass": MulticlassPrecision,
        "multilabel": MultilabelPrecision,
    }


# ---- Recall ---------------------------------------------------------------------------------


class Recalls(Counts):
    """tp / (tp + fn)."""

    _formula = RECALL
    _labels_by_top_k = True


class BinaryRecall(Recalls, BinaryCounts, peer.BinaryRecall):
    """tp / (tp + fn)."""


class MulticlassRecall(Recalls, MulticlassCounts, peer.MulticlassRecall):
    """tp / (tp + fn) of classes."""


class MultilabelRecall(Recalls, MultilabelCounts, peer.MultilabelRecall):
    """tp / (tp + fn) of labels."""

    _sample_metric = "recall"


class Recall(CountsByTask):
    """BinaryRecall, MulticlassRecall or MultilabelRecall, by task."""

    _forms: ClassVar = {
        "binary": BinaryRecall,
        "multiclass": MulticlassRecall,
        "multilabel": MultilabelRecall,
    }


# ---- Specificity ----------------------------------------------------------------------------


class Specificities(Counts):
    """tn / (tn + fp)."""

    _formula = SPECIFICITY
    _divides_zero = False


class BinarySpecificity(Specificities, BinaryCounts, peer.BinarySpecificity):
    """tn / (tn + fp)."""


class MulticlassSpecificity(Specificities, MulticlassCounts, peer.MulticlassSpecificity):
    """tn / (tn + fp) of classes."""


class MultilabelSpecificity(Specificities, MultilabelCounts, peer.MultilabelSpecificity):
    """tn / (tn + fp) of labels."""


class Specificity(CountsByTask):
    """BinarySpecificity, MulticlassSpecificity or MultilabelSpecificity, by task."""

    _forms: ClassVar = {
        "binary": BinarySpecificity,
        "multiclass": MulticlassSpecificity,
        "multilabel": MultilabelSpecificity,
    }


# ---- Negative predictive value --------------------------------------------------------------


class NegativePredictiveValues(Counts):
    """tn / (tn + fn)."""

    _formula = NEGATIVE_PREDICTIVE_VALUE
    _divides_zero = False
    _labels_by_top_k = True


class BinaryNegativePredictiveValue(
    NegativePredictiveValues, BinaryCounts, peer.BinaryNegativePredictiveValue
):
    """tn / (tn + fn)."""


class MulticlassNegativePredictiveValue(
    NegativePredictiveValues, MulticlassCounts, peer.MulticlassNegativePredictiveValue
):
    """tn / (tn + fn) of classes."""


class MultilabelNegativePredictiveValue(
    NegativePredictiveValues, MultilabelCounts, peer.MultilabelNegativePredictiveValue
):
    """tn / (tn + fn) of labels."""


class NegativePredictiveValue(CountsByTask):
    """The negative predictive value of a task."""

    _forms: ClassVar = {
        "binary": BinaryNegativePredictiveValue,
        "multiclass": MulticlassNegativePredictiveValue,
        "multilabel": MultilabelNegativePredictiveValue,
    }


# ---- Hamming distance -----------------------------------------------------------------------


class BinaryHammingDistance(BinaryCounts, peer.BinaryHammingDistance):
    """(fp + fn) / all; 1 of nothing, as there."""

    _formula = HAMMING
    _divides_zero = False
    _zero = 1.0


class MulticlassHammingDistance(MulticlassCounts, peer.MulticlassHammingDistance):
    """fn / (tp + fn) of classes; micro: the share of wrong predictions."""

    _formula = MISS_RATE
    _divides_zero = False
    _zero = 1.0


class MultilabelHammingDistance(MultilabelCounts, peer.MultilabelHammingDistance):
    """(fp + fn) / all of labels."""

    _sample_metric = "hamming_loss"
    _formula = HAMMING
    _divides_zero = False
    _zero = 1.0


class HammingDistance(CountsByTask):
    """BinaryHammingDistance, MulticlassHammingDistance or MultilabelHammingDistance, by task."""

    _forms: ClassVar = {
        "binary": BinaryHammingDistance,
        "multiclass": MulticlassHammingDistance,
        "multilabel": MultilabelHammingDistance,
    }
