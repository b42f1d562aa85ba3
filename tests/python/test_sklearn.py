"""limen.sklearn: scikit-learn's own checks, its data sets, its tuner, and NumPy."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    f1_score,
    matthews_corrcoef,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

import limen
from limen.sklearn import LabelStratifiedKFold, ThresholdTuner, make_threshold_scorer
from limen.sklearn._value import average_of, value_of

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "examples", "digits"))
from make import traits

LINEAR = LogisticRegression(C=0.1, max_iter=1000)


@pytest.fixture(autouse=True)
def one_thread():
    """Small fits: more threads than cores take many times as long."""
    with threadpool_limits(1):
        yield


def expected_failures(tuner):
    """Of the three that scikit-learn excuses its own TunedThresholdClassifierCV from, one."""
    return {"check_classifiers_train": "predictions are not at 0.5, which this check demands"}


@parametrize_with_checks(
    [
        ThresholdTuner(LogisticRegression(), cv=3),
        ThresholdTuner(DecisionTreeClassifier(random_state=0), cv=3),
        # Converged, as weights and repetitions must give the same margins.
        ThresholdTuner(LinearSVC(random_state=0, tol=1e-12, max_iter=1_000_000), cv=3),
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def cancer():
    x, y = load_breast_cancer(return_X_y=True)
    return train_test_split(StandardScaler().fit_transform(x), y, random_state=0, stratify=y)


@pytest.fixture(scope="module")
def digits():
    """Pictures and ten traits of them, in halves."""
    pixels, numbers = load_digits(return_X_y=True)
    table, names = traits(pixels.reshape(-1, 8, 8), numbers)
    parts = train_test_split(
        pixels / 16, table, test_size=0.5, random_state=0, stratify=numbers
    )  # fmt: skip
    return (*parts, names)


def macro_f1(targets, decisions):
    return f1_score(targets, decisions, average="macro", zero_division=0)


# ---- Binary ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scoring", ["f1", "balanced_accuracy", "accuracy"])
def test_at_least_as_good_as_the_tuner_of_scikit_learn(cancer, scoring):
    """On the held-out scores that both tune on; theirs looks at 100 thresholds."""
    x, _, y, _ = cancer
    cv = StratifiedKFold(5)
    ours = ThresholdTuner(GaussianNB(), objective=scoring, cv=cv).fit(x, y)
    theirs = TunedThresholdClassifierCV(GaussianNB(), scoring=scoring, cv=cv).fit(x, y)
    scores = cross_val_predict(GaussianNB(), x, y, cv=cv, method="predict_proba")[:, 1]
    at_theirs = limen.evaluate(scores, y, theirs.best_threshold_, metrics=[scoring])
    at_ours = limen.evaluate(scores, y, ours.thresholds_, metrics=[scoring])
    assert at_ours["labels"][0][scoring] == ours.score_
    assert ours.score_ >= at_theirs["labels"][0][scoring]


def test_labels_that_are_words(cancer):
    x, x_test, y, y_test = cancer
    words = np.array(["sick", "well"])
    tuner = ThresholdTuner(LINEAR).fit(x, words[y])
    assert tuner.classes_.tolist() == ["sick", "well"]
    assert tuner.thresholds_.labels == ("well",)
    number = ThresholdTuner(LINEAR).fit(x, y)
    np.testing.assert_array_equal(tuner.predict(x_test), words[number.predict(x_test)])
    sick = ThresholdTuner(LINEAR, pos_label="sick").fit(x, words[y])
    assert sick.thresholds_.labels == ("sick",)
    taken = sick.predict_proba(x_test)[:, 0] >= sick.thresholds_[0]
    np.testing.assert_array_equal(sick.predict(x_test) == "sick", taken)
    margins = ThresholdTuner(LINEAR, pos_label="sick", response_method="decision_function")
    margins.fit(x, words[y])
    assert margins.score_ == pytest.approx(sick.score_)
    assert (margins.predict(x_test) == sick.predict(x_test)).mean() > 0.98
    assert words[y_test].dtype == sick.predict(x_test).dtype


def test_constraints_and_costs(cancer):
    x, _, y, _ = cancer
    tuner = ThresholdTuner(LINEAR, objective="recall", require="precision>=0.99").fit(x, y)
    label = tuner.report_["labels"][0]
    assert label["precision"] >= 0.99 and label["recall"] == tuner.score_
    cheap = ThresholdTuner(LINEAR, objective="cost", cost={"fp": 20, "fn": 1}).fit(x, y)
    counts = cheap.report_["labels"][0]
    assert cheap.score_ == 20 * counts["fp"] + counts["fn"]
    with pytest.warns(UserWarning, match="cannot be met"):
        ThresholdTuner(GaussianNB(), require="precision>=1,recall>=1").fit(x, y)


def test_the_honest_estimate(cancer):
    x, _, y, _ = cancer
    cv = StratifiedKFold(4, shuffle=True, random_state=1)
    tuner = ThresholdTuner(GaussianNB(), objective="mcc", cv=cv).fit(x, y)
    scores = cross_val_predict(GaussianNB(), x, y, cv=cv, method="predict_proba")[:, 1]
    decided = np.zeros(len(y), int)
    for _, test in cv.split(x, y):
        others = np.setdiff1d(np.arange(len(y)), test)
        found = limen.tune(scores[others], y[others], "mcc", at="midpoint")
        decided[test] = found.apply(scores[test])
    assert tuner.cross_fitted_score_ == pytest.approx(matthews_corrcoef(y, decided), abs=1e-12)
    assert tuner.cross_fitted_report_["labels"][0]["mcc"] == tuner.cross_fitted_score_
    assert tuner.score_ == limen.tune(scores, y, "mcc").value >= tuner.cross_fitted_score_


def test_repeated_splits_stay_honest():
    """On noise, a row that is held out twice must not help to tune the threshold it meets."""
    random = np.random.default_rng(0)
    x, y = random.random((60, 1)), random.integers(0, 2, 60)
    cv = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    tuner = ThresholdTuner(GaussianNB(), objective="accuracy", cv=cv).fit(x, y)
    assert tuner.cross_fitted_report_["samples"] == 120
    assert tuner.cross_fitted_score_ < tuner.score_


@pytest.mark.parametrize(
    "objective", ["fbeta:2", "youden", "youden:0.5", "net_benefit:0.3", "gmean", "cost",
                  "recall=specificity", "precision=recall", "distance01"]
)  # fmt: skip
def test_the_honest_estimate_has_every_objective(cancer, objective):
    """Where tuning cannot change anything, it is the value that tuning reports."""
    x, _, y, _ = cancer
    tuner = ThresholdTuner(GaussianNB(), objective=objective, cv=3).fit(x, y)
    assert value_of(tuner._tally, objective, "macro") == pytest.approx(tuner.score_, abs=1e-12)
    assert tuner.cross_fitted_score_ == pytest.approx(tuner.score_, abs=0.2 * len(y))


# ---- Splits, fitted estimators, weights -----------------------------------------------------


def test_prefit_and_held_out_shares(cancer):
    x, x_test, y, y_test = cancer
    fitted = clone(LINEAR).fit(x, y)
    tuner = ThresholdTuner(fitted, cv="prefit").fit(x_test, y_test)
    assert tuner.estimator_ is fitted and tuner.cross_fitted_score_ is None
    assert tuner.thresholds_ == limen.tune(
        fitted.predict_proba(x_test)[:, 1], y_test, labels=["1"], at="midpoint"
    )
    frozen = ThresholdTuner(FrozenEstimator(fitted), cv=5).fit(x_test, y_test)
    assert frozen.score_ == tuner.score_
    share = ThresholdTuner(LINEAR, cv=0.3, random_state=0).fit(x, y)
    assert share.report_["samples"] == int(np.ceil(0.3 * len(y)))
    assert share.cross_fitted_report_ is None
    with pytest.raises(sklearn.exceptions.NotFittedError):
        ThresholdTuner(LINEAR, cv="prefit").fit(x, y)
    with pytest.raises(ValueError, match="'prefit'"):
        ThresholdTuner(LINEAR, cv="fitted").fit(x, y)


def test_weights_are_repeated_rows(cancer):
    x, x_test, y, y_test = cancer
    fitted = clone(LINEAR).fit(x, y)
    weights = np.arange(len(y_test)) % 4
    weighted = ThresholdTuner(fitted, cv="prefit").fit(x_test, y_test, sample_weight=weights)
    rows = np.repeat(np.arange(len(y_test)), weights)
    repeated = ThresholdTuner(fitted, cv="prefit").fit(x_test[rows], y_test[rows])
    assert weighted.thresholds_.values == repeated.thresholds_.values
    assert weighted.score_ == pytest.approx(repeated.score_, rel=1e-12)


def test_weights_reach_the_estimator(cancer):
    x, _, y, _ = cancer
    weights = np.where(y == 1, 5.0, 1.0)
    tuner = ThresholdTuner(LINEAR).fit(x, y, sample_weight=weights)
    direct = clone(LINEAR).fit(x, y, sample_weight=weights)
    np.testing.assert_array_equal(tuner.estimator_.coef_, direct.coef_)


def test_groups(cancer):
    x, _, y, _ = cancer
    groups = np.arange(len(y)) // 7
    tuner = ThresholdTuner(GaussianNB(), cv=GroupKFold(4)).fit(x, y, groups=groups)
    splits = list(GroupKFold(4).split(x, y, groups))
    assert tuner.thresholds_ == ThresholdTuner(GaussianNB(), cv=splits).fit(x, y).thresholds_


def test_metadata_routing(cancer):
    x, _, y, _ = cancer
    weights, groups = np.where(y == 1, 5.0, 1.0), np.arange(len(y)) // 7
    plain = ThresholdTuner(LINEAR, cv=GroupKFold(3)).fit(x, y, weights, groups)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = clone(LINEAR).set_fit_request(sample_weight=True)
        tuner = ThresholdTuner(asking, cv=GroupKFold(3))
        tuner.set_fit_request(sample_weight=True)
        tuner.fit(x, y, sample_weight=weights, groups=groups)
        assert tuner.thresholds_ == plain.thresholds_
        inside = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), tuner)
        inside.fit(x, y, sample_weight=weights, groups=groups)
        assert inside[-1].thresholds_.value == pytest.approx(plain.score_, abs=0.02)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            ThresholdTuner(clone(LINEAR), cv=3).fit(x, y, sample_weight=weights)


# ---- Several labels -------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["label", "micro", "weighted"])
def test_traits_of_digits(digits, scope):
    x, x_test, y, y_test, names = digits
    estimator = OneVsRestClassifier(LogisticRegression(C=0.01, max_iter=1000))
    tuner = ThresholdTuner(estimator, scope=scope, labels=names, cv=KFold(3)).fit(x, y)
    assert tuner.thresholds_.labels == tuple(names)
    plain = tuner.estimator_.predict(x_test)
    assert macro_f1(y_test, tuner.predict(x_test)) > macro_f1(y_test, plain) + 0.2
    average = {"label": "macro"}.get(scope, scope)
    assert tuner.report_["averages"][average]["f1"] == pytest.approx(tuner.score_, abs=1e-12)
    honest = tuner.cross_fitted_report_["averages"][average]["f1"]
    assert honest == tuner.cross_fitted_score_ <= tuner.score_
    assert abs(f1_score(y_test, tuner.predict(x_test), average=average) - honest) < 0.05


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10, random_state=0),
        MultiOutputClassifier(GaussianNB()),
        OneVsRestClassifier(LinearSVC(random_state=0)),
        ClassifierChain(GaussianNB()),
        make_pipeline(StandardScaler(), OneVsRestClassifier(GaussianNB())),
    ],
    ids=["forest", "multioutput", "onevsrest", "chain", "pipeline"],
)
def test_every_kind_of_multilabel_estimator(digits, estimator):
    x, x_test, y, y_test, _ = digits
    x, y = x[:400], y[:400, :4]
    tuner = ThresholdTuner(estimator, cv=3).fit(x, y)
    taken = tuner.predict(x_test)
    assert taken.shape == (len(x_test), 4) and set(np.unique(taken)) <= {0, 1}
    assert macro_f1(y_test[:, :4], taken) >= macro_f1(
        y_test[:, :4], clone(estimator).fit(x, y).predict(x_test)
    ) - 0.02  # fmt: skip


def test_folds_by_label(digits):
    """Rare labels in rows that lie together, where KFold fails."""
    _, _, y, _, _ = digits
    y = y[np.lexsort(y.T)]
    for cv in (LabelStratifiedKFold(4), LabelStratifiedKFold(4, shuffle=True, random_state=0)):
        splits = list(cv.split(y, y))
        tests = np.concatenate([test for _, test in splits])
        assert sorted(tests) == list(range(len(y)))
        shares = np.array([y[test].sum(axis=0) for _, test in splits])
        even = y.sum(axis=0) / 4
        rarest = even.argmin()
        assert shares[:, rarest].max() - shares[:, rarest].min() <= 1
        assert (np.abs(shares - even) <= np.maximum(3, 0.1 * even)).all()
        sizes = np.array([len(test) for _, test in splits])
        assert sizes.max() - sizes.min() <= 0.1 * len(y)
    plain = np.array([y[test].sum(axis=0) for _, test in KFold(4).split(y)])
    assert plain.min() == 0
    for targets, splits in [(y[:, 0], 4), (y[:3], 4)]:
        with pytest.raises(ValueError):
            list(LabelStratifiedKFold(splits).split(targets, targets))
    with pytest.raises(ValueError):
        LabelStratifiedKFold(1)


def test_sparse_targets_and_several_processes(digits):
    x, x_test, y, _, _ = digits
    estimator = OneVsRestClassifier(GaussianNB())
    dense = ThresholdTuner(estimator, cv=3).fit(x, y[:, :3])
    sparse = ThresholdTuner(estimator, cv=3, n_jobs=2).fit(x, csr_matrix(y[:, :3]))
    assert sparse.thresholds_ == dense.thresholds_
    np.testing.assert_array_equal(sparse.predict(x_test), dense.predict(x_test))


def test_a_label_that_a_fold_lacks():
    random = np.random.default_rng(0)
    x = random.random((90, 3))
    y = np.column_stack([x[:, 0] > 0.5, np.arange(90) < 30]).astype(int)
    tuner = ThresholdTuner(RandomForestClassifier(5, random_state=0), cv=KFold(3)).fit(x, y)
    assert tuner.predict(x).shape == (90, 2)


def test_names_from_a_data_frame(digits):
    pd = pytest.importorskip("pandas")
    x, x_test, y, _, names = digits
    frame = pd.DataFrame(y[:300, :3], columns=names[:3])
    tuner = ThresholdTuner(RandomForestClassifier(5, random_state=0), cv=3)
    tuner.fit(pd.DataFrame(x[:300]).add_prefix("pixel"), frame)
    assert tuner.thresholds_.labels == tuple(names[:3])
    assert tuner.feature_names_in_[0] == "pixel0"
    assert tuner.predict(pd.DataFrame(x_test).add_prefix("pixel")).shape == (len(x_test), 3)


# ---- Many classes ---------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", [GaussianNB(), SVC(), LogisticRegression(C=0.01)])
def test_offsets(estimator):
    x, y = load_iris(return_X_y=True)
    keep = np.r_[0:50, 50:90, 100:112]  # imbalanced
    x, y = x[keep], np.array(["a", "b", "c"])[y[keep]]
    tuner = ThresholdTuner(estimator, cv=StratifiedKFold(3)).fit(x, y)
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "decision_function"
    scores = cross_val_predict(estimator, x, y, cv=StratifiedKFold(3), method=method)
    plain = macro_f1(y, np.array(["a", "b", "c"])[scores.argmax(axis=1)])
    assert tuner.score_ >= plain - 1e-12
    offsets = np.asarray(tuner.thresholds_.values)
    here = getattr(tuner, method)(x) + offsets
    np.testing.assert_array_equal(tuner.predict(x), tuner.classes_[here.argmax(axis=1)])
    assert tuner.thresholds_.labels == ("a", "b", "c")
    assert tuner.report_["averages"]["macro"]["f1"] == pytest.approx(tuner.score_, abs=1e-12)


@pytest.mark.parametrize(
    ("objective", "scope"),
    [("accuracy", "label"), ("balanced_accuracy", "label"), ("mcc", "label"), ("f1", "weighted"),
     ("f1", "micro"), ("kappa", "label"), ("jaccard", "macro")],
)  # fmt: skip
def test_values_of_offsets(objective, scope):
    """The honest estimate of many classes is counted as the tuning is valued."""
    x, y = load_iris(return_X_y=True)
    tuner = ThresholdTuner(GaussianNB(), objective=objective, scope=scope, cv=3).fit(x, y)
    average = average_of("multiclass", objective, scope)
    assert value_of(tuner._tally, objective, average) == pytest.approx(tuner.score_, abs=1e-12)
    assert 0.8 < tuner.cross_fitted_score_ <= 1


def test_rules_for_whole_rows(digits):
    x, y = load_iris(return_X_y=True)
    costs = np.array([[0, 1, 1], [1, 0, 9], [1, 1, 0]])
    tuner = ThresholdTuner(GaussianNB(), objective="cost", cost=costs, cv=3).fit(x, y)
    cheapest = (tuner.predict_proba(x) @ costs).argmin(axis=1)
    np.testing.assert_array_equal(tuner.predict(x), cheapest)
    assert tuner.cross_fitted_score_ == pytest.approx(tuner.score_)
    x, x_test, y, _, _ = digits
    top = ThresholdTuner(MultiOutputClassifier(GaussianNB()), scope="rcut", cv=3)
    top.fit(x, y)
    taken = top.predict(x_test)
    assert (taken.sum(axis=1) == top.thresholds_.row_rule["top_labels"]).all()
    scorer = make_threshold_scorer("f1", thresholds=top.thresholds_)
    assert scorer(top, x, y) == pytest.approx(macro_f1(y, top.predict(x)), abs=1e-12)


# ---- Among other estimators -----------------------------------------------------------------


def test_in_a_grid_search(cancer):
    x, x_test, y, y_test = cancer
    search = GridSearchCV(
        ThresholdTuner(make_pipeline(StandardScaler(), GaussianNB()), cv=2),
        {"estimator__gaussiannb__var_smoothing": [1e-9, 1e-2], "objective": ["f1"]},
        scoring="f1",
        cv=2,
    )
    search.fit(x, y)
    assert f1_score(y_test, search.predict(x_test)) > 0.9
    assert set(search.best_params_) == {"estimator__gaussiannb__var_smoothing", "objective"}


def test_cross_validation_clone_and_pickle(cancer):
    x, x_test, y, _ = cancer
    tuner = ThresholdTuner(LINEAR, objective="fbeta:2", options={"ties": "lowest"}, cv=3)
    assert cross_val_score(tuner, x, y, cv=3, scoring="recall").min() > 0.9
    assert str(clone(tuner)) == str(tuner)
    tuner.fit(x, y)
    again = pickle.loads(pickle.dumps(tuner))
    np.testing.assert_array_equal(again.predict(x_test), tuner.predict(x_test))
    assert again.report_.to_dict() == tuner.report_.to_dict()
    np.testing.assert_array_equal(again.decision_function(x_test), tuner.decision_function(x_test))
    assert not hasattr(ThresholdTuner(GaussianNB()), "decision_function")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"objective": "f2"}, "f2"),
        ({"scope": "joint"}, "'micro'"),
        ({"pos_label": 7}, "none of the classes"),
        ({"labels": ["no", "yes"]}, "2 names, y has 1"),
        ({"response_method": "predict"}, "response_method"),
        ({"require": "precision"}, "precision>=0.9"),
        ({"cost": {"fp": 1}}, "objective='cost'"),
    ],
)
def test_what_is_refused(cancer, options, said):
    x, _, y, _ = cancer
    with pytest.raises(ValueError, match=said):
        ThresholdTuner(GaussianNB(), cv=3, **options).fit(x, y)


def test_what_has_no_scores(cancer):
    x, _, y, _ = cancer
    with pytest.raises(AttributeError, match="no scores to put a threshold on"):
        ThresholdTuner(GaussianNB(), response_method="decision_function").fit(x, y)
    with pytest.raises(ValueError, match="at least 2 classes"):
        ThresholdTuner(GaussianNB()).fit(x, np.zeros(len(x)))


# ---- Scorers --------------------------------------------------------------------------------


def test_a_tuning_scorer_is_the_best_that_can_be_reached(cancer):
    x, x_test, y, y_test = cancer
    fitted = clone(LINEAR).fit(x, y)
    scores = fitted.predict_proba(x_test)[:, 1]
    best = max(f1_score(y_test, scores >= cut) for cut in np.unique(scores))
    assert make_threshold_scorer("f1")(fitted, x_test, y_test) == best
    assert make_threshold_scorer("cost", cost={"fn": 3})(fitted, x_test, y_test) <= 0
    weights = np.arange(len(y_test)) % 3
    weighted = make_threshold_scorer("f1")(fitted, x_test, y_test, sample_weight=weights)
    best = max(f1_score(y_test, scores >= cut, sample_weight=weights) for cut in np.unique(scores))
    assert weighted == pytest.approx(best, rel=1e-12)


def test_scorers_at_fixed_thresholds(cancer):
    x, x_test, y, y_test = cancer
    fitted = clone(LINEAR).fit(x, y)
    scores = fitted.predict_proba(x_test)[:, 1]
    at = make_threshold_scorer("f1", thresholds=0.3)
    assert at(fitted, x_test, y_test) == f1_score(y_test, scores >= 0.3)
    assert make_threshold_scorer("mcc", thresholds=None)(fitted, x_test, y_test) == pytest.approx(
        matthews_corrcoef(y_test, scores >= 0.5), abs=1e-12
    )
    wrong = make_threshold_scorer("hamming_loss", thresholds=0.3)(fitted, x_test, y_test)
    assert wrong == -np.mean((scores >= 0.3) != y_test)
    area = make_threshold_scorer("auroc", thresholds=None)(fitted, x_test, y_test)
    assert area == pytest.approx(roc_auc_score(y_test, scores), abs=1e-12)
    tuned = ThresholdTuner(LINEAR).fit(x, y)
    by_file = make_threshold_scorer("f1", thresholds=tuned.thresholds_)
    assert by_file(fitted, x_test, y_test) == f1_score(y_test, tuned.predict(x_test))
    with pytest.raises(ValueError, match="no metric"):
        make_threshold_scorer("f11", thresholds=0.5)(fitted, x_test, y_test)
    with pytest.raises(ValueError, match="'tune'"):
        make_threshold_scorer("f1", thresholds="best")(fitted, x_test, y_test)


def test_scorers_of_labels_in_searches(digits):
    x, _, y, _, _ = digits
    x, y = x[:300], y[:300, :4]
    estimator = OneVsRestClassifier(LogisticRegression(C=0.01))
    scoring = {
        "best": make_threshold_scorer("f1"),
        "micro": make_threshold_scorer("f1", average="micro", thresholds=[0.3] * 4),
        "samples": make_threshold_scorer("f1", average="samples", thresholds=0.3),
        "lrap": make_threshold_scorer("lrap", thresholds=None),
        "exact": make_threshold_scorer("exact_match", thresholds=0.3),
    }
    found = cross_validate(estimator, x, y, cv=3, scoring=scoring, error_score="raise")
    fitted = clone(estimator).fit(x, y)
    taken = fitted.predict_proba(x) >= 0.3
    for average in ("micro", "samples"):
        expected = f1_score(y, taken, average=average, zero_division=0)
        assert scoring[average](fitted, x, y) == pytest.approx(expected, abs=1e-12)
    assert scoring["exact"](fitted, x, y) == (taken == y).all(axis=1).mean()
    assert all(np.isfinite(found[f"test_{name}"]).all() for name in scoring)
    grid = GridSearchCV(estimator, {"estimator__C": [0.001, 1]}, scoring=scoring["best"], cv=3)
    assert grid.fit(x, y).best_params_ == {"estimator__C": 1}


def test_scorers_of_classes():
    x, y = load_iris(return_X_y=True)
    fitted = GaussianNB().fit(x, y)
    plain = fitted.predict(x)
    expected = {
        "f1": macro_f1(y, plain),
        "accuracy": accuracy_score(y, plain),
        "balanced_accuracy": balanced_accuracy_score(y, plain),
        "mcc": matthews_corrcoef(y, plain),
        "auroc": roc_auc_score(y, fitted.predict_proba(x), multi_class="ovr"),
    }
    for name, value in expected.items():
        fixed = make_threshold_scorer(name, thresholds=None)(fitted, x, y)
        assert fixed == pytest.approx(value, abs=1e-12)
        if name != "auroc":
            assert make_threshold_scorer(name)(fitted, x, y) >= value - 1e-12
    costs = np.array([[0, 1, 1], [1, 0, 9], [1, 1, 0]])
    price = make_threshold_scorer("cost", thresholds=None, cost=costs)(fitted, x, y)
    assert price == -costs[y, plain].sum()
    offsets = make_threshold_scorer("f1", average="weighted", thresholds=[0, 0.2, 0])
    moved = (fitted.predict_proba(x) + np.array([0, 0.2, 0])).argmax(axis=1)
    assert offsets(fitted, x, y) == pytest.approx(f1_score(y, moved, average="weighted"))


def test_a_scorer_asks_for_weights(cancer):
    x, _, y, _ = cancer
    weights = np.arange(len(y)) % 3
    scorer = make_threshold_scorer("f1", thresholds=0.5)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = clone(scorer).set_score_request(sample_weight=True)
        plain = cross_val_score(GaussianNB(), x, y, cv=3, scoring=scorer)
        found = cross_val_score(
            GaussianNB().set_fit_request(sample_weight=False),
            x,
            y,
            cv=3,
            scoring=asking,
            params={"sample_weight": weights},
        )
    assert not np.array_equal(plain, found)


def test_the_example_does_what_it_says(pytestconfig):
    program = pytestconfig.rootpath / "examples" / "sklearn_traits.py"
    place = {**os.environ, "PYTHONPATH": str(pytestconfig.rootpath / "python")}
    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, env=place, check=True
    )
    values = [float(line.split()[-1]) for line in done.stdout.splitlines()[-4:]]
    tuned_here, tuned_on_others, at_half, tuned = values
    assert at_half + 0.3 < tuned and tuned_on_others < tuned_here


# ---- Text -----------------------------------------------------------------------------------


def test_goemotions_from_text(pytestconfig):
    """TF-IDF and a logistic regression a label: macro F1 on the test split, 0.28 at 0.5."""
    folder = pytestconfig.rootpath.parent / "shared" / "data" / "goemotions"
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist")
    texts, targets = {}, {}
    for split in ("train", "dev", "test"):
        lines = (folder / f"{split}.tsv").read_text(encoding="utf-8").splitlines()
        cells = [line.split("\t") for line in lines]
        texts[split] = [cell[0] for cell in cells]
        targets[split] = np.zeros((len(cells), 28), np.uint8)
        for row, cell in enumerate(cells):
            targets[split][row, [int(each) for each in cell[1].split(",")]] = 1
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression(C=4, max_iter=1000)),
    ).fit(texts["train"], targets["train"])
    tuner = ThresholdTuner(model, cv="prefit").fit(texts["dev"], targets["dev"])
    plain = macro_f1(targets["test"], model.predict(texts["test"]))
    tuned = macro_f1(targets["test"], tuner.predict(texts["test"]))
    assert plain == pytest.approx(0.28, abs=0.02) and tuned > plain + 0.15
    assert tuner.score_ == pytest.approx(0.49, abs=0.02)
