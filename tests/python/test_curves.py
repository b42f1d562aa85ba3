"""Curve metrics against scikit-learn and torchmetrics, from scores and from bins."""

import numpy as np
import pytest
import torch
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm

from limen_ctypes import (
    BINARY,
    HISTOGRAM,
    MULTICLASS,
    MULTILABEL,
    ROOT,
    SCORES,
    BFloat16,
    LimenError,
    Tally,
)

DATA = ROOT.parent / "shared" / "data" / "goemotions"


def problem(rng, rows, labels=1, dtype="float32", ties=False):
    targets = (rng.random((rows, labels)) < rng.uniform(0.05, 0.9, labels)).astype(np.uint8)
    targets[0], targets[1] = 0, 1
    scores = 1 / (1 + np.exp(-(rng.normal(size=(rows, labels)) + targets)))
    if ties:
        scores = np.round(scores * 8) / 8
    return scores.astype(dtype), targets


def one_value(scores, targets, metric, states=SCORES, weights=None, spec=None, **options):
    tally = Tally(BINARY, 1, states, weighted=int(weights is not None), **(spec or {}))
    tally.update(scores, targets, weights)
    return tally.value(metric, "micro", **options)


def log_auc(scores, targets, low, high):
    """The definition, from the points of a ROC curve."""
    fpr, tpr, _ = sk.roc_curve(targets[:, 0], scores[:, 0], drop_intermediate=False)

    def at(x):
        i = np.searchsorted(fpr, x, "right") - 1
        return tpr[i] + (tpr[i + 1] - tpr[i]) * (x - fpr[i]) / (fpr[i + 1] - fpr[i])

    inside = (fpr > low) & (fpr < high)
    x = np.r_[low, fpr[inside], high]
    y = np.r_[at(low), tpr[inside], at(high)]
    return np.trapezoid(y, np.log(x)) / np.log(high / low)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_auroc_and_average_precision(dtype, ties, weighted, seed):
    rng = np.random.default_rng(seed)
    scores, targets = problem(rng, int(rng.integers(2, 300)), 1, dtype, ties)
    weights = rng.random(len(scores)) if weighted else None
    y, s = targets[:, 0], scores[:, 0].astype(np.float64)
    assert one_value(scores, targets, "auroc", weights=weights) == pytest.approx(
        sk.roc_auc_score(y, s, sample_weight=weights), abs=1e-12
    )
    assert one_value(scores, targets, "average_precision", weights=weights) == pytest.approx(
        sk.average_precision_score(y, s, sample_weight=weights), abs=1e-12
    )
    for max_fpr in (0.01, 0.2, 0.75, 1.0):
        assert one_value(
            scores, targets, "auroc", weights=weights, max_fpr=max_fpr
        ) == pytest.approx(
            sk.roc_auc_score(y, s, sample_weight=weights, max_fpr=max_fpr), abs=1e-12
        )


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_averages_over_labels(ties, seed):
    rng = np.random.default_rng(seed)
    scores, targets = problem(rng, 200, 5, ties=ties)
    tally = Tally(MULTILABEL, 5, SCORES)
    for rows in np.array_split(np.arange(200), 7):
        tally.update(scores[rows], targets[rows])
    for average in ("none", "micro", "macro", "weighted"):
        name = None if average == "none" else average
        assert tally.values("auroc", average)[0] == pytest.approx(
            np.atleast_1d(sk.roc_auc_score(targets, scores, average=name)), abs=1e-12
        )
        assert tally.values("average_precision", average)[0] == pytest.approx(
            np.atleast_1d(sk.average_precision_score(targets, scores, average=name)), abs=1e-12
        )


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_multiclass(ties, seed):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 4, 150)
    targets[:4] = range(4)
    scores = rng.random((150, 4))
    scores[np.arange(150), targets] += 0.3
    if ties:
        scores = np.ceil(scores * 5)
    scores = scores / scores.sum(axis=1, keepdims=True)
    tally = Tally(MULTICLASS, 4, SCORES).update(scores, targets)
    for average in ("macro", "weighted"):
        for way in ("ovr", "ovo"):
            want = sk.roc_auc_score(targets, scores, multi_class=way, average=average)
            assert tally.value("auroc", average, multiclass=way) == pytest.approx(want, abs=1e-12)
    want = sk.roc_auc_score(targets, scores, multi_class="ovr", average="micro")
    assert tally.value("auroc", "micro") == pytest.approx(want, abs=1e-12)
    assert tally.value("average_precision", "macro") == pytest.approx(
        sk.average_precision_score(np.eye(4)[targets], scores, average="macro"), abs=1e-12
    )


