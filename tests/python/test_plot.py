"""limen.plot: what is on the axes."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from sklearn import metrics as sk

import limen
import limen.plot

RNG = np.random.default_rng(4)
TARGETS = (RNG.random((300, 3)) < 0.3).astype(int)
SCORES = np.clip(RNG.normal(0.3 + 0.3 * TARGETS, 0.2), 0, 1).round(2)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def labels_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_roc():
    axes = limen.plot.roc(SCORES, TARGETS, labels=["joy", "fear", "love"])
    _diagonal, first, *_, pooled = axes.get_lines()
    fpr, tpr, _ = sk.roc_curve(TARGETS[:, 0], SCORES[:, 0], drop_intermediate=False)
    assert np.allclose(first.get_xydata(), np.c_[fpr, tpr])
    assert labels_of(axes)[0] == f"joy AUC {sk.roc_auc_score(TARGETS[:, 0], SCORES[:, 0]):.3f}"
    assert labels_of(axes)[-1].startswith("all labels") and pooled.get_linewidth() == 2


def test_pr_of_chosen_labels():
    axes = limen.plot.pr(SCORES, TARGETS, labels=["joy", "fear", "love"], label=["love", 0])
    area = sk.average_precision_score(TARGETS[:, 2], SCORES[:, 2])
    assert labels_of(axes)[0] == f"love AP {area:.3f}"
    assert len(axes.get_lines()) == 2
    one = limen.plot.pr(SCORES[:, 0], TARGETS[:, 0], ax=axes)
    assert one is axes and len(axes.get_lines()) == 3


def test_many_labels_have_no_legend():
    axes = limen.plot.roc(np.tile(SCORES, 5), np.tile(TARGETS, 5))
    assert axes.get_legend() is None and len(axes.get_lines()) == 17


def test_metrics_at_each_threshold():
    axes = limen.plot.threshold(SCORES, TARGETS, ["recall", "mcc", "f1"], label=1)
    lines = {line.get_label(): line.get_xydata() for line in axes.get_lines()}
    for cut, f1 in lines["f1"][::7]:
        assert f1 == pytest.approx(sk.f1_score(TARGETS[:, 1], SCORES[:, 1] >= cut))
    best = limen.tune(SCORES[:, 1], TARGETS[:, 1]).values[0]
    assert axes.get_lines()[-1].get_xdata()[0] == best
    tuned = limen.tune(SCORES, TARGETS, "recall", require="precision>=0.6")
    marked = limen.plot.threshold(SCORES, TARGETS, label=2, at=tuned)
    assert marked.get_lines()[-1].get_xdata()[0] == tuned.values[2]


def test_reliability():
    axes = limen.plot.reliability(SCORES, TARGETS, bins=10)
    line = axes.get_lines()[1]
    shares = [TARGETS[(low <= SCORES) & (low + 0.1 > SCORES)].mean() for low in np.arange(10) / 10]
    assert np.allclose(line.get_ydata()[:5], shares[:5], atol=0.05)
    assert labels_of(axes)[0].startswith("ECE 0.")


def test_confusion():
    classes = RNG.integers(0, 3, 100)
    scores = RNG.random((100, 3))
    report = limen.evaluate(scores, classes, labels=["a", "b", "c"])
    axes = limen.plot.confusion(report)
    texts = [int(text.get_text()) for text in axes.texts]
    assert texts == sk.confusion_matrix(classes, scores.argmax(axis=1)).ravel().tolist()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["a", "b", "c"]
    tally = limen.Tally("multiclass", 3, keep="confusion")
    tally.update(scores, classes)
    drawn = [int(text.get_text()) for text in limen.plot.confusion(tally).texts]
    assert drawn == texts
    shares = limen.plot.confusion(np.array([[3, 1], [0, 0]]), normalize="true")
    assert [text.get_text() for text in shares.texts] == ["0.75", "0.25", "0.00", "0.00"]


def test_from_a_tally():
    tally = limen.Tally("multilabel", 3, keep=("scores", "calibration"))
    tally.update(SCORES, TARGETS)
    for draw in (limen.plot.roc, limen.plot.pr, limen.plot.threshold, limen.plot.reliability):
        draw(tally).figure.canvas.draw()
    weighted = limen.Tally("binary", keep="scores", weighted=True)
    weighted.update([0.5, 0.2], [1, 0], [1.0, 2.0])
    with pytest.raises(ValueError, match="weights"):
        limen.plot.threshold(weighted)
    with pytest.raises(limen.Error):
        limen.plot.roc(limen.Tally("binary"))
