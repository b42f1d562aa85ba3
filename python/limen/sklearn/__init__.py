"""Thresholds for scikit-learn's classifiers: binary, multiclass and multilabel.

    from limen.sklearn import ThresholdTuner, make_threshold_scorer

    tuner = ThresholdTuner(RandomForestClassifier(), objective="f1").fit(X, y)
    tuner.predict(X_new)
    tuner.thresholds_.save("best.json")

See docs/SKLEARN.md. Needs scikit-learn 1.6 or later.
"""

from ._scorer import ThresholdScorer, make_threshold_scorer
from ._split import LabelStratifiedKFold
from ._tuner import ThresholdTuner

__all__ = ["LabelStratifiedKFold", "ThresholdScorer", "ThresholdTuner", "make_threshold_scorer"]
