"""The meta-estimator."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit, check_cv
from sklearn.utils import _safe_indexing, get_tags, indexable
from sklearn.utils.metadata_routing import UNUSED, MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import (
    _check_method_params,
    _check_sample_weight,
    _num_samples,
    check_is_fitted,
    column_or_1d,
    has_fit_parameter,
)

from .. import Report, Tally, Thresholds, tune
from .._decide import STATES
from ._problem import Problem
from ._split import LabelStratifiedKFold
from ._value import average_of, value_of


def _has(method: str) -> Any:
    def check(self: ThresholdTuner) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), method)
        return True

    return check


def _fitted_scores(
    estimator: Any,
    data: Any,
    y: Any,
    params: dict[str, Any],
    train: np.ndarray,
    test: np.ndarray,
    problem: Problem,
    method: str,
) -> np.ndarray:
    """Scores of a fold by a clone that did not see it."""
    fitted = clone(estimator).fit(
        _safe_indexing(data, train),
        _safe_indexing(y, train),
        **_check_method_params(data, params, indices=train),
    )
    return problem.scores(fitted, _safe_indexing(data, test), method)


class ThresholdTuner(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier whose decisions are made at the best thresholds of another one's scores.

    Scores come from cross-validation: each row is scored by a clone that was not fitted on it. The
    thresholds are the exact optimum over all these scores (`limen.tune`), and the estimator is then
    fitted on all rows.

    Binary targets get one threshold, multilabel ones (N, L) a threshold a label, multiclass ones an
    offset a class, which is added to its score before the greatest is taken. Classes may be any
    labels that scikit-learn takes.

    Parameters
    ----------
    estimator : classifier with predict_proba or decision_function
    objective : str, default="f1"
        What is best; as for `limen.tune`.
    scope : str, default="label"
        For multilabel: "label" is each by itself, "micro" jointly for the pooled counts, and so on.
    require : str, list or dict, default=None
        Conditions, such as "precision>=0.9". When they cannot be met, the nearest achievable
        thresholds are taken and a warning is given.
    cost : str, dict, sequence or matrix, default=None
        Of the objective "cost".
    options : dict, default=None
        Further arguments of `limen.tune`: average, parameter, at, ties, zero_division, seed, ...
        at is "midpoint" unless said: halfway between two scores does better on new rows than at one
        of them.
    response_method : {"auto", "predict_proba", "decision_function"}, default="auto"
        "auto" takes the first that the estimator has.
    cv : int, float, splitter, iterable or "prefit", default=None
        None is 5 folds; folds are stratified, several labels by LabelStratifiedKFold. A float holds
        out that share of the rows once. "prefit": the estimator is fitted already, on other rows,
        and all rows are for tuning.
    pos_label : default=None
        The positive class of a binary target; None is the second in sorted order.
    labels : sequence of str, default=None
        Names for the report; None takes the columns of a DataFrame, or the classes.
    n_jobs : int, default=None
        Folds that are fitted at a time.
    random_state : int or RandomState, default=None
        Of the split when cv is a float.

    Attributes
    ----------
    estimator_ : the estimator, fitted on all rows (or as given, for "prefit")
    thresholds_ : limen.Thresholds
    score_ : float
        The objective at thresholds_ on the scores that they were tuned on, so optimistic.
    report_ : limen.Report
        All metrics there.
    cross_fitted_score_, cross_fitted_report_ : float, limen.Report, or None
        Honest: every fold decided at thresholds that were tuned on the others. None when there is
        one set of held-out rows only.
    classes_, n_features_in_, feature_names_in_ : those of estimator_

    Ties, NaN and infinite thresholds are as docs/SEMANTICS.md says: a score equal to its threshold
    is positive; a NaN score is a limen.Error.
    """

    __metadata_request__fit: ClassVar[dict[str, str]] = {"groups": UNUSED}

    def __init__(
        self,
        estimator: Any,
        *,
        objective: str = "f1",
        scope: str = "label",
        require: str | Sequence[str] | Mapping[str, Any] | None = None,
        cost: Any = None,
        options: Mapping[str, Any] | None = None,
        response_method: str = "auto",
        cv: Any = None,
        pos_label: Any = None,
        labels: Iterable[str] | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.objective = objective
        self.scope = scope
        self.require = require
        self.cost = cost
        self.options = options
        self.response_method = response_method
        self.cv = cv
        self.pos_label = pos_label
        self.labels = labels
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None, **params: Any
    ) -> ThresholdTuner:
        """Fits the estimator and tunes the thresholds.

        X : what the estimator takes, of shape (N, features).
        y : (N,) classes, or (N, L) of 0 and 1.
        sample_weight : (N,), not negative. The tuning weighs rows by it. The estimator gets it too
            when its fit has such a parameter; with metadata routing, when it requests it.
        groups : (N,), for a splitter that keeps groups together.
        params : for the estimator's fit.
        """
        if y is None:
            raise ValueError("ThresholdTuner requires y to be passed, but the target y is None")
        X, y = indexable(X, np.asarray(y) if isinstance(y, list | tuple) else y)
        if _num_samples(X) == 0:
            raise ValueError("X has 0 samples: there is nothing to fit or tune on")
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        fit_params, split_params = self._route(weights, groups, params)
        known = getattr(self.estimator, "classes_", None) if self._prefit else None
        problem = Problem.of(
            y,
            classes=None if isinstance(known, list) else known,
            pos_label=self.pos_label,
            labels=self.labels,
        )
        if problem.task != "multilabel":
            y = column_or_1d(y, warn=True)
        rows, scores, folds = self._scores(X, y, problem, fit_params, split_params)
        targets = problem.targets(y)[rows]
        weights = None if weights is None else weights[rows]
        self._problem = problem
        self.thresholds_ = self._tune(scores, targets, weights)
        self.score_ = self.thresholds_.value
        self._tally = self._count([self.thresholds_.apply(scores)], targets, weights)
        self._cross_fit(rows, scores, targets, weights, folds)
        if not self._prefit:
            self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        else:
            self.estimator_ = self.estimator
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    # ---- Fitting ----------------------------------------------------------------------------

    @property
    def _prefit(self) -> bool:
        return isinstance(self.cv, str) and self.cv == "prefit"

    def _route(
        self, weights: Any, groups: Any, params: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the estimator's fit gets, and what the splitter gets."""
        given = {"sample_weight": weights, "groups": groups}
        given = {name: value for name, value in given.items() if value is not None}
        if sklearn.get_config().get("enable_metadata_routing", False):
            routed = process_routing(self, "fit", **given, **params)
            return routed.estimator.fit, routed.splitter.split
        fit_params = dict(params)
        if weights is not None and has_fit_parameter(self.estimator, "sample_weight"):
            fit_params["sample_weight"] = weights
        return fit_params, {} if groups is None else {"groups": groups}

    def _splits(
        self, X: Any, y: Any, task: str, split_params: dict[str, Any]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        if isinstance(self.cv, Real) and 0 < float(self.cv) < 1:
            kind = ShuffleSplit if task == "multilabel" else StratifiedShuffleSplit
            cv = kind(1, test_size=self.cv, random_state=self.random_state)
        elif isinstance(self.cv, str):
            raise ValueError(f"cv is {self.cv!r}: the only word for it is 'prefit'")
        elif task == "multilabel" and (self.cv is None or isinstance(self.cv, Integral)):
            cv = LabelStratifiedKFold(5 if self.cv is None else int(self.cv))
        else:
            cv = check_cv(self.cv, y, classifier=True)
        return list(cv.split(X, y, **split_params))

    def _scores(
        self,
        X: Any,
        y: Any,
        problem: Problem,
        fit_params: dict[str, Any],
        split_params: dict[str, Any],
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Held-out rows, their scores, and which fold each is of."""
        if self._prefit:
            check_is_fitted(self.estimator)
            scores = problem.scores(self.estimator, X, self.response_method)
            return np.arange(len(scores)), scores, np.zeros(len(scores), int)
        splits = self._splits(X, y, problem.task, split_params)
        parts = Parallel(n_jobs=self.n_jobs)(
            delayed(_fitted_scores)(
                self.estimator, X, y, fit_params, train, test, problem, self.response_method
            )
            for train, test in splits
        )
        rows = np.concatenate([np.arange(_num_samples(X))[test] for _, test in splits])
        folds = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        return rows, np.concatenate(parts), folds

    def _tune(self, scores: np.ndarray, targets: np.ndarray, weights: Any) -> Thresholds:
        return tune(
            scores,
            targets,
            self.objective,
            scope=self.scope,
            require=self.require,
            cost=self.cost,
            labels=self._problem.names,
            weights=weights,
            task=self._problem.task,
            **{"at": "midpoint", **(self.options or {})},
        )

    def _count(self, decisions: list[Any], targets: np.ndarray, weights: Any) -> Tally:
        problem = self._problem
        tally = Tally(
            problem.task,
            problem.width,
            keep=STATES[problem.task],
            weighted=weights is not None,
        )
        tally.update(np.concatenate([np.asarray(each) for each in decisions]), targets, weights)
        return tally

    def _cross_fit(
        self,
        rows: np.ndarray,
        scores: np.ndarray,
        targets: np.ndarray,
        weights: Any,
        folds: np.ndarray,
    ) -> None:
        """Each fold decided at what was tuned on the rows of the others."""
        self._honest = self.cross_fitted_score_ = None
        if folds[-1] == 0:
            return
        decisions = []
        for fold in range(folds[-1] + 1):
            here = folds == fold
            # Repeated splits hold a row out several times: it must not be among the others.
            others = ~np.isin(rows, rows[here])
            if not others.any():
                return
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = self._tune(
                    scores[others],
                    targets[others],
                    None if weights is None else weights[others],
                )
            decisions.append(found.apply(scores[here]))
        options = self.options or {}
        self._honest = self._count(decisions, targets, weights)
        self.cross_fitted_score_ = value_of(
            self._honest,
            self.objective,
            average_of(
                self._problem.task, self.objective, self.scope, options.get("average", "micro")
            ),
            cost=self.cost,
            labels=self._problem.names,
            zero_division=options.get("zero_division", 0),
        )

    # ---- After fitting ----------------------------------------------------------------------

    @property
    def report_(self) -> Report:
        """All metrics at thresholds_, on the scores that they were tuned on."""
        check_is_fitted(self, "estimator_")
        return self._tally.compute(labels=self._problem.names)

    @property
    def cross_fitted_report_(self) -> Report | None:
        """All metrics where each fold is decided at what was tuned on the others."""
        check_is_fitted(self, "estimator_")
        if self._honest is None:
            return None
        return self._honest.compute(labels=self._problem.names)

    @property
    def classes_(self) -> Any:
        """The classes, as the estimator has them."""
        return self.estimator_.classes_

    def predict(self, X: Any) -> np.ndarray:
        """(N,) classes, or (N, L) of 0 and 1, at thresholds_."""
        check_is_fitted(self, "estimator_")
        scores = self._problem.scores(self.estimator_, X, self.response_method)
        scores = scores.astype(self.thresholds_.dtype, copy=False)
        return self._problem.labels(self.thresholds_.apply(scores))

    @available_if(_has("predict_proba"))
    def predict_proba(self, X: Any) -> Any:
        """That of the estimator."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_proba(X)

    @available_if(_has("predict_log_proba"))
    def predict_log_proba(self, X: Any) -> Any:
        """That of the estimator."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.predict_log_proba(X)

    @available_if(_has("decision_function"))
    def decision_function(self, X: Any) -> Any:
        """That of the estimator."""
        check_is_fitted(self, "estimator_")
        return self.estimator_.decision_function(X)

    def get_metadata_routing(self) -> MetadataRouter:
        """Fit hands sample_weight and others to the estimator, groups to the splitter."""
        into_fit = MethodMapping().add(caller="fit", callee="fit")
        into_split = MethodMapping().add(caller="fit", callee="split")
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(estimator=self.estimator, method_mapping=into_fit)
            .add(splitter=self.cv, method_mapping=into_split)
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = copy(inner.input_tags)
        if inner.classifier_tags is not None:
            tags.classifier_tags = copy(inner.classifier_tags)
        return tags
