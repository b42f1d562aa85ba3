"""Every class beside torchmetrics': random arguments, batches that may be wrong, and lives.

Equal within 1e-5 (these are float32 sums over curves) in shape and keys, refusals in the type of
the error. What differs on purpose is listed in `is_known` and tested where docs/TORCH.md says.
"""

import copy
import inspect
import pickle
import random
from typing import NamedTuple

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import limen.torch as ours  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
peer = torchmetrics.classification
torch.set_num_threads(1)

TASKS = ("Binary", "Multiclass", "Multilabel")
NAMES = [name for name in dir(peer) if name.startswith(TASKS) and hasattr(ours, name)]
GROUPS = 3
CHOICES = {
    "num_groups": [GROUPS],
    "beta": [0.5, 1.0, 2.0],
    "threshold": [0.5, 0.25],
    "average": ["macro", "micro", "weighted", "none", None],
    "top_k": [1, 1, 2],
    "multidim_average": ["global", "global", "samplewise"],
    "normalize": [None, "true", "pred", "all"],
    "weights": [None, "linear", "quadratic"],
    "zero_division": [0, 1],
    "ignore_index": [None, None, -1, 0, 1, 255],
    "validate_args": [True, True, False],
    "thresholds": [None, None, 2, 5, [0.1, 0.5, 0.9], [0.9, 0.2]],
    "max_fpr": [None, 0.3, 1.0],
    "fpr_range": [(0.001, 0.1), (0.1, 0.9)],
    "min_recall": [0.3, 1.0],
    "min_precision": [0.4, 1.0],
    "min_specificity": [0.0, 0.6, 1.0],
    "min_sensitivity": [0.0, 0.6, 1.0],
    "squared": [False, True],
    "multiclass_mode": ["crammer-singer", "one-vs-all"],
    "n_bins": [1, 7, 15],
    "norm": ["l1", "l2", "max"],
    "task": ["all", "demographic_parity", "equal_opportunity"],
}
LIVES = ("none", "none", "compute", "reset", "clone", "pickle", "merge", "to", "double", "state")
OF_CURVES = ("Curve", "ROC", "EER", "AUC", "AveragePrecision", "AtFixed", "AtSpec", "AtSens")


def is_of(name, words):
    return any(word in name for word in words)


def arguments_of(pick, name, width):
    parameters = inspect.signature(getattr(peer, name).__init__).parameters
    choices = CHOICES | {"num_classes": [width], "num_labels": [width]}
    if is_of(name, ("Ranking", "Coverage")):
        del choices["ignore_index"]
    if is_of(name, OF_CURVES) and (name.startswith("Multiclass") or "LogAUC" in name):
        choices["average"] = ["macro", "none", None]
    return {
        key: pick.choice(choices[key])
        for key, each in parameters.items()
        if key in choices and (each.default is each.empty or pick.random() < 0.5)
    }


def batch_of(pick, name, width, given):
    generator = torch.Generator().manual_seed(pick.randrange(10**6))
    task = next(each for each in TASKS if name.startswith(each))
    classes = width if task == "Multiclass" else 2
    apart = given.get("multidim_average") == "samplewise" and task == "Multilabel"
    samples = pick.choice([2, 5, 20] if apart else [1, 2, 5, 20])
    grouped = is_of(name, ("Group", "Fairness"))
    more = () if grouped else (3,) if apart else pick.choice([(), (), (3,), (2, 2)])
    shape = (samples, width, *more) if task == "Multilabel" else (samples, *more)
    target = torch.randint(classes, shape, generator=generator)
    if pick.random() < 0.15:
        target.fill_(pick.choice([0, classes - 1]))
    tied = given.get("top_k", 1) == 1  # see test_differences
    kind = pick.choice(["plain", "plain", "logits", "decisions", *["ties", "ends"] * tied])
    wide = (samples, width, *more) if task != "Binary" else shape
    preds = torch.rand(wide, generator=generator)
    if kind == "decisions":
        preds = torch.randint(classes, shape, generator=generator)
    elif kind == "logits":
        preds = preds * 8 - 4
    elif kind in ("ties", "ends"):
        steps = 6 if kind == "ties" else 1
        preds = (preds * steps).round() / steps
    elif task == "Multiclass":
        preds = preds.softmax(1)
    hidden = given.get("ignore_index")
    if hidden is not None and pick.random() < 0.7:
        target[torch.rand(shape, generator=generator) < pick.choice([0.2, 0.9])] = hidden
    if given.get("validate_args", True) and name != "BinaryAUROC" and pick.random() < 0.06:
        preds = preds[1:]  # of another shape
    groups = torch.randint(GROUPS, (samples,), generator=generator)
    groups[:GROUPS] = torch.arange(GROUPS)[:samples]
    return (preds, target, groups) if grouped else (preds, target)


