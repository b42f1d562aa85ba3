"""Ranking, hinge, calibration and group fairness against torchmetrics."""

import copy
import pickle
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
peer = pytest.importorskip("torchmetrics").classification

import torchmetrics.functional.classification as peer_functional  # noqa: E402

import limen.torch as ours  # noqa: E402
import limen.torch.functional as functional  # noqa: E402

torch.set_num_threads(1)

WIDTH = 4
GROUPS = 3
FUNCTIONS = {
    "MultilabelCoverageError": "multilabel_coverage_error",
    "MultilabelRankingAveragePrecision": "multilabel_ranking_average_precision",
    "MultilabelRankingLoss": "multilabel_ranking_loss",
    "BinaryHingeLoss": "binary_hinge_loss",
    "MulticlassHingeLoss": "multiclass_hinge_loss",
    "BinaryCalibrationError": "binary_calibration_error",
    "MulticlassCalibrationError": "multiclass_calibration_error",
    "BinaryGroupStatRates": "binary_groups_stat_rates",
    "BinaryFairness": "binary_fairness",
}


def same(mine, theirs) -> bool:
    if isinstance(theirs, dict):
        return mine.keys() == theirs.keys() and all(same(mine[key], theirs[key]) for key in theirs)
    return mine.shape == theirs.shape and torch.allclose(
        mine.float(), theirs.float(), rtol=1e-5, atol=1e-6, equal_nan=True
    )


@st.composite
def configurations(draw):
    """A class, its arguments, and options that every form has."""
    name = draw(st.sampled_from(list(FUNCTIONS)))
    options = {"validate_args": draw(st.booleans())}
    ranks = name.startswith("MultilabelR") or "Coverage" in name
    options["ignore_index"] = None if ranks else draw(st.sampled_from([None, -1]))
    arguments = (WIDTH,) if not name.startswith("Binary") else ()
    if "Hinge" in name:
        options["squared"] = draw(st.booleans())
        if arguments:
            options["multiclass_mode"] = draw(st.sampled_from(["crammer-singer", "one-vs-all"]))
    elif "Calibration" in name:
        options["n_bins"] = draw(st.sampled_from([1, 7, 15]))
        options["norm"] = draw(st.sampled_from(["l1", "l2", "max"]))
    elif name == "BinaryFairness":
        options["task"] = draw(st.sampled_from(["all", "equal_opportunity", "demographic_parity"]))
        options["threshold"] = draw(st.sampled_from([0.5, 0.3]))
        arguments = (GROUPS,)
    elif name == "BinaryGroupStatRates":
        options["threshold"] = draw(st.sampled_from([0.5, 0.3]))
        arguments = (GROUPS,)
    return name, arguments, options


