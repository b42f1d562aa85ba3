"""Scorers: a limen metric at tuned or fixed thresholds, for cross_val_score and GridSearchCV."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.metadata_routing import UNUSED

from .. import Tally, Thresholds, metric_table, tune
from .._decide import STATES
from ._problem import Problem
from ._value import METRICS, average_of, lower_is_better, value_of

SCOPES = {"micro": "micro", "macro": "label", "weighted": "weighted", "samples": "samples"}


class ThresholdScorer(BaseEstimator):
    """What `make_threshold_scorer` makes: scorer(estimator, X, y, sample_weight=None) -> float.

    With metadata routing, `scorer.set_score_request(sample_weight=True)` asks for the weights.
    """

    __metadata_request__score: ClassVar[dict[str, str]] = {"estimator": UNUSED}

    def __init__(
        self,
        metric: str = "f1",
        *,
        thresholds: Any = None,
        average: str | None = None,
        require: Any = None,
        cost: Any = None,
        zero_division: Any = 0,
        rule: str = "ge",
        response_method: str = "auto",
        pos_label: Any = None,
    ) -> None:
        self.metric = metric
        self.thresholds = thresholds
        self.average = average
        self.require = require
        self.cost = cost
        self.zero_division = zero_division
        self.rule = rule
        self.response_method = response_method
        self.pos_label = pos_label

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        return self.score(estimator, X, y, sample_weight)

    def score(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The metric on X and y; negative where lower is better, so that greater is better."""
        known = getattr(estimator, "classes_", None)
        problem = Problem.of(
            y, classes=None if isinstance(known, list) else known, pos_label=self.pos_label
        )
        scores = problem.scores(estimator, X, self.response_method)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
        targets = problem.targets(y)
        if isinstance(self.thresholds, str):
            if self.thresholds != "tune":
                raise ValueError(f"thresholds is {self.thresholds!r}: the only word is 'tune'")
            return self._tuned(problem, scores, targets, weights)
        return self._fixed(problem, scores, targets, weights)

    def _tuned(
        self, problem: Problem, scores: np.ndarray, targets: np.ndarray, weights: Any
    ) -> float:
        found = tune(
            scores,
            targets,
            self.metric,
            scope=SCOPES[self.average or "macro"],
            require=self.require,
            cost=self.cost,
            weights=weights,
            task=problem.task,
            rule=self.rule,
            zero_division=self.zero_division,
        )
        if found.value is None:
            return float("nan")
        return -found.value if lower_is_better(self.metric) else found.value

    def _fixed(
        self, problem: Problem, scores: np.ndarray, targets: np.ndarray, weights: Any
    ) -> float:
        rows = {row["name"]: row for row in metric_table()}
        name = METRICS.get(self.metric.partition(":")[0], self.metric.partition(":")[0])
        if name not in rows:
            raise ValueError(f"there is no metric {self.metric!r}: limen.metric_table() lists them")
        row = rows[name]
        average = self.average or average_of(problem.task, name, "label")
        if self.average is None and average not in row["averages"]:
            average = "whole"
        keep = [state for state in row["states"] if state != "histogram"]
        if "counts" in keep:
            keep = list(STATES[problem.task])
        thresholds = self.thresholds
        if isinstance(thresholds, Thresholds):
            scores = scores.astype(thresholds.dtype or scores.dtype, copy=False)
            if not set(keep) & {"scores", "ranking", "calibration", "hinge"}:
                scores = np.asarray(thresholds.apply(scores))
            thresholds = None
        tally = Tally(
            problem.task,
            problem.width,
            thresholds,
            keep=keep,
            rule=self.rule,
            weighted=weights is not None,
        )
        tally.update(scores, targets, weights)
        value = value_of(
            tally, self.metric, average, cost=self.cost, zero_division=self.zero_division
        )
        return -value if row["higher_is_better"] == 0 else value


def make_threshold_scorer(
    metric: str = "f1",
    *,
    thresholds: Any = "tune",
    average: str | None = None,
    require: Any = None,
    cost: Any = None,
    zero_division: Any = 0,
    rule: str = "ge",
    response_method: str = "auto",
    pos_label: Any = None,
) -> ThresholdScorer:
    """A scorer of decisions at thresholds, for `scoring=` of cross_val_score, GridSearchCV, ...

    thresholds: "tune" finds the best ones for `metric` on the rows that are scored: what a model
    could reach, whatever the scale of its scores. That compares models fairly where thresholds will
    be tuned in the end, but is optimistic as an estimate. A number, one a label (multiclass:
    offsets), or a `limen.Thresholds` are fixed: the score is that of these very decisions. None is
    0.5, for multiclass the argmax.
    metric: with "tune" an objective of `limen.tune` ("f1", "fbeta:2", "mcc", "cost", ...); fixed,
    any name of `limen.metric_table()`, also "auroc" or "lrap", which read no threshold.
    average: "macro", "micro", "weighted", "samples" or "whole"; None is macro, or whole where that
    is all there is, and for accuracy, balanced_accuracy, mcc and kappa of many classes. A binary
    target has one label, so all are the same there.
    require: conditions while tuning. cost: of the metric "cost". rule: "ge" or "gt".

    A metric that is better lower (cost, hamming_loss, ...) is returned negative, as scikit-learn's
    neg_ scorers are.
    """
    return ThresholdScorer(
        metric,
        thresholds=thresholds,
        average=average,
        require=require,
        cost=cost,
        zero_division=zero_division,
        rule=rule,
        response_method=response_method,
        pos_label=pos_label,
    )
