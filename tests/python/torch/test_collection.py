"""MetricCollection: groups by configuration, one pass in update and forward, merging."""

import copy
import pickle

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

import limen.torch as ours  # noqa: E402

peer = torchmetrics.classification
NAMES = ("F1Score", "Precision", "Recall", "Accuracy", "ConfusionMatrix", "JaccardIndex")


def batches(count=3, seed=1):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield (
            torch.rand(16, 4, generator=generator),
            torch.randint(2, (16, 4), generator=generator),
        )


def both(names=NAMES):
    mine = ours.MetricCollection({n: getattr(ours, f"Multilabel{n}")(4) for n in names})
    theirs = torchmetrics.MetricCollection({n: getattr(peer, f"Multilabel{n}")(4) for n in names})
    return mine, theirs


def assert_same(mine, theirs):
    assert sorted(mine) == sorted(theirs)
    for name in theirs:
        torch.testing.assert_close(mine[name], theirs[name], rtol=0, atol=1e-6)


def test_update_forward_compute_and_reset():
    mine, theirs = both()
    for round_of in range(2):
        for preds, target in batches(seed=round_of):
            mine.update(preds, target)
            theirs.update(preds, target)
            assert_same(mine(preds, target), theirs(preds, target))
            assert_same(mine.compute(), theirs.compute())
        assert mine["F1Score"].update_count == 6
        mine.reset()
        theirs.reset()


def test_equal_counts_do_not_make_a_group():
    # Three thresholds that the first batch does not tell apart.
    thresholds = {"low": 0.3, "middle": 0.5, "high": 0.7}

    def make(module):
        return {n: module.MultilabelF1Score(2, threshold=t) for n, t in thresholds.items()}

    first = torch.tensor([[0.9, 0.1], [0.1, 0.9]]), torch.tensor([[1, 0], [0, 1]])
    second = torch.tensor([[0.4, 0.6], [0.6, 0.4]]), torch.tensor([[1, 1], [0, 0]])
    mine, theirs = ours.MetricCollection(make(ours)), torchmetrics.MetricCollection(make(peer))
    alone = make(peer)
    for batch in (first, second):
        mine.update(*batch)
        theirs.update(*batch)
        for metric in alone.values():
            metric.update(*batch)
    right = {name: metric.compute() for name, metric in alone.items()}
    assert_same(mine.compute(), right)
    assert any(not torch.equal(theirs.compute()[name], right[name]) for name in right)


def test_one_pass_in_update_and_forward(monkeypatch):
    mine, _ = both()
    passes = []
    counted = ours._base.TallyMetric._count
    monkeypatch.setattr(
        ours._base.TallyMetric, "_count", lambda *a, **k: passes.append(1) or counted(*a, **k)
    )
    preds, target = next(batches())
    mine.update(preds, target)
    mine(preds, target)
    assert len(passes) == 2
    assert mine._modules["F1Score"].tp is mine._modules["Recall"].tp


def test_members_with_different_states_of_one_decision_share_the_pass():
    mine = ours.MetricCollection(
        [ours.MulticlassF1Score(3), ours.MulticlassConfusionMatrix(3), ours.MulticlassAccuracy(3)]
    )
    assert len(mine._passes) == 1
    assert len(mine.compute_groups) == 2
    preds, target = torch.rand(20, 3), torch.randint(3, (20,))
    values = mine(preds, target)
    torch.testing.assert_close(
        values["MulticlassF1Score"], peer.MulticlassF1Score(3)(preds, target)
    )
    mine.update(preds, target)
    assert mine.compute()["MulticlassConfusionMatrix"].sum() == 40


def test_foreign_members():
    mine = ours.MetricCollection(
        {"ours": ours.MultilabelF1Score(4), "theirs": peer.MultilabelF1Score(4)}
    )
    for preds, target in batches():
        values = mine(preds, target)
        torch.testing.assert_close(values["ours"], values["theirs"])
    assert len(mine.compute_groups) == 2


def test_options_assigned_later_part_the_group():
    mine, _ = both(("F1Score", "Recall"))
    (first, second) = batches(2)
    mine.update(*first)
    mine._modules["Recall"].threshold = 0.9
    mine.update(*second)
    alone = peer.MultilabelRecall(4)
    alone.update(*first)
    alone.threshold = 0.9
    alone.update(*second)
    torch.testing.assert_close(mine.compute()["Recall"], alone.compute())


def test_a_refused_batch_raises_and_adds_nothing():
    mine, _ = both()
    preds, target = next(batches())
    mine.update(preds, target)
    before = mine.compute()
    for call in (mine.update, mine):
        with pytest.raises(RuntimeError):
            call(preds, target + 1)
    assert_same(mine.compute(), before)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_go_their_own_way(copied):
    mine, theirs = both()
    first, second = batches(2)
    mine.update(*first)
    theirs.update(*first)
    other = copied(mine)
    mine.update(*second)
    assert_same(other.compute(), theirs.compute())
    other.update(*second)
    assert_same(other.compute(), mine.compute())


def test_merge_state():
    mine, theirs = both()
    other, _ = both()
    first, second = batches(2)
    mine.update(*first)
    other.update(*second)
    for batch in (first, second):
        theirs.update(*batch)
    mine.merge_state(other)
    assert_same(mine.compute(), theirs.compute())
    mine.update(*first)
    theirs.update(*first)
    assert_same(mine.compute(), theirs.compute())


