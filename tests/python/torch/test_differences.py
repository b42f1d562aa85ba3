"""What is different from torchmetrics on purpose: the list of docs/TORCH.md, a test each."""

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

import limen.torch as ours  # noqa: E402
import limen.torch.functional as functions  # noqa: E402

peer = torchmetrics.classification


def test_a_batch_of_nothing_adds_nothing():
    none = torch.zeros(0, 3), torch.zeros(0, 3, dtype=torch.long)
    with pytest.raises(RuntimeError):
        peer.MultilabelF1Score(3).update(*none)
    metric = ours.MultilabelF1Score(3)
    metric.update(*none)
    assert metric.update_called and not metric.tp.any()
    assert metric(*none) == 0.0


def test_a_refused_forward_keeps_the_states():
    preds, target = torch.tensor([0.2, 0.9]), torch.tensor([0, 1])
    kept = {}
    for module in (ours, peer):
        metric = module.BinaryAccuracy()
        metric.update(preds, target)
        with pytest.raises(RuntimeError):
            metric(preds, target + 1)
        kept[module] = int(metric.tp + metric.tn)
        metric.update(preds, target)
    assert kept == {ours: 2, peer: 0}


def test_multiclass_micro_counts_every_class():
    mine, theirs = (m.MulticlassF1Score(3, average="micro") for m in (ours, peer))
    assert (mine.tp.shape, theirs.tp.shape) == ((3,), (1,))
    preds, target = torch.rand(20, 3), torch.randint(3, (20,))
    torch.testing.assert_close(mine(preds, target), theirs(preds, target))


def test_multiclass_micro_refuses_classes_that_are_not_there():
    preds, target = torch.rand(4, 3), torch.tensor([0, 1, 2, 7])[[0, 1, 3, 3]]
    assert peer.MulticlassAccuracy(3, average="micro")(preds, target) <= 0.5
    with pytest.raises(RuntimeError):
        ours.MulticlassAccuracy(3, average="micro")(preds, target)


def test_one_sample_is_not_many():
    preds, target = torch.rand(1, 3), torch.tensor([0, 2])
    peer.MulticlassStatScores(3, average="micro").update(preds, target)
    for average in ("micro", "macro"):
        metric = ours.MulticlassStatScores(3, average=average)
        with pytest.raises(RuntimeError):
            metric.update(preds, target)
        assert not metric.tp.any()


def test_of_equal_scores_the_lower_class_is_among_the_top():
    preds = torch.full((3, 3), 0.5)
    scores = ours.MulticlassStatScores(3, top_k=2, average=None)(preds, torch.arange(3))
    assert scores[:, 0].tolist() == [1, 1, 0]
    assert scores[:, 1].tolist() == [1, 0, 0]


def test_a_threshold_is_rounded_to_the_scores():
    # 0.1 in float32 is above 0.1 in float64, and torch compares a float64 tensor in float64.
    preds, target = torch.tensor([[0.1, 0.1]]), torch.ones(1, 2, dtype=torch.long)
    threshold = torch.tensor([0.1, 0.1], dtype=torch.float64)
    assert (preds > threshold).all()
    assert not ours.MultilabelStatScores(2, threshold, None)(preds, target)[:, 0].any()


def test_logits_meet_the_logit_of_the_threshold():
    # In float32 the sigmoid of 1e-9 is 0.5, which is not above 0.5; 1e-9 is above 0.
    preds, target = torch.tensor([1e-9, -3.0]), torch.tensor([1, 0])
    assert peer.BinaryRecall()(preds, target) == 0.0
    assert ours.BinaryRecall()(preds, target) == 1.0


def test_jaccard_of_labels_does_not_take_ignore_index_for_a_label():
    preds = torch.tensor([[0.9, 0.9], [0.9, 0.1]])
    target = torch.tensor([[1, 1], [0, 1]])
    theirs = torchmetrics.functional.classification.multilabel_jaccard_index
    options = {"num_labels": 2, "average": "micro", "ignore_index": 0}
    assert theirs(preds, target, **options) == 1.0  # two thirds are right
    value = functions.multilabel_jaccard_index(preds, target, **options)
    torch.testing.assert_close(value, peer.MultilabelJaccardIndex(**options)(preds, target))


def test_merging_forgets_what_was_computed():
    values = {}
    for module in (ours, peer):
        metric, other = module.BinaryAccuracy(), module.BinaryAccuracy()
        metric.update(torch.tensor([0.9]), torch.tensor([1]))
        other.update(torch.tensor([0.9]), torch.tensor([0]))
        metric.compute()
        metric.merge_state(other)
        values[module] = float(metric.compute())
    assert values == {ours: 0.5, peer: 1.0}


def test_results_carry_no_gradient():
    preds = torch.rand(10, requires_grad=True)
    assert not ours.BinaryAccuracy()(preds, torch.randint(2, (10,))).requires_grad
