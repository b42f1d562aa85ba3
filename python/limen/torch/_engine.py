"""torchmetrics' bookkeeping around update, forward, compute and reset, without its cost."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any

import torch
from lightning_utilities import apply_to_collection
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.utilities.exceptions import TorchMetricsUserError

from .. import _core
from ._sync import Synchronized

# What is raised for a batch that the core does not take.
Refusal = (_core.Error, ValueError, TypeError)


def sample_weights(weights: Any, preds: Tensor) -> Tensor:
    """Weights of a batch as float64 beside preds: (N,), finite, not negative; else ValueError."""
    weights = torch.as_tensor(weights, dtype=torch.float64, device=preds.device)
    if weights.shape != (len(preds),) or not ((weights >= 0) & weights.isfinite()).all():
        raise ValueError("`weights` must be one a sample, finite and not negative")
    return weights


def squeezed(value: Tensor) -> Tensor:
    """Of no dimensions where there is one element, as torchmetrics returns values."""
    return value.squeeze() if value.numel() == 1 else value


def _apart(value: Tensor) -> Tensor:
    return squeezed(value).clone()


class Engine(Synchronized):
    """What every metric here is, but those that tune. A subclass gives

        _batch(*args, **kwargs)   what update was called with, as anything that _absorb takes; None
                                  where torchmetrics' own forward must do it
        _absorb(batch)            adds that to the states
        _batch_value(batch)       what forward returns
        update, compute           as ever

    A user's subclass that overrides update or compute gets torchmetrics' forward.
    """

    full_state_update = False

    # Whether update and compute are those of this package.
    _plain = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith(__package__):
            cls._ours = cls._own()
        cls._plain = cls._own() == cls._ours and cls.full_state_update is False
        # torch.jit.script would compile properties; a model that is scripted with its metrics in it
        # leaves them out, as it does with torchmetrics' own.
        cls.__jit_unused_properties__ = [
            *Metric.__jit_unused_properties__,
            *(
                name
                for base in cls.__mro__
                for name, value in vars(base).items()
                if base.__module__.startswith(__package__) and isinstance(value, property)
            ),
        ]

    def __setattr__(self, name: str, value: Any) -> None:
        # torchmetrics' MetricCollection assigns the states of one metric to others of its group;
        # what is added in place to one must not reach the others.
        fields = self.__dict__
        default = fields.get("_defaults", {}).get(name)
        if default is not None and fields.get(name) is not value:
            if isinstance(default, list) and isinstance(value, list):
                value = list(value)
            elif isinstance(default, Tensor) and isinstance(value, Tensor):
                value = value.clone()
        super().__setattr__(name, value)

    @classmethod
    def _own(cls) -> tuple[Callable, ...]:
        """What a subclass may override that the shorter ways of this class leave out."""
        return cls.update, cls.compute, cls.sync, cls.sync_context

    def _batch(self, *args: Any, **kwargs: Any) -> Any:
        return None

    def _absorb(self, batch: Any) -> None:
        raise NotImplementedError

    def _batch_value(self, batch: Any) -> Any:
        raise NotImplementedError

    def _function_value(self, batch: Any) -> Any:
        """What the function of that name returns."""
        return self._batch_value(batch)

    def _forget_guess(self) -> None:
        """What comes next has nothing to do with what was before: it may be logits or not."""
        self.__dict__.pop("_guess", None)

    def reset(self) -> None:
        """Back to no samples."""
        fields = self.__dict__
        for name, default in self._defaults.items():
            state = fields[name]
            if isinstance(default, Tensor):
                fields[name] = default.to(state.device, copy=True)
            else:
                state.clear()
        fields.update(
            _update_count=0, _forward_cache=None, _computed=None, _cache=None, _is_synced=False
        )
        self._forget_guess()

    @classmethod
    def _more(cls) -> tuple[str, ...]:
        """Options of a function that torchmetrics does not have: of its metric, and weights."""
        return ()

    @property
    def _has_peer_function(self) -> bool:
        """Whether torchmetrics' function could give this metric of a batch without weights."""
        return True

    def _configuration(self) -> Hashable | None:
        """Metrics of equal configurations have equal states after equal updates; None: of no other
        metric is that known."""
        return None

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

    def _wrap_compute(self, compute: Callable) -> Callable:
        by_torch = super()._wrap_compute(compute)

        @functools.wraps(compute)
        def computed(*args: Any, **kwargs: Any) -> Any:
            fields = self.__dict__
            if (
                fields["_computed"] is not None
                or fields["_update_count"] == 0
                or fields["_is_synced"]
                or not self._plain
                or self.distributed_available_fn is None
                or self.distributed_available_fn()
            ):
                return by_torch(*args, **kwargs)
            value = apply_to_collection(compute(*args, **kwargs), Tensor, _apart)
            if self.compute_with_cache:
                fields["_computed"] = value
            return value

        return computed

    def _direct(self) -> bool:
        """Whether a batch's value may be had without torchmetrics' forward."""
        return self._plain and not self.dist_sync_on_step and not self._is_synced

    @torch.jit.unused
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a batch and returns the metric of that batch alone."""
        if self._is_synced:
            raise TorchMetricsUserError(
                "The Metric shouldn't be synced when performing ``forward``. "
                "HINT: Did you forget to call ``unsync`` ?."
            )
        batch = self._batch(*args, **kwargs) if self._direct() else None
        if batch is None:
            return self._forward_by_torch(args, kwargs)
        self._absorb(batch)
        value = self._batch_value(batch)
        fields = self.__dict__
        fields["_update_count"] += 1
        fields["_computed"] = None
        fields["_forward_cache"] = value
        return value

    def _forward_by_torch(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """torchmetrics' forward, without its loss of all states where the batch is refused."""
        names = (*self._defaults, "_update_count", "_to_sync", "_should_unsync", "compute_on_cpu")
        before = {name: self.__dict__[name] for name in names} | self._copy_state_dict()
        try:
            return super().forward(*args, **kwargs)
        except Exception:
            self.__dict__.update(before, _enable_grad=False, _computed=None)
            raise
