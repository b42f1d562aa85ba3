"""limen.metrics beside scikit-learn, function by function."""

import inspect
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as theirs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import limen.metrics as ours

FEW = settings(max_examples=40)
SETS = ["f1_score", "precision_score", "recall_score", "jaccard_score"]
PLAIN = ["accuracy_score", "zero_one_loss", "hamming_loss"]
SINGLE = ["balanced_accuracy_score", "matthews_corrcoef", "cohen_kappa_score", "confusion_matrix"]
ALPHABETS = [
    [0, 1],
    [-1, 1],
    [0, 1, 2, 3],
    [3, 7, 9],
    ["no", "yes"],
    ["b", "a", "c"],
    [True, False],
]


def same(name, *args, **kwargs):
    """Equal results, or an error of the same kind from both."""

    def call(module):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return getattr(module, name)(*args, **kwargs)
            except (ValueError, NotImplementedError) as error:
                return error

    mine, peer = call(ours), call(theirs)
    if isinstance(peer, Exception):
        assert isinstance(mine, (type(peer), ValueError)), (mine, peer)
        return
    if isinstance(mine, Exception):
        raise AssertionError(f"{name} gave {peer}") from mine
    if not isinstance(peer, tuple):
        mine, peer = (mine,), (peer,)
    for a, b in zip(mine, peer, strict=True):
        if b is None or isinstance(b, str):
            assert a == b
        else:
            assert np.shape(a) == np.shape(b)
            assert np.ndim(b) == 0 or a.dtype.kind in ("i", b.dtype.kind)
            single = any(getattr(each, "dtype", None) == np.float32 for each in args)
            np.testing.assert_allclose(a, b, rtol=2e-6 if single else 1e-9, atol=1e-12)


def weights(length):
    number = st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.5])
    return st.none() | st.lists(number, min_size=length, max_size=length).map(np.array)


@st.composite
def single(draw):
    """y_true, y_pred of one label a sample, and sample weights."""
    alphabet = draw(st.sampled_from(ALPHABETS))
    length = draw(st.integers(1, 12))
    label = st.sampled_from(alphabet)
    make = draw(st.sampled_from([list, np.array, pd.Series]))
    columns = [draw(st.lists(label, min_size=length, max_size=length)) for _ in range(2)]
    return alphabet, *map(make, columns), draw(weights(length))


@st.composite
def indicators(draw):
    rows, labels = draw(st.integers(1, 8)), draw(st.integers(2, 4))
    bits = st.lists(st.integers(0, 1), min_size=rows * labels, max_size=rows * labels)
    dtype = draw(st.sampled_from([np.int64, np.uint8, bool, np.float32]))
    true, pred = (np.array(draw(bits), dtype).reshape(rows, labels) for _ in range(2))
    return true, pred, draw(weights(rows))


ZERO = st.sampled_from(["warn", 0, 1.0, np.nan])


@FEW
@given(single(), st.sampled_from(SETS), ZERO, st.data())
def test_sets_of_single_labels(case, name, zero, data):
    alphabet, true, pred, weight = case
    average = data.draw(st.sampled_from(["binary", None, "micro", "macro", "weighted", "samples"]))
    labels = data.draw(st.none() | st.permutations(alphabet).map(lambda all: all[:2]))
    assume(average != "binary" or labels is None)
    if name == "jaccard_score" and zero != zero:
        zero = "warn"
    options = {"average": average, "labels": labels, "sample_weight": weight}
    options["zero_division"] = zero
    if average == "binary":
        options["pos_label"] = data.draw(st.sampled_from([*alphabet, 1]))
    same(name, true, pred, **options)


@FEW
@given(indicators(), st.sampled_from(SETS), ZERO, st.data())
def test_sets_of_indicators(case, name, zero, data):
    true, pred, weight = case
    average = data.draw(st.sampled_from(["binary", None, "micro", "macro", "weighted", "samples"]))
    labels = data.draw(st.none() | st.permutations(range(true.shape[1])).map(lambda all: all[:2]))
    if name == "jaccard_score" and zero != zero:
        zero = "warn"
    options = {"labels": labels, "sample_weight": weight, "zero_division": zero}
    same(name, true, pred, average=average, **options)


@FEW
@given(single(), indicators(), st.sampled_from([0.0, 0.5, 1, 2.0, np.inf]), st.data())
def test_precision_recall_fscore_support(case, grid, beta, data):
    _, *one = case
    true, pred, weight = data.draw(st.sampled_from([one, grid]))
    average = data.draw(st.sampled_from([None, "micro", "macro", "weighted", "binary"]))
    options = {"beta": beta, "average": average, "sample_weight": weight}
    same("precision_recall_fscore_support", true, pred, **options)
    same("fbeta_score", true, pred, **options)


