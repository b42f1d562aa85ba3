"""Samples that weigh something, are averaged over, or are kept apart, against loops by hand."""

import pickle

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

import limen.torch as ours  # noqa: E402

peer = torchmetrics.classification
LABELS = 3
SETS = [[0.6, 0.5, 0.8], [0.1, 0.2, 0.3]]
IGNORED = -1


def batch(seed=0, samples=20, more=(), hide=True, classes=2):
    """Scores in twentieths; a fifth of the cells are hidden, and all of the first sample."""
    generator = torch.Generator().manual_seed(seed)
    preds = torch.randint(0, 21, (samples, LABELS, *more), generator=generator) / 20
    target = torch.randint(2, (samples, LABELS, *more), generator=generator)
    if hide:
        target[torch.rand(target.shape, generator=generator) < 0.2] = IGNORED
        target[0] = IGNORED
    return preds, target, torch.rand(samples, generator=generator, dtype=torch.float64)


def rows(preds, target, weights):
    """Each sample as two lists of one a label, and its weight; further axes are samples."""
    preds = preds.reshape(*preds.shape[:2], -1).movedim(1, -1)
    target = target.reshape(*target.shape[:2], -1).movedim(1, -1)
    for scores, truths, weight in zip(preds, target, weights.tolist(), strict=True):
        for one in zip(scores, truths, strict=True):
            yield *one, weight


def average(values):
    total = sum(weight for _, weight in values)
    return sum(value * weight for value, weight in values) / total


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("more", [(), (4,)])
@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("step", ["update", "forward"])
def test_average_over_samples(weighted, more, hide, step):
    """F1 of each sample's cells that count; a sample without any is none."""
    options = {"ignore_index": IGNORED} if hide else {}
    metric = ours.MultilabelF1Score(LABELS, average="samples", thresholds=SETS, **options)
    found = [[] for _ in SETS]
    for seed in range(2):
        preds, target, weights = batch(seed, more=more, hide=hide)
        weights = weights if weighted else torch.ones(len(preds))
        value = getattr(metric, step)(preds, target, *([weights] if weighted else []))
        here = [[] for _ in SETS]
        for scores, truths, weight in rows(preds, target, weights):
            valid = truths != IGNORED
            for each, cuts in zip(here, SETS, strict=True):
                decided = (scores > torch.tensor(cuts))[valid]
                truth = truths[valid] == 1
                both, either = int((decided & truth).sum()), int(decided.sum() + truth.sum())
                if valid.any():
                    each.append((2 * both / either if either else 0.0, weight))
        if value is not None:
            torch.testing.assert_close(value, torch.tensor([average(each) for each in here]))
        for whole, each in zip(found, here, strict=True):
            whole += each
    torch.testing.assert_close(metric.compute(), torch.tensor([average(e) for e in found]))
    assert metric.sample_count.dtype == (torch.float64 if weighted else torch.int64)


def test_no_sample_has_a_cell_that_counts():
    metric = ours.MultilabelRecall(LABELS, average="samples", ignore_index=IGNORED)
    preds, target, weights = batch(samples=1)
    assert metric(preds, target) == 0.0 and metric(preds, target, weights) == 0.0
    assert metric.compute() == 0.0


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("more", [(), (4,)])
@pytest.mark.parametrize("step", ["update", "forward"])
def test_weighted_exact_match_of_labels(hide, more, step):
    options = {"ignore_index": IGNORED} if hide else {}
    metric = ours.MultilabelExactMatch(LABELS, thresholds=SETS, **options)
    unweighted = ours.MultilabelExactMatch(LABELS, thresholds=SETS, **options)
    found = [[] for _ in SETS]
    for seed in range(2):
        preds, target, weights = batch(seed, more=more, hide=hide)
        getattr(metric, step)(preds, target, weights)
        getattr(unweighted, step)(preds, target)
        for scores, truths, weight in rows(preds, target, weights):
            for each, cuts in zip(found, SETS, strict=True):
                decided = (scores > torch.tensor(cuts)).long()
                each.append((bool(((decided == truths) | (truths == IGNORED)).all()), weight))
    torch.testing.assert_close(metric.compute(), torch.tensor([average(e) for e in found]))
    plain = [average([(right, 1) for right, _ in each]) for each in found]
    torch.testing.assert_close(unweighted.compute(), torch.tensor(plain))


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("more", [(), (4,)])
@pytest.mark.parametrize("scored", [False, True])
def test_weighted_exact_match_of_classes(hide, more, scored):
    metric = ours.MulticlassExactMatch(LABELS, ignore_index=IGNORED if hide else None)
    found = []
    for seed in range(2):
        generator = torch.Generator().manual_seed(seed)
        scores = torch.rand(20, LABELS, *more, generator=generator)
        target = torch.randint(LABELS, (20, *more), generator=generator)
        target[:5] = IGNORED if hide else 0
        weights = torch.rand(20, generator=generator)
        preds = scores if scored else scores.argmax(1)
        metric.update(preds, target, weights=weights)
        for one, truth, weight in zip(scores.argmax(1), target, weights.tolist(), strict=True):
            found.append((bool(((one == truth) | (truth == IGNORED)).all()), weight))
    torch.testing.assert_close(metric.compute(), torch.tensor(average(found)))