def live(metric, life, make, batch):
    if life == "compute":
        metric.compute()
    elif life == "reset":
        metric.reset()
    elif life == "clone":
        return copy.deepcopy(metric).clone()
    elif life == "pickle":
        return pickle.loads(pickle.dumps(metric))
    elif life == "to":
        return metric.to("cpu").to(torch.device("cpu"))
    elif life == "double":
        return metric.double()
    elif life == "merge":
        other = make()
        other.update(*batch)
        metric.merge_state(other)
        metric._computed = None  # torchmetrics would keep an older result
    elif life == "state":
        metric.persistent(True)
        other = make()
        other.persistent(True)
        other.load_state_dict(metric.state_dict(), strict=False)
        other._update_count = metric._update_count
        return other
    return metric


class Refused(NamedTuple):
    """The base of an error, and its text."""

    kind: type
    text: str


def call(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except Exception as error:
        kinds = (RuntimeError, ValueError, TypeError, IndexError)
        kind = next((kind for kind in kinds if isinstance(error, kind)), type(error))
        return Refused(kind, str(error))


def same(mine, theirs):
    if isinstance(mine, Refused) or isinstance(theirs, Refused):
        return type(mine) is type(theirs) and mine.kind is theirs.kind
    if isinstance(theirs, dict):
        return list(mine) == list(theirs) and all(same(mine[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(same, mine, theirs))
    if not isinstance(theirs, torch.Tensor):
        return type(mine).__name__ == type(theirs).__name__
    close = torch.allclose(mine.double(), theirs.double(), rtol=1e-5, atol=2e-6, equal_nan=True)
    return mine.shape == theirs.shape and close


FAILS = (  # of torchmetrics where nothing is left, or no cut is feasible
    "out of bounds for dimension",
    "cannot reshape tensor of 0 elements",
)


def is_known(name, given, batches, mine, theirs):
    """Whether a difference is one of docs/TORCH.md."""
    if name == "MultilabelRankingLoss":
        return True
    if isinstance(theirs, Refused) and is_of(theirs.text, FAILS):
        return True
    if isinstance(mine, Refused):
        return "do not fit" in mine.text
    if "Calibration" in name and given.get("norm") in ("l2", "max"):
        return isinstance(mine, torch.Tensor) and bool(mine.isnan())
    hidden = given.get("ignore_index") or 0
    lonely = any(not ((b[1] != 0) & (b[1] != hidden)).any() for b in batches)
    return name.startswith("Multiclass") and is_of(name, OF_CURVES) and lonely


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(st.integers(0, 10**9))
def test_lives(seed):
    pick = random.Random(seed)
    name, width = pick.choice(NAMES), pick.choice([2, 3, 4])
    given = arguments_of(pick, name, width)
    makers = [lambda m=module: getattr(m, name)(**given) for module in (ours, peer)]
    metrics = [call(make) for make in makers]
    assert same(*metrics), (name, given)
    if isinstance(metrics[1], Refused):
        return
    batches = [batch_of(pick, name, width, given) for _ in range(pick.randint(1, 3))]
    for batch in batches:
        step, life = pick.choice(["update", "forward"]), pick.choice(LIVES)
        stages = (
            lambda metric, _, step=step, batch=batch: getattr(metric, step)(*batch),
            lambda metric, make, life=life: live(metric, life, make, batches[0]),
            lambda metric, _: metric.compute(),
        )
        for number, stage in enumerate(stages):
            found = [call(stage, *each) for each in zip(metrics, makers, strict=True)]
            if not same(*found):
                context = name, given, step, life, [tuple(each.shape) for each in batch]
                assert is_known(name, given, batches, *found), (context, found)
                return
            if isinstance(found[1], Refused):
                return
            metrics = found if number == 1 else metrics
