"""The functions of the metrics of scores, one batch each."""

from __future__ import annotations

from ..auroc import BinaryAUROC, MulticlassAUROC, MultilabelAUROC
from ..average_precision import (
    BinaryAveragePrecision,
    MulticlassAveragePrecision,
    MultilabelAveragePrecision,
)
from ..calibration_error import BinaryCalibrationError, MulticlassCalibrationError
from ..eer import BinaryEER, MulticlassEER, MultilabelEER
from ..hinge import BinaryHingeLoss, MulticlassHingeLoss
from ..logauc import BinaryLogAUC, MulticlassLogAUC, MultilabelLogAUC
from ..precision_fixed_recall import (
    BinaryPrecisionAtFixedRecall,
    MulticlassPrecisionAtFixedRecall,
    MultilabelPrecisionAtFixedRecall,
)
from ..precision_recall_curve import (
    BinaryPrecisionRecallCurve,
    MulticlassPrecisionRecallCurve,
    MultilabelPrecisionRecallCurve,
)
from ..ranking import (
    MultilabelCoverageError,
    MultilabelRankingAveragePrecision,
    MultilabelRankingLoss,
)
from ..recall_fixed_precision import (
    BinaryRecallAtFixedPrecision,
    MulticlassRecallAtFixedPrecision,
    MultilabelRecallAtFixedPrecision,
)
from ..roc import BinaryROC, MulticlassROC, MultilabelROC
from ..sensitivity_specificity import (
    BinarySensitivityAtSpecificity,
    MulticlassSensitivityAtSpecificity,
    MultilabelSensitivityAtSpecificity,
)
from ..specificity_sensitivity import (
    BinarySpecificityAtSensitivity,
    MulticlassSpecificityAtSensitivity,
    MultilabelSpecificityAtSensitivity,
)
from ._forms import of_class, of_task

binary_precision_recall_curve = of_class(
    BinaryPrecisionRecallCurve, "binary_precision_recall_curve"
)
multiclass_precision_recall_curve = of_class(
    MulticlassPrecisionRecallCurve, "multiclass_precision_recall_curve"
)
multilabel_precision_recall_curve = of_class(
    MultilabelPrecisionRecallCurve, "multilabel_precision_recall_curve"
)
precision_recall_curve = of_task(
    "precision_recall_curve",
    binary=binary_precision_recall_curve,
    multiclass=multiclass_precision_recall_curve,
    multilabel=multilabel_precision_recall_curve,
)

binary_roc = of_class(BinaryROC, "binary_roc")
multiclass_roc = of_class(MulticlassROC, "multiclass_roc")
multilabel_roc = of_class(MultilabelROC, "multilabel_roc")
roc = of_task("roc", binary=binary_roc, multiclass=multiclass_roc, multilabel=multilabel_roc)

binary_auroc = of_class(BinaryAUROC, "binary_auroc")
multiclass_auroc = of_class(MulticlassAUROC, "multiclass_auroc")
multilabel_auroc = of_class(MultilabelAUROC, "multilabel_auroc")
auroc = of_task(
    "auroc", binary=binary_auroc, multiclass=multiclass_auroc, multilabel=multilabel_auroc
)

binary_average_precision = of_class(BinaryAveragePrecision, "binary_average_precision")
multiclass_average_precision = of_class(MulticlassAveragePrecision, "multiclass_average_precision")
multilabel_average_precision = of_class(MultilabelAveragePrecision, "multilabel_average_precision")
average_precision = of_task(
    "average_precision",
    binary=binary_average_precision,
    multiclass=multiclass_average_precision,
    multilabel=multilabel_average_precision,
)

binary_eer = of_class(BinaryEER, "binary_eer")
multiclass_eer = of_class(MulticlassEER, "multiclass_eer")
multilabel_eer = of_class(MultilabelEER, "multilabel_eer")
eer = of_task("eer", binary=binary_eer, multiclass=multiclass_eer, multilabel=multilabel_eer)

