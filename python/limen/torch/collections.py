"""Metrics that are updated together, in one pass over each batch.

Two groupings, both by configuration and never by the values of states:

    a group   members whose states are the same numbers: they share the state tensors
    a pass    groups whose batch is counted alike: one scratch tally serves them all

A member that the core does not count (torchmetrics' own classes, averages over extra dimensions)
is a group and a pass by itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torchmetrics import Metric
from torchmetrics import MetricCollection as PeerCollection

from ._base import Batch, TallyMetric, Workplace
from ._engine import Engine


@dataclass(slots=True)
class Group:
    """Members that share the state tensors of the first."""

    members: dict[str, Metric]
    leader: Metric

    def absorb(self, batch: Any) -> None:
        fields = self.leader.__dict__
        self.leader._absorb(batch)
        fields["_update_count"] += 1
        fields["_computed"] = None
        self.link()

    def link(self) -> None:
        """Gives the members the leader's states and count."""
        if len(self.members) == 1:
            return
        fields = self.leader.__dict__
        shared = {name: fields[name] for name in self.leader._defaults}
        first, state = next(iter(shared.items()))
        count = fields["_update_count"]
        for member in self.members.values():
            own = member.__dict__
            own["_update_count"] = count
            own["_computed"] = None
            if own[first] is not state:  # they are replaced together or not at all
                own.update(shared)

    def part(self) -> None:
        """Gives each member copies of its states, so that each can go its own way."""
        for member in self.members.values():
            if member is not self.leader:
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
        return None if batch is None else (*batch[:2], None, *batch[3:])


