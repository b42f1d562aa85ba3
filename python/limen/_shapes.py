"""What shapes imply, and whether thresholds fit."""

from __future__ import annotations

import math

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def take(scores: Any, targets: Any = None, ignore_index: int | None = None) -> tuple[Any, Any]:
    """Both as arrays that can be read several times, which a stream or an iterator cannot.

    An Arrow null is NaN in scores, and in targets ignore_index, or an error without one.
    """
    scores = _core.Array(scores, "scores", null=math.nan)
    if targets is not None:
        targets = _core.Array(targets, "targets", null=ignore_index)
    return scores, targets


def infer(scores: Any, targets: Any, task: str | None, width: int | None) -> tuple[str, int]:
    """Task and width of what `take` gave: as asked for, else as the shapes imply.

    ValueError where they do not.
    """
    shape = scores.shape
    target_shape = shape if targets is None else targets.shape
    columns = shape[1] if len(shape) > 1 else 1
    if task is None:
        if len(shape) > 2:
            raise ValueError(f"scores of shape {shape}: say task=")
        if columns == 1:
            task = "binary"
        else:
            task = "multilabel" if len(target_shape) == 2 else "multiclass"
    if width is None:
        if task == "multiclass" and targets is not None and len(target_shape) == len(shape):
            raise ValueError("scores are class numbers: say width=, the number of classes")
        width = 1 if task == "binary" else columns
    return task, width


def follow(
    thresholds: Any,
    rule: str,
    width: int | None = None,
    dtype: str | None = None,
    labels: Sequence[str] | None = None,
) -> tuple[Any, str]:
    """The numbers and the rule of a `Thresholds`; other thresholds keep the rule that was given.

    Where the data's width is known, the `Thresholds` must fit it.
    """
    if not isinstance(getattr(thresholds, "rule", None), str):
        return thresholds, rule
    if width is not None:
        thresholds = thresholds.for_data(width, dtype, labels)
    return thresholds.values, thresholds.rule
