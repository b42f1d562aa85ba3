"""The points of curves against scikit-learn and torchmetrics, and what thinning keeps."""

import numpy as np
import pytest
import torch
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from torchmetrics.functional import classification as tm

from limen_ctypes import (
    BINARY,
    CALIBRATION,
    HISTOGRAM,
    MULTICLASS,
    MULTILABEL,
    SCORES,
    LimenError,
    Tally,
)
from test_curves import problem


def rates(info, rows):
    tp, fp = rows[:, 1], rows[:, 2]
    return fp / info["negatives"], tp / info["positives"], tp / np.maximum(tp + fp, 1e-300)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_points_as_scikit_learn(ties, dtype, weighted, seed):
    rng = np.random.default_rng(seed)
    scores, targets = problem(rng, int(rng.integers(2, 400)), 1, dtype, ties)
    weights = rng.integers(1, 4, len(scores)).astype(float) if weighted else None
    tally = Tally(BINARY, 1, SCORES, weighted=int(weighted)).update(scores, targets, weights)
    y, s = targets[:, 0], scores[:, 0]
    for drop in (False, True):
        info, rows = tally.curve("roc", thin=int(drop))
        fpr, tpr, thresholds = sk.roc_curve(y, s, sample_weight=weights, drop_intermediate=drop)
        got_fpr, got_tpr, _ = rates(info, rows)
        assert rows[:, 0].tolist() == thresholds.tolist()
        assert got_fpr == pytest.approx(fpr, abs=1e-12)
        assert got_tpr == pytest.approx(tpr, abs=1e-12)
        info, rows = tally.curve("pr", thin=int(drop))
        precision, recall, thresholds = sk.precision_recall_curve(
            y, s, sample_weight=weights, drop_intermediate=drop
        )
        _, got_recall, got_precision = rates(info, rows)
        assert rows[::-1, 0].tolist() == thresholds.tolist()
        assert got_precision[::-1] == pytest.approx(precision[:-1], abs=1e-12)
        assert got_recall[::-1] == pytest.approx(recall[:-1], abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_binned_points_as_torchmetrics(ties):
    rng = np.random.default_rng(5)
    scores, targets = problem(rng, 700, 4, ties=ties)
    scores[0], scores[1] = 0, 1
    edges = np.sort(np.r_[0, rng.random(30), 0.125, 0.5, 1]).astype(np.float32)
    tally = Tally(MULTILABEL, 4, HISTOGRAM, bin_edges=edges.astype(float)).update(scores, targets)
    t = torch.tensor(scores), torch.tensor(targets.astype(int)), 4
    precision, recall, _ = tm.multilabel_precision_recall_curve(*t, thresholds=torch.tensor(edges))
    fpr, tpr, _ = tm.multilabel_roc(*t, thresholds=torch.tensor(edges))
    for label in range(4):
        info, rows = tally.curve("roc", label=label)
        got_fpr, got_tpr, _ = rates(info, rows[1:])
        assert rows[1:, 0].tolist() == edges[::-1].tolist()
        assert got_fpr == pytest.approx(fpr[label].numpy(), abs=1e-6)
        assert got_tpr == pytest.approx(tpr[label].numpy(), abs=1e-6)
        info, rows = tally.curve("pr", label=label)
        _, got_recall, got_precision = rates(info, rows[::-1])
        # The peer ends with a point (1, 0) that has no threshold.
        assert got_recall == pytest.approx(recall[label].numpy()[:-1], abs=1e-6)
        some = (rows[::-1, 1] + rows[::-1, 2]) > 0
        assert got_precision[some] == pytest.approx(precision[label].numpy()[:-1][some], abs=1e-6)


def test_pooled_and_class_against_the_rest():
    rng = np.random.default_rng(6)
    targets = rng.integers(0, 3, 200)
    scores = rng.random((200, 3)).round(1)
    tally = Tally(MULTICLASS, 3, SCORES).update(scores, targets)
    truth = np.eye(3)[targets]
    for label in (-1, 0, 1, 2):
        y, s = (truth.ravel(), scores.ravel()) if label < 0 else (truth[:, label], scores[:, label])
        info, rows = tally.curve("roc", label=label)
        fpr, tpr, _ = sk.roc_curve(y, s, drop_intermediate=False)
        assert rates(info, rows)[0] == pytest.approx(fpr)
        assert rates(info, rows)[1] == pytest.approx(tpr)


def area(x, y):
    return np.trapezoid(y, x)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_thinning(ties, seed):
    rng = np.random.default_rng(seed)
    scores, targets = problem(rng, 3000, ties=ties)
    tally = Tally(BINARY, 1, SCORES).update(scores, targets)
    info, rows = tally.curve("roc")
    x, y, _ = rates(info, rows)
    thin_info, thin = tally.curve("roc", thin=2)
    thin_x, thin_y, _ = rates(thin_info, thin)
    assert thin_info["cuts"] == len(rows)
    assert len(thin) <= len(tally.curve("roc", thin=1)[1]) <= len(rows)
    assert area(thin_x, thin_y) == pytest.approx(area(x, y), abs=1e-12)
    for kind in ("roc", "pr"):
        info, rows = tally.curve(kind)
        x, y = rates(info, rows)[:2] if kind == "roc" else rates(info, rows)[1:]
        for most in (2, 5, 40):
            few_info, few = tally.curve(kind, points=most)
            fx, fy = rates(few_info, few)[:2] if kind == "roc" else rates(few_info, few)[1:]
            assert len(few) == min(most, len(rows))
            assert few[0].tolist() == rows[0].tolist()
            assert few[-1].tolist() == rows[-1].tolist()
            a, b = np.c_[fx, fy][:-1], np.c_[fx, fy][1:]
            along = np.clip(
                np.einsum("nkd,kd->nk", np.c_[x, y][:, None] - a, b - a)
                / np.maximum(((b - a) ** 2).sum(axis=1), 1e-300),
                0,
                1,
            )
            near = a + along[..., None] * (b - a)
            distance = np.sqrt(((np.c_[x, y][:, None] - near) ** 2).sum(axis=2)).min(axis=1)
            assert distance.max() <= few_info["error"] + 1e-12
        assert tally.curve(kind, points=len(rows))[0]["error"] == 0


def test_thresholds_of_logits_are_probabilities():
    scores, targets = np.array([-2.0, 0.0, 3.0]), np.array([0, 1, 1])
    _, rows = Tally(BINARY, 1, SCORES, logits=1).update(scores, targets).curve("pr")
    assert rows[:, 0] == pytest.approx(1 / (1 + np.exp([-3, 0, 2])))


def test_nothing_and_bad_requests():
    tally = Tally(BINARY, 1, SCORES)
    assert tally.curve("pr")[0]["count"] == 0
    assert tally.curve("roc")[1].tolist() == [[np.inf, 0, 0]]
    for bad in (dict(label=1), dict(group=1), dict(points=1), dict(thin=3)):
        with pytest.raises(LimenError) as caught:
            tally.curve(**bad)
        assert caught.value.code == "ARGUMENT"
    with pytest.raises(LimenError) as caught:
        Tally(BINARY, 1).curve()
    assert caught.value.code == "STATE"


def test_reliability():
    rng = np.random.default_rng(3)
    scores, targets = problem(rng, 500, 2, "float64")
    tally = Tally(MULTILABEL, 2, CALIBRATION, calibration_bins=10).update(scores, targets)
    for label in (0, 1):
        bins = tally.reliability(label)
        true, predicted = calibration_curve(targets[:, label], scores[:, label], n_bins=10)
        some = bins[bins[:, 2] > 0]
        assert some[:, 4] / some[:, 2] == pytest.approx(true)
        assert some[:, 3] / some[:, 2] == pytest.approx(predicted)
    pooled = tally.reliability(-1)
    assert pooled[:, 2].sum() == 1000
    assert pooled[:, 0] == pytest.approx(np.r_[np.arange(10) / 10, 1])
