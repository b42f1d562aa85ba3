"""limen.tune, Search and Tally.tune, against every cut by NumPy and peers."""

import gc
import itertools
import math
import os
import pickle
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
import sklearn.metrics

import limen
from oracle import averaged, metric
from test_tune import ROOT

RULES = {"ge": np.greater_equal, "gt": np.greater}
LOW_IS_BEST = ("cost", "distance01")


def make(seed, rows=60, width=1, dtype=np.float32, digits=1, ties=True):
    """Scores that tie, and targets that follow them."""
    random = np.random.default_rng(seed)
    scores = random.random((rows, width))
    targets = (random.random((rows, width)) < scores * 0.8).astype(np.uint8)
    return (scores.round(digits) if ties else scores).astype(dtype), targets


def cells(taken, targets, weights=None):
    weights = np.ones(len(targets)) if weights is None else weights
    true = targets == 1
    return [float(weights[each].sum()) for each in
            (taken & true, taken & ~true, ~taken & ~true, ~taken & true)]  # fmt: skip


def cuts(scores, targets, weights=None):
    """(tp, fp, tn, fn) of every different decision, "none" and "all" among them."""
    values = [*np.unique(scores), np.inf]
    return [cells(scores >= value, targets, weights) for value in values]


def values_of(counts, objective, **options):
    name, _, parameter = objective.partition(":")
    if name == "fbeta":
        options["beta"] = float(parameter)
    if name == "net_benefit":
        options["pt"] = float(parameter)
    name = {"youden": "informedness"}.get(name, name)
    found = [metric(name, each, **options) for each in counts]
    sign = -1 if name in LOW_IS_BEST else 1
    return [-math.inf if value is None else sign * value for value in found]


def decided(thresholds, scores):
    return np.asarray(thresholds.apply(scores)).reshape(scores.shape).astype(bool)


@pytest.mark.parametrize(
    "objective",
    ["f1", "fbeta:2", "accuracy", "balanced_accuracy", "precision", "recall", "jaccard", "mcc",
     "kappa", "youden", "gmean", "fowlkes_mallows", "net_benefit:0.2", "distance01",
     "min_se_sp"],
)  # fmt: skip
@pytest.mark.parametrize("rule", RULES)
def test_every_objective_against_every_cut(objective, rule):
    for seed in range(6):
        scores, targets = make(seed, width=2)
        found = limen.tune(scores, targets, objective, rule=rule)
        taken = decided(found, scores)
        for label in range(2):
            best = max(values_of(cuts(scores[:, label], targets[:, label]), objective))
            here = values_of([cells(taken[:, label], targets[:, label])], objective)[0]
            assert here == pytest.approx(best, abs=1e-15)
            assert found.column("value")[label] == pytest.approx(abs(best), abs=1e-15)
            low, high = found.column("low")[label], found.column("high")[label]
            inside = {"ge": high, "gt": low}[rule]
            assert inside == found[label] and low <= high


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_and_layouts(dtype):
    scores, targets = make(1, width=3, dtype=dtype)
    found = limen.tune(scores, targets)
    assert found.dtype == np.dtype(dtype).name
    assert limen.tune(np.asfortranarray(scores), targets[::-1][::-1].astype(bool)) == found
    assert limen.tune(scores[:, 1], targets[:, 1]).values == found.values[1:2]
    assert limen.tune(scores.tolist(), targets.tolist()).value == found.value


def test_weights():
    scores, targets = make(2, width=1)
    weights = np.random.default_rng(3).random(len(scores)).round(2)
    found = limen.tune(scores[:, 0], targets[:, 0], "f1", weights=weights)
    best = max(values_of(cuts(scores[:, 0], targets[:, 0], weights), "f1"))
    assert found.value == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize(
    "cost",
    ["fp=1,fn=5", {"fp": 1, "fn": 5}, (0, 1, 0, 5), [[0, 1, 0, 5]], {"*": {"fp": 1, "fn": 5}}],
)
def test_costs(cost):
    scores, targets = make(4)
    found = limen.tune(scores[:, 0], targets[:, 0], "cost", cost=cost)
    least = -max(values_of(cuts(scores[:, 0], targets[:, 0]), "cost", cost=(0, 1, 0, 5)))
    assert found.value == least
    matrix = limen.tune(scores[:, 0], targets[:, 0], "cost", cost=[[0, 1], [5, 0]])
    assert matrix == found


