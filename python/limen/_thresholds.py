"""Thresholds as a value: what tuning finds, what a thresholds file holds."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence

from . import _core
from ._shapes import take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import pandas

INFINITE = {"+inf": float("inf"), "-inf": float("-inf")}
TASKS = ("binary", "multiclass", "multilabel")


def _numbers(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinity: the file has strings there. A name may be any string."""
    return {
        key: INFINITE.get(value, value) if isinstance(value, str) and key != "name" else value
        for key, value in fields.items()
    }


def _strings(value: Any) -> Any:
    """The reverse of `_numbers`, at any depth; JSON has no NaN either."""
    if isinstance(value, dict):
        return {key: _strings(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_strings(each) for each in value]
    if isinstance(value, float) and value in INFINITE.values():
        return "+inf" if value > 0 else "-inf"
    return value


def _json(tree: dict[str, Any]) -> str:
    import json  # late: `import limen` is to be quick

    return json.dumps(_strings(tree), ensure_ascii=False, indent=2) + "\n"


def _threshold(value: Any) -> float:
    """The file has null where a rule for whole rows takes a threshold's place."""
    return float("nan") if value is None else float(value)


class Thresholds:
    """A threshold a label, or for multiclass an offset a class, and the rule to compare by.

    Thresholds(values, *, labels=None, task=None, rule="ge", dtype=None)

    Made by `limen.tune`, `Tally.tune` and `Search.result`, read from a file that `limen tune` or
    `save` wrote, or from numbers. Everything that takes thresholds takes this, and follows its
    rule. It cannot be changed; it compares, hashes, copies and pickles by its content.

    values      a tuple of floats, +inf being none and -inf all
    labels      their names ("0", "1", ... when there are none)
    task, rule  "binary", "multiclass" or "multilabel"; "ge" or "gt"
    dtype       of the scores that they were tuned on, or None
    row_rule    {} or a rule for whole rows that takes their place: {"top_labels": k} or
                {"cost_matrix": rows}; then there are no values, and `apply` decides
    report      all that the file holds, as dicts and lists: "objective", "scope", "value", "gap",
                "feasible", "notes", and in "labels" a dict a label with "low", "high", "support",
                "value" and "status" (docs/TUNING.md)
    """

    def __init__(
        self,
        values: Any,
        *,
        labels: Sequence[str] | None = None,
        task: str | None = None,
        rule: str = "ge",
        dtype: str | None = None,
    ) -> None:
        numbers = [float(value) for value in values]
        names = [str(i) for i in range(len(numbers))] if labels is None else list(map(str, labels))
        task = task or ("binary" if len(numbers) == 1 else "multilabel")
        if not numbers or len(names) != len(numbers):
            raise ValueError(f"{len(names)} labels for {len(numbers)} thresholds: give one a label")
        if any(number != number for number in numbers):
            raise ValueError("a threshold is NaN: use inf to predict none")
        if task not in TASKS or rule not in ("ge", "gt"):
            raise ValueError(f"task {task!r} is one of {TASKS}, rule {rule!r} is 'ge' or 'gt'")
        if len(set(names)) != len(names):
            raise ValueError("a label's name is there twice")
        key = "offset" if task == "multiclass" else "threshold"
        tree = {"format": "limen-thresholds", "version": 1, "task": task, "rule": rule}
        if dtype is not None:
            tree["dtype"] = dtype
        pairs = zip(names, numbers, strict=True)
        tree["labels"] = [{"name": name, key: number} for name, number in pairs]
        self._take(_json(tree))

    def _take(self, text: str) -> None:
        import json

        tree = json.loads(text, object_hook=_numbers)
        key = "offset" if tree.get("task") == "multiclass" else "threshold"
        self._text = text
        self.report: dict[str, Any] = tree
        self.task: str = tree.get("task", "multilabel")
        self.rule: str = tree.get("rule", "ge")
        self.dtype: str | None = tree.get("dtype")
        self._values = tuple(_threshold(label.get(key)) for label in tree["labels"])
        self.labels = tuple(label.get("name", str(i)) for i, label in enumerate(tree["labels"]))

    @classmethod
    def _of_text(cls, text: str) -> Thresholds:
        made = cls.__new__(cls)
        made._take(text)
        return made

    @classmethod
    def _of_result(cls, result: _core.Result) -> Thresholds:
        made = cls._of_text(result.render("json"))
        if not made.report["feasible"]:
            warnings.warn(
                "a constraint cannot be met: these are the nearest achievable thresholds, and "
                ".report says for which labels",
                stacklevel=3,
            )
        return made

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Thresholds:
        """Reads a thresholds file (.json), which is checked as the command line does.

        Raises OSError when it cannot be read, limen.Error with row and column when it is no
        thresholds file of this version.
        """
        if not os.fspath(path).endswith(".json"):
            raise ValueError(f"a thresholds file is JSON and named so, not {os.fspath(path)!r}")
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        _core.check_thresholds(path)
        return cls._of_text(text)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file that `limen tune -o` writes: under a temporary name, then renamed.

        The name ends in .json, by which the command line knows it. Raises limen.Error.
        """
        if not os.fspath(path).endswith(".json"):
            raise ValueError(f"a thresholds file is JSON: name it so, not {os.fspath(path)!r}")
        _core.write_text(path, self._text)

    def apply(self, scores: Any, *, nan: str = "error", logits: bool = False) -> memoryview:
        """Decisions, as `limen.apply` makes them, of scores with as many columns as labels."""
        scores, _ = take(scores)
        columns = scores.shape[1] if len(scores.shape) > 1 else 1
        self.for_data(columns, scores.dtype)
        return _core.apply(
            scores,
            task=self.task,
            width=len(self),
            thresholds=None if self.row_rule else self.values,
            rule=self.rule,
            nan=nan,
            logits=logits,
            **self.row_rule,
        )

    def for_data(
        self,
        width: int,
        dtype: str | None = None,
        labels: Sequence[str] | None = None,
    ) -> Thresholds:
        """These, in the order of the data's labels where both have names.

        Raises ValueError when their number or names differ. Warns when the scores have another
        dtype than those that the thresholds were tuned on: 0.1 in float32 is above 0.1 in float64,
        so scores that tie with a threshold may be decided otherwise.
        """
        if width != len(self):
            raise ValueError(f"there are {len(self)} thresholds, the data has {width} labels")
        if self.dtype and dtype and dtype != self.dtype:
            warnings.warn(
                f"the thresholds were tuned on {self.dtype} scores, these are {dtype}: scores "
                "equal to a threshold may be decided otherwise",
                stacklevel=3,
            )
        names = None if labels is None else tuple(map(str, labels))
        numbered = self.labels == tuple(str(i) for i in range(len(self)))
        if names is None or numbered or names == self.labels:
            return self
        if len(names) != len(self) or set(names) != set(self.labels):
            other = next((name for name in self.labels if name not in names), "one twice")
            raise ValueError(f"there is a threshold for label {other!r}, which the data lacks")
        order = [self.labels.index(name) for name in names]
        tree = {**self.report, "labels": [self.report["labels"][i] for i in order]}
        if "cost_matrix" in tree:
            tree["cost_matrix"] = [[tree["cost_matrix"][i][k] for k in order] for i in order]
        return self._of_text(_json(tree))

    def column(self, field: str) -> tuple[Any, ...]:
        """A field of every label: "low", "high", "support", "value", "status"; None if absent."""
        return tuple(label.get(field) for label in self.report["labels"])

    def to_pandas(self) -> pandas.DataFrame:
        """A row a label."""
        import pandas as pd

        return pd.DataFrame(self.report["labels"]).set_index("name")

    @property
    def values(self) -> tuple[float, ...]:
        """One a label; ValueError where a rule for whole rows takes their place."""
        if self.row_rule:
            raise ValueError(
                f"these decide by {next(iter(self.row_rule))}, a rule for whole rows, not by "
                "thresholds: use .apply(scores), or limen.evaluate(scores, targets, this)"
            )
        return self._values

    @property
    def row_rule(self) -> dict[str, Any]:
        """The arguments of the rule for whole rows, or {}."""
        return {
            key: self.report[key] for key in ("top_labels", "cost_matrix") if key in self.report
        }

    @property
    def value(self) -> float | None:
        """The objective at these thresholds, on the data that they were tuned on."""
        value = self.report.get("value")
        return None if value is None else float(value)

    @property
    def feasible(self) -> bool:
        """Whether all constraints are met."""
        return self.report.get("feasible", True)

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[float]:
        return iter(self.values)

    def __getitem__(self, label: int | str) -> float:
        """The threshold of a label, by place or name."""
        if isinstance(label, str):
            if label not in self.labels:
                raise KeyError(label)
            label = self.labels.index(label)
        return self.values[label]

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Thresholds) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.task, self.rule, self.dtype, self.labels, repr(self.row_rule or self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._of_text, (self._text,)

    def __repr__(self) -> str:
        report = self.report
        keys = ("objective", "scope", "top_labels")
        about = [f"{key}={report[key]!r}" for key in keys if key in report]
        width = max(5, *map(len, self.labels))
        rule = [] if self.task == "multiclass" else [self.rule]
        lines = [" ".join(["<limen.Thresholds", self.task, *rule, *about])]
        for name, number, label in zip(
            self.labels[:40], self._values, report["labels"], strict=False
        ):
            value = label.get("value")
            shown = " " * 10 if value is None else f"{value:>10.6f}"
            line = f"{name:<{width}} {number:>12.6g} {shown} {label.get('status', '')}"
            lines.append(line.rstrip())
        if len(self) > 40:
            lines.append(f"and {len(self) - 40} more")
        if self.value is not None:
            lines.append(f"value {self.value:.6f}")
        return "\n  ".join(lines) + ">"