@FEW
@given(single(), indicators(), st.sampled_from(PLAIN + SINGLE), st.booleans(), st.data())
def test_plain_metrics(case, grid, name, flag, data):
    _, *one = case
    true, pred, weight = data.draw(st.sampled_from([one, grid]))
    options = {"sample_weight": weight}
    if name in ("accuracy_score", "zero_one_loss"):
        options["normalize"] = flag
    elif name == "balanced_accuracy_score":
        options["adjusted"] = flag
        assume(not flag or len(set(map(str, np.ravel(true)))) > 1)
    elif name == "cohen_kappa_score":
        options["weights"] = data.draw(st.sampled_from([None, "linear", "quadratic"]))
    same(name, true, pred, **options)


@FEW
@given(single(), st.sampled_from([None, "true", "pred", "all"]), st.data())
def test_confusion_matrix_of_some_labels(case, normalize, data):
    alphabet, true, pred, weight = case
    labels = data.draw(st.permutations(alphabet))[: data.draw(st.integers(1, 3))]
    options = {"labels": labels, "sample_weight": weight}
    same("confusion_matrix", true, pred, normalize=normalize, **options)
    same("cohen_kappa_score", true, pred, **options)
    same("multilabel_confusion_matrix", true, pred, **options)


@FEW
@given(indicators(), st.booleans())
def test_multilabel_confusion_matrix(case, samplewise):
    true, pred, weight = case
    same("multilabel_confusion_matrix", true, pred, sample_weight=weight, samplewise=samplewise)


@FEW
@given(single(), indicators(), st.integers(0, 4), st.booleans(), st.data())
def test_classification_report(case, grid, digits, output_dict, data):
    _, *one = case
    true, pred, weight = data.draw(st.sampled_from([one, grid]))
    assume(np.any(np.asarray(true) == np.asarray(pred)))  # else their counts are floats
    options = {"sample_weight": weight, "zero_division": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine, peer = (
            module.classification_report(
                true, pred, output_dict=output_dict, digits=digits, **options
            )
            for module in (ours, theirs)
        )
    if not output_dict:
        assert mine == peer
        return
    flat = [pd.json_normalize(each).iloc[0].to_dict() for each in (mine, peer)]
    assert flat[0] == pytest.approx(flat[1], abs=1e-12)


# ---- Scores ------------------------------------------------------------------------------------

SCORE = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])


@st.composite
def scored(draw):
    """Binary y_true of any labels with scores that tie."""
    alphabet = draw(st.sampled_from([[0, 1], [-1, 1], ["no", "yes"], [3, 4]]))
    length = draw(st.integers(1, 15))
    true = draw(st.lists(st.sampled_from(alphabet), min_size=length, max_size=length))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    scores = np.array(draw(st.lists(SCORE, min_size=length, max_size=length)), dtype)
    return alphabet, true, scores, draw(weights(length))


CURVES = st.sampled_from(["roc_curve", "precision_recall_curve", "det_curve"])


@FEW
@given(scored(), CURVES, st.booleans(), st.booleans())
def test_curves(case, name, drop, named):
    alphabet, true, scores, weight = case
    options = {"sample_weight": weight, "drop_intermediate": drop}
    same(name, true, scores, pos_label=alphabet[1] if named else None, **options)


@FEW
@given(scored(), st.sampled_from([None, 1, 0.3, 0.8]))
def test_areas(case, max_fpr):
    alphabet, true, scores, weight = case
    same("roc_auc_score", true, scores, sample_weight=weight, max_fpr=max_fpr)
    same("average_precision_score", true, scores, pos_label=alphabet[1], sample_weight=weight)


@FEW
@given(indicators(), st.sampled_from([None, "micro", "macro", "weighted", "samples"]), st.data())
def test_areas_of_indicators(case, average, data):
    true, _, weight = case
    values = st.lists(SCORE, min_size=true.size, max_size=true.size)
    scores = np.array(data.draw(values)).reshape(true.shape)
    options = {"average": average, "sample_weight": weight}
    same("average_precision_score", true, scores, **options)
    same("roc_auc_score", true, scores, **options)
    same("roc_auc_score", true, scores, max_fpr=0.4, **options)


@st.composite
def classified(draw):
    """Classes of any labels with probabilities a class."""
    alphabet = draw(st.sampled_from([[0, 1, 2], ["a", "b", "c", "d"], [2, 5, 9]]))
    length = draw(st.integers(4, 12))
    true = draw(st.lists(st.sampled_from(alphabet), min_size=length, max_size=length))
    size = length * len(alphabet)
    raw = np.array(draw(st.lists(st.integers(1, 5), min_size=size, max_size=size)), float)
    raw = raw.reshape(length, len(alphabet))
    return alphabet, true, raw / raw.sum(axis=1, keepdims=True), draw(weights(length))


