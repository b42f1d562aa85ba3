"""What limen.torch has beyond torchmetrics: a threshold a label, sets, rules, weights, ..."""

import math

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import limen  # noqa: E402
import limen.torch as ours  # noqa: E402
import limen.torch.functional as functions  # noqa: E402
from limen.torch._base import TallyMetric  # noqa: E402

peer = torchmetrics.classification
FAMILIES = [
    "StatScores",
    "Accuracy",
    "Precision",
    "Recall",
    "F1Score",
    "Specificity",
    "HammingDistance",
    "NegativePredictiveValue",
    "ConfusionMatrix",
    "JaccardIndex",
    "MatthewsCorrCoef",
    "ExactMatch",
]
LABELS = 3
THRESHOLDS = [0.6, 0.5, 0.8]


def batch(samples=40, more=(), seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    shape = (samples, LABELS, *more)
    preds = (torch.randint(0, 21, shape, generator=generator) / 20).to(dtype)
    return preds, torch.randint(2, shape, generator=generator)


def decide(preds, thresholds, compare=torch.gt):
    """Decisions by hand, in the dtype of the scores."""
    cuts = torch.tensor(thresholds, dtype=torch.float64).to(preds.dtype)
    return compare(preds, cuts.reshape(-1, *[1] * (preds.ndim - 2))).long()


@pytest.fixture
def no_fallback(monkeypatch):
    def refuse(*_):
        raise AssertionError("torchmetrics' update was called")

    monkeypatch.setattr(TallyMetric, "_update_by_torch", refuse)


def test_the_metric_that_the_first_need_asks_for(no_fallback):
    metric = ours.MultilabelConfusionMatrix(num_labels=3, threshold=[0.6, 0.5, 0.8])
    preds, target = batch()
    expected = peer.MultilabelConfusionMatrix(num_labels=3)(decide(preds, THRESHOLDS), target)
    assert torch.equal(metric(preds, target), expected)
    assert torch.equal(metric.compute(), expected)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("more", [(), (4,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_a_threshold_for_each_label(no_fallback, family, more, dtype):
    mine = getattr(ours, f"Multilabel{family}")(LABELS, threshold=THRESHOLDS)
    theirs = getattr(peer, f"Multilabel{family}")(LABELS)
    for seed in range(2):
        preds, target = batch(more=more, seed=seed, dtype=dtype)
        decisions = decide(preds, THRESHOLDS)
        torch.testing.assert_close(mine(preds, target), theirs(decisions, target))
    torch.testing.assert_close(mine.compute(), theirs.compute())


@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in ("ConfusionMatrix",)])
def test_a_threshold_for_each_label_samplewise(family):
    if family in ("JaccardIndex", "MatthewsCorrCoef"):
        pytest.skip("has no multidim_average")
    options = {"multidim_average": "samplewise"}
    mine = getattr(ours, f"Multilabel{family}")(LABELS, threshold=THRESHOLDS, **options)
    theirs = getattr(peer, f"Multilabel{family}")(LABELS, **options)
    preds, target = batch(more=(4,))
    torch.testing.assert_close(mine(preds, target), theirs(decide(preds, THRESHOLDS), target))
    torch.testing.assert_close(mine.compute(), theirs.compute())


@pytest.mark.parametrize(
    "given",
    [
        THRESHOLDS,
        tuple(THRESHOLDS),
        torch.tensor(THRESHOLDS, dtype=torch.float64),
        pytest.param("numpy", id="numpy"),
        pytest.param("thresholds", id="Thresholds"),
        pytest.param("file", id="file"),
    ],
    ids=repr,
)
def test_kinds_of_thresholds(given, tmp_path):
    rule = "gt"
    if given == "numpy":
        given = pytest.importorskip("numpy").array(THRESHOLDS)
    elif isinstance(given, str):
        rule = "ge"  # which a Thresholds brings
        kind, given = given, limen.Thresholds(THRESHOLDS)
        if kind == "file":
            path = tmp_path / "thresholds.json"
            given.save(path)
            given = path
    metric = ours.MultilabelF1Score(LABELS, threshold=given, average=None)
    preds, target = batch()
    compare = torch.gt if rule == "gt" else torch.ge
    expected = peer.MultilabelF1Score(LABELS, average=None)(
        decide(preds, THRESHOLDS, compare), target
    )
    torch.testing.assert_close(metric(preds, target), expected)
    torch.testing.assert_close(
        functions.multilabel_f1_score(preds, target, LABELS, given, None), expected
    )


def test_functions_do_not_take_arguments_for_earlier_ones(tmp_path):
    """They keep the metrics that they make."""
    preds, target = torch.tensor([0.4]), torch.tensor([1])
    assert functions.binary_recall(preds, target, threshold=1.0) == 0.0
    with pytest.raises(ValueError, match="float"):  # as torchmetrics
        functions.binary_recall(preds, target, threshold=1)
    path = tmp_path / "thresholds.json"
    for cut, recall in ((0.5, 0.0), (0.3, 1.0)):
        limen.Thresholds([cut]).save(path)
        for name in (path, str(path)):
            assert functions.binary_recall(preds, target, threshold=name) == recall


def test_infinite_thresholds_and_the_rule():
    preds = torch.tensor([[math.inf, -math.inf, 0.5]])
    target = torch.ones(1, 3, dtype=torch.long)
    for rule, equal in (("gt", 0), ("ge", 1)):
        metric = ours.MultilabelStatScores(
            3, [math.inf, -math.inf, 0.5], None, rule=rule, from_logits=False
        )
        assert metric(preds, target)[:, 0].tolist() == [0, 1, equal]
        by_torch = metric._decision.decide(preds)
        assert by_torch.tolist() == [[0, 1, equal]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": [0.5, 0.5]},
        {"threshold": [0.5, math.nan, 0.5]},
        {"threshold": "no such file.json"},
        {"threshold": print},
        {"threshold": 1.5},
        {"rule": "eq"},
        {"from_logits": "yes"},
        {"thresholds": [[0.5, 0.5]]},
        {"thresholds": []},
        {"average": "samples", "multidim_average": "samplewise"},
        {"average": "samples", "zero_division": "skip"},
    ],
    ids=str,
)
def test_options_that_make_no_sense(wrong):
    with pytest.raises((ValueError, OSError)):
        ours.MultilabelF1Score(3, **wrong)


# ---- Sets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sets", [[0.2, 0.5, 0.8], [[0.6, 0.5, 0.8], [0.1, 0.2, 0.3]], [0.5]])
def test_threshold_sets_are_a_leading_axis(no_fallback, family, sets):
    cls = getattr(ours, f"Multilabel{family}")
    average = {"average": None} if hasattr(cls(LABELS), "average") else {}
    metric = cls(LABELS, thresholds=sets, **average)
    alone = [cls(LABELS, threshold=each, **average) for each in sets]
    for seed in range(2):
        preds, target = batch(seed=seed)
        values = metric(preds, target)
        torch.testing.assert_close(values, torch.stack([one(preds, target) for one in alone]))
    torch.testing.assert_close(metric.compute(), torch.stack([one.compute() for one in alone]))
    other = metric.clone()
    other.merge_state(metric)
    metric.reset()
    assert other.metric_state.keys() == metric.metric_state.keys()
    assert all(not state.any() for state in metric.metric_state.values())


def test_threshold_sets_of_binary():
    preds, target = batch()
    metric = ours.BinaryAccuracy(thresholds=[0.2, 0.8])
    expected = [peer.BinaryAccuracy(t)(preds, target) for t in (0.2, 0.8)]
    torch.testing.assert_close(metric(preds, target), torch.stack(expected))


# ---- Weights --------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    family=st.sampled_from(FAMILIES),
    repeats=st.lists(st.integers(0, 3), min_size=12, max_size=12),
    steps=st.lists(st.sampled_from(["update", "forward"]), min_size=1, max_size=3),
)
def test_whole_weights_are_repetitions(family, repeats, steps):
    cls = getattr(ours, f"Multilabel{family}")
    weighted, repeated = cls(LABELS), cls(LABELS)
    repeats = torch.tensor(repeats)
    for seed, step in enumerate(steps):
        preds, target = batch(12, seed=seed)
        rows = torch.repeat_interleave(torch.arange(12), repeats)
        value = getattr(weighted, step)(preds, target, weights=repeats.double())
        expected = getattr(repeated, step)(preds[rows], target[rows])
        if value is not None:
            torch.testing.assert_close(value.double(), expected.double(), equal_nan=True)
    torch.testing.assert_close(
        weighted.compute().double(), repeated.compute().double(), equal_nan=True
    )
    assert all(state.dtype == torch.float64 for state in weighted.metric_state.values())
    weighted.reset()
    assert all(state.dtype == torch.int64 for state in weighted.metric_state.values())