def test_one_against_one_with_a_class_that_has_no_rows():
    rng = np.random.default_rng(3)
    targets = rng.integers(0, 3, 90)
    scores = rng.random((90, 4)).astype(np.float32)
    tally = Tally(MULTICLASS, 4, SCORES).update(scores, targets)
    pairs = []
    for a in range(3):
        for b in range(a + 1, 3):
            of = (targets == a) | (targets == b)
            pairs += [
                sk.roc_auc_score(targets[of] == a, scores[of, a]),
                sk.roc_auc_score(targets[of] == b, scores[of, b]),
            ]
    assert tally.value("auroc", "macro", multiclass="ovo") == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_numbers_that_torchmetrics_defines(ties, seed):
    rng = np.random.default_rng(seed)
    scores, targets = problem(rng, 400, ties=ties)
    t_scores, t_targets = torch.tensor(scores[:, 0]), torch.tensor(targets[:, 0].astype(int))

    assert one_value(scores, targets, "eer") == pytest.approx(
        float(tm.binary_eer(t_scores, t_targets)), abs=1e-6
    )
    # The peer works in float32, and interpolates there.
    got = one_value(scores, targets, "log_auc", fpr_low=0.01, fpr_high=0.3)
    assert got == pytest.approx(
        float(tm.binary_logauc(t_scores, t_targets, fpr_range=(0.01, 0.3))), abs=1e-3
    )
    assert got == pytest.approx(log_auc(scores, targets, 0.01, 0.3), abs=1e-12)
    # Floors that are not among the rates, so that float32 rounding decides nothing.
    for floor in (0.501, 0.777, 0.953):
        for name, peer in {
            "recall_at_precision": tm.binary_recall_at_fixed_precision,
            "precision_at_recall": tm.binary_precision_at_fixed_recall,
            "sensitivity_at_specificity": tm.binary_sensitivity_at_specificity,
            "specificity_at_sensitivity": tm.binary_specificity_at_sensitivity,
        }.items():
            want, threshold = peer(t_scores, t_targets, floor)
            assert one_value(scores, targets, name, floor=floor) == pytest.approx(
                float(want), abs=1e-6
            )
            got = one_value(scores, targets, name + "_threshold", floor=floor)
            if want > 0 and float(threshold) < 1:
                assert got == pytest.approx(float(threshold))


@pytest.mark.parametrize("edges", [np.linspace(0, 1, 17), np.array([0.0, 0.1, 0.11, 0.5, 0.93])])
@pytest.mark.parametrize("ties", [False, True])
def test_binned_as_torchmetrics(edges, ties):
    rng = np.random.default_rng(5)
    scores, targets = problem(rng, 500, 3, ties=ties)
    edges = edges.astype(np.float32).astype(np.float64)
    tally = Tally(MULTILABEL, 3, HISTOGRAM, bin_edges=edges).update(scores, targets)
    t = torch.tensor(edges, dtype=torch.float32)
    for average in ("none", "macro", "weighted", "micro"):
        want = tm.multilabel_average_precision(
            torch.tensor(scores),
            torch.tensor(targets.astype(int)),
            3,
            average=average,
            thresholds=t,
        )
        assert tally.values("average_precision", average)[0] == pytest.approx(
            np.atleast_1d(want.numpy()), abs=2e-6
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [1, 30, 1e4])
def test_bins_that_follow_the_data(dtype, scale):
    """Coarser than the scores, so near to the exact value, and exact where all scores differ by
    more than a bin."""
    rng = np.random.default_rng(7)
    targets = (rng.random((3000, 1)) < 0.3).astype(np.uint8)
    scores = ((rng.normal(size=(3000, 1)) + targets) * scale).astype(dtype)
    exact = sk.roc_auc_score(targets[:, 0], scores[:, 0])
    assert one_value(scores, targets, "auroc", HISTOGRAM) == pytest.approx(exact, abs=2e-3)
    coarse = np.round(scores / scale * 4) * scale / 4
    assert one_value(coarse, targets, "auroc", HISTOGRAM) == pytest.approx(
        sk.roc_auc_score(targets[:, 0], coarse[:, 0]), abs=1e-12
    )


