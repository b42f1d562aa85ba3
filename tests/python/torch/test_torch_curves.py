"""The metrics of curves against torchmetrics: equal values, shapes, dtypes and error types."""

import copy
import pickle
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
peer = pytest.importorskip("torchmetrics").classification

import torchmetrics.functional.classification as peer_functional  # noqa: E402
from torchmetrics import MetricCollection as peer_collection  # noqa: E402, N813

import limen.torch as ours  # noqa: E402
import limen.torch.functional as functional  # noqa: E402

torch.set_num_threads(1)

WIDTH = 4
FAMILIES = {
    "PrecisionRecallCurve": ("precision_recall_curve", ()),
    "ROC": ("roc", ()),
    "AUROC": ("auroc", ()),
    "AveragePrecision": ("average_precision", ()),
    "EER": ("eer", ()),
    "LogAUC": ("logauc", ()),
    "PrecisionAtFixedRecall": ("precision_at_fixed_recall", (0.5,)),
    "RecallAtFixedPrecision": ("recall_at_fixed_precision", (0.4,)),
    "SensitivityAtSpecificity": ("sensitivity_at_specificity", (0.6,)),
    "SpecificityAtSensitivity": ("specificity_at_sensitivity", (0.6,)),
}
TASKS = ("Binary", "Multiclass", "Multilabel")
AVERAGED = {"AUROC": "area", "AveragePrecision": "area", "LogAUC": "log"}
CURVES = ("PrecisionRecallCurve", "ROC", "EER")


def same(mine, theirs) -> bool:
    if isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    return (
        mine.shape == theirs.shape
        and mine.dtype == theirs.dtype
        and torch.allclose(mine, theirs, rtol=1e-5, atol=1e-6, equal_nan=True)
    )


def in_float32(pair):
    """torchmetrics' recall at a precision takes on the dtype of the scores; ours, as all values
    are, is float32."""
    return (pair[0].float(), pair[1])


def batch(task, kind, seed, extra, ignore_index=None, dtype=torch.float32):
    """Scores and targets; every label has positives and negatives."""
    generator = torch.Generator().manual_seed(seed)
    shape = (24, *([] if task == "Binary" else [WIDTH]), *extra)
    preds = torch.rand(shape, generator=generator, dtype=dtype)
    if kind == "ties":
        preds = (preds * 6).round() / 6
    if kind == "logits":
        preds = preds * 8 - 4
    elif task == "Multiclass" and kind == "probabilities":
        preds = preds.softmax(1)
    if task == "Multiclass":
        target = torch.randint(WIDTH, (24, *extra), generator=generator)
        target[:WIDTH] = torch.arange(WIDTH).view(-1, *[1] * len(extra))
    else:
        target = torch.randint(2, shape, generator=generator)
        target[0], target[1] = 0, 1
    if ignore_index is not None:
        hidden = torch.rand(target.shape, generator=generator) < 0.2
        hidden[:WIDTH] = False
        target[hidden] = ignore_index
    return preds, target


@st.composite
def configurations(draw):
    family = draw(st.sampled_from(list(FAMILIES)))
    task = draw(st.sampled_from(TASKS))
    options = {
        "thresholds": draw(
            st.sampled_from([None, None, 2, 7, [0.9, 0.2, 0.5], torch.linspace(0, 1, 5)])
        ),
        "ignore_index": draw(st.sampled_from([None, -1])),
        "validate_args": draw(st.booleans()),
    }
    if task == "Multiclass" and family in CURVES:
        micro = ["micro"] if options["thresholds"] is None else []  # there, binned micro fails
        options["average"] = draw(st.sampled_from([None, "macro", *micro]))
    elif task != "Binary" and family in AVERAGED:
        averages = ["macro", "none", None]
        if AVERAGED[family] == "area":
            averages += ["weighted"] + (["micro"] if task == "Multilabel" else [])
        options["average"] = draw(st.sampled_from(averages))
    elif family == "AUROC":
        options["max_fpr"] = draw(st.sampled_from([None, 0.3, 1.0]))
    return family, task, options


