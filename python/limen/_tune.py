"""The search for thresholds: over arrays, over batches that are replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from . import _core
from ._shapes import infer, take
from ._thresholds import Thresholds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Requirement = str | Sequence[str] | Mapping[str, Any] | None
    Cost = str | Mapping[str, Any] | Sequence[Any] | None

CONDITION = r"\s*(?:(.*):)?\s*(\w+)\s*(>=|<=)\s*(\S+)\s*"
PRICE = r"\s*(?:(.*):)?\s*(tp|fp|tn|fn)\s*=\s*(\S+)\s*"
COUNTS = ("tp", "fp", "tn", "fn")


def _label_index(name: str, width: int, labels: Sequence[str] | None, argument: str) -> int:
    names = [str(i) for i in range(width)] if labels is None else list(map(str, labels))
    if name not in names:
        raise ValueError(f"{argument} names the label {name!r}, which the data do not have")
    return names.index(name)


def _good_side(metric: str, bound: Any) -> str:
    """A bound without a sense: at least for what is better higher, at most for the reverse."""
    name = metric.rpartition(":")[2].strip()
    known = {row["name"]: row["higher_is_better"] for row in _core.metric_table()}
    sense = {1: ">=", 0: "<="}.get(known.get(name, -1))
    if sense is None:
        raise ValueError(f"require: say '>=' or '<=' for {metric!r}, such as '<={bound}'")
    return f"{sense}{float(bound)!r}"


def _conditions(require: Requirement) -> list[str]:
    if require is None:
        return []
    if isinstance(require, str):
        return require.split(",")
    if not isinstance(require, Mapping):
        return [str(each) for each in require]
    found = []
    for key, value in require.items():
        if isinstance(value, Mapping):
            found += [f"{key}:{condition}" for condition in _conditions(value)]
        elif isinstance(value, (list, tuple)):
            found += [condition for each in value for condition in _conditions({key: each})]
        else:
            found.append(f"{key}{value if isinstance(value, str) else _good_side(key, value)}")
    return found


def constraints_of(
    require: Requirement, width: int, labels: Sequence[str] | None
) -> list[tuple[str, str, float, int]]:
    """What the core takes: (metric, sense, bound, label or -1 for each)."""
    import re

    found = []
    for text in _conditions(require):
        match = re.fullmatch(CONDITION, text)
        bound = _number(match[4]) if match else float("nan")
        if not match or bound != bound:
            raise ValueError(
                "require takes conditions such as 'precision>=0.9' or 'joy:recall>=0.5', "
                f"not {text!r}"
            )
        label = -1 if match[1] is None else _label_index(match[1], width, labels, "require")
        found.append((match[2], match[3], bound, label))
    return found


def _numbers(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _cost_rows(cost: Mapping[str, Any], width: int) -> list[list[float]]:
    """{"fp": 1, "fn": 5}, where a value may be a sequence with one a label."""
    unknown = set(cost) - set(COUNTS)
    if unknown:
        raise ValueError(f"cost names {sorted(unknown)[0]!r}: it is of tp, fp, tn and fn")
    rows = [[0.0] * 4 for _ in range(width)]
    for place, name in enumerate(COUNTS):
        value = cost.get(name, 0.0)
        if not hasattr(value, "__len__"):
            value = [value] * width
        if len(value) != width:
            raise ValueError(f"cost of {name} has {len(value)} values for {width} labels")
        for row, number in zip(rows, value, strict=True):
            row[place] = float(number)
    return rows if any(row != rows[0] for row in rows) else rows[:1]


def _cost_by_label(
    cost: Mapping[str, Mapping[str, float]], width: int, labels: Sequence[str] | None
) -> list[list[float]]:
    """{"joy": {"fp": 1, "fn": 5}, "*": {"fp": 1, "fn": 1}}."""
    rest = cost.get("*")
    rows = {} if rest is None else dict.fromkeys(range(width), _cost_rows(rest, 1)[0])
    for name, each in cost.items():
        if name != "*":
            rows[_label_index(str(name), width, labels, "cost")] = _cost_rows(each, 1)[0]
    for label in range(width):
        if label not in rows:
            raise ValueError(f"cost leaves out label {label}: name it, or add '*'")
    return [rows[label] for label in range(width)]


def _number(text: str) -> float:
    """NaN for what is no number."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _cost_by_text(cost: str, width: int, labels: Sequence[str] | None) -> list[list[float]]:
    """ "fp=1,fn=5,joy:fn=50": what is named for a label goes before what is named for all."""
    import re

    everywhere: dict[str, float] = {}
    apart: dict[int, dict[str, float]] = {}
    for text in cost.split(","):
        match = re.fullmatch(PRICE, text)
        price = _number(match[3]) if match else float("nan")
        if not match or price != price:
            raise ValueError(f"cost takes prices such as 'fp=1' or 'joy:fn=50', not {text!r}")
        if match[1] is None:
            everywhere[match[2]] = price
        else:
            label = _label_index(match[1], width, labels, "cost")
            apart.setdefault(label, {})[match[2]] = price
    rows = [{**everywhere, **apart.get(label, {})} for label in range(width)]
    return [_cost_rows(row, 1)[0] for row in (rows if apart else rows[:1])]