def test_weighted_and_other_batches_mix():
    metric = ours.MulticlassF1Score(3)
    preds, target = torch.rand(20, 3), torch.randint(3, (20,))
    metric.update(preds, target)
    metric.update(preds, target, weights=torch.full((20,), 0.5))
    metric.update(preds, target)
    torch.testing.assert_close(metric.compute(), peer.MulticlassF1Score(3)(preds, target))
    assert float(metric.tp.sum() + metric.fn.sum()) == 50.0


@pytest.mark.parametrize("wrong", [torch.tensor([1.0, -1.0]), torch.ones(3), [math.nan, 1.0]])
def test_wrong_weights_change_nothing(wrong):
    metric = ours.BinaryF1Score()
    with pytest.raises(ValueError):
        metric.update(torch.rand(2), torch.tensor([0, 1]), wrong)
    assert not metric.tp.any() and not metric.tn.any()


# ---- 0/0, samples, logits --------------------------------------------------------------------


def test_zero_division():
    preds = torch.tensor([[0.9, 0.1], [0.9, 0.1]])
    target = torch.tensor([[1, 0], [0, 0]])  # nothing of the second label
    scores = {
        zero: ours.MultilabelPrecision(2, average=None, zero_division=zero)(preds, target)
        for zero in (0, 1, math.nan, "skip")
    }
    assert scores[0].tolist() == [0.5, 0.0]
    assert scores[1].tolist() == [0.5, 1.0]
    assert scores[math.nan][1].isnan() and scores["skip"][1].isnan()
    macro = {
        zero: ours.MultilabelF1Score(2, zero_division=zero)(preds, target)
        for zero in (math.nan, "skip")
    }
    assert macro[math.nan].isnan()
    torch.testing.assert_close(macro["skip"], torch.tensor(2 / 3))


