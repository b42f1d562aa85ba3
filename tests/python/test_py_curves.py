"""limen.roc_curve, pr_curve, reliability and Tally.curve, against scikit-learn and NumPy."""

import copy
import pickle

import numpy as np
import pytest
import sklearn.metrics

import limen
from test_py_tune import make


@pytest.mark.parametrize("thin", ["none", "equal"])
def test_curves_are_scikit_learns(thin):
    scores, targets = make(14, rows=400, digits=2)
    score, target = scores[:, 0], targets[:, 0]
    drop = thin != "none"
    fpr, tpr, thresholds = sklearn.metrics.roc_curve(target, score, drop_intermediate=drop)
    ours = limen.roc_curve(score, target, thin=thin)
    np.testing.assert_allclose(ours.fpr, fpr)
    np.testing.assert_allclose(ours.tpr, tpr)
    np.testing.assert_array_equal(ours.thresholds, thresholds)
    precision, recall, thresholds = sklearn.metrics.precision_recall_curve(target, score)
    ours = limen.pr_curve(score, target)
    np.testing.assert_allclose(np.asarray(ours.precision)[::-1], precision[:-1])
    np.testing.assert_allclose(np.asarray(ours.recall)[::-1], recall[:-1])
    np.testing.assert_array_equal(np.asarray(ours.thresholds)[::-1], thresholds)


def test_curves_of_labels_and_tallies():
    scores, targets = make(15, rows=300, width=3)
    pooled = limen.roc_curve(scores, targets)
    flat = limen.roc_curve(scores.ravel(), targets.ravel())
    np.testing.assert_array_equal(pooled.tpr, flat.tpr)
    tally = limen.Tally("multilabel", 3, keep="scores")
    tally.update(scores, targets)
    for label in range(3):
        ours = tally.curve("pr", label)
        alone = limen.pr_curve(scores[:, label], targets[:, label])
        np.testing.assert_array_equal(ours.precision, alone.precision)
    with pytest.raises(limen.Error):
        tally.curve("roc", 3)
    with pytest.raises(ValueError, match="'roc', 'pr'"):
        tally.curve("lift")
    with pytest.raises(limen.Error, match="scores"):
        limen.Tally("binary").curve()


def test_points_stay_near_the_curve():
    scores, targets = make(16, rows=3000, ties=False)
    whole = limen.roc_curve(scores[:, 0], targets[:, 0])
    few = limen.roc_curve(scores[:, 0], targets[:, 0], points=30)
    assert len(few) == 30 and few.cuts == len(whole) and len(few.to_pandas()) == 30
    drawn = np.interp(whole.fpr, few.fpr, few.tpr)
    assert 0 < few.error < 0.05 and np.abs(drawn - whole.tpr).mean() < few.error


def test_missing_class_is_nan():
    assert np.isnan(limen.roc_curve([0.1, 0.2], [0, 0]).tpr).all()
    assert np.isnan(limen.pr_curve([0.1, 0.2], [0, 0]).recall).all()


def test_reliability():
    random = np.random.default_rng(17)
    scores = random.random(500)
    targets = (random.random(500) < scores**2).astype(int)
    scores[:3] = 1.0
    table = limen.reliability(scores, targets, bins=10)
    assert len(table) == 11 and table[-1].weight == 3
    for row in table[:-1]:
        inside = (scores >= row.low) & (scores < row.high)
        assert row.weight == inside.sum() and row.positives == targets[inside].sum()
        assert row.confidence == pytest.approx(scores[inside].sum())


@pytest.mark.parametrize("make", [limen.roc_curve, limen.pr_curve])
def test_curves_pickle_and_copy(make):
    curve = make([0.9, 0.2, 0.2, 0.7], [1, 0, 1, 0])
    for other in (pickle.loads(pickle.dumps(curve)), copy.copy(curve), copy.deepcopy(curve)):
        assert type(other) is type(curve) and other.to_pandas().equals(curve.to_pandas())
        assert other.thresholds.format == "d" and other.positives == curve.positives
