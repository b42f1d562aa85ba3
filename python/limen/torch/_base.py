"""The pattern of every metric here that counts.

A class is torchmetrics' class of the same name with another engine: it inherits the states, their
names and reductions, the bounds, the plots and the validation from there, and takes `update`,
`forward` and `compute` from TallyMetric, which

    counts a batch      in a scratch tally of the core (`_scratch`), or adds it straight into the
                        state tensors through a tally that is attached to them (`_attached`);
    reads a value       from any tally by `_value`, the only thing that a family defines: of the
                        batch in `forward`, of the states in `compute`;
    lets torchmetrics   do what the kernels do not (`multidim_average="samplewise"`, inputs that
                        they refuse), on decisions that were made here, so that each of its odd
                        cases and errors comes out as there.

A metric whose states are no counts subclasses Engine instead: see `_engine`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from operator import is_
from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities.data import dim_zero_cat

from .. import _core
from .._tally import Tally
from ._cuts import numbers as owned
from ._decision import Decision, check_rule, kernel, warn_of_guess, with_grid, with_threshold
from ._engine import Engine, Refusal

CPU = torch.device("cpu")
Pair = tuple[Tally, Tally]
# The tally of a batch, whether its scores were logits, and their dtype, or None where the tally
# cannot be merged into attached ones; targets and weights, for what no tally tells.
Batch = tuple[Tally, bool, torch.dtype | None, Tensor, Tensor | None]


class Workplace:
    """What a metric counts with, made where it is needed and never copied or pickled with it."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.scratch: dict[Any, Pair] = {}  # by device and whether weighted: for a batch alone
        self.attached: dict[Any, Pair] = {}  # by dtype: they add into the states
        self.states: tuple[Tensor, ...] = ()
        self.pointers: list[int] = []
        self.arrays: tuple[Tensor | None, ...] = ()
        self.guess: bool | None = None  # whether the last batch was taken for logits
        self.ratio: tuple[Any, ...] | None = None  # what a family asks tallies for

    def __reduce__(self) -> tuple:
        return type(None), ()

    def pair(self, device: torch.device | None = None, **options: Any) -> Pair:
        """Tallies for probabilities and for logits; one twice where there is nothing to guess."""
        make = kernel(device).tally
        decision = self.decision
        if decision.from_logits is None and decision.task != "multiclass":
            return make(decision, False, **options), make(decision, True, **options)
        tally = make(decision, bool(decision.from_logits), **options)
        return tally, tally

    def holds(self, states: tuple[Tensor, ...]) -> bool:
        """Whether the attached tallies write into these tensors, and these into that memory."""
        return (
            len(states) == len(self.states)
            and all(map(is_, states, self.states))
            and [state.data_ptr() for state in states] == self.pointers
        )

    def hold(self, states: tuple[Tensor, ...], arrays: tuple[Tensor | None, ...]) -> None:
        self.attached.clear()
        self.states = states
        self.pointers = [state.data_ptr() for state in states]
        self.arrays = arrays


class CountTable:
    """Counts that no tally can be attached to (weighted, or on another device), read as one.

    counts: (S, L, 4), or (S, C, C) confusion matrices.
    """

    def __init__(self, counts: Tensor) -> None:
        self.weighted = counts.is_floating_point()
        self.table = counts.detach().to("cpu", torch.float64).contiguous()

    def ratio(
        self,
        formula: tuple[float, ...],
        average: str = "none",
        zero_division: float | str = 0.0,
        labels: str = "all",
        set: int = 0,
    ) -> float | memoryview:
        return _core.ratio(self.table[set], formula, average, zero_division, labels)

    def counts(self, set: int = 0) -> Tensor:
        return self.table[set]

    confusion = counts


def doubles(numbers: memoryview | Tensor) -> Tensor:
    """What a tally or a CountTable returns, as a float64 tensor."""
    return numbers if isinstance(numbers, Tensor) else owned(numbers)