@pytest.mark.parametrize("thresholds", [None, [0.3, 0.6]])
def test_mean_over_samples(thresholds):
    sklearn = pytest.importorskip("sklearn.metrics")
    peers = {
        "Precision": sklearn.precision_score,
        "Recall": sklearn.recall_score,
        "F1Score": sklearn.f1_score,
        "JaccardIndex": sklearn.jaccard_score,
    }
    options = {"average": "samples", "thresholds": thresholds}
    collection = ours.MetricCollection(
        {name: getattr(ours, f"Multilabel{name}")(LABELS, **options) for name in peers}
    )
    batches = [batch(seed=1), batch(7, seed=2)]
    for preds, target in batches:
        collection(preds, target)
    preds, target = (torch.cat(parts) for parts in zip(*batches, strict=True))
    values = collection.compute()
    for name, function in peers.items():
        expected = [
            function(target, preds > cut, average="samples", zero_division=0)
            for cut in thresholds or [0.5]
        ]
        assert values[name].tolist() == pytest.approx(
            expected if thresholds else expected[0], abs=1e-6
        )
    assert len(collection._passes) == 1


def test_logits():
    preds, target = batch()
    preds = preds * 0.97 + 0.012  # none is a threshold
    logits = preds.logit()
    expected = peer.MultilabelF1Score(LABELS, average=None)(decide(preds, THRESHOLDS), target)
    for guess in (None, True):
        metric = ours.MultilabelF1Score(
            LABELS, threshold=THRESHOLDS, average=None, from_logits=guess
        )
        torch.testing.assert_close(metric(logits, target), expected)
    # Told, a batch that lies within [0, 1] by chance is no other thing.
    told = ours.BinaryAccuracy(from_logits=True)
    assert told(torch.tensor([0.2, 0.9]), torch.tensor([1, 1])) == 1.0
    told = ours.BinaryAccuracy(threshold=1.5, from_logits=False)
    assert told(torch.tensor([1.2, 2.0]), torch.tensor([0, 1])) == 1.0


