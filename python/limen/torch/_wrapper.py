"""The classes and functions that take the task as an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torchmetrics.utilities.enums import (
    ClassificationTask,
    ClassificationTaskNoBinary,
    ClassificationTaskNoMultilabel,
)

Task = str
TASKS = {
    frozenset(("binary", "multiclass", "multilabel")): ClassificationTask,
    frozenset(("multiclass", "multilabel")): ClassificationTaskNoBinary,
    frozenset(("binary", "multiclass")): ClassificationTaskNoMultilabel,
}

# The arguments that not every task has; all others are shared.
OWN = {
    "binary": ("threshold",),
    "multiclass": ("num_classes", "top_k", "average"),
    "multilabel": ("num_labels", "threshold", "average"),
}


NOT_SHARED = {"cls", "task", "kwargs", "threshold", "num_classes", "num_labels", "top_k", "average"}


def by_task(
    forms: Mapping[str, Callable], task: Task, arguments: Mapping[str, Any], more: Mapping[str, Any]
) -> Any:
    """Calls the form of a task with those of `arguments` that the task has, and with `more`.

    Raises ValueError for an unknown task, or a width or top_k that is no integer.
    """
    task = TASKS[frozenset(forms)].from_str(task).value
    given = {
        name: value
        for name, value in arguments.items()
        if name in OWN[task] or name not in NOT_SHARED
    }
    for name in ("num_classes", "num_labels", "top_k"):
        if name in given and not isinstance(given[name], int):
            raise ValueError(
                f"`{name}` is expected to be `int` but `{type(given[name])} was passed.`"
            )
    return forms[task](**given, **more)
