"""Classification metrics with scikit-learn's names, arguments and conventions, on limen's kernels.

    from limen.metrics import f1_score, roc_auc_score

Labels may be integers, strings, booleans, or (N, L) arrays of 0 and 1; inputs anything that NumPy
takes, PyTorch tensors too. scikit-learn is not needed. Where limen differs on purpose:
infinite scores are scores like others; weights are not negative; sparse matrices are not taken.
"""

from ._decisions import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    hamming_loss,
    jaccard_score,
    matthews_corrcoef,
    multilabel_confusion_matrix,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
    zero_one_loss,
)
from ._losses import brier_score_loss, hinge_loss, log_loss
from ._scores import (
    average_precision_score,
    coverage_error,
    det_curve,
    label_ranking_average_precision_score,
    label_ranking_loss,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from ._summary import classification_report
from ._targets import UndefinedMetricWarning

__all__ = [
    "UndefinedMetricWarning",
    "accuracy_score",
    "average_precision_score",
    "balanced_accuracy_score",
    "brier_score_loss",
    "classification_report",
    "cohen_kappa_score",
    "confusion_matrix",
    "coverage_error",
    "det_curve",
    "f1_score",
    "fbeta_score",
    "hamming_loss",
    "hinge_loss",
    "jaccard_score",
    "label_ranking_average_precision_score",
    "label_ranking_loss",
    "log_loss",
    "matthews_corrcoef",
    "multilabel_confusion_matrix",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
    "roc_auc_score",
    "roc_curve",
    "zero_one_loss",
]