@FEW
@given(
    classified(),
    st.sampled_from(["ovr", "ovo", "raise"]),
    st.sampled_from([None, "micro", "macro", "weighted"]),
)
def test_areas_of_classes(case, multi_class, average):
    alphabet, true, scores, weight = case
    everyone = len(set(true)) == len(alphabet)
    if multi_class == "ovo":
        assume(everyone)  # scikit-learn warns of pairs and goes on with NaN
        weight = None
    options = {"average": average, "sample_weight": weight, "labels": alphabet}
    same("roc_auc_score", true, scores, multi_class=multi_class, **options)
    if len(set(true)) > 2 and average != "samples":
        same("average_precision_score", true, scores, average=average, sample_weight=weight)


@FEW
@given(classified(), scored(), st.booleans())
def test_losses(classes, binary, flag):
    alphabet, true, proba, weight = classes
    options = {"labels": alphabet, "sample_weight": weight}
    same("log_loss", true, proba, normalize=flag, **options)
    same("brier_score_loss", true, proba, scale_by_half=flag, **options)
    same("hinge_loss", true, proba * 4 - 2, **options)
    alphabet, true, scores, weight = binary
    options = {"labels": alphabet, "sample_weight": weight}
    clipped = scores.clip(0.01, 0.99)
    same("log_loss", true, clipped, normalize=flag, **options)
    same("brier_score_loss", true, scores, sample_weight=weight, pos_label=alphabet[1])
    same("brier_score_loss", true, np.stack([1 - scores, scores], axis=1), **options)
    same("hinge_loss", true, scores * 4 - 2, sample_weight=weight)


@FEW
@given(indicators(), st.data())
def test_rankings(case, data):
    true, _, weight = case
    values = st.lists(SCORE, min_size=true.size, max_size=true.size)
    scores = np.array(data.draw(values)).reshape(true.shape)
    for name in ("coverage_error", "label_ranking_average_precision_score", "label_ranking_loss"):
        same(name, true, scores, sample_weight=weight)


# ---- The rest ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [name for name in ours.__all__ if name != "UndefinedMetricWarning"]
)
def test_signatures_are_theirs(name):
    mine, peer = (inspect.signature(getattr(each, name)).parameters for each in (ours, theirs))
    expected = {key: value for key, value in peer.items() if value.default != "deprecated"}
    assert list(mine) == list(expected)
    for key, parameter in mine.items():
        default = expected[key].default
        if key != "y_proba":  # has a default there only while y_pred is being renamed
            assert repr(parameter.default) == repr(default)
    names = [key for key, value in mine.items() if value.kind is value.KEYWORD_ONLY]
    assert names == [key for key, value in expected.items() if value.kind is value.KEYWORD_ONLY]


def test_large_and_sparse_classes():
    rng = np.random.default_rng(5)
    true = rng.choice([-(10**12), 5, 70_000, 10**15], 2000)
    pred = np.where(rng.random(2000) < 0.6, true, 5)
    same("f1_score", true, pred, average=None)
    same("confusion_matrix", true, pred)
    true, pred = rng.integers(0, 3000, (2, 9000))
    same("f1_score", true, pred, average="macro")


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.uint64])
def test_samples_of_other_labels_are_left_out(dtype):
    same("confusion_matrix", np.array([0, 0, 1], dtype), np.array([1, 0, 0], dtype), labels=[0])


def test_undefined_metrics_warn():
    with pytest.warns(ours.UndefinedMetricWarning, match="recall"):
        assert ours.recall_score([0, 0], [0, 1]) == 0
    with pytest.warns(ours.UndefinedMetricWarning, match="one class"):
        assert np.isnan(ours.roc_auc_score([1, 1], [0.1, 0.9]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ours.recall_score([0, 0], [0, 1], zero_division=1) == 1


@pytest.mark.parametrize(
    ("true", "pred"),
    [([], []), ([1], [1, 0]), ([0.5], [1]), ([[1, 0]], [1]), (["a"], [1]), ([[2, 0]], [[1, 0]])],
)
def test_what_cannot_be_compared(true, pred):
    with pytest.raises(ValueError):
        ours.f1_score(true, pred)


def test_scikit_learn_is_not_needed(pytestconfig):
    code = "import limen.metrics, sys; assert not {'sklearn', 'torch', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=pytestconfig.rootpath / "python")