@settings(max_examples=250, deadline=None, derandomize=True)
@given(
    configurations(),
    st.sampled_from(["probabilities", "ties", "logits"]),
    st.sampled_from([(), (3,)]),
    st.integers(0, 1000),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_batches_and_all(configuration, kind, extra, seed, dtype):
    family, task, options = configuration
    function, bound = FAMILIES[family]
    arguments = (() if task == "Binary" else (WIDTH,)) + bound
    mine = getattr(ours, task + family)(*arguments, **options)
    theirs = getattr(peer, task + family)(*arguments, **options)
    known = in_float32 if family == "RecallAtFixedPrecision" else lambda value: value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for step in range(3):
            preds, target = batch(task, kind, seed + step, extra, options["ignore_index"], dtype)
            if step == 1:
                mine.update(preds, target)
                theirs.update(preds, target)
            else:
                assert same(mine(preds, target), known(theirs(preds, target)))
            mine = [mine, copy.deepcopy(mine), pickle.loads(pickle.dumps(mine))][step]
        assert same(mine.compute(), known(theirs.compute()))
        if options["thresholds"] is not None:
            assert torch.equal(mine.confmat, theirs.confmat)
        mine.reset()
        theirs.reset()
        assert same(mine(preds, target), known(theirs(preds, target)))
        name = f"{task.lower()}_{function}"
        assert same(
            getattr(functional, name)(preds, target, *arguments, **options),
            known(getattr(peer_functional, name)(preds, target, *arguments, **options)),
        )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("task", TASKS)
def test_wrappers(family, task):
    function, bound = FAMILIES[family]
    preds, target = batch(task, "probabilities", 5, ())
    width = {"num_classes": WIDTH, "num_labels": WIDTH}
    metric = getattr(ours, family)(task.lower(), *bound, **width)
    assert type(metric) is getattr(ours, task + family)
    assert isinstance(metric, getattr(peer, task + family))
    theirs = getattr(peer, family)(task.lower(), *bound, **width)
    assert same(metric(preds, target), theirs(preds, target))
    mine = getattr(functional, function)(preds, target, task.lower(), *bound, **width)
    theirs = getattr(peer_functional, function)(preds, target, task.lower(), *bound, **width)
    assert same(mine, theirs)
    with pytest.raises(ValueError, match="Invalid"):
        getattr(ours, family)("nonsense", *bound, **width)


@pytest.mark.parametrize("thresholds", [None, 5])
def test_merge_and_state(thresholds):
    whole = ours.MultilabelAveragePrecision(WIDTH, thresholds=thresholds)
    parts = [ours.MultilabelAveragePrecision(WIDTH, thresholds=thresholds) for _ in range(2)]
    for step in range(4):
        preds, target = batch("Multilabel", "ties", step, ())
        whole.update(preds, target)
        parts[step % 2].update(preds, target)
    parts[0].merge_state(parts[1])
    assert same(parts[0].compute(), whole.compute())
    whole.persistent(True)
    theirs = peer.MultilabelAveragePrecision(WIDTH, thresholds=thresholds)
    theirs.persistent(True)
    state = whole.state_dict()
    theirs.load_state_dict({name: state[name] for name in theirs.state_dict()})
    if thresholds is not None:
        theirs.update(*batch("Multilabel", "ties", 9, ()))
        whole.update(*batch("Multilabel", "ties", 9, ()))
        assert same(whole.compute(), theirs.compute())


WRONG = {
    "shapes": (torch.rand(6, WIDTH), torch.randint(2, (6, WIDTH + 1)), RuntimeError),
    "width": (torch.rand(6, WIDTH + 1), torch.randint(2, (6, WIDTH + 1)), ValueError),
    "target dtype": (torch.rand(6, WIDTH), torch.rand(6, WIDTH), ValueError),
    "preds dtype": (torch.randint(2, (6, WIDTH)), torch.randint(2, (6, WIDTH)), ValueError),
    "target value": (torch.rand(6, WIDTH), torch.full((6, WIDTH), 2), RuntimeError),
}


@pytest.mark.parametrize("thresholds", [None, 5])
@pytest.mark.parametrize("what", WRONG)
def test_wrong_batches_leave_nothing(what, thresholds):
    preds, target, error = WRONG[what]
    mine = ours.MultilabelAUROC(WIDTH, thresholds=thresholds)
    good = batch("Multilabel", "probabilities", 3, ())
    mine.update(*good)
    before = mine.compute()
    for metric in (mine, peer.MultilabelAUROC(WIDTH, thresholds=thresholds)):
        with pytest.raises(error):
            metric.update(preds, target)
    assert same(mine.compute(), before)


@pytest.mark.parametrize(
    "arguments",
    [{"thresholds": 1}, {"thresholds": "many"}, {"thresholds": [2.0]}, {"ignore_index": 0.5}],
)
def test_wrong_arguments(arguments):
    for module in (ours, peer):
        with pytest.raises(ValueError):
            module.BinaryROC(**arguments)


def test_weights_are_repetitions():
    preds, target = batch("Multilabel", "ties", 1, ())
    times = torch.randint(1, 4, (len(preds),), generator=torch.Generator().manual_seed(2))
    repeated = preds.repeat_interleave(times, 0), target.repeat_interleave(times, 0)
    for thresholds in (None, 5):
        for family in ("AUROC", "AveragePrecision", "ROC"):
            weighted = getattr(ours, "Multilabel" + family)(WIDTH, thresholds=thresholds)
            plain = getattr(ours, "Multilabel" + family)(WIDTH, thresholds=thresholds)
            weighted.update(preds, target, times.double())
            plain.update(*repeated)
            assert same(weighted.compute(), plain.compute())
    with pytest.raises(ValueError, match="weight"):
        ours.MultilabelAUROC(WIDTH).update(preds, target, [torch.inf] * len(preds))


@pytest.mark.parametrize("weighted_first", [True, False])
@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("family", ["AUROC", "CalibrationError"])
def test_without_weights_a_sample_weighs_1(family, merged, weighted_first):
    batches = [
        (*batch("Binary", "probabilities", seed, ()), weights)
        for seed, weights in ((1, torch.rand), (2, torch.ones))
    ]
    batches = [(p, t, make(len(p), dtype=torch.float64)) for p, t, make in batches]
    mine, other, expected = (getattr(ours, "Binary" + family)() for _ in range(3))
    for index in (0, 1) if weighted_first else (1, 0):
        preds, target, weights = batches[index]
        expected.update(preds, target, weights)
        into = other if merged and index == 1 else mine
        into.update(preds, target, *([weights] if index == 0 else []))
    if merged:
        if not weighted_first:
            mine, other = other, mine
        mine.merge_state(other)
    assert same(mine.compute(), expected.compute())


def test_from_logits():
    preds, target = batch("Binary", "probabilities", 1, ())
    logits = preds.logit()
    for family in ("AUROC", "ROC"):
        expected = getattr(ours, "Binary" + family)(thresholds=5, from_logits=False)(preds, target)
        told = getattr(ours, "Binary" + family)(thresholds=5, from_logits=True)
        assert same(told(logits, target), expected)
    guess = ours.BinaryAUROC(thresholds=5)
    guess.update(preds, target)
    with pytest.warns(UserWarning, match="from_logits"):
        guess.update(logits * 3, target)


def test_a_guess_is_forgotten():
    preds, target = batch("Binary", "probabilities", 1, ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for metric in (ours.BinaryAUROC(), ours.BinaryAccuracy()):
            metric.update(preds, target)
            metric.reset()
            metric.update(8 * preds - 4, target)
        for function in (functional.binary_auroc, functional.binary_accuracy):
            function(preds, target)
            function(8 * preds - 4, target)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class(label):
    preds, target = torch.rand(9), torch.full((9,), label)
    for family in ("AUROC", "AveragePrecision", "ROC", "PrecisionRecallCurve", "EER"):
        with warnings.catch_warnings(record=True) as mine:
            warnings.simplefilter("always")
            value = getattr(ours, "Binary" + family)()(preds, target)
        with warnings.catch_warnings(record=True) as theirs:
            warnings.simplefilter("always")
            expected = getattr(peer, "Binary" + family)()(preds, target)
        assert same(value, expected)
        assert bool(mine) == bool(theirs)
        assert {each.category for each in mine} == {each.category for each in theirs}


def test_nan_is_below_every_threshold():
    preds, target = batch("Binary", "probabilities", 1, ())
    preds[3] = torch.nan
    binned = ours.BinaryAUROC(thresholds=5)(preds, target)
    assert same(binned, peer.BinaryAUROC(thresholds=5)(preds, target))
    exact = ours.BinaryROC()
    exact.update(preds, target)
    *_, last = exact.compute()[2]
    assert last == -torch.inf  # torchmetrics has it above all others


def test_scripts_with_a_model():
    torch.jit.script(ours.MulticlassAUROC(3))


def test_a_collection_keeps_scores_once():
    for thresholds in (None, 9):
        names = ("AUROC", "AveragePrecision", "ROC", "PrecisionRecallCurve")
        mine = ours.MetricCollection(
            [getattr(ours, "Multilabel" + name)(WIDTH, thresholds=thresholds) for name in names]
        )
        theirs = peer_collection(
            [getattr(peer, "Multilabel" + name)(WIDTH, thresholds=thresholds) for name in names]
        )
        assert len(mine.compute_groups) == 1
        for step in range(3):
            tensors = batch("Multilabel", "ties", step, ())
            values, expected = mine(*tensors), theirs(*tensors)
            assert all(same(values[key], expected[key]) for key in expected)
        values, expected = mine.compute(), theirs.compute()
        assert all(same(values[key], expected[key]) for key in expected)


def test_merge_of_different_thresholds_is_refused():
    one, other = ours.BinaryROC(thresholds=5), ours.BinaryROC(thresholds=[0.0, 0.2, 0.5, 0.6, 1.0])
    with pytest.raises(ValueError, match="different configurations"):
        one.merge_state(other)


# ---- Different on purpose: docs/TORCH.md ----------------------------------------------------


def test_absent_classes_stay_undefined():
    """All targets being class 0, torchmetrics takes every class for absent."""
    preds, target = torch.rand(8, 3).softmax(1), torch.zeros(8, dtype=torch.long)
    mine = ours.MulticlassAveragePrecision(3, average="none")(preds, target)
    assert mine[0] == 1 and mine[1:].isnan().all()
    theirs = peer.MulticlassAveragePrecision(3, average="none")(preds, target)
    assert theirs[1] == 0
    _, mine, _ = ours.MulticlassPrecisionRecallCurve(3)(preds, target)
    _, theirs, _ = peer.MulticlassPrecisionRecallCurve(3)(preds, target)
    assert mine[0][-2] == 1 / 8 and mine[1][:-1].isnan().all()
    assert theirs[0][-2] == theirs[1][0] == 1


@pytest.mark.parametrize("hidden", [None, -1])
def test_targets_out_of_their_domain(hidden):
    preds, target = batch("Multilabel", "probabilities", 1, (), hidden)
    target[3, 2] = 2
    for module in (ours, peer):
        with pytest.raises(RuntimeError) as error:
            module.MultilabelAUROC(WIDTH, ignore_index=hidden).update(preds, target)
        assert "Detected" in str(error.value)


def test_binned_micro_works():
    """torchmetrics adds counts of shape (T, 2, 2) to a state of (T, C, 2, 2)."""
    preds, target = batch("Multiclass", "probabilities", 1, ())
    arguments = {"num_classes": WIDTH, "thresholds": 7, "average": "micro"}
    mine = ours.MulticlassROC(**arguments)
    mine.update(preds, target)
    assert same(mine.compute(), peer_functional.multiclass_roc(preds, target, **arguments))
    with pytest.raises(RuntimeError):
        peer.MulticlassROC(**arguments).update(preds, target)


def test_precision_of_nothing_predicted_is_no_best():
    preds, target = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0, 1, 1])
    metric = ours.BinaryPrecisionAtFixedRecall(0.0, thresholds=[0.9, 0.15])
    value, threshold = metric(preds, target)
    assert value == 1 and threshold == pytest.approx(0.15)
    value, _ = peer.BinaryPrecisionAtFixedRecall(0.0, thresholds=[0.9, 0.15])(preds, target)
    assert value.isnan()


