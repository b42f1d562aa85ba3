"""One evaluation: scores against labels, at all thresholds in question in one pass."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

import limen

from ._measures import F1, STATES, Measure
from ._problem import Scores


class Number(NamedTuple):
    title: str  # in the log and in the CSV file
    key: str  # in the dict
    value: float


class Evaluation:
    """scores against labels (N,) or (N, L) at `thresholds`, None being what the scores imply.

    objective: also tune thresholds on these very scores; they are `tuned`, else None. names: of the
    labels or classes, or None. `numbers` has all measures in order, `report` all counts.
    """

    def __init__(
        self,
        problem: str,
        scores: Scores,
        labels: np.ndarray,
        thresholds: Any = None,
        rule: str = "ge",
        objective: str | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        self.problem, self.scores, self.labels, self.names = problem, scores.values, labels, names
        self.width = 1 if problem == "binary" else self.scores.shape[1]
        if names is not None and len(names) != self.width:
            raise ValueError(f"{len(names)} label_names for {self.width} labels")
        if thresholds is None:
            thresholds, rule = scores.threshold, scores.rule or rule
        if isinstance(thresholds, limen.Thresholds):
            thresholds = thresholds.for_data(self.width, str(self.scores.dtype), names)
            rule = thresholds.rule
        self.rule = rule
        self.given = thresholds
        self.best = self._tune("f1") if problem == "binary" else None
        self.tuned = self._tune(objective) if objective else None
        sets = [thresholds, *(each for each in (self.best, self.tuned) if each is not None)]
        self.tally = limen.Tally(
            problem,
            self.width,
            [self._row(each) for each in sets],
            keep=STATES[problem],
            rule=self.rule,
        )
        self.tally.update(self.scores, labels)
        self.report = self.tally.compute(labels=names)

    def _tune(self, objective: str) -> limen.Thresholds:
        return limen.tune(
            self.scores,
            self.labels,
            objective,
            task=self.problem,
            rule=self.rule,
            labels=self.names,
        )

    def _row(self, thresholds: Any) -> list[float]:
        """A threshold, or none for multiclass, as one a label."""
        values = getattr(thresholds, "values", thresholds)
        row = np.ravel(np.asarray(0.0 if values is None else values, float))
        if row.size not in (1, self.width):
            raise ValueError(f"{row.size} thresholds for {self.width} labels")
        return np.broadcast_to(row, self.width).tolist()

    @property
    def notes(self) -> list[str]:
        """What the labels imply for the reader of these numbers."""
        return self.report.get("sets", [self.report])[0]["notes"]

    @property
    def thresholds(self) -> list[float]:
        """Those that decided, one a label, rounded to the type of the scores."""
        return np.asarray(self.tally.thresholds(0)).tolist()

    def numbers(self, measures: Sequence[Measure]) -> list[Number]:
        found = [Number(each.title, each.key, self._value(each)) for each in measures]
        last = self.tally.sets - 1
        if self.problem == "binary":
            found.append(Number("Threshold", "threshold", self.thresholds[0]))
            found += self._at(self.best, 1, "best")
        if self.tuned is not None:
            found += self._at(self.tuned, last, "tuned")
        return found

    def _value(self, measure: Measure, set: int = 0) -> float:
        """A class that is in neither labels nor predictions has no F1 and is left out of averages,
        as scikit-learn's f1_score does it; a label of a multilabel problem always counts.
        """
        policy = "skip" if measure.metric == "f1" and self.problem == "multiclass" else 0
        value = self.tally.metric(measure.metric, measure.average, set=set, zero_division=policy)
        return float(value if isinstance(value, float) else value[0])

    def _at(self, thresholds: Any, set: int, suffix: str) -> list[Number]:
        """The F1 scores at thresholds that this very set chose, so better than on other data."""
        found = [
            Number(f"{each.title} ({suffix})", f"{each.key}_{suffix}", self._value(each, set))
            for each in F1[self.problem]
        ]
        if self.problem == "binary":
            value = self._row(thresholds)[0]
            name = f"{found[0].key}_threshold" if suffix == "best" else f"threshold_{suffix}"
            found.append(Number(f"Threshold ({suffix})", name, value))
        return found

    def table(self, texts: Sequence[Any]) -> Iterator[list[Any]]:
        """Rows for a file that `limen eval` reads: header, then a row a sample, its texts last.

        Scores are written in full, so that they are the same numbers when they are read.
        """
        given = self.given if self.problem == "multiclass" else self._row(self.given)
        decisions = np.asarray(
            limen.apply(self.scores, given, task=self.problem, rule=self.rule)
        ).reshape(len(self.labels), -1)
        names = (
            [""] if self.width == 1 else [f"_{each}" for each in self.names or range(self.width)]
        )
        whole = [""] if self.problem != "multilabel" else names
        yield [
            *(f"target{name}" for name in whole),
            *(f"prediction{name}" for name in whole),
            *(f"score{name}" for name in names),
            *(f"text_{i + 1}" for i in range(len(texts[0]))),
        ]
        targets = self.labels.reshape(len(self.labels), -1).tolist()
        scores = self.scores.astype(float).reshape(len(self.labels), -1).tolist()
        for target, decision, score, text in zip(
            targets, decisions.tolist(), scores, texts, strict=True
        ):
            yield [*target, *decision, *score, *text]

    def command(self, path: str | os.PathLike[str]) -> str:
        """What gives the same numbers from that file, without Python."""
        words = ["limen", "eval", os.fspath(path), "--task", self.problem]
        if any(self.thresholds) or self.problem != "multiclass":
            values = self.thresholds if len(set(self.thresholds)) > 1 else self.thresholds[:1]
            words.append(f"--thresholds={','.join(map(repr, values))}")
        return shlex.join([*words, *(["--rule", "gt"] if self.rule == "gt" else [])])
