"""The functions of the metrics of counts and of confusion matrices, one batch each."""

from __future__ import annotations

from .. import agreement as agree
from .. import confusion_matrix as matrix
from .. import exact_match as exact
from .. import f_beta, rates
from .. import stat_scores as scores
from ._forms import of_class, of_task

binary_stat_scores = of_class(scores.BinaryStatScores, "binary_stat_scores")
multiclass_stat_scores = of_class(scores.MulticlassStatScores, "multiclass_stat_scores")
multilabel_stat_scores = of_class(scores.MultilabelStatScores, "multilabel_stat_scores")
stat_scores = of_task(
    "stat_scores",
    binary=binary_stat_scores,
    multiclass=multiclass_stat_scores,
    multilabel=multilabel_stat_scores,
)

binary_accuracy = of_class(rates.BinaryAccuracy, "binary_accuracy")
multiclass_accuracy = of_class(rates.MulticlassAccuracy, "multiclass_accuracy")
multilabel_accuracy = of_class(rates.MultilabelAccuracy, "multilabel_accuracy")
accuracy = of_task(
    "accuracy",
    binary=binary_accuracy,
    multiclass=multiclass_accuracy,
    multilabel=multilabel_accuracy,
)

binary_precision = of_class(rates.BinaryPrecision, "binary_precision")
multiclass_precision = of_class(rates.MulticlassPrecision, "multiclass_precision")
multilabel_precision = of_class(rates.MultilabelPrecision, "multilabel_precision")
precision = of_task(
    "precision",
    binary=binary_precision,
    multiclass=multiclass_precision,
    multilabel=multilabel_precision,
)

binary_recall = of_class(rates.BinaryRecall, "binary_recall")
multiclass_recall = of_class(rates.MulticlassRecall, "multiclass_recall")
multilabel_recall = of_class(rates.MultilabelRecall, "multilabel_recall")
recall = of_task(
    "recall", binary=binary_recall, multiclass=multiclass_recall, multilabel=multilabel_recall
)

binary_specificity = of_class(rates.BinarySpecificity, "binary_specificity")
multiclass_specificity = of_class(rates.MulticlassSpecificity, "multiclass_specificity")
multilabel_specificity = of_class(rates.MultilabelSpecificity, "multilabel_specificity")
specificity = of_task(
    "specificity",
    binary=binary_specificity,
    multiclass=multiclass_specificity,
    multilabel=multilabel_specificity,
)

binary_negative_predictive_value = of_class(
    rates.BinaryNegativePredictiveValue, "binary_negative_predictive_value", _divides_zero=True
)
multiclass_negative_predictive_value = of_class(
    rates.MulticlassNegativePredictiveValue,
    "multiclass_negative_predictive_value",
    _divides_zero=True,
)
multilabel_negative_predictive_value = of_class(
    rates.MultilabelNegativePredictiveValue,
    "multilabel_negative_predictive_value",
    _divides_zero=True,
)
negative_predictive_value = of_task(
    "negative_predictive_value",
    binary=binary_negative_predictive_value,
    multiclass=multiclass_negative_predictive_value,
    multilabel=multilabel_negative_predictive_value,
)

binary_hamming_distance = of_class(rates.BinaryHammingDistance, "binary_hamming_distance")
multiclass_hamming_distance = of_class(
    rates.MulticlassHammingDistance, "multiclass_hamming_distance"
)
multilabel_hamming_distance = of_class(
    rates.MultilabelHammingDistance, "multilabel_hamming_distance"
)
hamming_distance = of_task(
    "hamming_distance",
    binary=binary_hamming_distance,
    multiclass=multiclass_hamming_distance,
    multilabel=multilabel_hamming_distance,
)

binary_fbeta_score = of_class(f_beta.BinaryFBetaScore, "binary_fbeta_score")
multiclass_fbeta_score = of_class(f_beta.MulticlassFBetaScore, "multiclass_fbeta_score")
multilabel_fbeta_score = of_class(f_beta.MultilabelFBetaScore, "multilabel_fbeta_score")
fbeta_score = of_task(
    "fbeta_score",
    binary=binary_fbeta_score,
    multiclass=multiclass_fbeta_score,
    multilabel=multilabel_fbeta_score,
)

binary_f1_score = of_class(f_beta.BinaryF1Score, "binary_f1_score")
multiclass_f1_score = of_class(f_beta.MulticlassF1Score, "multiclass_f1_score")
multilabel_f1_score = of_class(f_beta.MultilabelF1Score, "multilabel_f1_score")
f1_score = of_task(
    "f1_score",
    binary=binary_f1_score,
    multiclass=multiclass_f1_score,
    multilabel=multilabel_f1_score,
)

binary_confusion_matrix = of_class(matrix.BinaryConfusionMatrix, "binary_confusion_matrix")
multiclass_confusion_matrix = of_class(
    matrix.MulticlassConfusionMatrix, "multiclass_confusion_matrix"
)
multilabel_confusion_matrix = of_class(
    matrix.MultilabelConfusionMatrix, "multilabel_confusion_matrix"
)
confusion_matrix = of_task(
    "confusion_matrix",
    binary=binary_confusion_matrix,
    multiclass=multiclass_confusion_matrix,
    multilabel=multilabel_confusion_matrix,
)

binary_matthews_corrcoef = of_class(agree.BinaryMatthewsCorrCoef, "binary_matthews_corrcoef")
multiclass_matthews_corrcoef = of_class(
    agree.MulticlassMatthewsCorrCoef, "multiclass_matthews_corrcoef"
)
multilabel_matthews_corrcoef = of_class(
    agree.MultilabelMatthewsCorrCoef, "multilabel_matthews_corrcoef"
)
matthews_corrcoef = of_task(
    "matthews_corrcoef",
    binary=binary_matthews_corrcoef,
    multiclass=multiclass_matthews_corrcoef,
    multilabel=multilabel_matthews_corrcoef,
)

binary_cohen_kappa = of_class(agree.BinaryCohenKappa, "binary_cohen_kappa")
multiclass_cohen_kappa = of_class(agree.MulticlassCohenKappa, "multiclass_cohen_kappa")
cohen_kappa = of_task("cohen_kappa", binary=binary_cohen_kappa, multiclass=multiclass_cohen_kappa)

binary_jaccard_index = of_class(agree.BinaryJaccardIndex, "binary_jaccard_index")
multiclass_jaccard_index = of_class(agree.MulticlassJaccardIndex, "multiclass_jaccard_index")
multilabel_jaccard_index = of_class(agree.MultilabelJaccardIndex, "multilabel_jaccard_index")
jaccard_index = of_task(
    "jaccard_index",
    binary=binary_jaccard_index,
    multiclass=multiclass_jaccard_index,
    multilabel=multilabel_jaccard_index,
)

multiclass_exact_match = of_class(exact.MulticlassExactMatch, "multiclass_exact_match")
multilabel_exact_match = of_class(exact.MultilabelExactMatch, "multilabel_exact_match")
exact_match = of_task(
    "exact_match", multiclass=multiclass_exact_match, multilabel=multilabel_exact_match
)