binary_logauc = of_class(BinaryLogAUC, "binary_logauc")
multiclass_logauc = of_class(MulticlassLogAUC, "multiclass_logauc")
multilabel_logauc = of_class(MultilabelLogAUC, "multilabel_logauc")
logauc = of_task(
    "logauc", binary=binary_logauc, multiclass=multiclass_logauc, multilabel=multilabel_logauc
)

binary_precision_at_fixed_recall = of_class(
    BinaryPrecisionAtFixedRecall, "binary_precision_at_fixed_recall"
)
multiclass_precision_at_fixed_recall = of_class(
    MulticlassPrecisionAtFixedRecall, "multiclass_precision_at_fixed_recall"
)
multilabel_precision_at_fixed_recall = of_class(
    MultilabelPrecisionAtFixedRecall, "multilabel_precision_at_fixed_recall"
)
precision_at_fixed_recall = of_task(
    "precision_at_fixed_recall",
    binary=binary_precision_at_fixed_recall,
    multiclass=multiclass_precision_at_fixed_recall,
    multilabel=multilabel_precision_at_fixed_recall,
)

binary_recall_at_fixed_precision = of_class(
    BinaryRecallAtFixedPrecision, "binary_recall_at_fixed_precision"
)
multiclass_recall_at_fixed_precision = of_class(
    MulticlassRecallAtFixedPrecision, "multiclass_recall_at_fixed_precision"
)
multilabel_recall_at_fixed_precision = of_class(
    MultilabelRecallAtFixedPrecision, "multilabel_recall_at_fixed_precision"
)
recall_at_fixed_precision = of_task(
    "recall_at_fixed_precision",
    binary=binary_recall_at_fixed_precision,
    multiclass=multiclass_recall_at_fixed_precision,
    multilabel=multilabel_recall_at_fixed_precision,
)

binary_sensitivity_at_specificity = of_class(
    BinarySensitivityAtSpecificity, "binary_sensitivity_at_specificity"
)
multiclass_sensitivity_at_specificity = of_class(
    MulticlassSensitivityAtSpecificity, "multiclass_sensitivity_at_specificity"
)
multilabel_sensitivity_at_specificity = of_class(
    MultilabelSensitivityAtSpecificity, "multilabel_sensitivity_at_specificity"
)
sensitivity_at_specificity = of_task(
    "sensitivity_at_specificity",
    binary=binary_sensitivity_at_specificity,
    multiclass=multiclass_sensitivity_at_specificity,
    multilabel=multilabel_sensitivity_at_specificity,
)

binary_specificity_at_sensitivity = of_class(
    BinarySpecificityAtSensitivity, "binary_specificity_at_sensitivity"
)
multiclass_specificity_at_sensitivity = of_class(
    MulticlassSpecificityAtSensitivity, "multiclass_specificity_at_sensitivity"
)
multilabel_specificity_at_sensitivity = of_class(
    MultilabelSpecificityAtSensitivity, "multilabel_specificity_at_sensitivity"
)
specificity_at_sensitivity = of_task(
    "specificity_at_sensitivity",
    binary=binary_specificity_at_sensitivity,
    multiclass=multiclass_specificity_at_sensitivity,
    multilabel=multilabel_specificity_at_sensitivity,
)

binary_hinge_loss = of_class(BinaryHingeLoss, "binary_hinge_loss")
multiclass_hinge_loss = of_class(MulticlassHingeLoss, "multiclass_hinge_loss")
hinge_loss = of_task("hinge_loss", binary=binary_hinge_loss, multiclass=multiclass_hinge_loss)

binary_calibration_error = of_class(BinaryCalibrationError, "binary_calibration_error")
multiclass_calibration_error = of_class(MulticlassCalibrationError, "multiclass_calibration_error")
calibration_error = of_task(
    "calibration_error", binary=binary_calibration_error, multiclass=multiclass_calibration_error
)

multilabel_coverage_error = of_class(MultilabelCoverageError, "multilabel_coverage_error")
multilabel_ranking_average_precision = of_class(
    MultilabelRankingAveragePrecision, "multilabel_ranking_average_precision"
)
multilabel_ranking_loss = of_class(MultilabelRankingLoss, "multilabel_ranking_loss")