def costs_of(
    cost: Cost, task: str, width: int, labels: Sequence[str] | None
) -> tuple[list[list[float]] | None, list[list[float]] | None]:
    """What the core takes: rows of (tp, fp, tn, fn), or the matrix of a multiclass task."""
    if cost is None:
        return None, None
    if isinstance(cost, str):
        return _cost_by_text(cost, width, labels), None
    if isinstance(cost, Mapping):
        if cost and all(isinstance(each, Mapping) for each in cost.values()):
            return _cost_by_label(cost, width, labels), None
        return _cost_rows(cost, width), None
    rows = _numbers(cost)
    if rows and not hasattr(rows[0], "__len__"):
        rows = [rows]
    shape = (len(rows), len(rows[0]) if rows else 0)
    wanted = {"multiclass": [(width, width)], "binary": [(2, 2), (1, 4)]}
    if shape not in wanted.get(task, [(1, 4), (width, 4)]) or any(
        len(row) != shape[1] for row in rows
    ):
        raise ValueError(
            f"cost of shape {shape}: give {{'fp': .., 'fn': ..}}, (tp, fp, tn, fn) for all or for "
            "each label, or the matrix of a binary or multiclass task"
        )
    if task == "multiclass":
        return None, [[float(cell) for cell in row] for row in rows]
    if shape == (2, 2):
        (tn, fp), (fn, tp) = rows
        rows = [[tp, fp, tn, fn]]
    return [[float(cell) for cell in row] for row in rows], None