@pytest.mark.parametrize(
    "cost",
    [
        {"fp": [1, 1, 2], "fn": [5, 1, 1]},
        "fp=1, fn=1, 0:fn=5, 2:fp=2",
        {"0": {"fp": 1, "fn": 5}, "2": {"fp": 2, "fn": 1}, "*": {"fp": 1, "fn": 1}},
        np.array([[0, 1, 0, 5], [0, 1, 0, 1], [0, 2, 0, 1]]),
    ],
)
def test_costs_a_label(cost):
    scores, targets = make(5, width=3)
    found = limen.tune(scores, targets, "cost", cost=cost)
    for label, prices in enumerate([(0, 1, 0, 5), (0, 1, 0, 1), (0, 2, 0, 1)]):
        counts = cuts(scores[:, label], targets[:, label])
        assert found.column("value")[label] == -max(values_of(counts, "cost", cost=prices))


def test_requirements_against_every_cut():
    for seed in range(8):
        scores, targets = make(seed, width=2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = limen.tune(scores, targets, "recall", require="precision>=0.7,1:fpr<=0.3")
        for label in range(2):
            allowed = [
                each
                for each in cuts(scores[:, label], targets[:, label])
                if (metric("precision", each) or 0) >= 0.7
                and (label == 0 or metric("fpr", each) <= 0.3)
            ]
            best = max(values_of(allowed, "recall"), default=None)
            if best is None:
                assert found.column("status")[label] == "infeasible" and not found.feasible
            else:
                assert found.column("value")[label] == best


def test_ways_to_write_requirements():
    scores, targets = make(7, rows=200, width=2)
    labels = ["joy", "a:b"]
    same = [
        "precision>=0.7,predicted_rate<=0.5,a:b:recall>=0.4",
        ["precision >= 0.7", "predicted_rate<=0.5", "a:b:recall>=0.4"],
        {"precision": 0.7, "predicted_rate": "<=0.5", "a:b:recall": 0.4},
        {"precision": ">=0.7", "predicted_rate": "<=0.5", "a:b": {"recall": ">=0.4"}},
    ]
    found = [limen.tune(scores, targets, require=each, labels=labels).report for each in same]
    assert all(each == found[0] for each in found[1:])
    ceiling = limen.tune(scores, targets, "recall", require={"fpr": 0.1})
    assert ceiling == limen.tune(scores, targets, "recall", require="fpr<=0.1")
    both = limen.tune(scores, targets, require={"predicted_rate": (">=0.2", "<=0.4")})
    assert both == limen.tune(scores, targets, require="predicted_rate>=0.2,predicted_rate<=0.4")


def test_infeasible_warns():
    with pytest.warns(UserWarning, match="cannot be met"):
        found = limen.tune([0.9, 0.8, 0.7], [0, 1, 0], require="precision>=0.9")
    assert not found.feasible and found.column("status") == ("infeasible",)


def test_micro_and_global_against_all_combinations():
    for seed in range(4):
        scores, targets = make(seed, rows=14, width=3)
        sums = [
            np.sum(each, axis=0)
            for each in itertools.product(
                *(cuts(scores[:, label], targets[:, label]) for label in range(3))
            )
        ]
        joint = limen.tune(scores, targets, scope="micro")
        assert joint.value == max(values_of(sums, "f1"))
        one = limen.tune(scores, targets, scope="global")
        assert len(set(one.values)) == 1
        assert one.value == max(values_of(cuts(scores.ravel(), targets.ravel()), "f1"))


@pytest.mark.parametrize("scope", ["micro", "global"])
@pytest.mark.parametrize("keep", ["scores", "histogram"])
def test_what_is_said_of_the_best_under_conditions(scope, keep):
    """Conditions that favour either side, costs that reward errors, bins with several scores: the
    gap covers the best choice, "optimal" and "infeasible" are true."""
    random = np.random.default_rng(31)
    names = ["precision", "recall", "f1", "gmean", "predicted_rate", "kappa", "fdr", "npv"]
    said = set()
    for seed in range(150):
        scores, targets = make(seed, rows=7, width=2, digits=2)
        costs = [int(cost) for cost in random.integers(-1, 5, 4)]
        objective = str(random.choice(["f1", "accuracy", "mcc", "precision", "cost"]))
        options = {"cost": costs} if objective == "cost" else {}
        conditions = [
            (str(random.choice(names)), str(random.choice([">=", "<="])), random.integers(5) / 4)
            for _ in range(random.integers(3))
        ]
        pooled = [
            np.sum(each, axis=0)
            for each in itertools.product(*(cuts(scores[:, k], targets[:, k]) for k in range(2)))
        ]
        if scope == "global":
            pooled = cuts(scores.ravel(), targets.ravel())
        for name, sense, bound in conditions:
            rates = [metric(name, each) for each in pooled]
            pooled = [
                each
                for each, rate in zip(pooled, rates, strict=True)
                if rate is not None and (rate >= bound if sense == ">=" else rate <= bound)
            ]
        best = max(values_of(pooled, objective, **options), default=-math.inf)
        tally = limen.Tally("multilabel", 2, keep=keep, bins=8)
        tally.update(scores, targets)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = tally.tune(
                objective, scope=scope, require=[f"{a}{b}{c}" for a, b, c in conditions], **options
            )
        status, gap = found.report.get("status", "optimal"), found.report["gap"]
        said.add(status)
        if not found.feasible:
            assert status in ("infeasible", "undetermined")
            assert status == "undetermined" or not pooled
        elif best > -math.inf:
            value = found.value * (-1 if objective == "cost" else 1)
            assert value <= best + 1e-12
            assert gap is None or value + gap >= best - 1e-12
            assert status != "optimal" or value == pytest.approx(best, abs=1e-12)
    assert {"optimal", "infeasible"} < said


@pytest.mark.parametrize("scope", ["macro", "weighted"])
def test_means(scope):
    scores, targets = make(3, width=3)
    found = limen.tune(scores, targets, scope=scope)
    counts = np.array(
        [cells(taken, target) for taken, target in zip(decided(found, scores).T, targets.T,
                                                       strict=True)]
    )  # fmt: skip
    assert found.value == pytest.approx(averaged("f1", counts, scope)[0], abs=1e-15)


def f1s(taken, targets, average):
    counts = np.array([cells(a, b) for a, b in zip(taken.T == 1, targets.T, strict=True)])
    return averaged("f1", counts, average)[0]


def test_top_labels_of_each_row_against_every_number():
    scores, targets = make(21, rows=80, width=5)
    found = limen.tune(scores, targets, scope="rcut")
    order = np.argsort(-scores, axis=1, kind="stable")
    values = []
    for top in range(1, 6):
        taken = np.zeros_like(targets)
        np.put_along_axis(taken, order[:, :top], 1, axis=1)
        fixed = limen.tune(scores, targets, scope="rcut", parameter=top)
        np.testing.assert_array_equal(np.asarray(fixed.apply(scores)), taken)
        values.append(f1s(taken, targets, "macro"))
        assert fixed.value == pytest.approx(values[-1], abs=1e-12)
        again = limen.evaluate(scores, targets, fixed)["averages"]["macro"]["f1"]
        assert again == pytest.approx(values[-1], abs=1e-12)
    assert found.row_rule == {"top_labels": 1 + int(np.argmax(values))}
    assert found.value == pytest.approx(max(values), abs=1e-12)
    with pytest.raises(ValueError, match="top_labels"):
        _ = found.values
    assert pickle.loads(pickle.dumps(found)) == found


def test_one_threshold_for_the_macro_mean():
    for seed in range(4):
        scores, targets = make(seed, rows=40, width=3)
        found = limen.tune(scores, targets, scope="global", average="macro")
        steps = [*np.unique(scores), np.inf]
        best = max(f1s(scores >= step, targets, "macro") for step in steps)
        assert found.value == pytest.approx(best, abs=1e-12) and len(set(found.values)) == 1


def test_samples_is_a_local_optimum_with_the_value_it_says():
    scores, targets = make(23, rows=60, width=3)
    found = limen.tune(scores, targets, scope="samples")
    assert found.report["status"] == "local"
    report = limen.evaluate(scores, targets, found)
    assert report["averages"]["samples"]["f1"] == pytest.approx(found.value, abs=1e-12)
    apart = limen.evaluate(scores, targets, limen.tune(scores, targets))
    assert found.value >= apart["averages"]["samples"]["f1"] - 1e-12
    for label in range(3):  # no single threshold can be moved to a better place
        for value in [*np.unique(scores[:, label]), np.inf]:
            moved = [*found.values]
            moved[label] = value
            there = limen.evaluate(scores, targets, np.float32(moved))
            assert there["averages"]["samples"]["f1"] <= found.value + 1e-12


def test_floors_and_prevalence():
    scores, targets = make(24, width=3)
    best = limen.tune(scores, targets)
    floor = float(np.median(best.column("value")))
    found = limen.tune(scores, targets, scope="fbr", parameter=floor)
    for label, value in enumerate(best.column("value")):
        assert found[label] == (best[label] if value >= floor else math.inf)
    share = limen.tune(scores, targets, scope="pcut", parameter=1)
    predicted = decided(share, scores).sum(axis=0)
    for label, support in enumerate(targets.sum(axis=0)):
        counts = [(scores[:, label] >= cut).sum() for cut in [*np.unique(scores), np.inf]]
        assert abs(predicted[label] - support) == min(abs(count - support) for count in counts)


# ---- Many classes ---------------------------------------------------------------------------


def classes(seed, rows=60, width=3):
    random = np.random.default_rng(seed)
    scores = random.dirichlet(np.ones(width), rows)
    return scores, np.array([random.choice(width, p=row) for row in scores])


@pytest.mark.parametrize("objective", ["f1", "accuracy", "balanced_accuracy", "mcc"])
def test_offsets_against_a_grid(objective):
    """A local optimum by its word; on three classes it is never below a fine grid of offsets."""
    for seed in range(3):
        scores, targets = classes(seed)
        found = limen.tune(scores, targets, objective)
        report = limen.evaluate(scores, targets, found)
        value = report["averages"]["macro"]["f1"] if objective == "f1" else report["metrics"][
            objective]  # fmt: skip
        assert value == pytest.approx(found.value, abs=1e-12) and found[0] == 0
        taken = (scores + np.array(found.values)).argmax(axis=1)
        np.testing.assert_array_equal(np.asarray(found.apply(scores)), taken)
        score = {
            "f1": lambda y, p: sklearn.metrics.f1_score(y, p, average="macro", zero_division=0),
            "accuracy": sklearn.metrics.accuracy_score,
            "balanced_accuracy": sklearn.metrics.balanced_accuracy_score,
            "mcc": sklearn.metrics.matthews_corrcoef,
        }[objective]
        steps = np.linspace(-0.6, 0.6, 9)
        grid = max(
            score(targets, (scores + np.array([0, a, b])).argmax(axis=1))
            for a, b in itertools.product(steps, steps)
        )
        assert found.value >= grid - 1e-12


def test_a_cost_matrix(tmp_path):
    scores, targets = classes(5, width=4)
    costs = np.random.default_rng(5).random((4, 4)).round(2)
    np.fill_diagonal(costs, 0)
    found = limen.tune(scores, targets, "cost", cost=costs, labels=["a", "b", "c", "d"])
    taken = (scores @ costs).argmin(axis=1)
    np.testing.assert_array_equal(np.asarray(found.apply(scores)), taken)
    assert found.value == pytest.approx(costs[targets, taken].sum())
    found.save(tmp_path / "cost.json")
    again = limen.Thresholds.load(tmp_path / "cost.json")
    assert again == found
    swapped = again.for_data(4, labels=["b", "a", "c", "d"])
    swap = [1, 0, 2, 3]
    np.testing.assert_array_equal(np.asarray(swapped.apply(scores[:, swap])), np.array(swap)[taken])
    confusion = limen.evaluate(scores, targets, found)["confusion"]
    np.testing.assert_array_equal(confusion, sklearn.metrics.confusion_matrix(targets, taken))
    with pytest.raises(ValueError, match="cost_matrix"):
        limen.Tally("multiclass", 4, found.values)


def test_ties_plateau_and_midpoint():
    scores, targets = [0.1, 0.2, 0.8, 0.9], [0, 1, 0, 1]
    highest = limen.tune(scores, targets, "accuracy", plateau=True)
    lowest = limen.tune(scores, targets, "accuracy", ties="lowest")
    assert highest.values == (0.9,) and lowest.values == (0.2,)
    plateau = highest.report["labels"][0]["plateau"]
    assert [each["threshold"] for each in plateau] == [0.9, 0.2]
    assert limen.tune(scores, targets, "accuracy", at="midpoint")[0] == pytest.approx(0.85)


def test_missing_classes():
    none = limen.tune([0.1, 0.9], [0, 0])
    assert none.column("status") == ("no_positives",) and none.values == (math.inf,)
    assert none.value == 0.0
    skipped = limen.tune([0.1, 0.9], [0, 0], zero_division="skip")
    assert skipped.value is None and skipped.column("value") == (None,)


# ---- The forms of the search ----------------------------------------------------------------


def test_search_by_batches_is_the_search_of_all():
    scores, targets = make(9, rows=5000, width=4, digits=3)
    whole = limen.tune(scores, targets, scope="micro")
    parts = [(scores[i : i + 700], targets[i : i + 700]) for i in range(0, 5000, 700)]
    search = limen.Search("multilabel", 4, scope="micro")
    assert search.run(parts).report == whole.report
    assert limen.Search("multilabel", 4, scope="micro").run(lambda: iter(parts)) == whole
    tally = limen.Tally("multilabel", 4, keep="scores")
    for part in parts:
        tally.update(*part)
    assert tally.tune(scope="micro").report == whole.report
    with pytest.raises(TypeError, match="a function that makes one"):
        limen.Search("multilabel", 4).run(iter(parts))


@pytest.mark.parametrize("require", ["precision>=0.1", "0:fpr>=0.3", "1:recall<=0.5,npv>=0.3"])
def test_search_of_joint_choices_under_conditions(require):
    for seed in range(12):
        scores, targets = make(seed, rows=2000, width=2, ties=False)
        tally = limen.Tally("multilabel", 2, keep="scores")
        tally.update(scores, targets)
        options = {"objective": "fbeta:2", "scope": "micro", "require": require}
        assert limen.tune(scores, targets, **options).report == tally.tune(**options).report
        bins = limen.Tally("multilabel", 2, keep="histogram", bins=64)
        bins.update(scores, targets)
        rough = bins.tune(**options)
        assert rough.feasible
        assert rough.value <= tally.tune(**options).value <= rough.value + rough.report["gap"]


def test_search_with_weights_and_masks():
    scores, targets = make(26, rows=900, width=2)
    weights = np.random.default_rng(1).random(900).round(1)
    targets = targets.astype(np.int16)
    targets[::7, 1] = -1
    whole = limen.tune(scores, targets, weights=weights, ignore_index=-1)
    parts = [(scores[i : i + 100], targets[i : i + 100], weights[i : i + 100])
             for i in range(0, 900, 100)]  # fmt: skip
    search = limen.Search("multilabel", 2, weighted=True, ignore_index=-1)
    assert search.run(parts).values == whole.values
    kept = targets[:, 1] >= 0
    alone = limen.tune(scores[kept, 1], targets[kept, 1], weights=weights[kept])
    assert whole[1] == alone[0] and whole.column("value")[1] == pytest.approx(alone.value)


def test_search_refuses():
    search = limen.Search("binary")
    search.update([0.1, 0.9], [0, 1])
    with pytest.raises(limen.Error) as caught:
        search.result()
    assert caught.value.code == "LIMEN_ERR_ARGUMENT"
    if search.next_pass():
        search.update([0.1, 0.9], [0, 1])
        assert search.next_pass() is False
    assert search.result().values == (0.9,)
    other = limen.Search("binary")
    other.update([0.1, 0.9], [0, 1])
    with pytest.raises(limen.Error) as caught:
        other.update([0.5, 0.5, np.nan], [0, 1, 1])
    assert (caught.value.row, caught.value.column) == (4, 0)


def test_one_search_a_thread():
    scores, targets = make(0, rows=400_000, ties=False)
    search, refused = limen.Search("binary"), []

    def work():
        for _ in range(3):
            try:
                search.update(scores[:, 0], targets[:, 0])
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all("another thread" in each for each in refused)


def test_a_tally_says_what_it_is():
    assert repr(limen.Tally("multilabel", 3)) == "<limen.Tally multilabel: 3 labels, 0 samples>"
    named = limen.Tally("binary", keep="scores")
    named.update([0.2, 0.8], [0, 1])
    named.labels = ["spam"]
    assert named.tune(require="spam:recall>=0.5").labels == ("spam",)


def test_histogram_gap_is_honest():
    scores, targets = make(11, rows=4000, ties=False)
    tally = limen.Tally("binary", keep="histogram", bins=64)
    tally.update(scores[:, 0], targets[:, 0])
    rough, exact = tally.tune(), limen.tune(scores[:, 0], targets[:, 0])
    assert rough.value <= exact.value <= rough.value + rough.report["gap"]
    with pytest.raises(limen.Error, match="scores"):
        limen.Tally("binary").tune()


# ---- Refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"objective": "f2"}, limen.Error, "f2"),
        ({"objective": 3}, TypeError, "objective"),
        ({"scope": "micor"}, ValueError, "'micro'"),
        ({"rule": "lt"}, ValueError, "'ge', 'gt'"),
        ({"at": "middle"}, ValueError, "midpoint"),
        ({"ties": "first"}, ValueError, "highest"),
        ({"require": "precision"}, ValueError, "precision>=0.9"),
        ({"require": "precision>=x"}, ValueError, "precision>=0.9"),
        ({"require": "sorrow:precision>=1"}, ValueError, "'sorrow'"),
        ({"require": "wisdom>=1"}, limen.Error, "wisdom"),
        ({"require": {"predicted_rate": 0.5}}, ValueError, "'>=' or '<='"),
        ({"cost": {"fp": 1}}, ValueError, "objective='cost'"),
        ({"objective": "cost", "cost": {"xp": 1}}, ValueError, "'xp'"),
        ({"objective": "cost", "cost": "fp=1,fm=2"}, ValueError, "'fm=2'"),
        ({"objective": "cost", "cost": "7:fp=1"}, ValueError, "label '7'"),
        ({"objective": "cost", "cost": {"fp": [1, 2, 3]}}, ValueError, "3 values for 2"),
        ({"objective": "cost", "cost": [1, 2, 3]}, ValueError, "shape"),
        ({"objective": "cost", "cost": {"0": {"fp": 1}}}, ValueError, "leaves out label 1"),
        ({"objective": "cost", "cost": {"fp": math.nan}}, limen.Error, "finite"),
        ({"labels": ["one"]}, ValueError, "1 names for 2 labels"),
        ({"restarts": -1}, limen.Error, "restarts"),
        ({"scope": "fbr"}, ValueError, "floor"),
        ({"zero_division": 2}, ValueError, "zero_division"),
        ({"weights": [1.0]}, limen.Error, "weights"),
    ],
)
def test_what_is_refused(options, error, said):
    scores, targets = make(0, width=2)
    with pytest.raises(error, match=said):
        limen.tune(scores, targets, **options)


