"""Metrics of counts against torchmetrics: random arguments, inputs and lives of a metric.

Values agree within 1e-6 in shape and dtype, refusals in the type of the error. What differs on
purpose is kept out here and tested in test_differences.
"""

import copy
import inspect
import pickle

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import limen.torch as ours  # noqa: E402
import limen.torch.functional as our_functions  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
peer = torchmetrics.classification
peer_functions = torchmetrics.functional.classification

FUNCTIONS = {
    "StatScores": "stat_scores",
    "Accuracy": "accuracy",
    "Precision": "precision",
    "Recall": "recall",
    "FBetaScore": "fbeta_score",
    "F1Score": "f1_score",
    "Specificity": "specificity",
    "HammingDistance": "hamming_distance",
    "NegativePredictiveValue": "negative_predictive_value",
    "ConfusionMatrix": "confusion_matrix",
    "JaccardIndex": "jaccard_index",
    "MatthewsCorrCoef": "matthews_corrcoef",
    "CohenKappa": "cohen_kappa",
    "ExactMatch": "exact_match",
}
TASKS = ("Binary", "Multiclass", "Multilabel")
NAMES = [(task, family) for family in FUNCTIONS for task in TASKS if hasattr(peer, task + family)]
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
LIVES = ("none", "none", "compute", "reset", "clone", "deepcopy", "pickle", "merge", "to", "state")


def options(draw, task, parameters, width):
    """Constructor arguments, some of them wrong."""
    choices = {
        "num_classes": [width],
        "num_labels": [width],
        "beta": [0.5, 1.0, 2.0],
        "threshold": [0.5, 0.0, 0.25, 0.75, 1.0, 1, 1.5],
        "average": ["macro", "micro", "weighted", "none", None, "other"],
        "top_k": [1, 1, min(2, width), width, width + 1],
        "multidim_average": ["global", "global", "samplewise"],
        "normalize": [None, "true", "pred", "all", "none"],
        "weights": [None, "linear", "quadratic"],
        "zero_division": [0, 1],
        "ignore_index": [None, None, -1, 0, 1, width, 255, 0.5],
        "validate_args": [True],
    }
    given = {n: draw(st.sampled_from(choices[n])) for n in parameters if n in choices}
    required = {"num_classes", "num_labels", "beta"}
    return {n: v for n, v in given.items() if n in required or draw(st.booleans())}


def batch(draw, task, width, arguments):
    """Scores in eighths, so that they meet thresholds; for classes without ties."""
    samples = draw(st.integers(1, 6))
    more = draw(st.sampled_from([(), (), (3,), (2, 2)]))
    shape = (samples, *more) if task != "Multilabel" else (samples, width, *more)
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    classes = width if task == "Multiclass" else 2
    target = torch.randint(classes, shape, generator=generator)
    kind = draw(st.sampled_from(["probabilities", "probabilities", "logits", "decisions"]))
    if kind == "decisions":
        preds = torch.randint(classes, shape, generator=generator)
    else:
        if task == "Multiclass":
            preds = torch.rand((samples, width, *more), generator=generator)
        else:
            preds = torch.randint(0, 9, shape, generator=generator) / 8
        preds = preds if kind == "probabilities" else preds * 6 - 2.9
        preds = preds.to(draw(st.sampled_from(FLOATS)))
    ignored = arguments.get("ignore_index")
    if isinstance(ignored, int) and draw(st.booleans()):
        target[torch.rand(shape, generator=generator) < 0.2] = ignored
    elif ignored is None and task != "Multiclass":
        target = target.to(draw(st.sampled_from([torch.int64, torch.uint8, torch.bool])))
    if draw(st.integers(0, 15)) == 0 and samples > 2:
        preds = preds[:-1]  # of another shape; of one sample, see test_differences
    elif draw(st.integers(0, 15)) == 0 and task != "Multiclass":
        target = target.long() + 1
    return preds, target


