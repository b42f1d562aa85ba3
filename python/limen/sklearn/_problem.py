"""What a target is, and how an estimator's answers become scores for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

METHODS = {
    "auto": ("predict_proba", "decision_function"),
    "predict_proba": ("predict_proba",),
    "decision_function": ("decision_function",),
}


def respond(estimator: Any, data: Any, method: str) -> tuple[str, Any]:
    """The first of the methods that the estimator has, and what it returns."""
    if method not in METHODS:
        raise ValueError(f"response_method is {method!r}: it is one of {sorted(METHODS)}")
    for name in METHODS[method]:
        if hasattr(estimator, name):
            return name, getattr(estimator, name)(data)
    raise AttributeError(
        f"{type(estimator).__name__} has none of the methods {METHODS[method]}, so there are no "
        "scores to put a threshold on"
    )


def _floating(scores: Any) -> np.ndarray:
    scores = np.asarray(scores)
    return scores if scores.dtype in (np.float16, np.float32) else scores.astype(np.float64)


def _column_of_one(column: Any, classes: Any) -> np.ndarray:
    """P(1) of a label from (N, classes) probabilities; the label may have had one class only."""
    column, classes = np.asarray(column), np.asarray(classes)
    found = np.flatnonzero(classes == 1)
    return column[:, found[0]] if found.size else np.zeros(len(column), column.dtype)


def _names(labels: tuple[str, ...] | None, given: Any) -> tuple[str, ...]:
    """The labels' own names, or those given in their place."""
    names = tuple(map(str, given))
    if labels is not None and len(labels) != len(names):
        raise ValueError(f"labels has {len(labels)} names, y has {len(names)} labels")
    return names if labels is None else labels


@dataclass(frozen=True)
class Problem:
    """task, the classes (binary, multiclass), the positive one, and the names of the labels."""

    task: str
    classes: Any  # an array, or None
    names: tuple[str, ...]
    positive: int = 1

    @classmethod
    def of(
        cls, y: Any, *, classes: Any = None, pos_label: Any = None, labels: Any = None
    ) -> Problem:
        """From targets; classes are those of a fitted estimator, else those that y has."""
        kind = type_of_target(y, input_name="y")
        labels = None if labels is None else tuple(map(str, labels))
        check_classification_targets(y)
        if kind == "multiclass-multioutput":
            raise ValueError("Unknown label type: several multiclass targets need a tuner each")
        if kind == "multilabel-indicator":
            columns = getattr(y, "columns", None)
            given = range(y.shape[1]) if columns is None else columns
            return cls("multilabel", None, _names(labels, given))
        values = np.unique(np.asarray(y)) if classes is None else np.asarray(classes)
        if len(values) < 2:
            raise ValueError(f"y has one class, {values[0]!r}: at least 2 classes are needed")
        if len(values) > 2:
            return cls("multiclass", values, _names(labels, values))
        positive = 1
        if pos_label is not None:
            found = np.flatnonzero(values == pos_label)
            if found.size == 0:
                raise ValueError(f"pos_label {pos_label!r} is none of the classes {list(values)}")
            positive = int(found[0])
        return cls("binary", values, _names(labels, values[positive : positive + 1]), positive)

    @property
    def width(self) -> int:
        return len(self.names)

    def targets(self, y: Any) -> np.ndarray:
        """0/1, or class numbers."""
        if self.task == "multilabel":
            return np.asarray(y.toarray() if hasattr(y, "toarray") else y).astype(np.uint8)
        y = column_or_1d(y)
        if self.task == "binary":
            return (y == self.classes[self.positive]).astype(np.uint8)
        numbers = np.searchsorted(self.classes, y)
        known = self.classes[np.minimum(numbers, len(self.classes) - 1)] == y
        if not known.all():
            raise ValueError(f"y has a class that the estimator lacks: {y[~known][0]!r}")
        return np.asarray(numbers)

    def scores(self, estimator: Any, data: Any, method: str) -> np.ndarray:
        """(N,) for the positive class, (N, C) in the order of classes, or (N, L)."""
        name, answer = respond(estimator, data, method)
        if self.task == "multilabel":
            return self._multilabel(estimator, answer)
        answer = _floating(answer)
        if self.task == "binary":
            return self._binary(estimator, answer, name)
        return self._multiclass(estimator, answer, name)

    def _multilabel(self, estimator: Any, answer: Any) -> np.ndarray:
        if isinstance(answer, list):
            pairs = zip(answer, estimator.classes_, strict=True)
            answer = np.column_stack([_column_of_one(column, known) for column, known in pairs])
        answer = _floating(answer)
        if answer.ndim != 2 or answer.shape[1] != self.width:
            raise ValueError(
                f"the estimator's scores have shape {answer.shape}, y has {self.width} labels"
            )
        return answer

    def _binary(self, estimator: Any, answer: np.ndarray, name: str) -> np.ndarray:
        known = np.asarray(estimator.classes_)
        positive = self.classes[self.positive]
        if name == "predict_proba":
            found = np.flatnonzero(known == positive)
            return answer[:, found[0]] if found.size else np.zeros(len(answer), answer.dtype)
        answer = answer.reshape(-1)
        return answer if known[-1] == positive else -answer

    def _multiclass(self, estimator: Any, answer: np.ndarray, name: str) -> np.ndarray:
        known = np.asarray(estimator.classes_)
        if answer.ndim == 1:  # a fold that saw two of the classes
            answer = np.column_stack([-answer, answer])
        if answer.shape[1] != len(known):
            raise ValueError(
                f"{name} has {answer.shape[1]} columns for {len(known)} classes: scores of pairs "
                "of classes (decision_function_shape='ovo') have no offsets"
            )
        if len(known) == self.width:
            return answer
        # A class that a fold did not see.
        least = 0.0 if name == "predict_proba" else answer.min(initial=0.0) - 1.0
        full = np.full((len(answer), self.width), least, answer.dtype)
        full[:, np.searchsorted(self.classes, known)] = answer
        return full

    def labels(self, decisions: Any) -> np.ndarray:
        """Decisions as predictions: classes, or 0/1 of shape (N, L)."""
        decisions = np.asarray(decisions)
        if self.task == "multilabel":
            return decisions.astype(np.int64)
        if self.task == "multiclass":
            return self.classes[decisions]
        return self.classes[np.where(decisions == 1, self.positive, 1 - self.positive)]