def test_place_of_bad_data():
    scores, targets = make(0, width=2)
    scores[3, 1] = np.nan
    with pytest.raises(limen.Error, match=r"scores\[3, 1\]") as caught:
        limen.tune(scores, targets)
    assert (caught.value.row, caught.value.column) == (3, 1)
    assert limen.tune(scores, targets, nan="negative").feasible
    targets = targets.copy()
    targets[5, 0] = 7
    with pytest.raises(limen.Error, match=r"targets\[5, 0\]"):
        limen.tune(scores, targets, nan="negative")
    masked = limen.tune(scores, targets, nan="negative", ignore_index=7)
    kept = np.delete(np.arange(len(scores)), 5)
    assert masked[0] == limen.tune(scores[kept, 0], targets[kept, 0])[0]


# ---- Memory -------------------------------------------------------------------------------------


def test_no_call_leaks(tmp_path):
    scores, targets = make(25, rows=50, width=2)
    tally = limen.Tally("multilabel", 2, keep=("scores", "calibration"))
    tally.update(scores, targets)
    path = tmp_path / "t.json"
    tally.tune().save(path)

    def use_everything():
        found = tally.tune("cost", cost={"fp": [1, 2], "fn": 3}, require="recall>=0.1",
                           labels=["a", "b"], plateau=True)  # fmt: skip
        found.apply(scores), limen._core.check_thresholds(path)
        tally.curve("pr", 0, points=5), tally.reliability(1)
        limen._core.apply(scores, task="multilabel", width=2, top_labels=1)
        search = limen.Search("multilabel", 2)
        for call in (
            search.result,
            lambda: search.update(scores, targets[:3]),
            lambda: search.update(scores),
            lambda: search.next_pass(1),
            lambda: tally.tune("f1", cost={"fp": 1}),
            lambda: tally.tune("f2", labels=["a", "b"]),
            lambda: tally.tune(require="f1>=nan"),
            lambda: tally.tune_result(constraints=[("f1", ">=", 0.5, 7)]),
            lambda: tally.tune_result(constraints=[("f1", ">", 0.5, 0)]),
            lambda: tally.tune_result(constraints=["f1"]),
            lambda: tally.tune_result(costs=[1, 2, 3]),
            lambda: tally.tune_result(labels=["a"]),
            lambda: tally.tune_result(seed="x"),
            lambda: limen._core.check_thresholds(tmp_path / "none.json"),
            lambda: limen._core.write_text(tmp_path / "none" / "t.json", "x"),
            lambda: limen._core.write_text(path),
            lambda: tally.curve("pr", 9),
            lambda: tally.reliability(9),
            lambda: limen._core.apply(scores, task="multilabel", width=2, top_labels=3),
            lambda: limen.Search("binary", objective="f1", rule="x"),
        ):
            with pytest.raises((ValueError, TypeError)):
                call()

    for _ in range(150):  # until the interpreter has grown what it keeps
        use_everything()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(250):
        use_everything()
    gc.collect()
    assert sys.getallocatedblocks() - before < 240


def test_import_stays_light():
    code = "import sys, limen; sys.exit(any(m in sys.modules for m in ('numpy', 'pandas')))"
    place = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    assert subprocess.run([sys.executable, "-c", code], env=place, check=False).returncode == 0
