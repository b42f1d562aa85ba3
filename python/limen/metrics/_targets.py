"""Labels of any kind as the class numbers that the kernels count."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import Tally


class UndefinedMetricWarning(UserWarning):
    """A metric that is 0/0 was given a number."""


def warn(message: str) -> None:
    warnings.warn(message, UndefinedMetricWarning, stacklevel=4)


def array(values: Any, name: str) -> np.ndarray:
    """As NumPy, without a copy where the object allows."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    found = np.asarray(values)
    if found.ndim == 0 or found.shape[0] == 0:
        raise ValueError(f"{name} is empty or no array: it needs a sample at least")
    return found


def column(values: Any, name: str) -> np.ndarray:
    found = array(values, name)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim != 1:
        raise ValueError(f"{name} has shape {found.shape}, where one number a sample is due")
    return found


def same_length(*arrays: np.ndarray | None) -> None:
    lengths = {len(each) for each in arrays if each is not None}
    if len(lengths) > 1:
        raise ValueError(f"inputs have different numbers of samples: {sorted(lengths)}")


def weights_of(sample_weight: Any, samples: int) -> np.ndarray | None:
    if sample_weight is None:
        return None
    found = column(sample_weight, "sample_weight")
    if len(found) != samples:
        raise ValueError(f"sample_weight has {len(found)} values for {samples} samples")
    return found


def as_float(weights: np.ndarray | None) -> np.ndarray | None:
    return None if weights is None else weights.astype(np.float64, copy=False)


def scores_of(values: Any, name: str) -> np.ndarray:
    """Scores as floats; the kernels take integers for decisions that were made already."""
    found = array(values, name)
    return found if found.dtype.kind == "f" else found.astype(np.float64)


def kind_of(values: np.ndarray, name: str) -> str:
    """binary, multiclass or multilabel-indicator; ValueError for anything else."""
    if values.dtype.kind == "f" and not (np.isfinite(values) & (values == np.trunc(values))).all():
        raise ValueError(f"{name} has numbers that are no classes: continuous is not supported")
    if values.ndim == 2 and values.shape[1] > 1:
        if values.dtype.kind in "biuf" and ((values == 0) | (values == 1)).all():
            return "multilabel-indicator"
        raise ValueError(f"{name} has several columns that are not 0 or 1: not supported")
    return "binary" if len(classes_of(values.ravel())) <= 2 else "multiclass"


def classes_of(*columns: np.ndarray) -> np.ndarray:
    """The distinct values, sorted; without a sort where they are small integers."""
    if len({each.dtype.kind in "OUS" for each in columns}) > 1:
        raise ValueError("labels are strings here and numbers there")
    if any(each.dtype.kind == "O" for each in columns):
        return np.array(sorted(set().union(*(each.tolist() for each in columns))), dtype=object)
    if all(each.dtype.kind in "biu" for each in columns):
        low = min(int(each.min()) for each in columns)
        high = max(int(each.max()) for each in columns)
        if high - low <= 4 * len(columns[0]) + 1024 and high < 2**62:
            seen = np.zeros(high - low + 1, bool)
            for each in columns:
                seen[each.astype(np.int64, copy=False) - low] = True
            classes = np.flatnonzero(seen) + low
            return classes.astype(np.result_type(*columns))
    return np.unique(np.concatenate([np.unique(each) for each in columns]))


