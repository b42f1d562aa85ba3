"""Metrics that are updated together, in one pass over each batch.

Two groupings, both by configuration and never by the values of states:

    a group   members whose states are the same numbers: they share the state tensors
    a pass    groups whose batch is counted alike: one scratch tally serves them all

A member that the core does not count (torchmetrics' own classes, averages over extra dimensions)
is a group and a pass by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from torchmetrics import Metric
from torchmetrics import MetricCollection as PeerCollection

from ._base import Batch, Engine, TallyMetric, Workplace


@dataclass(slots=True)
class Group:
    """Members that share the state tensors of the first."""

    members: list[Metric]

    @property
    def leader(self) -> Metric:
        return self.members[0]

    def absorb(self, batch: Any) -> None:
        fields = self.leader.__dict__
        self.leader._absorb(batch)
        fields["_update_count"] += 1
        fields["_computed"] = None
        self.link()

    def link(self) -> None:
        """Gives the members the leader's states and count."""
        fields = self.leader.__dict__
        shared = {name: fields[name] for name in self.leader._defaults}
        shared["_update_count"] = fields["_update_count"]
        shared["_computed"] = None
        for member in self.members[1:]:
            member.__dict__.update(shared)

    def part(self) -> None:
        """Gives each member copies of its states, so that each can go its own way."""
        for member in self.members[1:]:
            member.__dict__.update(member._copy_state_dict())


class Counter:
    """Counts a batch for metrics that keep different states of it."""

    def __init__(self, metrics: list[TallyMetric]) -> None:
        kept = {state for metric in metrics for state in metric._decision.keep}
        kept -= {"counts"} if "confusion" in kept else set()  # which has them
        self.metric = metrics[0]
        self.place = Workplace(replace(self.metric._decision, keep=tuple(sorted(kept))))

    def _batch(self, *args: Any, **kwargs: Any) -> Batch | None:
        batch = self.metric._batch(*args, **kwargs, place=self.place)
        # No dtype: these states cannot take the tally as it is.
        return None if batch is None else (*batch[:2], None)


