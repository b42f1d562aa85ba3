"""limen.sklearn.ThresholdTuner beside scikit-learn's TunedThresholdClassifierCV.

    PYTHONPATH=python python bench/tuner.py [ROWS]

Both get a fitted estimator that has its scores already (cv="prefit"), so what is timed is the
search for the best threshold: theirs over a grid of 100 thresholds, ours over every cut. One
thread, CPU time, least of three runs, both in this run. The value reached is printed beside it.

Then both on breast_cancer with their own cross-validation: the mean over some divisions of the
data of the score on rows that neither has seen.
"""

import sys
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler

from limen.sklearn import ThresholdTuner

RUNS = 3
READS = 100
DIVISIONS = 12


class Known(ClassifierMixin, BaseEstimator):
    """Its features are its probabilities."""

    classes_ = np.array([0, 1])

    def fit(self, x, y):
        return self

    def predict_proba(self, x):
        return np.column_stack([1 - x[:, 0], x[:, 0]])

    def __sklearn_is_fitted__(self):
        return True


def least(work):
    """CPU seconds of the quickest run, and what it returned."""
    found = []
    for _ in range(RUNS):
        start = time.process_time()
        result = work()
        found.append((time.process_time() - start, result))
    return min(found, key=lambda pair: pair[0])


def search(rows):
    random = np.random.default_rng(1)
    scores = random.random((rows, 1)) ** 2
    targets = (random.random(rows) < 0.3 * scores[:, 0]).astype(int)
    read = least(lambda: [scores.sum() for _ in range(READS)])[0] / READS
    grid = TunedThresholdClassifierCV(Known(), scoring="f1", cv="prefit", refit=False)
    exact = ThresholdTuner(Known(), cv="prefit")
    theirs, _ = least(lambda: grid.fit(scores, targets))
    ours, _ = least(lambda: exact.fit(scores, targets))
    print(f"{rows} rows, prefit, CPU seconds (a plain read of the scores: {read:.4f})")
    for seconds, tuner in [(theirs, grid), (ours, exact)]:
        value = f1_score(targets, tuner.predict(scores))
        name = type(tuner).__name__
        print(f"{name:<28} {seconds:9.3f} s  {seconds / read:9.1f} reads  f1 {value:.6f}")
    print(f"ratio {theirs / ours:.1f}")


def new_rows():
    x, y = load_breast_cancer(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    print(f"\nbreast_cancer, mean of {DIVISIONS} divisions, on rows that were not seen")
    for estimator in (LogisticRegression(C=0.1), GaussianNB()):
        for name, score in [("f1", f1_score), ("balanced_accuracy", balanced_accuracy_score)]:
            ours = ThresholdTuner(estimator, objective=name)
            theirs = TunedThresholdClassifierCV(estimator, scoring=name)
            values = []
            for seed in range(DIVISIONS):
                x_fit, x_new, y_fit, y_new = train_test_split(x, y, random_state=seed, stratify=y)
                values.append(
                    [score(y_new, each.fit(x_fit, y_fit).predict(x_new)) for each in (ours, theirs)]
                )
            means = np.mean(values, axis=0)
            print(f"{type(estimator).__name__:<20} {name:<18} {means[0]:.5f} theirs {means[1]:.5f}")


def main():
    search(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    new_rows()


if __name__ == "__main__":
    main()