def test_a_guess_that_changes_is_said():
    metric = ours.BinaryAccuracy()
    target = torch.tensor([0, 1])
    metric.update(torch.tensor([0.2, 0.9]), target)
    with pytest.warns(UserWarning, match="from_logits"):
        metric.update(torch.tensor([-2.0, 3.0]), target)
    assert metric.compute() == 1.0


def test_scores_that_need_a_gradient_and_that_are_strided(no_fallback):
    wide = torch.rand(20, 2 * LABELS, requires_grad=True)
    preds, target = wide[:, ::2], torch.randint(2, (LABELS, 20)).T
    metric = ours.MultilabelF1Score(LABELS)
    expected = peer.MultilabelF1Score(LABELS)(preds.detach(), target)
    torch.testing.assert_close(metric(preds, target), expected)
    assert not metric.compute().requires_grad


# ---- Kernels --------------------------------------------------------------------------------


def test_states_are_what_the_core_adds_into(no_fallback):
    metric = ours.MultilabelF1Score(LABELS)
    states = [metric.tp, metric.fp, metric.tn, metric.fn]
    addresses = [state.data_ptr() for state in states]
    for seed in range(3):
        metric.update(*batch(seed=seed))
        metric(*batch(seed=seed))
    assert all(
        now is before
        for now, before in zip([metric.tp, metric.fp, metric.tn, metric.fn], states, strict=True)
    )
    assert [state.data_ptr() for state in states] == addresses
    assert sum(int(state.sum()) for state in states) == 6 * 40 * LABELS


def test_states_that_were_moved_are_followed():
    metric = ours.MultilabelF1Score(LABELS)
    first, second = batch(seed=1), batch(seed=2)
    metric.update(*first)
    metric.tp.share_memory_()  # moves the memory under the same tensor
    metric.fp = metric.fp.clone()
    metric.tn.set_(metric.tn.clone())
    metric.update(*second)
    expected = peer.MultilabelF1Score(LABELS)
    expected.update(*first)
    expected.update(*second)
    torch.testing.assert_close(metric.compute(), expected.compute())


def test_checkpoints_and_snapshots_stay_as_they_were():
    metric = ours.MultilabelF1Score(LABELS)
    metric.persistent(True)
    metric.update(*batch(seed=1))
    checkpoint, snapshot = metric.state_dict(), metric.metric_state
    before = {name: state.clone() for name, state in checkpoint.items()}
    other = ours.MultilabelF1Score(LABELS)
    other.load_state_dict(checkpoint)
    for each in (metric, other):
        each.update(*batch(seed=2))
    torch.testing.assert_close(metric.compute(), other.compute())
    for name, state in before.items():
        assert torch.equal(checkpoint[name], state) and torch.equal(snapshot[name], state)


def test_states_of_another_dtype():
    metric = ours.MultilabelConfusionMatrix(LABELS).set_dtype(torch.float64)
    expected = peer.MultilabelConfusionMatrix(LABELS)
    for seed in range(2):
        metric.update(*batch(seed=seed))
        expected.update(*batch(seed=seed))
    assert metric.confmat.dtype == torch.float64
    assert torch.equal(metric.compute().long(), expected.compute())


def test_options_may_be_assigned():
    metric = ours.MultilabelF1Score(LABELS)
    preds, target = batch()
    metric(preds, target)
    metric.reset()
    metric.threshold = THRESHOLDS
    expected = peer.MultilabelF1Score(LABELS)(decide(preds, THRESHOLDS), target)
    torch.testing.assert_close(metric(preds, target), expected)