@dataclass(slots=True)
class Pass:
    """Groups that read the same count of a batch."""

    groups: list[Group] = field(default_factory=list)
    counter: Any = None

    @property
    def leader(self) -> Metric:
        return self.groups[0].leader

    @property
    def members(self) -> Iterator[Metric]:
        return (member for group in self.groups for member in group.members)

    def set_counter(self) -> None:
        leaders = [group.leader for group in self.groups]
        alike = len(leaders) == 1 or all(
            leader._decision == leaders[0]._decision for leader in leaders
        )
        self.counter = leaders[0] if alike else Counter(leaders)

    def count(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        if not isinstance(self.leader, Engine):
            return None
        return self.counter._batch(*args, **_taken(self.leader, kwargs))


def _taken(metric: Metric, kwargs: dict[str, Any]) -> dict[str, Any]:
    return metric._filter_kwargs(**kwargs) if kwargs else kwargs


class MetricCollection(PeerCollection):
    """torchmetrics' MetricCollection, but that metrics which count alike are counted once.

    compute_groups: True groups by configuration; False updates each member by itself; lists of
    names bound what may be grouped. Members may be any metrics, also torchmetrics'.
    """

    # ---- Grouping ---------------------------------------------------------------------------

    def _init_compute_groups(self) -> None:
        super()._init_compute_groups()  # checks the names of a given grouping
        self._regroup()

    def _regroup(self) -> None:
        allowed: dict[str, int] = {}
        if isinstance(self._enable_compute_groups, list):
            allowed = {name: i for i, names in self._groups.items() for name in names}
        groups: dict[Hashable, list[str]] = {}
        for name, member in self._modules.items():
            key = member._configuration() if isinstance(member, Engine) else None
            if key is None:
                groups[name] = [name]
                continue
            # A member that has seen data of its own does not join.
            states = member.metric_state.values() if member._update_count else ()
            key = (key, allowed.get(name), *map(id, states))
            groups.setdefault(key, []).append(name)
        self._groups = dict(enumerate(groups.values()))
        self._groups_checked = True
        self.__dict__["_passes"] = self._make_passes(list(groups.values()))
        self.__dict__["_seen"] = self._options()

    def _make_passes(self, groups: list[list[str]]) -> list[Pass]:
        passes: dict[Any, Pass] = {}
        for names in groups:
            group = Group([self._modules[name] for name in names])
            leader = group.leader
            key: Any = id(leader)
            if isinstance(leader, TallyMetric) and leader._by_kernel:
                key = (replace(leader._decision, keep=()), leader._reading)
            passes.setdefault(key, Pass()).groups.append(group)
        for each in passes.values():
            each.set_counter()
        return list(passes.values())

    def _options(self) -> list[Any]:
        """Something that is another thing after an option of a member was assigned."""
        return [member.__dict__.get("_workplace") for member in self._modules.values()]

    def _ready(self) -> list[Pass]:
        """The passes, grouped again after a copy, or where an option of a member has changed."""
        fields = self.__dict__
        passes = fields.get("_passes")
        if passes is None or fields["_seen"] != self._options():
            for each in passes or ():
                for group in each.groups:
                    group.part()
            self._regroup()
            passes = fields["_passes"]
        fields["_state_is_copy"] = False
        return passes

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_passes", "_seen")}

    # ---- Counting ---------------------------------------------------------------------------

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Updates every member: positional arguments go to all, keywords to those that take them.
        Each pass reads the batch once."""
        if not self._enable_compute_groups:
            super().update(*args, **kwargs)
            return
        for each in self._ready():
            # One group adds straight into its states.
            batch = each.count(args, kwargs) if len(each.groups) > 1 else None
            for group in each.groups:
                if batch is not None:
                    group.absorb(batch)
                    continue
                group.leader.update(*args, **_taken(group.leader, kwargs))
                group.link()

    def forward(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Updates every member and returns the values of this batch by name."""
        if not self._enable_compute_groups:
            return super().forward(*args, **kwargs)
        values: dict[int, Any] = {}
        for each in self._ready():
            direct = all(isinstance(m, Engine) and m._direct() for m in each.members)
            batch = each.count(args, kwargs) if direct else None
            for group in each.groups:
                if batch is None:
                    self._forward_apart(group, args, kwargs, values)
                    continue
                group.absorb(batch)
                for member in group.members:
                    value = member._batch_value(batch)
                    member.__dict__["_forward_cache"] = values[id(member)] = value
        return self._named({name: values[id(m)] for name, m in self._modules.items()})

    @staticmethod
    def _forward_apart(
        group: Group, args: tuple, kwargs: dict[str, Any], values: dict[int, Any]
    ) -> None:
        group.part()
        for member in group.members:
            values[id(member)] = member(*args, **_taken(member, kwargs))
        group.link()

    def _named(self, results: dict[str, Any]) -> dict[str, Any]:
        """Results under the names of the collection; a member whose result is a dict gives its
        entries, with its own name before them where two members have an entry of one name."""
        entries = [key for value in results.values() if isinstance(value, dict) for key in value]
        if not entries:
            return {self._set_name(name): value for name, value in results.items()}
        plain = [name for name, value in results.items() if not isinstance(value, dict)]
        repeated = len({*entries, *plain}) < len(entries) + len(plain)
        named = {}
        for name, value in results.items():
            member = self._modules[name]
            for key, each in value.items() if isinstance(value, dict) else ((None, value),):
                label = name if key is None else f"{name}_{key}" if repeated else key
                if key is not None and getattr(member, "_from_collection", None):
                    label = f"{member.prefix or ''}{label}{member.postfix or ''}"
                named[self._set_name(label)] = each
        return named

    # ---- Merging ----------------------------------------------------------------------------

    def merge_state(self, other: MetricCollection) -> None:
        """Adds the states of another collection, which stays as it is.

        Raises ValueError, and changes nothing, where names, classes or configurations differ.
        """
        if not isinstance(other, PeerCollection) or list(self._modules) != list(other._modules):
            raise ValueError("Expected a collection of the same members")
        pairs = [(m, other._modules[name]) for name, m in self._modules.items()]
        for mine, theirs in pairs:
            if type(mine) is not type(theirs):
                raise ValueError(f"Cannot merge {type(theirs).__name__} into {type(mine).__name__}")
            if isinstance(mine, Engine) and mine._configuration() != theirs._configuration():
                raise ValueError(f"Two {type(mine).__name__} of different configurations")
        grouped = [g for each in self._ready() for g in each.groups] if self._groups else []
        for group in grouped:
            group.part()
        for mine, theirs in pairs:
            mine.merge_state(theirs)
        for group in grouped:
            group.link()