@pytest.mark.parametrize("scale", [1, 100])
@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_sixteen_bits_are_exact(scale, states):
    rng = np.random.default_rng(11)
    targets = (rng.random((2000, 1)) < 0.4).astype(np.uint8)
    scores = ((rng.normal(size=(2000, 1)) + targets) * scale).astype(np.float16)
    want = sk.roc_auc_score(targets[:, 0], scores[:, 0].astype(float))
    assert one_value(scores, targets, "auroc", states) == pytest.approx(want, abs=1e-12)
    narrow = (scores.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    wide = (narrow.astype(np.uint32) << 16).view(np.float32)
    assert one_value(BFloat16(narrow), targets, "auroc", states) == pytest.approx(
        sk.roc_auc_score(targets[:, 0], wide[:, 0].astype(float)), abs=1e-12
    )


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_decisions_as_scores(states):
    rng = np.random.default_rng(2)
    targets = rng.integers(0, 2, 60).astype(np.uint8)
    decisions = rng.integers(0, 2, 60).astype(np.int32)
    assert one_value(decisions, targets, "auroc", states) == pytest.approx(
        sk.roc_auc_score(targets, decisions)
    )


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", [MULTILABEL, MULTICLASS])
def test_groups_ignored_cells_layouts_and_merge(states, weighted, task):
    """However the data comes, and for all groups together or one alone."""
    rng = np.random.default_rng(13)
    rows, width = 700, 3
    scores, targets = problem(rng, rows, width, ties=True)
    targets = targets.astype(np.int64)
    if task == MULTICLASS:
        targets = rng.integers(0, width, (rows, 1))
    ignored = rng.random(targets.shape) < 0.1
    targets[ignored] = -1
    weights = rng.random(rows) if weighted else None
    groups = rng.integers(0, 2, rows)

    def tally():
        return Tally(task, width, states, groups=2, weighted=int(weighted), ignore_index=-1)

    def part(of):
        return dict(weights=weights[of] if weighted else None, groups=groups[of])

    whole = tally().update(np.asfortranarray(scores), targets, **part(np.arange(rows)))
    first, second = tally(), tally()
    for start in range(0, 400, 37):
        of = np.arange(start, min(start + 37, 400))
        first.update(scores[of], targets[of], **part(of))
    of = np.arange(400, rows)
    second.update(scores[of][::-1], targets[of][::-1], **part(of[::-1]))
    first.merge(second)
    truth = targets if task == MULTILABEL else (targets == np.arange(width)).astype(int)
    counted = ~np.broadcast_to(ignored, scores.shape)
    for group in (-1, 0, 1):
        inside = counted & ((groups == group) | (group < 0))[:, None]
        for label in range(width):
            of = inside[:, label]
            want = sk.roc_auc_score(
                truth[of, label], scores[of, label], sample_weight=weights[of] if weighted else None
            )
            for one in (whole, first):
                got = one.values("auroc", "none", group=group)[0][label]
                assert got == pytest.approx(want, abs=1e-12)


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_nothing_to_measure_is_undefined(states):
    tally = Tally(MULTILABEL, 2, states)
    tally.update(np.array([[0.1, 0.2], [0.3, 0.9]], np.float32), np.array([[0, 1], [0, 0]]))
    values, defined = tally.values("auroc", "none", zero_division="nan")
    assert defined.tolist() == [False, True]
    assert np.isnan(values[0])
    assert values[1] == 0
    assert tally.value("auroc", "macro", zero_division="skip") == 0
    empty = Tally(BINARY, 1, states)
    assert not empty.values("auroc", "micro")[1][0]
    assert not empty.values("average_precision", "none")[1][0]


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_a_bad_row_changes_nothing(states):
    tally = Tally(BINARY, 1, states)
    good = np.array([0.2, 0.7, 0.4], np.float32), np.array([0, 1, 1])
    tally.update(*good)
    for scores, targets, row in (
        ([0.1, np.nan], [0, 1], 1),
        ([0.1, 0.2], [2, 1], 0),
    ):
        with pytest.raises(LimenError) as caught:
            tally.update(np.array(scores, np.float32), np.array(targets))
        assert (caught.value.code, caught.value.row) == ("VALUE", row)
    assert tally.samples == 3
    assert tally.value("auroc", "micro") == 1.0


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_nan_ranks_below_every_score(states):
    scores = np.array([np.nan, -np.inf, 0.5, np.inf, np.nan], np.float32)
    targets = np.array([1, 0, 1, 1, 0])
    tally = Tally(BINARY, 1, states, nan="negative").update(scores, targets)
    want = sk.roc_auc_score(targets, [-2, -1, 0, 1, -2])
    assert tally.value("auroc", "micro") == pytest.approx(want)


def test_class_numbers_are_refused():
    tally = Tally(MULTICLASS, 3, SCORES)
    with pytest.raises(LimenError) as caught:
        tally.update(np.array([0, 1, 2]), np.array([0, 1, 2]))
    assert caught.value.code == "DTYPE"


SUICIDE = [(2, 376), (2, 52), (3, 12), (1, 12), (8, 28), (4, 10), (9, 5), (3, 0), (1, 0), (1, 0),
           (1, 1), (1, 0)]  # fmt: skip


@pytest.mark.parametrize("states", [SCORES, HISTOGRAM])
def test_published_example(states):
    """von Glischinski et al. 2016: (positives, negatives) of each score."""
    scores, targets = [], []
    for score, (positives, negatives) in enumerate(SUICIDE):
        scores += [score] * (positives + negatives)
        targets += [1] * positives + [0] * negatives
    scores, targets = np.array(scores, np.float64), np.array(targets)
    assert round(one_value(scores, targets, "auroc", states), 6) == 0.923779


@pytest.mark.skipif(not DATA.exists(), reason="the shared GoEmotions scores are not here")
@pytest.mark.parametrize(
    "split, auroc, precision",
    [("dev", (0.888960, 0.933535), (0.425857, 0.545767)),
     ("test", (0.887481, 0.932425), (0.421331, 0.549542))],
)  # fmt: skip
def test_goemotions(split, auroc, precision):
    scores = np.load(DATA / f"{split}_scores.npy")
    targets = np.load(DATA / f"{split}_targets.npy")
    tally = Tally(MULTILABEL, 28, SCORES).update(scores, targets)
    for average, want in zip(("macro", "micro"), auroc, strict=True):
        assert round(tally.value("auroc", average), 6) == want
    for average, want in zip(("macro", "micro"), precision, strict=True):
        assert round(tally.value("average_precision", average), 6) == want