def test_merging_other_configurations_raises_and_changes_nothing():
    mine, _ = both(("F1Score", "Recall"))
    mine.update(*next(batches()))
    before = mine.compute()
    other = ours.MetricCollection(
        {"F1Score": ours.MultilabelF1Score(4), "Recall": ours.MultilabelRecall(4, threshold=0.4)}
    )
    other.update(*next(batches()))
    with pytest.raises(ValueError, match="configuration"):
        mine.merge_state(other)
    assert_same(mine.compute(), before)


def test_prefix_nested_and_without_groups():
    inner = ours.MetricCollection([ours.MultilabelF1Score(4)], postfix="_in")
    mine = ours.MetricCollection([inner, ours.MultilabelRecall(4)], prefix="val_")
    theirs = torchmetrics.MetricCollection(
        [
            torchmetrics.MetricCollection([peer.MultilabelF1Score(4)], postfix="_in"),
            peer.MultilabelRecall(4),
        ],
        prefix="val_",
    )
    apart = ours.MetricCollection([ours.MultilabelF1Score(4)], compute_groups=False)
    for preds, target in batches():
        assert_same(mine(preds, target), theirs(preds, target))
        apart.update(preds, target)
    assert_same(mine.compute(), theirs.compute())
    assert apart.compute_groups == {}


def test_members_that_are_read_between_updates_stay_together():
    mine, theirs = both()
    for preds, target in batches():
        mine.update(preds, target)
        theirs.update(preds, target)
        for name, member in mine.items():  # hands out copies of the states
            assert member.update_called, name
        assert len(mine.compute_groups) == 2
        assert_same(mine.compute(), theirs.compute())


def test_metrics_that_are_added_later_begin_at_nothing():
    mine, _ = both(("F1Score", "Recall"))
    first, second = batches(2)
    mine.update(*first)
    mine.add_metrics({"late": ours.MultilabelPrecision(4)})
    mine.update(*second)
    late = peer.MultilabelPrecision(4)
    late.update(*second)
    torch.testing.assert_close(mine.compute()["late"], late.compute())
    assert sorted(map(len, mine.compute_groups.values())) == [1, 2]
    mine.reset()
    mine(*first)
    assert mine._modules["late"].update_count == mine._modules["Recall"].update_count == 1


def test_samplewise_and_refused_members_forward_once():
    mine, theirs = (
        collection(
            {
                "apart": module.MulticlassAccuracy(3, multidim_average="samplewise"),
                "micro": module.MulticlassAccuracy(3, average="micro"),
                "macro": module.MulticlassRecall(3),
                "matrix": module.MulticlassConfusionMatrix(3),
            }
        )
        for module, collection in (
            (ours, ours.MetricCollection),
            (peer, torchmetrics.MetricCollection),
        )
    )
    generator = torch.Generator().manual_seed(3)
    for _ in range(2):
        # Floats as class numbers: not for the kernels, but torchmetrics takes them.
        preds = torch.randint(3, (10, 2), generator=generator).float()
        target = torch.randint(3, (10, 2), generator=generator)
        assert_same(mine(preds, target), theirs(preds, target))
    assert_same(mine.compute(), theirs.compute())


def test_wrappers_of_torchmetrics_take_ours():
    wrappers = torchmetrics.wrappers

    def values(module):
        classwise = wrappers.ClasswiseWrapper(module.MultilabelF1Score(4, average=None), prefix="f")
        least = wrappers.MinMaxMetric(module.MultilabelRecall(4))
        running = wrappers.Running(module.MultilabelF1Score(4), window=2)
        tracker = wrappers.MetricTracker(module.MultilabelF1Score(4), maximize=True)
        found = []
        for preds, target in batches():
            tracker.increment()
            tracker.update(preds, target)
            found += [classwise(preds, target), least(preds, target), running(preds, target)]
        return [*found, classwise.compute(), running.compute(), tracker.compute_all()]

    torch.testing.assert_close(values(ours), values(peer))


def test_entries_of_results_that_are_dicts():
    def make(module, collection):
        def wrapped(cls):
            return torchmetrics.wrappers.ClasswiseWrapper(cls(3, average=None), prefix="c_")

        inner = collection(
            {"a": wrapped(module.MulticlassRecall), "b": wrapped(module.MulticlassPrecision)},
            prefix="in_",
            postfix="_in",
        )
        return collection([inner, module.MulticlassAccuracy(3)], postfix="_out")

    mine, theirs = make(ours, ours.MetricCollection), make(peer, torchmetrics.MetricCollection)
    preds, target = torch.rand(20, 3), torch.randint(3, (20,))
    assert_same(mine(preds, target), theirs(preds, target))
    assert_same(mine.compute(), theirs.compute())


@pytest.mark.parametrize("kind", ["counts", "binned", "lists"])
def test_our_metrics_in_a_collection_of_torchmetrics(kind):
    """It lets metrics of a group share their states, and forward adds to each."""

    def make(module, **options):
        if kind == "counts":
            names, arguments = ("F1Score", "Recall", "ConfusionMatrix"), {}
        else:
            names = ("AUROC", "AveragePrecision", "ROC")
            arguments = {"thresholds": 5 if kind == "binned" else None}
        return torchmetrics.MetricCollection(
            [getattr(module, "Multilabel" + name)(4, **arguments) for name in names], **options
        )

    mine, theirs = make(ours), make(peer, compute_groups=False)
    steps = ["update", "forward", "update", "forward", "forward", "update"]
    for tensors, step in zip(batches(len(steps)), steps, strict=True):
        values = [getattr(each, step)(*tensors) for each in (mine, theirs)]
        for found, expected in [values, [mine.compute(), theirs.compute()]]:
            if expected is not None:
                torch.testing.assert_close(found, expected, equal_nan=True)
        if step == "forward":
            mine = mine.clone()
    assert len(mine.compute_groups) < 3