def codes_of(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Each value's place among the classes, -1 where it is not one of them."""
    count = len(classes)
    values, classes = (
        each.astype(np.uint8) if each.dtype == np.bool_ else each for each in (values, classes)
    )
    numbers = values.dtype.kind in "iu" and classes.dtype.kind in "iu"
    plain = numbers and np.array_equal(classes, np.arange(count))
    if plain and values.min() >= 0 and values.max() < count:
        return values
    if classes.dtype.kind == "O" or values.dtype.kind == "O":
        places = {value: place for place, value in enumerate(classes.tolist())}
        return np.fromiter(
            (places.get(each, -1) for each in values.tolist()), np.int64, len(values)
        )
    order = np.argsort(classes, kind="stable")
    ranked = classes[order]
    places = np.minimum(np.searchsorted(ranked, values), count - 1)
    return np.where(ranked[places] == values, order[places], -1)


@dataclass
class Decisions:
    """y_true and y_pred as what they are: columns of labels, or (N, L) of 0 and 1."""

    kind: str
    classes: np.ndarray  # present in either, sorted; for multilabel 0 to L - 1
    true: np.ndarray
    pred: np.ndarray
    weights: np.ndarray | None

    @classmethod
    def read(cls, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Decisions:
        true, pred = array(y_true, "y_true"), array(y_pred, "y_pred")
        same_length(true, pred)
        kinds = {kind_of(true, "y_true"), kind_of(pred, "y_pred")}
        weights = weights_of(sample_weight, len(true))
        if kinds == {"multilabel-indicator"}:
            if true.shape != pred.shape:
                raise ValueError(f"y_true and y_pred have shapes {true.shape} and {pred.shape}")
            true, pred = (each.astype(np.uint8, copy=False) for each in (true, pred))
            return cls("multilabel-indicator", np.arange(true.shape[1]), true, pred, weights)
        if "multilabel-indicator" in kinds:
            raise ValueError(f"a mix of {' and '.join(sorted(kinds))} targets cannot be compared")
        true, pred = column(true, "y_true"), column(pred, "y_pred")
        classes = classes_of(true, pred)
        return cls("binary" if len(classes) <= 2 else "multiclass", classes, true, pred, weights)

    @property
    def multilabel(self) -> bool:
        return self.kind == "multilabel-indicator"

    def tally(self, keep: str, classes: np.ndarray | None = None) -> Tally:
        """What the kernels count; samples of labels that are not among the classes are left out."""
        if self.multilabel:
            tally = Tally(
                "multilabel", self.true.shape[1], keep=keep, weighted=self.weights is not None
            )
            tally.update(self.pred, self.true, as_float(self.weights))
            return tally
        classes = self.classes if classes is None else classes
        true, pred = codes_of(self.true, classes), codes_of(self.pred, classes)
        if (pred < 0).any():
            true = np.where(pred < 0, -1, true.astype(np.int64))
            pred = np.maximum(pred, 0)
        tally = Tally(
            "multiclass",
            max(len(classes), 2),
            keep=keep,
            weighted=self.weights is not None,
            ignore_index=-1,
        )
        tally.update(pred, true, as_float(self.weights))
        return tally

    def chosen(self, labels: Any) -> np.ndarray:
        """Places of the labels asked for, among the classes followed by the unknown ones."""
        if labels is None:
            return np.arange(len(self.classes))
        labels = np.asarray(labels)
        if not self.multilabel:
            return codes_of(labels, self.classes)
        if labels.size and (labels.min() < 0 or labels.max() >= len(self.classes)):
            raise ValueError(f"labels must be in [0, {len(self.classes)}) for multilabel targets")
        return labels

    def counts(self, labels: Any = None) -> np.ndarray:
        """(labels, 4): tp, fp, tn, fn; integers unless weighted."""
        found = np.asarray(self.tally("counts").counts())
        places = self.chosen(labels)
        picked = found[np.maximum(places, 0)]
        total = found[0].sum()
        picked[places < 0] = (0, 0, total, 0)  # a label that nobody has
        return picked if self.weights is not None else picked.astype(np.int64)

    def sample_counts(self, labels: Any = None) -> np.ndarray:
        """(samples, 4): the same a sample, by counting the transposed arrays."""
        if not self.multilabel:
            raise ValueError("samplewise metrics are for multilabel targets")
        places = self.chosen(labels)
        true, pred = self.true, self.pred
        if labels is not None:
            true, pred = true[:, places], pred[:, places]
        tally = Tally("multilabel", len(true))
        tally.update(pred.T, true.T)
        found = np.asarray(tally.counts())
        if self.weights is not None:
            return found * self.weights[:, None]
        return found.astype(np.int64)
