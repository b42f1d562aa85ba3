"""The classes and functions that take the task as an argument."""

from __future__ import annotations

import functools
import inspect
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


@functools.cache
def _parameters(form: Callable) -> frozenset[str]:
    """Names of the parameters of a class or a function, without those that gather the rest."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(form).parameters.values()
    return frozenset(each.name for each in parameters if each.kind not in kinds)


def by_task(
    forms: Mapping[str, Callable], task: Task, arguments: Mapping[str, Any], more: Mapping[str, Any]
) -> Any:
    """Calls the form of a task with those of `arguments` that it takes, and with `more`.

    Raises ValueError for an unknown task, or a width or top_k that is no integer.
    """
    task = TASKS[frozenset(forms)].from_str(task).value
    taken = _parameters(forms[task])
    given = {name: value for name, value in arguments.items() if name in taken}
    for name in ("num_classes", "num_labels", "top_k"):
        if name in given and not isinstance(given[name], int):
            raise ValueError(
                f"`{name}` is expected to be `int` but `{type(given[name])} was passed.`"
            )
    return forms[task](**given, **more)