def test_kernels_are_chosen_by_device(monkeypatch):
    from limen.torch import _decision

    called = []
    cpu = _decision.KERNELS["cpu"]

    def add(*arguments):
        called.append(arguments[2].device.type)
        return cpu.add(*arguments)

    monkeypatch.setitem(_decision.KERNELS, "cpu", cpu._replace(add=add))
    ours.BinaryF1Score().update(torch.rand(4), torch.tensor([0, 1, 1, 0]))
    assert called == ["cpu"]
    assert _decision.kernel(torch.device("meta")) is _decision.KERNELS["cpu"]


def test_merging_another_configuration_raises():
    mine, other = ours.BinaryF1Score(0.5), ours.BinaryF1Score(0.4)
    other.update(torch.rand(4), torch.tensor([0, 1, 1, 0]))
    with pytest.raises(ValueError, match="configuration"):
        mine.merge_state(other)
    assert not mine.tn.any()


def test_a_users_subclass_keeps_the_bookkeeping():
    class Flipped(ours.BinaryAccuracy):
        def update(self, preds, target):
            super().update(1 - preds, target)

    class Doubled(ours.BinaryAccuracy):
        def compute(self):
            return 2 * super().compute()

    preds, target = torch.tensor([0.1, 0.8, 0.9]), torch.tensor([0, 1, 0])
    flipped, doubled = Flipped(), Doubled()
    torch.testing.assert_close(flipped(preds, target), torch.tensor(1 / 3))
    torch.testing.assert_close(doubled(preds, target), torch.tensor(4 / 3))
    flipped.update(preds, target)
    assert flipped.update_count == 2
    torch.testing.assert_close(flipped.compute(), torch.tensor(1 / 3))


# ---- Tuning ---------------------------------------------------------------------------------


def test_best_thresholds():
    preds, target = batch(200)
    metric = ours.MultilabelBestThreshold(LABELS, "f1", labels=["a", "b", "c"])
    for part in range(0, 200, 60):
        metric.update(preds[part : part + 60], target[part : part + 60])
    best = metric.compute()
    tuned = limen.tune(preds, target, "f1", rule="gt")
    assert best.tolist() == pytest.approx(list(tuned.values))
    scores = ours.MultilabelF1Score(LABELS, threshold=metric.tuned(), average=None)(preds, target)
    for label, score in enumerate(scores):
        grid = torch.linspace(0, 1, 21)
        every = ours.BinaryF1Score(thresholds=grid)(preds[:, label], target[:, label])
        assert score >= every.max() - 1e-6
    assert metric.tuned().labels == ("a", "b", "c")
    metric.reset()
    assert metric(preds, target).tolist() == pytest.approx(list(tuned.values))


@pytest.mark.parametrize("more", [(), (2,)])
def test_weighted_best_thresholds(more):
    preds, target = batch(60, more)
    times = torch.randint(0, 4, (60,), generator=torch.Generator().manual_seed(1))
    times[30:] = 1
    metric = ours.MultilabelBestThreshold(LABELS)
    metric.update(preds[:30], target[:30], times[:30].double())
    other = ours.MultilabelBestThreshold(LABELS)
    other.update(preds[30:], target[30:])
    forward = metric.clone()
    forward(preds[30:], target[30:])
    metric.merge_state(other)
    torch.testing.assert_close(forward.compute(), metric.compute())
    repeated = ours.MultilabelBestThreshold(LABELS)
    repeated.update(preds.repeat_interleave(times, 0), target.repeat_interleave(times, 0))
    torch.testing.assert_close(metric.compute(), repeated.compute())
    with pytest.raises(ValueError, match="weights"):
        metric.update(preds, target, -times)
    assert ours.MultilabelBestThreshold(LABELS).compute().tolist() == [math.inf] * LABELS


def test_best_threshold_of_binary_and_refusals():
    preds, target = batch(100)
    metric = ours.BinaryBestThreshold("accuracy", require="recall>=0.5", ignore_index=-1)
    target[0] = -1
    best = metric(preds, target)
    assert best.shape == ()
    with pytest.raises(limen.Error):
        metric.update(preds, target + 1)
    with pytest.raises(ValueError):
        metric.update(preds, target[:-1])
    with pytest.raises(ValueError):
        ours.MultilabelBestThreshold(3, "no such objective")


