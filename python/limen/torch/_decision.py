"""How scores become decisions, and what is counted of them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isnan
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .. import _core
from .._tally import Tally

RULES = ("gt", "ge")


@dataclass(frozen=True, slots=True)
class Decision:
    """What decides and what is counted. Metrics of equal decisions count the same numbers, so this
    is what a MetricCollection groups by."""

    task: str
    width: int
    thresholds: tuple[float, ...] = (0.5,)  # one, or sets x width
    sets: int = 1
    rule: str = "gt"
    from_logits: bool | None = None
    ignore_index: int | None = None
    top_k: int = 1
    keep: tuple[str, ...] = ("counts",)
    beta: float = 1.0  # of what is kept of samples

    def tally(self, logits: bool = False, **options: Any) -> Tally:
        """An empty tally. logits: thresholds are probabilities, the scores are logits."""
        multiclass = self.task == "multiclass"
        options.setdefault("nan", "error" if multiclass else "negative")
        return Tally(
            self.task,
            self.width,
            None if multiclass else self.thresholds * (self.sets if self.single else 1),
            keep=self.keep,
            rule=self.rule,
            logits=logits,
            ignore_index=self.ignore_index,
            top_k=self.top_k if self.top_k > 1 else 0,
            beta=self.beta,
            **options,
        )

    @property
    def single(self) -> bool:
        """Whether one threshold serves all labels."""
        return len(self.thresholds) == 1

    @property
    def plain(self) -> bool:
        """Whether torchmetrics could decide alike."""
        return self.single and self.rule == "gt" and self.from_logits is None

    def are_logits(self, preds: Tensor) -> bool:
        """As told, else torchmetrics' guess: scores are logits when any is outside [0, 1]."""
        if self.from_logits is not None:
            return self.from_logits
        if self.task == "multiclass":
            return False
        return not _core.are_probabilities(preds)

    def decide(self, preds: Tensor, each: int = 0) -> Tensor:
        """Decisions as torch operations, 0 or 1 in int64, for what the kernels do not count; (N, L,
        ...) or (N, ...), of one threshold set. Scores that are decisions already, and multiclass
        ones, come back as they are."""
        if self.task == "multiclass" or not preds.is_floating_point():
            return preds
        thresholds = torch.tensor(self.thresholds, dtype=torch.float64, device=preds.device)
        if self.sets > 1:
            thresholds = thresholds.view(self.sets, -1)[each]
        if self.are_logits(preds):
            thresholds = thresholds.logit()
        thresholds = thresholds.to(preds.dtype)
        if not self.single and self.task == "multilabel":
            thresholds = thresholds.reshape(-1, *[1] * (preds.ndim - 2))
        compare = torch.gt if self.rule == "gt" else torch.ge
        none, every = thresholds == torch.inf, thresholds == -torch.inf
        return ((compare(preds, thresholds) & ~none) | every).long()


# ---- Kernels by device ----------------------------------------------------------------------


class Kernel(NamedTuple):
    """How scores on a kind of device are counted."""

    # (decision, logits, **options) -> a tally; it answers to merge, ratio, counts and confusion
    tally: Callable[..., Tally]
    # _core.add_guessing, for those tallies
    add: Callable[..., Tally]


# By device type: a kernel for another device is an entry more. Where there is none, scores travel
# to the CPU's memory, with one warning.
KERNELS = {"cpu": Kernel(Decision.tally, _core.add_guessing)}


def kernel(device: torch.device | None) -> Kernel:
    """The kernel of a device, None being the CPU."""
    cpu = KERNELS["cpu"]
    return cpu if device is None else KERNELS.get(device.type, cpu)


# ---- Thresholds -----------------------------------------------------------------------------


def numbers(thresholds: Any) -> tuple[Tensor | float, str | None]:
    """Thresholds as float64, a number or a tensor, and the rule that they bring or None.

    From a number, any nesting of sequences, a tensor, an array, a limen.Thresholds, or the path of
    one's file. ValueError for a NaN or what is no number.
    """
    if isinstance(thresholds, float | int):
        if isnan(thresholds):
            raise ValueError("a threshold must not be NaN")
        return thresholds, None
    if isinstance(thresholds, str | os.PathLike):
        from .. import Thresholds

        thresholds = Thresholds.load(thresholds)
    rule = getattr(thresholds, "rule", None)
    rule = rule if isinstance(rule, str) else None
    values = getattr(thresholds, "values", None) if rule else thresholds
    try:
        if isinstance(values, Tensor):
            tensor = values.detach().to("cpu", torch.float64)
        else:
            tensor = torch.as_tensor(values, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"thresholds must be numbers, but got {thresholds!r}") from error
    if torch.isnan(tensor).any():
        raise ValueError("a threshold must not be NaN")
    return tensor, rule


def with_threshold(decision: Decision, threshold: Any, rule: str) -> Decision:
    """The decision at one threshold, or one a label."""
    values, own_rule = numbers(threshold)
    if isinstance(values, Tensor):
        if values.numel() not in (1, decision.width):
            raise ValueError(
                f"Expected argument `threshold` to hold one value or one for each of"
                f" {decision.width} labels, but got {values.numel()}"
            )
        flat = tuple(values.flatten().tolist())
    else:
        flat = (float(values),)
    return replace(decision, thresholds=flat, rule=own_rule or rule)


def with_grid(decision: Decision, thresholds: Any, rule: str) -> Decision:
    """The decision at several threshold sets: (S,), each for all labels, or (S, L)."""
    values, own_rule = numbers(thresholds)
    grid = torch.as_tensor(values, dtype=torch.float64)
    if grid.ndim == 1:
        grid = grid[:, None].expand(-1, decision.width)
    if grid.ndim != 2 or grid.shape[1] != decision.width or grid.shape[0] == 0:
        raise ValueError(
            f"Expected argument `thresholds` to be of shape (S,) or (S, {decision.width}),"
            f" but got {tuple(grid.shape)}"
        )
    return replace(
        decision,
        thresholds=tuple(grid.flatten().tolist()),
        sets=grid.shape[0],
        rule=own_rule or rule,
    )


def check_rule(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"Expected argument `rule` to be one of {RULES}, but got {rule}")


def warn_of_guess() -> None:
    warnings.warn(
        "The scores of this batch were taken for "
        "logits and those of an earlier one for probabilities, or the reverse, because some batch "
        "lies within [0, 1] and some does not. Say from_logits=True or from_logits=False.",
        UserWarning,
        stacklevel=4,
    )