def call(function, *args, **kwargs):
    """A value, or the type of the error."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        kinds = (RuntimeError, ValueError, TypeError, IndexError)
        return next((kind for kind in kinds if isinstance(error, kind)), type(error))


def assert_same(mine, theirs, context):
    if isinstance(theirs, type) or isinstance(mine, type):
        assert mine is theirs, context
        return
    torch.testing.assert_close(
        mine, theirs, rtol=0, atol=1e-6, equal_nan=True, msg=lambda m: f"{context}: {m}"
    )


def live(metric, life, make, batches):
    if life == "compute":
        metric.compute()
    elif life == "reset":
        metric.reset()
    elif life == "clone":
        return metric.clone()
    elif life == "deepcopy":
        return copy.deepcopy(metric)
    elif life == "pickle":
        return pickle.loads(pickle.dumps(metric))
    elif life == "merge":
        other = make()
        other.update(*batches[0])
        metric.merge_state(other)
        metric._computed = None  # torchmetrics would keep an older result
    elif life == "to":
        return metric.to("cpu").double()  # which does not touch counts
    elif life == "state":
        metric.persistent(True)
        other = make()
        other.load_state_dict(metric.state_dict())
        other._update_count = metric._update_count
        return other
    return metric


@settings(max_examples=400)
@given(st.data())
def test_metrics(data):
    draw = data.draw
    task, family = draw(st.sampled_from(NAMES))
    width = draw(st.integers(2, 4))
    name = task + family
    parameters = inspect.signature(getattr(peer, name).__init__).parameters
    arguments = options(draw, task, parameters, width)
    made = [call(getattr(module, name), **arguments) for module in (ours, peer)]
    if isinstance(made[1], type):
        assert made[0] is made[1], arguments
        return
    metrics = made
    makers = [lambda m=module: getattr(m, name)(**arguments) for module in (ours, peer)]
    batches = [batch(draw, task, width, arguments) for _ in range(draw(st.integers(1, 3)))]
    samplewise = arguments.get("multidim_average") == "samplewise"
    if samplewise and task == "Multilabel":  # see test_torch_samples
        batches = [each for each in batches if len(each[0]) > 1]
        if family == "ExactMatch":
            batches = [each for each in batches if each[0].shape[2:] == batches[0][0].shape[2:]]
    for preds, target in batches:
        step = draw(st.sampled_from(["update", "forward"]))
        context = (name, arguments, step, preds, target)
        before = preds.clone(), target.clone()
        values = [call(getattr(metric, step), preds, target) for metric in metrics]
        assert torch.equal(preds, before[0]) and torch.equal(target, before[1])
        assert_same(*values, context)
        if isinstance(values[1], type):
            return  # theirs has lost its states in forward; see test_differences
        life = draw(st.sampled_from(LIVES[:7] if samplewise else LIVES))
        metrics = [
            live(metric, life, make, batches[:1])
            for metric, make in zip(metrics, makers, strict=True)
        ]
        assert metrics[0]._update_count == metrics[1]._update_count
        assert_same(*[call(metric.compute) for metric in metrics], (*context, life))


@settings(max_examples=150)
@given(st.data())
def test_functions(data):
    draw = data.draw
    task, family = draw(st.sampled_from(NAMES))
    width = draw(st.integers(2, 4))
    name = f"{task.lower()}_{FUNCTIONS[family]}"
    parameters = inspect.signature(getattr(peer_functions, name)).parameters
    arguments = options(draw, task, parameters, width)
    preds, target = batch(draw, task, width, arguments)
    if (task, family) == ("Multilabel", "JaccardIndex"):
        arguments.pop("ignore_index", None)  # see test_differences
    values = [
        call(getattr(module, name), preds, target, **arguments)
        for module in (our_functions, peer_functions)
    ]
    assert_same(*values, (name, arguments, preds, target))


@pytest.mark.parametrize("family", FUNCTIONS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "other", None])
def test_wrappers(family, task):
    widths = {"multiclass": {"num_classes": 3}, "multilabel": {"num_labels": 3}}.get(task, {})
    made = [call(getattr(m, family), task=task, **widths) for m in (ours, peer)]
    if not isinstance(made[1], torchmetrics.Metric):
        assert isinstance(made[0], type), made
        return
    assert type(made[0]).__name__ == type(made[1]).__name__
    assert getattr(made[0], "average", None) == getattr(made[1], "average", None)
    generator = torch.Generator().manual_seed(0)
    columns = () if task == "binary" else (3,)
    preds = torch.rand((20, *columns), generator=generator)
    target = torch.randint(2, (20, *(columns if task == "multilabel" else ())), generator=generator)
    assert_same(made[0](preds, target), made[1](preds, target), family)
    name = FUNCTIONS[family]
    values = [
        call(getattr(m, name), preds, target, task, **widths)
        for m in (our_functions, peer_functions)
    ]
    assert_same(*values, name)


@pytest.mark.parametrize(("task", "family"), NAMES)
def test_positional_arguments_are_in_their_order(task, family):
    def order(function, skip):
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD,)
        parameters = inspect.signature(function).parameters.values()
        return [p.name for p in parameters if p.kind in kinds][skip:]

    name = task + family
    theirs = order(getattr(peer, name).__init__, 1)
    assert order(getattr(ours, name).__init__, 1) == theirs
    function = f"{task.lower()}_{FUNCTIONS[family]}"
    theirs = order(getattr(peer_functions, function), 0)
    assert order(getattr(our_functions, function), 0) == theirs
    assert pickle.loads(pickle.dumps(getattr(our_functions, function))) is getattr(
        our_functions, function
    )


@pytest.mark.parametrize(("task", "family"), NAMES)
def test_bounds_and_class_are_theirs(task, family):
    mine, theirs = getattr(ours, task + family), getattr(peer, task + family)
    assert issubclass(mine, theirs)
    for trait in ("higher_is_better", "is_differentiable", "full_state_update"):
        assert getattr(mine, trait) == getattr(theirs, trait)
    for bound in ("plot_lower_bound", "plot_upper_bound", "plot_legend_name"):
        assert getattr(mine, bound) == getattr(theirs, bound)
