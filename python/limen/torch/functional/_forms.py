"""How a function is made from the class of a metric.

The signature is torchmetrics' own, with what is more here as keywords. A call counts one batch in a
metric that the thread keeps for those arguments, so that small batches do not pay for its making.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from os import PathLike
from typing import Any

from torch import Tensor
from torchmetrics.functional import classification as peer

from .._base import TallyMetric
from .._engine import Engine
from .._wrapper import by_task

KEPT = 64  # metrics that a thread keeps
MORE = {"weights": None, "rule": "gt", "thresholds": None, "from_logits": None}


class Kept(threading.local):
    """The metrics of a thread by what they were made of; the oldest leave first."""

    def __init__(self) -> None:
        self.metrics: dict[Any, Engine] = {}

    def get(self, make: Callable[..., Engine], arguments: dict[str, Any]) -> Engine:
        # Types too: torchmetrics refuses a threshold of 1 and takes one of 1.0.
        key = (make, *((name, type(value), value) for name, value in arguments.items()))
        paths = arguments.get("threshold"), arguments.get("thresholds")
        if any(isinstance(value, Tensor) for value in arguments.values()) or any(
            isinstance(path, str | PathLike) for path in paths
        ):
            return make(**arguments)  # may have changed, so is read again; so may a list
        try:
            metric = self.metrics.get(key)
        except TypeError:
            return make(**arguments)
        if metric is None:
            if len(self.metrics) >= KEPT:
                del self.metrics[next(iter(self.metrics))]
            metric = self.metrics[key] = make(**arguments)
        return metric


kept = Kept()


def _of_batch(
    make: Callable[..., Engine],
    theirs: Callable,
    more: tuple[str, ...],
    given: dict[str, Any],
) -> Tensor:
    """The metric of one batch: by the core, else by torchmetrics, on decisions that are ours where
    there are any."""
    batch = given.pop("preds"), given.pop("target")
    if "weights" in more:
        batch = (*batch, given.pop("weights", None))
    metric = kept.get(make, given)
    metric._forget_guess()
    counted = metric._batch(*batch)
    if counted is not None:
        return metric._function_value(counted)
    preds, target, weights = (*batch, None)[:3]
    if weights is not None or not metric._has_peer_function:
        metric.reset()
        metric.update(*batch)  # which says what is wrong
        return metric.compute()
    given = {name: value for name, value in given.items() if name not in more}
    if isinstance(metric, TallyMetric) and not metric._decides_as_torch:
        preds = metric._decision.decide(preds)
        given["threshold"] = 0.5
    return theirs(preds, target, **given)


def _signature(theirs: Callable, more: tuple[str, ...]) -> inspect.Signature:
    signature = inspect.signature(theirs)
    keywords = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=MORE[name]) for name in more
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *keywords])


def _named(
    function: Callable, theirs: Callable, more: tuple[str, ...], text: str, module: str
) -> Callable:
    function.__name__ = function.__qualname__ = theirs.__name__
    function.__module__ = f"{__package__}.{module}"
    function.__doc__ = text
    function.__signature__ = _signature(theirs, more)
    return function


def _given(names: list[str], function: str, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    if len(args) > len(names):
        raise TypeError(f"{function}() takes {len(names)} positional arguments, not {len(args)}")
    given = dict(zip(names, args, strict=False))
    for name in given.keys() & kwargs.keys():
        raise TypeError(f"{function}() got multiple values for argument {name!r}")
    return given | kwargs


def of_class(cls: type[Engine], name: str, **traits: Any) -> Callable:
    """The function `name` of torchmetrics with the engine of a class. traits: attributes that the
    function's metric has and the class has not."""
    theirs = getattr(peer, name)
    parameters = inspect.signature(theirs).parameters
    names = list(parameters)
    more = tuple(each for each in cls._more() if each not in names)
    own = inspect.signature(cls).parameters
    other_defaults = {
        each.name: each.default
        for each in parameters.values()
        if each.name in own and each.default not in (each.empty, own[each.name].default)
    }

    def make(**arguments: Any) -> Engine:
        metric = cls(**arguments)
        metric.__dict__.update(traits)
        return metric

    def function(*args: Any, **kwargs: Any) -> Tensor:
        given = _given(names, name, args, kwargs)
        for required in ("preds", "target"):
            if required not in given:
                raise TypeError(f"{name}() missing the argument {required!r}")
        return _of_batch(make, theirs, more, other_defaults | given)

    module = "counts" if issubclass(cls, TallyMetric) else "scores"
    return _named(function, theirs, more, f"{cls.__name__} of one batch.", module)


def of_task(name: str, **forms: Callable) -> Callable:
    """The function `name` of torchmetrics that takes the task as an argument."""
    theirs = getattr(peer, name)
    parameters = inspect.signature(theirs).parameters
    names = list(parameters)
    defaults = {
        each.name: each.default for each in parameters.values() if each.default is not each.empty
    }
    taken = {each for form in forms.values() for each in inspect.signature(form).parameters}
    more = tuple(each for each in MORE if each in taken and each not in names)

    def function(*args: Any, **kwargs: Any) -> Tensor:
        given = _given(names, name, args, kwargs)
        extra = {each: given.pop(each) for each in more if each in given}
        try:
            task = given.pop("task")
        except KeyError:
            raise TypeError(f"{name}() missing the argument 'task'") from None
        return by_task(forms, task, defaults | given, extra)

    module = forms["multiclass"].__module__.rpartition(".")[2]
    return _named(function, theirs, more, f"{name} of a task, of one batch.", module)
