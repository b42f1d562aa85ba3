"""What is decided: the kind of problem, its labels, and scores that can be held against them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import torch

PROBLEMS = ("binary", "multiclass", "multilabel")


def problem_of(labels: np.ndarray) -> str:
    """What labels alone say: rows of 0 and 1 are multilabel, 0 and 1 alone are binary."""
    if labels.ndim == 2:
        return "multilabel"
    return "binary" if (labels <= 1).all() else "multiclass"


def checked_labels(labels: Iterable[Any], problem: str | None) -> np.ndarray:
    """(N,) class numbers, or (N, L) of 0 and 1, as int64; ValueError for anything else."""
    rows = [np.atleast_1d(np.asarray(label, float)) for label in labels]
    widths = {row.size for row in rows}
    if len(widths) > 1:
        raise ValueError(f"labels are of different lengths: {sorted(widths)}")
    array = np.stack(rows) if rows else np.empty((0, 1))
    if problem != "multilabel" and array.shape[1] > 1 and problem is not None:
        raise ValueError(f"{problem}: a label has to be one number, not {array.shape[1]}")
    if problem != "multilabel" and array.shape[1] == 1:
        array = array[:, 0]
    greatest = 1 if problem == "binary" or array.ndim == 2 else np.inf
    wrong = ~((array >= 0) & (array <= greatest) & (array == np.floor(array)))
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        domain = "0 or 1" if greatest == 1 else "class numbers 0, 1, 2, ..."
        raise ValueError(f"labels have to be {domain}; label {row} is {rows[row].tolist()}")
    return array.astype(np.int64)


class Scores(NamedTuple):
    """What a model predicted, with the decision that is meant when nothing else is said."""

    values: np.ndarray  # (N,) for binary, else (N, C) or (N, L)
    threshold: float | None  # None: argmax
    rule: str | None  # None: that of the evaluator


def scores_of(problem: str, outputs: np.ndarray, labels: np.ndarray, model: Any) -> Scores:
    """Scores from what model.predict returned; ValueError where that does not fit the problem.

    Two outputs of a binary problem become their difference, which is positive where the argmax is
    1.
    """
    if outputs.ndim == 1 and problem != "binary":
        outputs = outputs[:, None]
    if problem == "multilabel":
        if outputs.shape != labels.shape:
            raise ValueError(
                f"multilabel: the model has {outputs.shape[1]} outputs and the labels are "
                f"{labels.shape[1]}; make it with num_labels={labels.shape[1]}"
            )
        return Scores(outputs, half(model), None)
    if problem == "multiclass":
        if outputs.shape[1] <= max(1, labels.max()):
            raise ValueError(
                f"multiclass: the model has {outputs.shape[1]} outputs and the greatest label is "
                f"{labels.max()}; make it with num_labels={max(1, labels.max()) + 1} or more"
            )
        return Scores(outputs, None, None)
    if outputs.ndim == 1 or outputs.shape[1] == 1:
        return Scores(outputs.reshape(-1), half(model), None)
    if outputs.shape[1] == 2:
        return Scores(outputs[:, 1] - outputs[:, 0], 0.0, "gt")
    raise ValueError(f"binary: the model has {outputs.shape[1]} outputs; it can have one or two")


def half(model: Any) -> float:
    """The score that stands for a probability of one half: 0 where the model hands out logits."""
    activation = getattr(model, "activation_fn", None)
    if activation is None:
        activation = getattr(model, "default_activation_function", None)
    return 0.0 if isinstance(activation, torch.nn.Identity) else 0.5