@dataclass(slots=True)
class Pass:
    """Groups that read the same count of a batch."""

    groups: list[Group] = field(default_factory=list)
    counter: Any = None
    ours: bool = False  # whether all members are of this package
    plain: bool = False  # and none is of a user's subclass that counts otherwise
    fields: list[dict[str, Any]] = field(default_factory=list)  # of the members

    @property
    def leader(self) -> Metric:
        return self.groups[0].leader

    def close(self) -> None:
        """After the last group has been added."""
        leaders = [group.leader for group in self.groups]
        members = [member for group in self.groups for member in group.members.values()]
        self.fields = [member.__dict__ for member in members]
        self.ours = all(isinstance(member, Engine) for member in members)
        self.plain = self.ours and all(member._plain for member in members)
        alike = len(leaders) == 1 or all(
            leader._decision == leaders[0]._decision for leader in leaders
        )
        self.counter = leaders[0] if alike else Counter(leaders)

    def count(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        """The batch, or None where each member has to see to itself."""
        return self.counter._batch(*args, **_taken(self.leader, kwargs)) if self.ours else None

    def is_direct(self) -> bool:
        """Whether no member needs torchmetrics' own forward."""
        if not self.plain:
            return False
        for fields in self.fields:
            if fields["_is_synced"] or fields["dist_sync_on_step"]:
                return False
        return True


def _taken(metric: Metric, kwargs: dict[str, Any]) -> dict[str, Any]:
    return metric._filter_kwargs(**kwargs) if kwargs else kwargs


class MetricCollection(PeerCollection):
    """torchmetrics' MetricCollection, but that metrics which count alike are counted once.

    compute_groups: True groups by configuration; False updates each member by itself; lists of
    names bound what may be grouped. Members may be any metrics, also torchmetrics'.
    """

    # ---- Grouping ---------------------------------------------------------------------------

    def _init_compute_groups(self) -> None:
        before = self._groups
        super()._init_compute_groups()  # checks the names of a given grouping
        self._regroup(before)

    def _regroup(self, before: dict[int, list[str]]) -> None:
        """Groups anew. before: the groups until now, whose members have the same history."""
        allowed: dict[str, int] = {}
        if isinstance(self._enable_compute_groups, list):
            given = enumerate(self._enable_compute_groups)
            allowed = {name: i for i, names in given for name in names}
        pasts = {name: past for past, names in before.items() for name in names}
        groups: dict[Hashable, list[str]] = {}
        for name, member in self._modules.items():
            key = member._configuration() if isinstance(member, Engine) else None
            if key is not None:
                # A member that has seen data of its own does not join others.
                past = pasts.get(name, name) if member._update_count else None
                key = (key, allowed.get(name), past)
            groups.setdefault(name if key is None else key, []).append(name)
        # Groups that were asked for come first.
        last = len(allowed)
        ordered = sorted(groups.values(), key=lambda names: allowed.get(names[0], last))
        self._groups = dict(enumerate(ordered))
        self._groups_checked = True
        self.__dict__["_passes"] = self._make_passes(ordered)
        # A metric makes another workplace when an option of it is assigned.
        tallying = (m for m in self._modules.values() if isinstance(m, TallyMetric))
        self.__dict__["_seen"] = [(metric.__dict__, metric._place) for metric in tallying]

    def _make_passes(self, groups: list[list[str]]) -> list[Pass]:
        passes: dict[Any, Pass] = {}
        for names in groups:
            leader = self._modules[names[0]]
            group = Group({name: self._modules[name] for name in names}, leader)
            key: Any = id(leader)
            if isinstance(leader, TallyMetric) and leader._by_kernel:
                key = (replace(leader._decision, keep=()), leader._reading)
            passes.setdefault(key, Pass()).groups.append(group)
        for each in passes.values():
            each.close()
        return list(passes.values())

    def _ready(self) -> list[Pass]:
        """The passes, grouped again after a copy, or where an option of a member has changed."""
        fields = self.__dict__
        fields["_state_is_copy"] = False
        passes = fields.get("_passes")
        if passes is not None:
            for own, place in fields["_seen"]:
                if own["_workplace"] is not place:
                    break
            else:
                return passes
        for each in passes or ():
            for group in each.groups:
                group.part()
        self._regroup(self._groups)
        return fields["_passes"]

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

    @torch.jit.unused
    def forward(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Updates every member and returns the values of this batch by name."""
        if not self._enable_compute_groups:
            return super().forward(*args, **kwargs)
        values: dict[str, Any] = dict.fromkeys(self._modules)
        for each in self._ready():
            batch = each.count(args, kwargs) if each.is_direct() else None
            for group in each.groups:
                if batch is None:
                    self._forward_apart(group, args, kwargs, values)
                    continue
                group.absorb(batch)
                for name, member in group.members.items():
                    value = member._batch_value(batch)
                    member.__dict__["_forward_cache"] = values[name] = value
        return self._named(values)

    def compute(self) -> dict[str, Any]:
        """The values of all that was added, by name."""
        members = self.items(keep_base=True, copy_state=False)
        return self._named({name: member.compute() for name, member in members})

    @staticmethod
    def _forward_apart(
        group: Group, args: tuple, kwargs: dict[str, Any], values: dict[str, Any]
    ) -> None:
        group.part()
        for name, member in group.members.items():
            values[name] = member(*args, **_taken(member, kwargs))
        group.link()

    def _named(self, results: dict[str, Any]) -> dict[str, Any]:
        """Results under the names of the collection; a member whose result is a dict gives its
        entries, with its own name before them where two members have an entry of one name."""
        entries = [key for value in results.values() if isinstance(value, dict) for key in value]
        if not entries:
            if self.prefix is None and self.postfix is None:
                return results
            return {self._set_name(name): value for name, value in results.items()}
        plain = [name for name, value in results.items() if not isinstance(value, dict)]
        repeated = len({*entries, *plain}) < len(entries) + len(plain)
        named = {}
        for name, value in results.items():
            member = self._modules[name]
            if not isinstance(value, dict):
                named[self._set_name(name)] = value
                continue
            nested = getattr(member, "_from_collection", None)
            prefix, postfix = (member.prefix or "", member.postfix or "") if nested else ("", "")
            own = name.replace(prefix, "").replace(postfix, "") if nested else name
            for key, each in value.items():
                label = f"{own}_{key}" if repeated else key
                named[self._set_name(f"{prefix}{label}{postfix}")] = each
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
