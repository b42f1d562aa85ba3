"""Makes the files in this folder from scikit-learn's handwritten digits (1,797 pictures, 8 x 8).

A logistic regression learns from half of the pictures. Its scores for the other half are written
in two parts: `dev` to choose thresholds on, `test` to report with them.

    python examples/digits/make.py

multilabel/  ten traits of a digit, from 5 % to 60 % prevalent: (N, 10) float32 and uint8
multiclass/  which of the ten digits it is: (N, 10) float32 and (N,) uint8
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier

HERE = Path(__file__).resolve().parent

DIGITS_WITH_TRAIT = {
    "zero": [0],
    "high": [8, 9],
    "straight": [1, 4, 7],
    "cube": [0, 1, 8],
    "prime": [2, 3, 5, 7],
    "loop": [0, 6, 8, 9],
    "square": [0, 1, 4, 9],
    "even": [0, 2, 4, 6, 8],
    "fibonacci": [0, 1, 2, 3, 5, 8],
}


def traits(pictures, digits):
    """The (N, 10) table of traits, and their names."""
    columns = {name: np.isin(digits, members) for name, members in DIGITS_WITH_TRAIT.items()}
    inked_columns = (pictures > 0).any(axis=1).sum(axis=1)
    columns["bare_one"] = (digits == 1) & (inked_columns <= 5)
    return np.column_stack(list(columns.values())).astype(np.uint8), list(columns)


def write(folder, labels, **arrays):
    """Writes labels.txt, and each array in two parts."""
    folder.mkdir(exist_ok=True)
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    for name, array in arrays.items():
        half = len(array) // 2
        np.save(folder / f"dev_{name}.npy", array[:half])
        np.save(folder / f"test_{name}.npy", array[half:])


def main():
    pixels, digits = load_digits(return_X_y=True)
    table, names = traits(pixels.reshape(-1, 8, 8), digits)
    x, x_held, y, y_held, t, t_held = train_test_split(
        pixels / 16, digits, table, test_size=0.5, random_state=0, stratify=digits
    )

    # Regularised strongly, as with scarce data: rare traits seldom reach a score of 0.5.
    one_trait = LogisticRegression(C=0.1, max_iter=1000)
    scores = OneVsRestClassifier(one_trait).fit(x, t).predict_proba(x_held).astype(np.float32)
    write(HERE / "multilabel", names, scores=scores, targets=t_held)

    ten_classes = LogisticRegression(max_iter=1000)
    scores = ten_classes.fit(x, y).predict_proba(x_held).astype(np.float32)
    write(HERE / "multiclass", range(10), scores=scores, targets=y_held.astype(np.uint8))

    # The multilabel test part once more, as one file.
    folder = HERE / "multilabel"
    np.savez_compressed(
        folder / "test.npz",
        scores=np.load(folder / "test_scores.npy"),
        targets=np.load(folder / "test_targets.npy"),
        labels=np.array(names),
    )


if __name__ == "__main__":
    main()
