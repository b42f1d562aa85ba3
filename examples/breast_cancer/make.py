"""Makes the files in this folder from scikit-learn's breast cancer data (569 tumours).

A logistic regression learns from half of them to tell malignant ones (1) from benign ones (0). Its
scores for the other half are written in two parts: `dev` to choose a threshold on, `test` to
report with it; `test.csv` is the second part as a table.

    python examples/breast_cancer/make.py
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).resolve().parent


def main():
    x, benign = load_breast_cancer(return_X_y=True)
    x, x_held, y, y_held = train_test_split(
        x, 1 - benign, test_size=0.5, random_state=0, stratify=benign
    )
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
    scores = model.fit(x, y).predict_proba(x_held)[:, 1].astype(np.float32)
    targets = y_held.astype(np.uint8)

    half = len(scores) // 2
    for part, rows in {"dev": slice(None, half), "test": slice(half, None)}.items():
        np.save(HERE / f"{part}_scores.npy", scores[rows])
        np.save(HERE / f"{part}_targets.npy", targets[rows])
    with (HERE / "test.csv").open("w", newline="") as file:
        file.write("score,target\n")
        for score, target in zip(scores[half:], targets[half:], strict=True):
            file.write(f"{score},{target}\n")
    (HERE / "labels.txt").write_text("malignant\n")


if __name__ == "__main__":
    main()
