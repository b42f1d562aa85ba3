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

A metric whose states are no counts subclasses Engine instead and gives `_batch`, `_absorb`,
`_batch_value` and `compute`: see there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from torchmetrics import Metric
from torchmetrics.utilities.exceptions import TorchMetricsUserError

import torch
from torch import Tensor

from .. import _core
from .._tally import Tally
from ._decision import Decision, check_rule, kernel, warn_of_guess, with_grid, with_threshold

Refusal = (_core.Error, ValueError, TypeError)


class Engine(Metric):
    """torchmetrics' bookkeeping around update and forward, without its cost.

    A subclass gives

        _batch(*args, **kwargs)   what update was called with, as anything that _absorb takes; None
                                  where torchmetrics' own forward must do it
        _absorb(batch)            adds that to the states
        _batch_value(batch)       what forward returns
        update, compute           as ever

    A user's subclass that overrides update or compute gets torchmetrics' forward.
    """

    full_state_update = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ours = cls.__module__.startswith(__package__)
        if ours:
            cls._ours = (cls.update, cls.compute)

    def _batch(self, *args: Any, **kwargs: Any) -> Any:
        return None

    def _absorb(self, batch: Any) -> None:
        raise NotImplementedError

    def _batch_value(self, batch: Any) -> Any:
        raise NotImplementedError

    def _wrap_update(self, update: Callable) -> Callable:
        @functools.wraps(update)
        def counted(*args: Any, **kwargs: Any) -> None:
            fields = self.__dict__
            fields["_computed"] = None
            fields["_update_count"] += 1
            update(*args, **kwargs)
            if self.compute_on_cpu:
                self._move_list_states_to_cpu()

        return counted

    def _direct(self) -> bool:
        """Whether a batch's value may be had without torchmetrics' forward."""
        cls = type(self)
        return (
            not self.dist_sync_on_step
            and self.full_state_update is False
            and (cls.update, cls.compute) == cls._ours
        )

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch and returns the metric of that batch alone."""
        if self._is_synced:
            raise TorchMetricsUserError(
                "The Metric shouldn't be synced when performing ``forward``. "
                "HINT: Did you forget to call ``unsync`` ?."
            )
        batch = self._batch(*args, **kwargs) if self._direct() else None
        if batch is None:
            return super().forward(*args, **kwargs)
        self._absorb(batch)
        value = self._batch_value(batch)
        fields = self.__dict__
        fields["_update_count"] += 1
        fields["_computed"] = None
        fields["_forward_cache"] = value
        return value


class Workplace:
    """The tallies of one metric: scratch, and attached to its present state tensors. Never copied
    or pickled with the metric: they are made again where they are needed."""

    def __init__(self) -> None:
        self.scratch: dict[Any, Tally] = {}
        self.attached: dict[Any, Tally] = {}
        self.states: tuple[Tensor, ...] = ()
        self.pointers: tuple[int, ...] = ()
        self.arrays: tuple[Tensor | None, ...] = ()

    def __reduce__(self) -> tuple:
        return Workplace, ()

    def holds(self, states: tuple[Tensor, ...]) -> bool:
        """Whether the attached tallies still write into these tensors."""
        if len(states) != len(self.states):
            return False
        for state, known, pointer in zip(states, self.states, self.pointers, strict=True):
            if state is not known or state.data_ptr() != pointer:
                return False
        return True

    def hold(self, states: tuple[Tensor, ...], arrays: tuple[Tensor | None, ...]) -> None:
        self.attached.clear()
        self.states = states
        self.pointers = tuple([state.data_ptr() for state in states])
        self.arrays = arrays


class CountTable:
    """Counts that no tally can be attached to (weighted, or on another device), read as one.

    counts: (S, L, 4), or (S, C, C) confusion matrices.
    """

    def __init__(self, counts: Tensor) -> None:
        self.weighted = counts.is_floating_point()
        self.table = (
            counts.detach().to("cpu", torch.float64).contiguous()
        )  # (S, L, 4), or (S, C, C)

    def ratio(
        self,
        formula: tuple[float, ...],
        average: str = "none",
        zero_division: float | str = 0.0,
        labels: str = "all",
        set: int = 0,
    ) -> float | memoryview:
        return _core.ratio(self.table[set], formula, average, zero_division, labels)

    def counts(self, set: int = 0) -> memoryview:
        return memoryview(self.table[set].numpy())

    confusion = counts


class TallyMetric(Engine):
    """A metric of counts: see the module. A family gives `_value(tally)` and `_layout`."""

    # What resets the decision when it is assigned.
    _OPTIONS = frozenset(
        ("threshold", "thresholds", "rule", "from_logits", "ignore_index", "top_k", "average")
    )

    # ---- What a family defines --------------------------------------------------------------

    _task: str
    _keep: tuple[str, ...] = ("counts",)
    _states: tuple[str, ...]  # names of the state tensors

    def _value(self, tally: Tally | CountTable) -> Any:
        """The metric of one tally: this is what compute and forward return."""
        raise NotImplementedError

    def _arrays(self) -> tuple[Tensor | None, ...] | None:
        """Views of the state tensors as (tp, fp, tn, fn, confusion) for the core to add into; None
        when their memory is not laid out so."""
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
        if thresholds is not None and not self._by_kernel:
            raise ValueError(
                "`thresholds` goes with multidim_average='global', and for exact match without"
                " ignore_index"
            )
        _ = self._decision

    @property
    def _decision(self) -> Decision:
        known = self.__dict__.get("_decided")
        if known is None:
            known = self.__dict__["_decided"] = self._make_decision()
            self.__dict__["_workplace"] = Workplace()
        return known

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
            self.__dict__.pop("_decided", None)
        super().__setattr__(name, value)

    # ---- Counting ---------------------------------------------------------------------------

    @property
    def _by_kernel(self) -> bool:
        """Whether the kernels count this configuration."""
        return self._width is not None and self.multidim_average == "global"

    def _guess(self, preds: Tensor, target: Tensor) -> bool:
        """Whether scores are logits."""
        return self._decision.are_logits(preds)

    def _are_logits(self, preds: Tensor, target: Tensor) -> bool:
        decision = self._decision
        logits = self._guess(preds, target)
        if (
            decision.from_logits is None
            and self.__dict__.setdefault("_guess", logits) is not logits
        ):
            warn_of_guess()
            self.__dict__["_guess"] = logits
        return logits

    def _attached(self, key: Any) -> Tally | None:
        """A tally that adds into the state tensors, or None where there cannot be one. key begins
        with whether scores are logits; a tally meets scores of one dtype only."""
        fields = self.__dict__
        workplace: Workplace = fields["_workplace"]
        states = tuple([fields[name] for name in self._states])
        if not workplace.holds(states):
            if any(state.dtype != torch.int64 or not state.is_cpu for state in states):
                return None
            arrays = self._arrays()
            workplace.hold(tuple([fields[name] for name in self._states]), arrays)
        tally = workplace.attached.get(key)
        if tally is None:
            tally = self._decision.tally(key[0], arrays=workplace.arrays)
            workplace.attached[key] = tally
        return tally

    def _count(self, preds: Tensor, target: Tensor, weights: Tensor | None, logits: bool) -> Tally:
        """A scratch tally that holds this batch alone."""
        workplace: Workplace = self.__dict__["_workplace"]
        key = (logits, weights is not None, preds.device.type)
        tally = workplace.scratch.get(key)
        if tally is None:
            tally = kernel(preds.device)(self._decision, logits, weighted=weights is not None)
            workplace.scratch[key] = tally
        tally.reset()
        tally.update(preds, target, weights)
        return tally

    def _batch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None
    ) -> tuple[Tally, Any] | None:
        if not self._by_kernel:
            return None
        try:
            logits = self._are_logits(preds, target)
            tally = self._count(preds, target, weights, logits)
        except Refusal:
            return None
        return tally, (logits, preds.dtype) if weights is None else None

    def _absorb(self, batch: tuple[Tally, Any]) -> None:
        tally, key = batch
        attached = self._attached(key) if key else None
        if attached is None:
            self._add(tally)
        else:
            attached.merge(tally)

    def _batch_value(self, batch: tuple[Tally, Any]) -> Any:
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
        try:
            logits = self._are_logits(preds, target)
            if weights is None and preds.is_cpu:
                attached = self._attached((logits, preds.dtype))
                if attached is not None:
                    return attached.update(preds, target)
            tally = self._count(preds, target, weights, logits)
        except Refusal as error:
            return self._update_by_torch(preds, target, weights, error)
        return self._add(tally)

    def _update_by_torch(
        self, preds: Tensor, target: Tensor, weights: Tensor | None, refusal: Exception | None
    ) -> None:
        """torchmetrics' own update, on our decisions where it could not make them."""
        decision = self._decision
        if weights is not None or decision.sets > 1:
            raise refusal or ValueError("`weights` go with multidim_average='global' only")
        if not decision.plain or not isinstance(self.threshold, float):
            preds = decision.decide(preds)
        with torch.set_grad_enabled(self._enable_grad):
            super().update(preds, target)

    def compute(self) -> Any:
        """The metric of all that was added."""
        if not self._by_kernel:
            return super().compute()
        _ = self._decision
        tally = self._attached((False, None))
        return self._value(CountTable(self._table()) if tally is None else tally)

    # ---- Results ----------------------------------------------------------------------------

    def _tensor(self, numbers: float | memoryview) -> Tensor:
        """Numbers of the core as float32, which is what torchmetrics returns."""
        if isinstance(numbers, float):
            tensor = torch.scalar_tensor(numbers, dtype=torch.float32)
        else:
            tensor = torch.tensor(numbers.tolist(), dtype=torch.float32)
        return tensor if self._device.type == "cpu" else tensor.to(self._device)


# ---- What torchmetrics' constructors are given in place of options that they do not have ------


def peer_threshold(threshold: Any, from_logits: bool | None) -> Any:
    """The threshold itself where torchmetrics has it to check, else 0.5."""
    scalar = isinstance(threshold, float | int) and from_logits is None
    return threshold if scalar else 0.5


def peer_zero_division(zero_division: Any) -> Any:
    """zero_division itself where torchmetrics has it to check; 0 for nan and "skip"."""
    return 0 if zero_division == "skip" or zero_division != zero_division else zero_division