def test_weights_that_exact_match_refuses():
    metric = ours.MultilabelExactMatch(LABELS)
    preds, target, weights = batch(hide=False)
    for wrong in (weights[1:], -weights, weights / 0):
        with pytest.raises(ValueError, match="weights"):
            metric.update(preds, target, wrong)
    with pytest.raises(RuntimeError):
        metric.update(preds, target + 1, weights)
    assert metric.total == 0 and metric.correct == 0
    for name in ("MultilabelExactMatch", "MultilabelF1Score"):
        with pytest.raises(ValueError, match="whatever its weight"):
            each = getattr(ours, name)(LABELS, multidim_average="samplewise")
            each.update(preds[..., None], target[..., None], weights)


FAMILIES = ("StatScores", "Accuracy", "F1Score", "Specificity", "ExactMatch")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
def test_threshold_sets_of_samples_that_are_kept_apart(family, average):
    options = {"multidim_average": "samplewise", "ignore_index": IGNORED}
    if family != "ExactMatch":
        options["average"] = average
    cls = getattr(ours, f"Multilabel{family}")
    metric = cls(LABELS, thresholds=SETS, **options)
    alone = [cls(LABELS, threshold=each, **options) for each in SETS]
    for seed in range(2):
        preds, target, _ = batch(seed, more=(4,))
        expected = torch.stack([one(preds, target) for one in alone])
        torch.testing.assert_close(metric(preds, target), expected)
    other = pickle.loads(pickle.dumps(metric))
    assert other.compute().shape[:2] == (len(SETS), 40)
    torch.testing.assert_close(other.compute(), torch.stack([one.compute() for one in alone]))
    other.merge_state(metric)
    for one in alone:
        one.merge_state(one.clone())
    torch.testing.assert_close(other.compute(), torch.stack([one.compute() for one in alone]))


def test_threshold_sets_of_binary_samples():
    metric = ours.BinaryRecall(thresholds=[0.2, 0.8], multidim_average="samplewise")
    preds, target, _ = batch(hide=False)
    expected = [peer.BinaryRecall(t, "samplewise")(preds, target) for t in (0.2, 0.8)]
    torch.testing.assert_close(metric(preds, target), torch.stack(expected))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_batch_of_one_sample_among_others(family):
    """torchmetrics drops the axis of a single sample, and then cannot put batches together."""
    cls = getattr(ours, f"Multilabel{family}")
    metric, whole = (cls(LABELS, multidim_average="samplewise") for _ in range(2))
    preds, target, _ = batch(more=(4,), hide=False)
    for part in (slice(0, 7), slice(7, 8), slice(8, None)):
        metric.update(preds[part], target[part])
    whole.update(preds, target)
    torch.testing.assert_close(metric.compute(), whole.compute())
    alone = [
        getattr(module, f"Multilabel{family}")(LABELS, multidim_average="samplewise")
        for module in (ours, peer)
    ]
    values = [each(preds[:1], target[:1]) for each in alone]
    torch.testing.assert_close(*values)
    torch.testing.assert_close(*[each.compute() for each in alone])


def test_samples_of_batches_with_different_positions():
    """torchmetrics divides all by the number of positions of the last batch."""
    metric = ours.MultilabelExactMatch(LABELS, multidim_average="samplewise")
    values = [
        metric(*batch(seed, more=more, hide=False)[:2]) for seed, more in ((0, (4,)), (1, (2,)))
    ]
    torch.testing.assert_close(metric.compute(), torch.cat(values))
