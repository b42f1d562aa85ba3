"""Folds that are stratified by label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_random_state


def _fill(have: np.ndarray, sizes: np.ndarray, rows: int) -> np.ndarray:
    """Which fold each of some rows goes to, so that all have alike in the end.

    Always the fold that has least, of equals the smallest one.
    """
    levels = have[:, None] + np.arange(rows)
    folds = np.repeat(np.arange(len(have)), rows)
    order = np.lexsort((folds, np.repeat(sizes, rows), levels.ravel()))
    return folds[order[:rows]]


def label_folds(targets: np.ndarray, splits: int) -> np.ndarray:
    """The fold of each row of (N, L) targets: the positives of the rarest label are dealt out
    first, then those of the next one that are not placed yet, at last the rows without any."""
    targets = np.asarray(targets) == 1
    folds = np.full(len(targets), -1)
    columns = [targets[:, label] for label in np.argsort(targets.sum(axis=0), kind="stable")]
    for column in [*columns, np.ones(len(targets), bool)]:
        rows = np.flatnonzero(column & (folds < 0))
        sizes = np.bincount(folds[folds >= 0], minlength=splits)
        have = np.bincount(folds[column & (folds >= 0)], minlength=splits)
        folds[rows] = _fill(have, sizes, len(rows))
    return folds


class LabelStratifiedKFold(BaseCrossValidator):
    """K folds for targets of several labels, in which each label is about as frequent.

    KFold may put all positives of a rare label into one fold, and StratifiedKFold refuses several
    labels. Here the positives of the rarest label are dealt out evenly, then those of the next one,
    and so on (the idea of Sechidis et al. 2011). Rows that are alike in their labels are dealt out
    in the order of the data, or at random with shuffle=True.

    y is (N, L), 0 and 1; ValueError with fewer rows than folds. Time O(N L + N K log(N K)).
    """

    def __init__(
        self, n_splits: int = 5, *, shuffle: bool = False, random_state: Any = None
    ) -> None:
        if n_splits < 2:
            raise ValueError(f"n_splits is {n_splits}: at least 2 folds are needed")
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of folds."""
        return self.n_splits

    def _iter_test_indices(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[Any]:
        targets = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
        if targets.ndim != 2:
            raise ValueError(f"y has shape {targets.shape}: stratify one label by StratifiedKFold")
        if len(targets) < self.n_splits:
            raise ValueError(f"{len(targets)} rows are too few for {self.n_splits} folds")
        order = np.arange(len(targets))
        if self.shuffle:
            order = check_random_state(self.random_state).permutation(order)
        folds = np.empty(len(targets), int)
        folds[order] = label_folds(targets[order], self.n_splits)
        for fold in range(self.n_splits):
            yield np.flatnonzero(folds == fold)
