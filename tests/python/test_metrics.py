"""Every metric of counts, classes, samples and groups against its definition and scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

import oracle
from cases import cases
from limen_ctypes import (
    BINARY,
    CONFUSION,
    COUNTS,
    MULTICLASS,
    MULTILABEL,
    SAMPLES,
    Tally,
    metrics,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")

TOLERANCE = 1e-12
POLICIES = st.sampled_from(["zero", "one", "nan", "skip"])
SKLEARN_ZERO = {"zero": 0.0, "one": 1.0, "skip": np.nan}


def close(got, expected, where):
    if math.isnan(expected):
        assert math.isnan(got), where
    else:
        assert math.isclose(got, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE), (
            where,
            got,
            expected,
        )


def tally_of_counts(cells):
    """A multilabel tally with given whole counts a label: decisions and targets made to order."""
    rows = int(cells.sum(axis=1).max(initial=0))
    decided, targets = np.zeros((2, rows, len(cells)), dtype=np.int8)
    targets[:] = -1
    for label, (tp, fp, tn, fn) in enumerate(cells.astype(int)):
        column = [(1, 1)] * tp + [(1, 0)] * fp + [(0, 0)] * tn + [(0, 1)] * fn
        for row, (d, t) in enumerate(column):
            decided[row, label], targets[row, label] = d, t
    return Tally(MULTILABEL, len(cells), ignore_index=-1).update(decided, targets)


COUNT_CELLS = st.lists(
    st.tuples(*[st.sampled_from([0, 0, 1, 2, 5, 17])] * 4), min_size=1, max_size=8
).map(lambda cells: np.array(cells, dtype=float))


def test_the_oracle_knows_every_metric_of_counts():
    table = {row["name"] for row in metrics() if row["states"] & COUNTS and row["averages"] & 8}
    assert table == set(oracle.COUNT_METRICS)


@given(COUNT_CELLS, POLICIES, st.floats(0.1, 4), st.floats(0.05, 0.95))
def test_every_count_metric_and_average(cells, policy, beta, pt):
    tally = tally_of_counts(cells)
    np.testing.assert_array_equal(tally.counts(), cells)
    cost = (-1.0, 2.0, 0.5, 10.0)
    options = {"beta": beta, "pt": pt, "cost": cost}
    for name in oracle.COUNT_METRICS:
        got, defined = tally.values(name, "none", zero_division=policy, **options)
        for label, cell in enumerate(cells):
            expected = oracle.metric(name, cell, **options)
            assert defined[label] == (expected is not None), (name, cell)
            close(got[label], oracle.FILL[policy] if expected is None else expected, (name, cell))
        for kind in ["micro", "macro", "weighted"]:
            got, defined = tally.values(name, kind, zero_division=policy, **options)
            expected, known = oracle.averaged(name, cells, kind, policy, **options)
            assert defined[0] == known, (name, kind)
            close(got[0], expected, (name, kind))


def decisions_and_targets(rng, width):
    rows = int(rng.integers(1, 80))
    rates = rng.choice([0.0, 0.1, 0.5, 1.0], (2, 1, width))
    decided, targets = rng.random((2, rows, width)) < rates
    return decided, targets


@given(
    st.integers(0, 2**32 - 1), st.integers(2, 9), st.booleans(), st.sampled_from([*SKLEARN_ZERO])
)
def test_multilabel_averages_of_scikit_learn(seed, width, weighted, policy):
    rng = np.random.default_rng(seed)
    decided, targets = decisions_and_targets(rng, width)
    weights = rng.random((len(targets), 1)) if weighted else None
    row_weights = None if weights is None else weights[:, 0]
    beta = float(rng.uniform(0.2, 3))
    tally = Tally(MULTILABEL, width, COUNTS | SAMPLES, weighted=int(weighted), beta=beta).update(
        decided, targets, weights
    )
    plain = Tally(MULTILABEL, width, COUNTS | SAMPLES, weighted=int(weighted))
    plain.update(decided, targets, weights)
    zero = SKLEARN_ZERO[policy]
    kinds = ["micro", "macro", "weighted", "samples"]
    if not targets.any():
        # Weights that are all 0 are 0/0 to us; scikit-learn takes the plain mean.
        kinds.remove("weighted")
        assert not tally.values("precision", "weighted")[1][0]
    for kind in kinds:
        peer = sk.precision_recall_fscore_support(
            targets, decided, beta=beta, average=kind, sample_weight=row_weights,
            zero_division=zero,
        )  # fmt: skip
        for name, expected in zip(["precision", "recall", "fbeta"], peer[:3], strict=True):
            got = tally.value(name, kind, zero_division=policy, beta=beta)
            close(got, expected, (name, kind))
        expected = sk.f1_score(
            targets, decided, average=kind, sample_weight=row_weights, zero_division=zero
        )
        close(plain.value("f1", kind, zero_division=policy), expected, ("f1", kind))
        if policy != "skip":  # scikit-learn's jaccard_score knows 0 and 1 alone
            expected = sk.jaccard_score(
                targets, decided, average=kind, sample_weight=row_weights, zero_division=zero
            )
            close(tally.value("jaccard", kind, zero_division=policy), expected, ("jaccard", kind))
    expected = sk.precision_recall_fscore_support(
        targets, decided, average=None, sample_weight=row_weights, zero_division=zero
    )
    for name, values in zip(["precision", "recall", "f1", "support"], expected, strict=True):
        got = tally.values(name, "none", zero_division=policy)[0]
        np.testing.assert_allclose(got, values, rtol=TOLERANCE, atol=TOLERANCE)
    for got, expected in [
        (
            tally.value("hamming_loss", "whole"),
            sk.hamming_loss(targets, decided, sample_weight=row_weights),
        ),
        (
            tally.value("exact_match", "whole"),
            sk.accuracy_score(targets, decided, sample_weight=row_weights),
        ),
        (
            1 - tally.value("exact_match", "whole"),
            sk.zero_one_loss(targets, decided, sample_weight=row_weights),
        ),
    ]:
        close(got, expected, seed)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_binary_of_scikit_learn(seed, weighted):
    rng = np.random.default_rng(seed)
    decided, targets = decisions_and_targets(rng, 1)
    weights = rng.random((len(targets), 1)) if weighted else None
    w = None if weights is None else weights[:, 0]
    tally = Tally(BINARY, 1, weighted=int(weighted)).update(decided, targets, weights)
    y, d = targets[:, 0], decided[:, 0]
    report = tally.compute(metrics=oracle.COUNT_METRICS, zero_division="skip")["metrics"]
    zero = tally.compute(metrics=oracle.COUNT_METRICS)["metrics"]
    close(zero["accuracy"], sk.accuracy_score(y, d, sample_weight=w), seed)
    close(zero["hamming_loss"], sk.hamming_loss(y, d, sample_weight=w), seed)
    close(zero["precision"], sk.precision_score(y, d, sample_weight=w, zero_division=0), seed)
    close(zero["recall"], sk.recall_score(y, d, sample_weight=w, zero_division=0), seed)
    close(zero["f1"], sk.f1_score(y, d, sample_weight=w, zero_division=0), seed)
    close(zero["jaccard"], sk.jaccard_score(y, d, sample_weight=w, zero_division=0), seed)
    if 0 < y.mean() < 1:
        close(report["balanced_accuracy"], sk.balanced_accuracy_score(y, d, sample_weight=w), seed)
        plus, minus = sk.class_likelihood_ratios(
            y, d, labels=[0, 1], sample_weight=w, replace_undefined_by=np.nan
        )
        close(report["lr_plus"], plus, seed)
        close(report["lr_minus"], minus, seed)
        if 0 < d.mean() < 1:
            close(report["mcc"], sk.matthews_corrcoef(y, d, sample_weight=w), seed)
    if len(np.unique(np.r_[y, d])) == 2:
        close(report["kappa"], sk.cohen_kappa_score(y, d, sample_weight=w), seed)


@given(
    st.integers(0, 2**32 - 1), st.integers(2, 8), st.booleans(), st.sampled_from([*SKLEARN_ZERO])
)
def test_multiclass_of_scikit_learn(seed, classes, weighted, policy):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(2, 100))
    present = rng.choice(classes, int(rng.integers(1, classes + 1)), replace=False)
    targets, predicted = rng.choice(present, rows), rng.integers(0, classes, rows)
    weights = rng.random((rows, 1)) if weighted else None
    w = None if weights is None else weights[:, 0]
    tally = Tally(MULTICLASS, classes, COUNTS | CONFUSION, weighted=int(weighted))
    tally.update(predicted, targets, weights)
    zero = SKLEARN_ZERO[policy]
    for kind in ["micro", "macro", "weighted"]:
        peer = sk.precision_recall_fscore_support(
            targets, predicted, labels=range(classes), average=kind, sample_weight=w,
            zero_division=zero,
        )  # fmt: skip
        for name, expected in zip(["precision", "recall", "f1"], peer[:3], strict=True):
            close(tally.value(name, kind, zero_division=policy), expected, (name, kind))
        if policy != "skip":
            expected = sk.jaccard_score(
                targets, predicted, labels=range(classes), average=kind, sample_weight=w,
                zero_division=zero,
            )  # fmt: skip
            close(tally.value("jaccard", kind, zero_division=policy), expected, kind)
    close(
        tally.value("accuracy", "whole"), sk.accuracy_score(targets, predicted, sample_weight=w), 0
    )
    close(
        tally.value("hamming_loss", "whole"),
        sk.hamming_loss(targets, predicted, sample_weight=w),
        "hamming_loss",
    )
    matrix = sk.confusion_matrix(targets, predicted, labels=range(classes), sample_weight=w)
    support = matrix.sum(axis=1)
    recalls = np.diag(matrix)[support > 0] / support[support > 0]
    close(tally.value("balanced_accuracy", "whole"), recalls.mean(), "balanced_accuracy")
    if len(np.unique(targets)) > 1 and len(np.unique(predicted)) > 1:
        expected = sk.matthews_corrcoef(targets, predicted, sample_weight=w)
        close(tally.value("mcc", "whole"), expected, "mcc")
        for kind in [None, "linear", "quadratic"]:
            expected = sk.cohen_kappa_score(
                targets, predicted, labels=range(classes), weights=kind, sample_weight=w
            )
            close(tally.value("kappa", "whole", kappa_weights=kind), expected, kind)
    for kind in [None, "true", "pred", "all"]:
        report = tally.compute(normalize=kind)
        expected = sk.confusion_matrix(
            targets, predicted, labels=range(classes), sample_weight=w, normalize=kind
        )
        np.testing.assert_allclose(report["confusion"], expected, rtol=TOLERANCE, atol=TOLERANCE)


@given(st.integers(0, 2**32 - 1), st.integers(3, 9), st.integers(1, 3))
def test_top_k_accuracy_of_scikit_learn(seed, classes, k):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 50))
    scores, targets = rng.random((rows, classes)), rng.integers(0, classes, rows)
    tally = Tally(MULTICLASS, classes, top_k=k).update(scores, targets)
    expected = sk.top_k_accuracy_score(targets, scores, k=k, labels=range(classes))
    close(tally.value("top_k_accuracy", "whole"), expected, seed)
    close(tally.value("accuracy", "whole"), expected, seed)
    assert tally.compute().get("top_k", 1) == k


@given(cases(widths=(2, 3, 28)), POLICIES, st.floats(0.3, 3))
def test_samples_averages(case, policy, beta):
    tally = Tally(
        MULTILABEL,
        case.width,
        COUNTS | SAMPLES,
        thresholds=case.thresholds[0],
        rule=case.rule,
        weighted=int(case.weights is not None),
        ignore_index=case.ignore,
        beta=beta,
    ).update(case.scores, case.targets, case.weights)
    rows, weights = oracle.sample_metrics(
        case.decisions(0), case.targets.astype(int), beta, case.row_weights(), case.ignore
    )
    for name in ["precision", "recall", "fbeta", "jaccard", "accuracy", "hamming_loss"]:
        got, defined = tally.values(name, "samples", zero_division=policy, beta=beta)
        expected, known = oracle.average(rows[name], weights, policy)
        assert defined[0] == known, name
        close(got[0], expected, name)
    got, defined = tally.values("exact_match", "whole", zero_division=policy)
    expected, known = oracle.average(rows["exact_match"], weights, policy)
    assert defined[0] == known
    close(got[0], expected, "exact_match")


@given(cases(widths=(1, 3, 28)))
def test_group_rates(case):
    if case.group_count == 0:
        return
    tally = case.filled(COUNTS)
    cells = [case.oracle_counts(0, group) for group in range(case.group_count)]
    for prefix, name in [
        ("demographic_parity", "predicted_rate"),
        ("equal_opportunity", "recall"),
        ("fpr", "fpr"),
    ]:
        difference, difference_defined = tally.values(f"{prefix}_difference", "none")
        share, share_defined = tally.values(f"{prefix}_ratio", "none")
        for label in range(case.width):
            rates = [oracle.metric(name, cell[label]) for cell in cells]
            rates = [rate for rate in rates if rate is not None]
            assert difference_defined[label] == bool(rates)
            assert share_defined[label] == any(rates)
            if rates:
                close(difference[label], max(rates) - min(rates), prefix)
            if any(rates):
                close(share[label], min(rates) / max(rates), prefix)
    for group, expected in enumerate(cells):
        got = tally.values("recall", "none", group=group, zero_division="nan")[0]
        for label in range(case.width):
            value = oracle.metric("recall", expected[label])
            close(got[label], math.nan if value is None else value, label)


@given(cases(widths=(1, 3, 28)), POLICIES)
def test_the_report_has_the_values_of_single_forms(case, policy):
    states = COUNTS if case.width == 1 else COUNTS | SAMPLES
    tally = case.filled(states)
    report = tally.compute(zero_division=policy)
    sets = report.get("sets", [report])
    assert len(sets) == len(case.thresholds)
    for index, part in enumerate(sets):
        counts = tally.counts(index, -1)
        for label, entry in enumerate(part["labels"]):
            assert [entry[name] for name in ("tp", "fp", "tn", "fn")] == list(counts[label])
            for name in ("precision", "recall", "f1"):
                values, defined = tally.values(name, "none", index, zero_division=policy)
                np.testing.assert_equal(entry[name], values[label])
                assert (name in entry.get("undefined", [])) == (not defined[label])
        for kind, entry in part.get("averages", {}).items():
            for name in ("precision", "recall", "f1"):
                value = tally.value(name, kind, set=index, zero_division=policy)
                np.testing.assert_equal(entry[name], value)


@pytest.mark.parametrize(
    ("split", "micro", "macro", "weighted"),
    [("dev", 0.448007, 0.292757, 0.405218), ("test", 0.452307, 0.281130, 0.409311)],
)
def test_goemotions_at_one_half(goemotions, split, micro, macro, weighted):
    scores, targets = goemotions[split]
    report = Tally(MULTILABEL, 28, COUNTS | SAMPLES).update(scores, targets).compute()
    averages = report["averages"]
    assert round(averages["micro"]["f1"], 6) == micro
    assert round(averages["macro"]["f1"], 6) == macro
    assert round(averages["weighted"]["f1"], 6) == weighted
    decided = scores >= 0.5
    close(
        averages["samples"]["f1"],
        sk.f1_score(targets, decided, average="samples", zero_division=0),
        "samples",
    )
    close(report["metrics"]["exact_match"], sk.accuracy_score(targets, decided), "exact_match")
