"""Ranking, calibration and hinge against scikit-learn and torchmetrics."""

import numpy as np
import pytest
import torch
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm

from limen_ctypes import (
    BINARY,
    CALIBRATION,
    HINGE,
    MULTICLASS,
    MULTILABEL,
    RANKING,
    LimenError,
    Tally,
)


def rows(rng, count, width, dtype="float32", ties=False, prevalence=0.3):
    targets = (rng.random((count, width)) < prevalence).astype(np.uint8)
    scores = rng.random((count, width))
    if ties:
        scores = np.round(scores * 4) / 4
    return scores.astype(dtype), targets


# Above 128 true labels a row is sorted, below it is counted; row 1 has as many as there are labels.
@pytest.mark.parametrize(
    "width, prevalence", [(1, 0.5), (7, 0.3), (40, 0.9), (64, 0.2), (150, 0.5), (300, 0.4)]
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_ranking(width, prevalence, dtype, ties, weighted):
    rng = np.random.default_rng(width)
    scores, targets = rows(rng, 60, width, dtype, ties, prevalence)
    targets[0], targets[1] = 0, 1
    weights = rng.random(60) if weighted else None
    tally = Tally(MULTILABEL, width, RANKING, weighted=int(weighted))
    for part in np.array_split(np.arange(60), 4):
        tally.update(scores[part], targets[part], weights[part] if weighted else None)
    wide = scores.astype(np.float64)
    options = dict(sample_weight=weights)
    assert tally.value("coverage_error", "whole") == pytest.approx(
        sk.coverage_error(targets, wide, **options) if width > 1 else np.average(
            targets[:, 0], weights=weights)
    )  # fmt: skip
    if width > 1:
        assert tally.value("lrap", "whole") == pytest.approx(
            sk.label_ranking_average_precision_score(targets, wide, **options), abs=1e-12
        )
        assert tally.value("ranking_loss", "whole") == pytest.approx(
            sk.label_ranking_loss(targets, wide, **options), abs=1e-12
        )


def test_ranking_as_torchmetrics_without_ties():
    scores, targets = rows(np.random.default_rng(1), 50, 12)
    tally = Tally(MULTILABEL, 12, RANKING).update(scores, targets)
    s, t = torch.tensor(scores), torch.tensor(targets.astype(int))
    for name, peer in {
        "coverage_error": tm.multilabel_coverage_error,
        "lrap": tm.multilabel_ranking_average_precision,
        "ranking_loss": tm.multilabel_ranking_loss,
    }.items():
        assert tally.value(name, "whole") == pytest.approx(float(peer(s, t, 12)), abs=1e-6)


def test_ignored_labels_are_left_out_of_their_row():
    rng = np.random.default_rng(4)
    scores, targets = rows(rng, 40, 9, ties=True)
    targets = targets.astype(np.int64)
    ignored = rng.random(targets.shape) < 0.2
    ignored[3] = True
    groups = rng.integers(0, 2, 40)
    tally = Tally(MULTILABEL, 9, RANKING, ignore_index=7, groups=2)
    tally.update(scores, np.where(ignored, 7, targets), groups=groups)
    for group in (-1, 0, 1):
        want = []
        for i in range(40):
            of = ~ignored[i]
            if (group < 0 or groups[i] == group) and of.any():
                s, t = scores[i, of], targets[i, of]
                pairs = [(a <= b) for a in s[t == 1] for b in s[t == 0]]
                want.append(np.mean(pairs) if pairs else 0)
        assert tally.value("ranking_loss", "whole", group=group) == pytest.approx(np.mean(want))


@pytest.mark.parametrize("bins", [1, 10, 15])
@pytest.mark.parametrize("seed", range(3))
def test_calibration_of_labels(bins, seed):
    rng = np.random.default_rng(seed)
    scores, targets = rows(rng, 300, 3)
    scores[:5], scores[5:9] = 0, 1
    tally = Tally(MULTILABEL, 3, CALIBRATION, calibration_bins=bins).update(scores, targets)
    for name, norm in (("ece", "l1"), ("rmsce", "l2"), ("mce", "max")):
        want = [
            float(
                tm.binary_calibration_error(
                    torch.tensor(scores[:, k]), torch.tensor(targets[:, k].astype(int)), bins, norm
                )
            )
            for k in range(3)
        ]
        assert tally.values(name, "none")[0] == pytest.approx(want, abs=2e-6)
        assert tally.value(name, "macro") == pytest.approx(np.mean(want), abs=2e-6)
        pooled = tm.binary_calibration_error(
            torch.tensor(scores.ravel()), torch.tensor(targets.ravel().astype(int)), bins, norm
        )
        assert tally.value(name, "micro") == pytest.approx(float(pooled), abs=2e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_brier_and_log_loss(weighted, dtype):
    rng = np.random.default_rng(8)
    scores, targets = rows(rng, 200, 1, dtype)
    scores[:4], scores[4:8] = 0, 1
    weights = rng.random(200) if weighted else None
    tally = Tally(BINARY, 1, CALIBRATION, weighted=int(weighted)).update(scores, targets, weights)
    assert tally.value("brier", "micro") == pytest.approx(
        sk.brier_score_loss(targets[:, 0], scores[:, 0], sample_weight=weights), rel=1e-6
    )
    assert tally.value("log_loss", "micro") == pytest.approx(
        sk.log_loss(targets[:, 0], scores[:, 0], sample_weight=weights),
        rel=1e-5 if dtype == "float32" else 1e-12,
    )


@pytest.mark.parametrize("logits", [0, 1])
@pytest.mark.parametrize("classes", [2, 4])
def test_calibration_of_classes(logits, classes):
    rng = np.random.default_rng(9)
    raw = rng.normal(size=(250, classes)) * 2
    p = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    targets = rng.integers(0, classes, 250)
    tally = Tally(MULTICLASS, classes, CALIBRATION, logits=logits)
    tally.update(raw if logits else p, targets)
    for name, norm in (("ece", "l1"), ("rmsce", "l2"), ("mce", "max")):
        want = tm.multiclass_calibration_error(
            torch.tensor(p), torch.tensor(targets), classes, 15, norm
        )
        assert tally.value(name, "whole") == pytest.approx(float(want), abs=1e-6)
    assert tally.value("log_loss", "whole") == pytest.approx(sk.log_loss(targets, p), rel=1e-12)
    assert tally.value("brier", "whole") == pytest.approx(
        sk.brier_score_loss(targets, p, labels=list(range(classes))), rel=1e-12
    )
    one = [sk.brier_score_loss(targets == k, p[:, k]) for k in range(classes)]
    assert tally.values("brier", "none")[0] == pytest.approx(one)


def test_logits_of_labels():
    rng = np.random.default_rng(10)
    raw, targets = rng.normal(size=(80, 2)) * 3, rng.integers(0, 2, (80, 2))
    raw[0], raw[1] = np.inf, -np.inf
    tally = Tally(MULTILABEL, 2, CALIBRATION, logits=1).update(raw, targets)
    p = 1 / (1 + np.exp(-raw))
    for k in range(2):
        want = sk.log_loss(targets[:, k], p[:, k])
        assert tally.values("log_loss", "none")[0][k] == pytest.approx(want, rel=1e-12)


def test_calibration_wants_probabilities():
    with pytest.raises(LimenError) as caught:
        Tally(MULTILABEL, 2, CALIBRATION).update(
            np.array([[0.5, 1.0], [0.25, 1.5]]), np.array([[0, 1], [1, 1]])
        )
    assert (caught.value.code, caught.value.row, caught.value.column) == ("VALUE", 1, 1)


@pytest.mark.parametrize("squared", [0, 1])
def test_hinge_of_labels(squared):
    rng = np.random.default_rng(12)
    scores, targets = rng.normal(size=(90, 3)) * 2, rng.integers(0, 2, (90, 3))
    tally = Tally(MULTILABEL, 3, HINGE).update(scores, targets)
    loss = np.maximum(0, 1 - np.where(targets, scores, -scores)) ** (1 + squared)
    assert tally.values("hinge", "none", squared=squared)[0] == pytest.approx(loss.mean(axis=0))
    assert tally.value("hinge", "micro", squared=squared) == pytest.approx(loss.mean())
    if not squared:
        for k in range(3):
            assert tally.values("hinge", "none")[0][k] == pytest.approx(
                sk.hinge_loss(targets[:, k], scores[:, k])
            )


@pytest.mark.parametrize("squared", [False, True])
def test_hinge_of_classes(squared):
    rng = np.random.default_rng(14)
    scores, targets = rng.random((120, 4)), rng.integers(0, 4, 120)
    scores /= scores.sum(axis=1, keepdims=True)
    tally = Tally(MULTICLASS, 4, HINGE).update(scores, targets)
    s, t = torch.tensor(scores), torch.tensor(targets)
    for way, average in (("crammer-singer", "whole"), ("one-vs-all", "none")):
        want = tm.multiclass_hinge_loss(s, t, 4, squared=squared, multiclass_mode=way)
        assert tally.values("hinge", average, squared=int(squared))[0] == pytest.approx(
            np.atleast_1d(want.numpy()), rel=1e-6
        )
    if not squared:
        assert tally.value("hinge", "whole") == pytest.approx(
            sk.hinge_loss(targets, scores, labels=list(range(4)))
        )


def test_an_infinite_score_gives_an_infinite_loss():
    first, second = Tally(BINARY, 1, HINGE), Tally(BINARY, 1, HINGE)
    first.update(np.array([-np.inf, 2.0]), np.array([1, 1]))
    second.update(np.array([0.5]), np.array([1]))
    second.merge(first)
    assert first.value("hinge", "micro") == np.inf
    assert second.value("hinge", "micro") == np.inf


@pytest.mark.parametrize("state", [RANKING, CALIBRATION, HINGE])
def test_any_batches_give_the_same_bits(state):
    rng = np.random.default_rng(15)
    scores, targets = rows(rng, 500, 4)
    names = {RANKING: "lrap", CALIBRATION: "log_loss", HINGE: "hinge"}
    average = "whole" if state == RANKING else "micro"
    whole, parts = Tally(MULTILABEL, 4, state), Tally(MULTILABEL, 4, state)
    whole.update(scores, targets)
    for part in np.array_split(np.arange(500), 23):
        parts.update(scores[part], targets[part])
    assert whole.value(names[state], average) == parts.value(names[state], average)
    with pytest.raises(LimenError):
        parts.update(np.full((2, 4), np.nan, np.float32), targets[:2])
    assert whole.value(names[state], average) == parts.value(names[state], average)
    halves = Tally(MULTILABEL, 4, state).update(scores[:250], targets[:250])
    halves.merge(Tally(MULTILABEL, 4, state).update(scores[250:], targets[250:]))
    assert halves.value(names[state], average) == pytest.approx(
        whole.value(names[state], average), rel=1e-12
    )