# ---- What the kernels take, and what is drawn ------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("task", ["Binary", "Multiclass", "Multilabel"])
def test_ordinary_batches_are_counted_by_the_kernels(no_fallback, task, family):
    if not hasattr(peer, task + family):
        pytest.skip("is not there")
    width = {"Binary": (), "Multiclass": (LABELS,), "Multilabel": (LABELS,)}[task]
    more = () if (task, family) == ("Multiclass", "ExactMatch") else (2,)
    generator = torch.Generator().manual_seed(0)
    for dtype in (torch.float32, torch.float64, torch.int64):
        mine, theirs = (getattr(m, task + family)(*width) for m in (ours, peer))
        targets = (10, *(width if task == "Multilabel" else ()), *more)
        classes = LABELS if task == "Multiclass" else 2
        target = torch.randint(classes, targets, generator=generator)
        if dtype == torch.int64:
            preds = torch.randint(classes, targets, generator=generator)
        else:
            preds = torch.rand((10, *width, *more), generator=generator).to(dtype)
        for _ in range(2):
            torch.testing.assert_close(mine(preds, target), theirs(preds, target))
            mine.update(preds, target)
            theirs.update(preds, target)
        torch.testing.assert_close(mine.compute(), theirs.compute())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    metrics = [
        ours.MultilabelConfusionMatrix(LABELS, threshold=THRESHOLDS),
        ours.MultilabelF1Score(LABELS, threshold=THRESHOLDS, average=None),
        ours.MultilabelAccuracy(LABELS),
    ]
    for metric in metrics:
        metric.update(*batch())
        figure, _ = metric.plot()
        assert figure is not None
    collection = ours.MetricCollection([ours.MultilabelRecall(LABELS), ours.MultilabelF1Score(3)])
    values = [collection(*batch(seed=seed)) for seed in range(2)]
    assert len(collection.plot(values)) == 2


def test_the_cores_part_refuses_nonsense():
    from limen import _core

    tally = limen.Tally("binary", 1, 0.5)
    formula = (1, 0, 0, 0, 1, 1, 0, 0)
    for wrong in ((1, 2), (1,) * 9, "12345678", (1, 0, 0, 0, "a", 1, 0, 0)):
        with pytest.raises(TypeError):
            tally.ratio(wrong)
    with pytest.raises(ValueError):
        tally.ratio(formula, "mean")
    with pytest.raises(ValueError):
        tally.ratio(formula, labels="some")
    with pytest.raises(limen.Error):
        tally.ratio(formula, set=1)
    with pytest.raises(ValueError):
        _core.ratio([1.0, 2.0, 3.0], formula)
    with pytest.raises(TypeError):
        _core.add_guessing(tally, None, [0.5], [1])
    with pytest.raises(limen.Error):
        _core.add_guessing(tally, tally, [0.5], [2])
    other = limen.Tally("binary", 1, 0.5, logits=True)
    assert _core.add_guessing(tally, other, [0.9], [1]) is tally
    assert _core.add_guessing(tally, other, [1.1], [1]) is other
    assert _core.add_guessing(tally, other, [0.9], [1], fresh=True) is tally
    assert (tally.samples, other.samples) == (1, 1)
    assert tally.ratio(formula, "micro") == 1.0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_guess(dtype):
    from limen import _core

    inside = torch.tensor([[0.0, -0.0, 1.0], [0.5, 2e-7, 0.25]], dtype=dtype)
    assert _core.are_probabilities(inside) and _core.are_probabilities(inside.T)
    assert _core.are_probabilities(inside[:, ::2]) and _core.are_probabilities(inside[:0])
    above = torch.nextafter(torch.ones(1), torch.full((1,), 2.0)).to(dtype)
    least = 1.0 + torch.finfo(dtype).eps
    for outside in (least, -1e-6, math.inf, -math.inf, math.nan):
        wide = torch.zeros(70, 400, dtype=dtype)
        wide[69, 399] = outside
        assert not _core.are_probabilities(wide), outside
        assert not _core.are_probabilities(wide.T)
        assert _core.are_probabilities(wide[:, :399])
    assert _core.are_probabilities(above) == bool(above <= 1)
