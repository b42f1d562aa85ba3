"""Thresholds for a scikit-learn classifier of several labels, tuned by cross-validation.

    python examples/sklearn_traits.py

The data is scikit-learn's handwritten digits, each with ten traits from 5 % to 60 % prevalent. A
regularised logistic regression rarely gives the rare ones a probability of 0.5; with a threshold a
label it finds them. Prints macro F1 on pictures that neither fitting nor tuning has seen.
"""

import sys
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier

from limen.sklearn import ThresholdTuner

sys.path.insert(0, str(Path(__file__).resolve().parent / "digits"))
from make import traits


def main():
    pixels, digits = load_digits(return_X_y=True)
    table, names = traits(pixels.reshape(-1, 8, 8), digits)
    x, x_held, y, y_held = train_test_split(
        pixels / 16, table, test_size=0.5, random_state=0, stratify=digits
    )
    plain = OneVsRestClassifier(LogisticRegression(C=0.01, max_iter=1000)).fit(x, y)
    tuner = ThresholdTuner(plain, objective="f1", labels=names).fit(x, y)

    print(tuner.thresholds_)
    print(f"macro F1 when tuned on the same rows  {tuner.score_:.4f}")
    print(f"macro F1, each fold tuned on others   {tuner.cross_fitted_score_:.4f}")
    print(f"held out, at 0.5                      {f1(y_held, plain.predict(x_held)):.4f}")
    print(f"held out, tuned                       {f1(y_held, tuner.predict(x_held)):.4f}")


def f1(targets, decisions):
    return f1_score(targets, decisions, average="macro", zero_division=0)


if __name__ == "__main__":
    main()