@pytest.mark.parametrize(
    "wrong",
    [
        (torch.rand(1), torch.tensor([0, 1])),
        (torch.rand(2), torch.tensor([0, 2])),
        (torch.rand(2, 1), torch.tensor([0, 1])),
    ],
    ids=["length", "domain", "axes"],
)
@pytest.mark.parametrize("thresholds", [None, 5])
def test_what_torchmetrics_does_not_check(wrong, thresholds):
    """Its BinaryAUROC never does, and nothing does with validate_args=False."""
    collection = ours.MetricCollection(
        [
            getattr(ours, "Binary" + name)(thresholds=thresholds, validate_args=False)
            for name in ("AUROC", "AveragePrecision")
        ]
    )
    good = torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([0, 0, 1, 1])
    collection.update(*good)
    for metric in (collection, collection["BinaryAUROC"]):
        with pytest.raises((RuntimeError, ValueError)):
            metric.update(*wrong)
    collection.update(*good)
    assert collection.compute()["BinaryAUROC"] == peer.BinaryAUROC(thresholds=thresholds)(*good)
    assert len(collection.compute_groups) == 1


@pytest.mark.parametrize("family", ["PrecisionRecallCurve", "ROC"])
@pytest.mark.parametrize("thresholds", [None, [0.5]])
def test_a_curve_of_one_point(family, thresholds):
    for task, target in (("Binary", [1]), ("Multilabel", [[1, 0]])):
        arguments = () if task == "Binary" else (2,)
        target = torch.tensor(target)
        mine, theirs = (
            getattr(module, task + family)(*arguments, thresholds=thresholds)
            for module in (ours, peer)
        )
        for step in (mine, theirs):
            step.update(target * 0.5, target)
        assert same(mine.compute(), theirs.compute())
        mine.reset()
        theirs.reset()
        assert same(mine(target * 0.5, target), theirs(target * 0.5, target))


def test_log_auc_has_no_micro_average():
    preds, target = batch("Multiclass", "probabilities", 1, ())
    for module in (ours, peer):
        with pytest.raises(ValueError, match="average"):
            module.MulticlassLogAUC(WIDTH, average="micro")(preds, target)


def test_no_samples():
    empty = torch.zeros(0), torch.zeros(0, dtype=torch.long)
    assert ours.BinaryPrecisionRecallCurve()(*empty)[0] == 1.0
    with pytest.raises(IndexError):
        peer.BinaryPrecisionRecallCurve()(*empty)
    for module in (ours, peer):
        with pytest.raises(ValueError), pytest.warns(UserWarning):
            module.BinaryPrecisionRecallCurve().compute()