def options_of(
    task: str,
    width: int,
    objective: str,
    *,
    scope: str = "label",
    require: Requirement = None,
    cost: Cost = None,
    labels: Sequence[str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Keyword arguments of the core's search; options that are None are left out."""
    if labels is not None:
        labels = list(map(str, labels))
        if len(labels) != width:
            raise ValueError(f"there are {len(labels)} names for {width} labels")
    if cost is not None and objective != "cost":
        raise ValueError(f"cost is read by objective='cost', not by {objective!r}")
    if scope == "fbr" and not options.get("parameter"):
        raise ValueError("scope 'fbr' needs the floor: parameter=0.3, say")
    costs, matrix = costs_of(cost, task, width, labels)
    given = {
        "scope": scope,
        "constraints": constraints_of(require, width, labels),
        "costs": costs,
        "cost_matrix": matrix,
        "labels": labels,
        **options,
    }
    kept = {key: value for key, value in given.items() if value is not None}
    return {"objective": objective, **kept}


class Search(_core.Search):
    """The exact search in bounded memory, over batches that can be read again.

    Search(task, width=1, objective="f1", *, scope="label", require=None, cost=None, labels=None,
           rule="ge", nan="error", weighted=False, ignore_index=None, threads=0, ...)

    The first pass counts bins of the scores, the second reads again the few bins that may hold a
    better cut; seldom are there more. Arguments are those of `limen.tune`.

        thresholds = limen.Search("multilabel", 28).run(lambda: map(predict, loader))

    or by hand: `update` with each batch, then `next_pass()`, and the same batches again while it
    is True, then `result()`. Memory is some 50 MiB whatever the number of rows, but multiclass and
    the scopes "samples" and "rcut" keep every score. One Search must not be used by two threads at
    a time (RuntimeError).
    """

    def __init__(
        self,
        task: str,
        width: int = 1,
        objective: str = "f1",
        *,
        rule: str = "ge",
        nan: str = "error",
        weighted: bool = False,
        ignore_index: int | None = None,
        threads: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(
            task,
            width,
            rule=rule,
            nan=nan,
            weighted=weighted,
            ignore_index=ignore_index,
            threads=threads,
            **options_of(task, width, objective, **options),
        )

    def run(self, batches: Iterable[Any] | Callable[[], Iterable[Any]]) -> Thresholds:
        """All passes over (scores, targets) or (scores, targets, weights).

        batches: a list, a DataLoader, or anything else that can be iterated again, or a function
        that returns an iterable of the same batches at every call. A generator cannot be read
        twice: TypeError.
        """
        if not callable(batches) and iter(batches) is batches:
            raise TypeError("an iterator is read once: give a function that makes one")
        return Thresholds._of_result(self._passes(batches))

    def _passes(self, batches: Iterable[Any] | Callable[[], Iterable[Any]]) -> _core.Result:
        again = True
        while again:
            for batch in batches() if callable(batches) else batches:
                self.update(*batch)
            again = self.next_pass()
        return self.outcome()

    def result(self) -> Thresholds:
        """The thresholds, once `next_pass` has returned False; limen.Error before."""
        return Thresholds._of_result(self.outcome())


def tune(
    scores: Any,
    targets: Any,
    objective: str = "f1",
    *,
    scope: str = "label",
    require: Requirement = None,
    cost: Cost = None,
    labels: Sequence[str] | None = None,
    weights: Any = None,
    task: str | None = None,
    width: int | None = None,
    rule: str = "ge",
    nan: str = "error",
    ignore_index: int | None = None,
    average: str = "micro",
    parameter: float | None = None,
    fbr_top: bool = False,
    at: str = "score",
    ties: str | None = None,
    plateau: bool = False,
    zero_division: float | str = 0,
    restarts: int = 0,
    seed: int = 0,
    threads: int = 0,
) -> Thresholds:
    """The thresholds that are best for an objective, over every cut that the scores allow.

    scores: (N, L) multilabel, (N, C) multiclass, (N,) binary; float16, bfloat16, float32 or
    float64 of any range. targets: 0/1 of the same shape, or for multiclass (N,) class numbers.
    weights: (N,), not negative. task, width: from the shapes when None.

    objective: "f1", "fbeta:2", "accuracy", "balanced_accuracy", "precision", "recall", "jaccard",
    "mcc", "kappa", "youden", "youden:R", "gmean", "fowlkes_mallows", "cost", "net_benefit:PT",
    "distance01", "min_se_sp", or a crossing: "recall=specificity", "precision=recall", "fpr=fnr".
    scope: "label" (each by itself), "micro" (jointly, for the pooled counts), "macro", "weighted",
    "global" (one threshold for all, for the `average` "micro" or "macro"), "samples", "pcut",
    "rcut" or "fbr", which read `parameter` (docs/TUNING.md).
    require: conditions as the command line has them, "precision>=0.9,joy:recall>=0.5"; or a list
    of such; or a dict, {"precision": 0.9, "predicted_rate": "<=0.1", "joy": {"recall": 0.5}},
    where a number is a floor for what is better higher and a ceiling for what is better lower.
    cost: of the objective "cost": prices as the command line has them, "fp=1,fn=5,joy:fn=50"; or
    {"fp": 1, "fn": 5}, where a value may have one a label; or by label, {"joy": {"fp": 1, "fn": 9},
    "*": {"fp": 1, "fn": 1}}; (tp, fp, tn, fn), or rows of it; for binary and multiclass also a
    matrix whose rows are true classes.
    at: "score" takes an observed score, "midpoint" the middle of the interval. ties: of equal
    optima the "highest" threshold (None: but for precision) or the "lowest"; plateau=True lists
    them all in the report. restarts, seed: of the scopes that search locally.

    Equal scores are never parted; "none" (inf) and "all" (-inf) are cuts too. A label without
    positives predicts none, and its status says so. When no cut meets the constraints the nearest
    achievable one is returned, `.feasible` is False and a warning is given. The value is that of
    the data given here, so optimistic: report on other data.

    Raises limen.Error with row and column for a NaN score (unless nan="negative"), a target
    outside its domain, shapes that differ; ValueError for options that make no sense. Takes
    O(N L), mostly, in two passes.
    """
    scores, targets = take(scores, targets, ignore_index)
    task, width = infer(scores, targets, task, width)
    search = Search(
        task,
        width,
        objective,
        rule=rule,
        nan=nan,
        weighted=weights is not None,
        ignore_index=ignore_index,
        threads=threads,
        scope=scope,
        require=require,
        cost=cost,
        labels=labels,
        average=average,
        parameter=parameter,
        fbr_top=fbr_top,
        at=at,
        ties=ties,
        plateau=plateau,
        zero_division=zero_division,
        restarts=restarts,
        seed=seed,
    )
    return Thresholds._of_result(search._passes([(scores, targets, weights)]))