def batch(name, kind, seed, extra, ignore_index):
    generator = torch.Generator().manual_seed(seed)
    grouped = "Group" in name or "Fairness" in name
    extra = () if grouped else extra
    shape = (24, *([] if name.startswith("Binary") else [WIDTH]), *extra)
    preds = torch.rand(shape, generator=generator)
    if kind == "logits":
        preds = preds * 6 - 3
    elif name.startswith("Multiclass"):
        preds = preds.softmax(1)
    if name.startswith("Multiclass"):
        target = torch.randint(WIDTH, (24, *extra), generator=generator)
    else:
        target = torch.randint(2, shape, generator=generator)
    if name.startswith("Multilabel"):
        target[0], target[1] = 0, 1
    if ignore_index is not None:
        target[torch.rand(target.shape, generator=generator) < 0.2] = ignore_index
    if not grouped:
        return preds, target
    groups = torch.randint(GROUPS, (24,), generator=generator)
    groups[:GROUPS] = torch.arange(GROUPS)
    return preds, target, groups


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    configurations(),
    st.sampled_from(["probabilities", "logits"]),
    st.sampled_from([(), (3,)]),
    st.integers(0, 1000),
)
def test_batches_and_all(configuration, kind, extra, seed):
    name, arguments, options = configuration
    mine = getattr(ours, name)(*arguments, **options)
    theirs = getattr(peer, name)(*arguments, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for step in range(3):
            tensors = batch(name, kind, seed + step, extra, options["ignore_index"])
            if step == 1:
                mine.update(*tensors)
                theirs.update(*tensors)
            else:
                assert same(mine(*tensors), theirs(*tensors))
            mine = [mine, copy.deepcopy(mine), pickle.loads(pickle.dumps(mine))][step]
        assert same(mine.compute(), theirs.compute())
        mine.reset()
        theirs.reset()
        assert same(mine(*tensors), theirs(*tensors))
        if name == "BinaryFairness":
            arguments = ()
        assert same(
            getattr(functional, FUNCTIONS[name])(*tensors, *arguments, **options),
            getattr(peer_functional, FUNCTIONS[name])(*tensors, *arguments, **options),
        )


@pytest.mark.parametrize("family", ["HingeLoss", "CalibrationError"])
@pytest.mark.parametrize("task", ["Binary", "Multiclass"])
def test_wrappers(family, task):
    metric = getattr(ours, family)(task.lower(), num_classes=WIDTH)
    assert type(metric) is getattr(ours, task + family)
    assert isinstance(metric, getattr(peer, task + family))
    name = FUNCTIONS[task + family].split("_", 1)[1]
    tensors = batch(task + family, "probabilities", 1, (), None)
    mine = getattr(functional, name)(*tensors, task.lower(), num_classes=WIDTH)
    assert same(mine, getattr(peer_functional, name)(*tensors, task.lower(), num_classes=WIDTH))
    with pytest.raises(ValueError, match="Invalid"):
        getattr(ours, family)("multilabel", num_classes=WIDTH)


def test_parity_of_fairness_functions():
    preds, target, groups = batch("BinaryFairness", "probabilities", 2, (), None)
    for name, tensors in (
        ("demographic_parity", (preds, groups)),
        ("equal_opportunity", (preds, target, groups)),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = getattr(peer_functional, name)(*tensors)
            mine = getattr(functional, name)
            assert same(mine(*tensors), theirs)
            assert same(mine(*tensors[:-1], 5 * groups), theirs)  # any numbers


@pytest.mark.parametrize(
    "name", ["MultilabelRankingLoss", "BinaryHingeLoss", "MulticlassCalibrationError"]
)
def test_weights_are_repetitions(name):
    arguments = () if name.startswith("Binary") else (WIDTH,)
    preds, target = batch(name, "probabilities", 1, (), None)
    times = torch.randint(1, 4, (len(preds),), generator=torch.Generator().manual_seed(2))
    weighted = getattr(ours, name)(*arguments)
    plain = getattr(ours, name)(*arguments)
    weighted.update(preds, target, times.double())
    plain.update(preds.repeat_interleave(times, 0), target.repeat_interleave(times, 0))
    assert same(weighted.compute(), plain.compute())
    with pytest.raises(ValueError):
        weighted.update(preds, target, -times.double())


def test_margins_as_they_are():
    margins, target = torch.tensor([2.0, 0.5, -0.5, 0.5]), torch.tensor([1, 1, 1, 0])
    loss = ours.BinaryHingeLoss(from_logits=False)(margins, target)
    assert loss == pytest.approx((0 + 0.5 + 1.5 + 1.5) / 4)


def test_calibration_takes_probabilities_only():
    metric = ours.BinaryCalibrationError(from_logits=False)
    for bad in (2.0, torch.nan):
        with pytest.raises(ValueError, match="probabilities"):
            metric.update(torch.tensor([0.5, bad]), torch.tensor([1, 0]))
    assert metric.confidences == []


def test_hinge_has_a_gradient_where_it_is_asked_for():
    preds, target = torch.rand(8, requires_grad=True), torch.randint(2, (8,))
    for loss in (
        ours.BinaryHingeLoss()(preds, target),
        functional.hinge_loss(preds, target, "binary"),
    ):
        loss.backward()
        assert preds.grad.abs().sum() > 0
        preds.grad = None


WRONG = [
    (ours.BinaryHingeLoss, peer.BinaryHingeLoss, (), (torch.rand(4), torch.tensor([0, 1, 2, 0]))),
    (ours.BinaryCalibrationError, peer.BinaryCalibrationError, (), (torch.rand(4), torch.rand(4))),
    (
        ours.MultilabelRankingLoss,
        peer.MultilabelRankingLoss,
        (WIDTH,),
        (torch.rand(4, 3), torch.randint(2, (4, 3))),
    ),
    (
        ours.BinaryFairness,
        peer.BinaryFairness,
        (2,),
        (torch.rand(4), torch.randint(2, (4,)), torch.tensor([0, 1, 7, 0])),
    ),
]


@pytest.mark.parametrize(("mine", "theirs", "arguments", "tensors"), WRONG)
def test_wrong_batches(mine, theirs, arguments, tensors):
    with pytest.raises(Exception) as expected:
        theirs(*arguments).update(*tensors)
    metric = mine(*arguments)
    with pytest.raises(type(expected.value)):
        metric.update(*tensors)
    assert all(not torch.as_tensor(state).any() for state in metric.metric_state.values())


# ---- Different on purpose: docs/TORCH.md ----------------------------------------------------


def test_ties_are_out_of_order():
    preds, target = torch.full((1, 3), 0.5), torch.tensor([[0, 0, 1]])
    assert ours.MultilabelRankingLoss(3)(preds, target) == 1  # as scikit-learn
    assert peer.MultilabelRankingLoss(3)(preds, target) != 1


def test_large_logits_keep_their_order():
    """The sigmoid of both is 1 in float32."""
    preds, target = torch.tensor([[30.0, 40.0]]), torch.tensor([[0, 1]])
    assert ours.MultilabelRankingAveragePrecision(2)(preds, target) == 1
    assert peer.MultilabelRankingAveragePrecision(2)(preds, target) == 0.5


def test_ignored_cells_are_left_out_of_rows():
    """In torchmetrics a hidden cell is a label ranked last."""
    preds = torch.tensor([[0.9, 0.1, 0.5], [0.1, 0.2, 0.3]])
    target = torch.tensor([[1, -1, 0], [-1, -1, -1]])
    assert ours.MultilabelCoverageError(3, ignore_index=-1)(preds, target) == 1
    assert peer.MultilabelCoverageError(3, ignore_index=-1)(preds, target) == 3


def test_rows_without_pairs_count():
    """A batch of such rows counts as one in torchmetrics' ranking loss."""
    mine, theirs = ours.MultilabelRankingLoss(2), peer.MultilabelRankingLoss(2)
    for metric in (mine, theirs):
        metric.update(torch.tensor([[0.1, 0.9]]), torch.tensor([[1, 0]]))
        metric.update(torch.rand(3, 2), torch.ones(3, 2, dtype=torch.long))
    assert mine.compute() == 0.25
    assert theirs.compute() == 0.5


def test_groups_keep_their_places():
    """A batch without group 0 adds group 1 to it in torchmetrics."""
    preds, target = torch.tensor([0.9, 0.9]), torch.tensor([1, 1])
    mine, theirs = ours.BinaryGroupStatRates(2), peer.BinaryGroupStatRates(2)
    for metric in (mine, theirs):
        metric.update(preds, target, torch.tensor([1, 1]))
    assert mine.tp.tolist() == [0, 2]
    assert theirs.tp.tolist() == [2, 0]


def test_threshold_and_rule_of_groups():
    preds, target = torch.tensor([0.3, 0.5]), torch.tensor([1, 1])
    metric = ours.BinaryGroupStatRates(1, threshold=0.5, rule="ge")
    metric.update(preds, target, torch.tensor([0, 0]))
    assert metric.tp.tolist() == [1]


def test_no_calibration_error_is_a_float():
    preds, target = torch.tensor([0.0, 1.0]), torch.tensor([0, 1])
    mine = ours.BinaryCalibrationError(norm="l2")(preds, target)
    theirs = peer.BinaryCalibrationError(norm="l2")(preds, target)
    assert mine == theirs == 0
    assert (mine.dtype, theirs.dtype) == (torch.float32, torch.int64)
