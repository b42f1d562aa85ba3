"""What an evaluation tells: the columns of its CSV file, which are the keys of its dict."""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """A metric of limen's table under the names that it has here."""

    title: str  # in the log and in the CSV file
    key: str  # in the dict, behind the evaluator's name
    metric: str
    average: str = "none"


def averages(metric: str, title: str, *kinds: str) -> tuple[Measure, ...]:
    return tuple(
        Measure(f"{kind.capitalize()} {title}", f"{metric}_{kind}", metric, kind) for kind in kinds
    )


MEANS = ("macro", "micro", "weighted")

# The F1 scores proper; the first is the primary metric.
F1 = {
    "binary": (Measure("Binary F1 score", "f1", "f1"),),
    "multiclass": averages("f1", "F1 score", *MEANS),
    "multilabel": averages("f1", "F1 score", *MEANS),
}

# What goes with them.
USUAL = {
    "binary": (
        Measure("Accuracy", "accuracy", "accuracy"),
        Measure("Precision", "precision", "precision"),
        Measure("Recall", "recall", "recall"),
        Measure("MCC", "mcc", "mcc"),
        Measure("Average precision", "average_precision", "average_precision"),
    ),
    "multiclass": (Measure("Accuracy", "accuracy", "accuracy", "whole"),),
    # As scikit-learn's accuracy_score: a pair is right when all of its labels are.
    "multilabel": (
        Measure("Accuracy", "accuracy", "exact_match", "whole"),
        Measure("Hamming loss", "hamming_loss", "hamming_loss", "whole"),
    ),
}

FULLER = {
    "binary": (
        Measure("Balanced accuracy", "balanced_accuracy", "balanced_accuracy"),
        Measure("Specificity", "specificity", "specificity"),
        Measure("Kappa", "kappa", "kappa"),
        Measure("AUROC", "auroc", "auroc"),
    ),
    "multiclass": (
        *averages("precision", "precision", "macro", "weighted"),
        *averages("recall", "recall", "macro", "weighted"),
        Measure("MCC", "mcc", "mcc", "whole"),
        Measure("Kappa", "kappa", "kappa", "whole"),
    ),
    "multilabel": (
        Measure("Samples F1 score", "f1_samples", "f1", "samples"),
        *averages("precision", "precision", *MEANS),
        *averages("recall", "recall", *MEANS),
        *averages("average_precision", "average precision", "macro", "micro"),
        *averages("auroc", "AUROC", "macro", "micro"),
    ),
}

# What a tally has to keep for all of them.
STATES = {
    "binary": ("counts", "scores"),
    "multiclass": ("counts", "confusion"),
    "multilabel": ("counts", "samples", "scores"),
}