class TallyMetric(Engine):
    """A metric of counts: see the module. A family gives `_value`, and for its states `_states`,
    `_arrays`, `_table` and `_add`, which Counts and Matrix do for all of theirs."""

    # Options that the decision, or what a family keeps of them, is made from.
    _OPTIONS = frozenset(
        (
            "threshold",
            "thresholds",
            "rule",
            "from_logits",
            "ignore_index",
            "top_k",
            "average",
            "beta",
            "zero_division",
        )
    )

    # ---- What a family defines --------------------------------------------------------------

    # What a family reads otherwise than others of its decision.
    _reading: str | None = None
    _task: str
    _keep: tuple[str, ...] = ("counts",)
    _states: tuple[str, ...]  # names of the state tensors

    def _value(self, tally: Tally | CountTable) -> Any:
        """The metric of one tally: this is what compute and forward return."""
        raise NotImplementedError

    @classmethod
    def _more(cls) -> tuple[str, ...]:
        decision = ("rule", "thresholds", "from_logits") if cls._task != "multiclass" else ()
        return ("weights", *decision)

    @property
    def _has_peer_function(self) -> bool:
        return self._decision.sets == 1

    def _forget_guess(self) -> None:
        place = self.__dict__.get("_workplace")
        if place is not None:
            place.guess = None

    def _arrays(self) -> tuple[Tensor | None, ...]:
        """Views of the state tensors as (tp, fp, tn, fn, confusion) for the core to add into, after
        laying them out so where they are not."""
        raise NotImplementedError

    def _table(self) -> Tensor:
        """The states as (S, L, 4) counts, or (S, C, C) where the confusion matrix is kept."""
        raise NotImplementedError

    def _add(self, tally: Tally) -> None:
        """Adds a tally to states that no tally can be attached to."""
        raise NotImplementedError

    # ---- Construction -----------------------------------------------------------------------

    def _decide_by(
        self,
        width: int,
        threshold: Any = 0.5,
        thresholds: Any = None,
        rule: str = "gt",
        from_logits: bool | None = None,
    ) -> None:
        """Takes the options that torchmetrics does not have, after its constructor."""
        check_rule(rule)
        if from_logits not in (None, True, False):
            raise ValueError(f"Expected argument `from_logits` to be None or a bool: {from_logits}")
        self._width = width
        self.threshold = threshold
        self.thresholds = thresholds
        self.rule = rule
        self.from_logits = from_logits
        _ = self._place  # the thresholds are checked now

    @property
    def _place(self) -> Workplace:
        place = self.__dict__.get("_workplace")
        if place is None:
            place = self.__dict__["_workplace"] = Workplace(self._make_decision())
        return place

    @property
    def _decision(self) -> Decision:
        return self._place.decision

    def _make_decision(self) -> Decision:
        decision = Decision(
            task=self._task,
            width=self._width,
            from_logits=self.from_logits,
            ignore_index=self.ignore_index,
            top_k=getattr(self, "top_k", 1),
            keep=self._keep,
        )
        if self._task == "multiclass":
            return decision
        if self.thresholds is not None:
            return with_grid(decision, self.thresholds, self.rule)
        return with_threshold(decision, self.threshold, self.rule)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._OPTIONS:
            self.__dict__["_workplace"] = None
        super().__setattr__(name, value)

    # ---- Sharing ----------------------------------------------------------------------------

    def _wrap_compute(self, compute: Callable) -> Callable:
        wrapped = super()._wrap_compute(compute)

        @functools.wraps(compute)
        def with_sets(*args: Any, **kwargs: Any) -> Any:
            value = wrapped(*args, **kwargs)
            # torchmetrics makes a scalar of whatever has one element.
            return value[None] if self.thresholds is not None and value.ndim == 0 else value

        return with_sets

    def _configuration(self) -> Hashable | None:
        if not self._by_kernel:
            return None
        syncing = (self.sync_on_compute, self.dist_sync_on_step, self.process_group)
        states = (self._states, self.thresholds is None)
        return self._decision, self._reading, states, syncing, self.dist_sync_fn

    def merge_state(self, incoming_state: dict[str, Any] | Metric) -> None:
        """Adds the states of another metric of the same configuration, or its `metric_state`.
        Raises ValueError where class or configuration differ."""
        same_class = isinstance(incoming_state, type(self))
        if same_class and incoming_state._decision != self._decision:
            raise ValueError(f"Two {type(self).__name__} of different configurations")
        super().merge_state(incoming_state)
        self.__dict__["_computed"] = None

    # The core adds in place, which must not reach tensors that others hold as they were.

    @property
    def metric_state(self) -> dict[str, Any]:
        """A copy of the states."""
        return self._copy_state_dict()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *more: Any) -> None:
        for name in self._defaults:
            if isinstance(state_dict.get(prefix + name), Tensor):
                state_dict[prefix + name] = state_dict[prefix + name].clone()
        super()._load_from_state_dict(state_dict, prefix, *more)

    # ---- Counting ---------------------------------------------------------------------------

    @property
    def _by_kernel(self) -> bool:
        """Whether the kernels count this configuration."""
        return self._width is not None and self.multidim_average == "global"

    def _attached(self, place: Workplace, dtype: torch.dtype | None) -> Pair | None:
        """Tallies that add scores of a dtype into the state tensors; None where none can."""
        fields = self.__dict__
        states = tuple([fields[name] for name in self._states])
        if not place.holds(states):
            if any(state.dtype != torch.int64 or not state.is_cpu for state in states):
                return None
            arrays = self._arrays()
            place.hold(tuple([fields[name] for name in self._states]), arrays)
        pair = place.attached.get(dtype)
        if pair is None:
            pair = place.attached[dtype] = place.pair(arrays=place.arrays)
        return pair

    def _scratch(self, place: Workplace, preds: Tensor, weights: Tensor | None) -> Pair:
        """Tallies to hold a batch alone."""
        device = None if preds.is_cpu else preds.device
        key: Any = weights is not None if device is None else (device.type, weights is not None)
        pair = place.scratch.get(key)
        if pair is None:
            pair = place.scratch[key] = place.pair(device, weighted=weights is not None)
        return pair

    def _choose(self, pair: Pair, preds: Tensor, target: Tensor) -> Pair:
        """Where a family guesses otherwise, or refuses what the kernels would take."""
        return pair

    def _count(
        self,
        place: Workplace,
        pair: Pair,
        preds: Tensor,
        target: Tensor,
        weights: Tensor | None = None,
        fresh: bool = False,
    ) -> tuple[Tally, bool]:
        """Adds a batch to one of a pair; that tally, and whether it is the one for logits."""
        device = None if preds.is_cpu else preds.device
        chosen = self._choose(pair, preds, target)
        tally = kernel(device).add(*chosen, preds, target, weights, fresh)
        if pair[0] is pair[1]:
            return tally, False
        logits = tally is pair[1]
        if logits is not place.guess and preds.numel() > 0:
            if place.guess is not None:
                warn_of_guess()
            place.guess = logits
        return tally, logits

    def _batch(
        self,
        preds: Tensor,
        target: Tensor,
        weights: Tensor | None = None,
        place: Workplace | None = None,
    ) -> Batch | None:
        if not self._by_kernel:
            return None
        place = place or self._place
        try:
            pair = self._scratch(place, preds, weights)
            tally, logits = self._count(place, pair, preds, target, weights, True)
        except Refusal:
            return None
        return tally, logits, preds.dtype if weights is None else None, target, weights

    def _absorb(self, batch: Batch) -> None:
        dtype = batch[2]
        attached = None if dtype is None else self._attached(self._place, dtype)
        if attached is None:
            self._add(batch[0])
        else:
            attached[batch[1]].merge(batch[0])

    def _batch_value(self, batch: Batch) -> Any:
        return self._value_of_batch(batch)

    def _value_of_batch(self, batch: Batch) -> Any:
        return self._value(batch[0])

    def update(self, preds: Tensor, target: Tensor, weights: Tensor | None = None) -> None:
        """Adds a batch.

        preds: floats or 0/1 decisions; target: 0/1; of shape (N, ...) for binary and (N, L, ...)
        for multilabel; multiclass (N, C, ...) scores or (N, ...) class numbers, target (N, ...).
        weights: (N,), not negative; counts become sums of weights. A batch that is refused, with
        torchmetrics' error where that has one, adds nothing.
        """
        if not self._by_kernel:
            return self._update_by_torch(preds, target, weights, None)
        place = self._place
        try:
            attached = None
            if weights is None and preds.is_cpu:
                attached = self._attached(place, preds.dtype)
            if attached is not None:
                self._count(place, attached, preds, target)
                return None
            scratch = self._scratch(place, preds, weights)
            tally, logits = self._count(place, scratch, preds, target, weights, True)
        except Refusal as error:
            return self._update_by_torch(preds, target, weights, error)
        return self._absorb((tally, logits, None, target, weights))

    @property
    def _decides_as_torch(self) -> bool:
        """Whether torchmetrics can make these decisions."""
        return self._decision.plain and (
            self._task == "multiclass" or isinstance(self.threshold, float)
        )

    def _update_by_torch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None, refusal: Exception | None
    ) -> None:
        """torchmetrics' own update, on our decisions where it could not make them."""
        if self._by_kernel and (weights is not None or self.thresholds is not None):
            raise refusal
        lengths = {len(preds), len(target)} if preds.ndim > target.ndim > 0 else ()
        if len(lengths) == 2 and 1 in lengths:
            # torchmetrics spreads the one sample over all.
            raise RuntimeError("preds and target do not fit: not as many samples") from refusal
        if weights is not None:
            raise ValueError(
                "`weights` go with multidim_average='global': a sample's own value is the same"
                " whatever its weight"
            )
        if self.thresholds is not None:
            sets = range(self._decision.sets)
            self._append([self._states_of(preds, target, each) for each in sets])
        elif self.multidim_average == "samplewise":
            self._append([self._states_of(preds, target)])
        else:
            self._super_update(preds, target)

    def _super_update(self, preds: Tensor, target: Tensor, each: int = 0) -> None:
        if not self._decides_as_torch:
            preds = self._decision.decide(preds, each)
        with torch.set_grad_enabled(self._enable_grad):
            super().update(preds, target)

    def _states_of(self, preds: Tensor, target: Tensor, each: int = 0) -> dict[str, Any]:
        """torchmetrics' states after this batch alone, decided by one threshold set."""
        fields = self.__dict__
        before = {name: fields[name] for name in self._states}
        for name, state in before.items():
            fields[name] = [] if isinstance(state, list) else state.new_zeros(1)
        try:
            self._super_update(preds, target, each)
            return {name: fields[name] for name in self._states}
        finally:
            fields.update(before)

    def _append(self, sets: list[dict[str, Any]]) -> None:
        """Adds the states of a batch, a dict a threshold set, to lists of (N, ...) or (N, S, ...)
        and to sums of (S, 1)."""
        for name in self._states:
            state = getattr(self, name)
            parts = [each[name] for each in sets]
            if isinstance(state, list):
                parts = [self._with_rows(dim_zero_cat(part)) for part in parts]
                state.append(parts[0] if self.thresholds is None else torch.stack(parts, 1))
            elif self.multidim_average == "samplewise":
                setattr(self, name, parts[0].reshape(state.shape))
            else:
                setattr(self, name, state + torch.stack(parts))

    def _with_rows(self, state: Tensor) -> Tensor:
        """A state of torchmetrics with its axis of samples, which some lack for a single one."""
        return state

    def _without_rows(self, state: Tensor) -> Tensor:
        return state

    def compute(self) -> Any:
        """The metric of all that was added."""
        if not self._by_kernel:
            if self.thresholds is None:
                return self._super_compute()
            return torch.stack([self._super_compute(each) for each in range(self._decision.sets)])
        attached = self._attached(self._place, None)
        return self._value(CountTable(self._table()) if attached is None else attached[0])

    def _super_compute(self, each: int | None = None) -> Any:
        """torchmetrics' value, of one threshold set where there are several."""
        fields = self.__dict__
        before = {name: fields[name] for name in self._states}
        for name, state in before.items():
            if isinstance(self._defaults[name], list):
                whole = dim_zero_cat(state)
                fields[name] = [self._without_rows(whole if each is None else whole[:, each])]
            elif each is not None and self.multidim_average == "global":
                fields[name] = state[each]
        try:
            return super().compute()
        finally:
            fields.update(before)

    # ---- Results ----------------------------------------------------------------------------

    def _tensor(self, numbers: float | memoryview) -> Tensor:
        """Numbers of the core as float32, which is what torchmetrics returns."""
        if isinstance(numbers, float):
            tensor = torch.scalar_tensor(numbers)  # a third of the time that a dtype costs
            if tensor.dtype is not torch.float32:
                tensor = torch.scalar_tensor(numbers, dtype=torch.float32)
        else:
            tensor = torch.tensor(numbers.tolist(), dtype=torch.float32)
        return tensor if self._device == CPU else tensor.to(self._device)


# ---- What torchmetrics' constructors are given in place of options that they do not have ------


def peer_threshold(threshold: Any, from_logits: bool | None) -> Any:
    """The threshold itself where torchmetrics has it to check, else 0.5."""
    scalar = isinstance(threshold, float | int) and from_logits is None
    return threshold if scalar else 0.5


def peer_zero_division(zero_division: Any) -> Any:
    """zero_division itself where torchmetrics has it to check; 0 for nan and "skip"."""
    return 0 if zero_division == "skip" or zero_division != zero_division else zero_division
