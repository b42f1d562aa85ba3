"""Counts of a tally against the brute force and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

import oracle
from cases import FLOATS, WIDTHS, assert_counts, cases
from limen_ctypes import (
    BINARY,
    CONFUSION,
    COUNTS,
    MULTICLASS,
    MULTILABEL,
    BFloat16,
    LimenError,
    Tally,
)


@given(cases())
def test_counts_are_those_of_the_brute_force(case):
    tally = case.filled(COUNTS)
    weighted = case.weights is not None
    assert tally.samples == case.values.shape[0] * case.values.shape[2]
    for index in range(len(case.thresholds)):
        assert_counts(tally.counts(index, -1), case.oracle_counts(index), weighted)
        for group in range(case.group_count):
            assert_counts(tally.counts(index, group), case.oracle_counts(index, group), weighted)


@given(cases(dtypes=tuple(FLOATS)))
def test_effective_thresholds_are_rounded_to_the_scores(case):
    tally = case.filled(COUNTS)
    for index, thresholds in enumerate(case.thresholds):
        # A batch without samples does not fix the dtype: the thresholds are as given.
        dtype = case.dtype if len(case.values) else "float64"
        expected = [oracle.round_to(dtype, t) for t in thresholds]
        np.testing.assert_array_equal(tally.thresholds(index), expected)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rule", ["ge", "gt"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_counts_are_those_of_scikit_learn(width, rule, dtype):
    rng = np.random.default_rng(width)
    scores = np.round(rng.random((200, width)), 2).astype(dtype)
    targets = (rng.random((200, width)) < 0.2).astype(np.uint8)
    thresholds = np.round(rng.random(width), 2)
    cuts = thresholds.astype(dtype)
    decided = scores >= cuts if rule == "ge" else scores > cuts
    task = BINARY if width == 1 else MULTILABEL
    tally = Tally(task, width, thresholds=thresholds, rule=rule).update(scores, targets)
    if width == 1:
        matrices = sk.confusion_matrix(targets[:, 0], decided[:, 0], labels=[0, 1])[None]
    else:
        matrices = sk.multilabel_confusion_matrix(targets, decided)
    expected = np.stack(
        [matrices[:, 1, 1], matrices[:, 0, 1], matrices[:, 0, 0], matrices[:, 1, 0]], axis=1
    )
    np.testing.assert_array_equal(tally.counts(), expected)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["ge", "gt"]))
def test_goemotions_counts_are_those_of_scikit_learn(goemotions, seed, rule):
    rng = np.random.default_rng(seed)
    scores, targets = goemotions["dev" if seed % 2 else "test"]
    rows = rng.integers(0, len(scores), 300)
    # Half of the thresholds are scores, so that rounding and ties decide.
    thresholds = np.where(rng.random(28) < 0.5, rng.random(28), scores[rows[:28], range(28)])
    cuts = thresholds.astype(np.float32)
    decided = scores >= cuts if rule == "ge" else scores > cuts
    tally = Tally(MULTILABEL, 28, thresholds=thresholds, rule=rule).update(scores, targets)
    tn, fp, fn, tp = sk.multilabel_confusion_matrix(targets, decided).reshape(28, 4).T
    np.testing.assert_array_equal(tally.counts(), np.stack([tp, fp, tn, fn], axis=1))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("rule", ["ge", "gt"])
def test_every_neighbour_of_a_threshold(dtype, rule):
    """Scores within a few steps of the threshold, which itself lies between two of them."""
    for threshold in [0.1, 0.5, 1 / 3, 1e-7, 6e-8, 65504.0, -0.3, 0.0]:
        if dtype == "bfloat16":
            middle = oracle.round_to(dtype, threshold)
            bits = int(oracle.bfloat16_bits([middle])[0])
            near = [bits + step for step in range(-3, 4) if 0 <= bits + step < 65536]
            given = np.array(near, dtype=np.uint16)
            values = (given.astype(np.uint32) << 16).view(np.float32).astype(float)
            keep = np.isfinite(values)
            given, values = BFloat16(given[keep][:, None]), values[keep]
        else:
            middle = np.array(threshold).astype(dtype)
            near, up, down = [middle], middle, middle
            with np.errstate(over="ignore"):
                for _ in range(3):
                    up, down = np.nextafter(up, np.inf), np.nextafter(down, -np.inf)
                    near += [up, down]
            given = np.array(near, dtype=dtype)[:, None]
            values = given[:, 0].astype(float)
        targets = np.ones((len(values), 1), dtype=np.uint8)
        tally = Tally(BINARY, 1, thresholds=[threshold], rule=rule).update(given, targets)
        decided = oracle.decide(values[:, None, None], [threshold], rule, dtype)
        assert tally.counts()[0, 0] == decided.sum(), threshold


@given(cases(dtypes=("float16", "float32", "float64"), widths=(1, 3, 28)))
def test_nan_scores(case):
    rng = np.random.default_rng(len(case.values))
    values = np.where(rng.random(case.values.shape) < 0.2, np.nan, case.values)
    given = values.astype(case.dtype)
    tally = Tally(
        BINARY if case.width == 1 else MULTILABEL,
        case.width,
        thresholds=case.thresholds[0],
        rule=case.rule,
        nan="negative",
    )
    targets = (case.targets == 1).astype(np.uint8)
    tally.update(given, targets)
    decided = oracle.decide(values, case.thresholds[0], case.rule, case.dtype)
    np.testing.assert_array_equal(tally.counts(), oracle.counts(decided, targets))


@given(cases(dtypes=("float32", "float64"), widths=(1, 3, 28)))
def test_logit_thresholds(case):
    thresholds = np.clip(case.thresholds[0], 0, 1)
    tally = Tally(
        BINARY if case.width == 1 else MULTILABEL,
        case.width,
        thresholds=thresholds,
        rule=case.rule,
        logits=1,
    )
    targets = (case.targets == 1).astype(np.uint8)
    tally.update(case.scores, targets)
    decided = oracle.decide(case.values, thresholds, case.rule, case.dtype, logits=True)
    np.testing.assert_array_equal(tally.counts(), oracle.counts(decided, targets))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 12),
    st.sampled_from([1, 1, 2, 3]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 255, 3]),
    st.sampled_from(["float16", "float32", "float64"]),
)
def test_confusion_matrix(seed, classes, top_k, weighted, offsets, ignore, dtype):
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(0, 60)), classes, int(rng.choice([1, 1, 2]))
    scores = np.round(rng.random(shape), 1).astype(dtype)
    if offsets:  # exact in every dtype, so that sums tie as the oracle's do
        scores = (rng.integers(0, 8, shape) / 8).astype(dtype)
    offset = rng.integers(-2, 3, classes) / 8 if offsets else None
    targets = rng.integers(0, classes, (shape[0], 1, shape[2]))
    if ignore is not None:
        targets[rng.random(targets.shape) < 0.2] = ignore
    weights = rng.random(targets.shape) if weighted else None
    top_k = min(top_k, classes)
    tally = Tally(
        MULTICLASS,
        classes,
        COUNTS | CONFUSION,
        thresholds=offset,
        top_k=top_k,
        weighted=int(weighted),
        ignore_index=ignore,
    ).update(scores, targets, weights)
    predicted = oracle.classify(scores.astype(float), top_k, targets[:, 0], offset)
    matrix = oracle.confusion(predicted, targets[:, 0], classes, weights, ignore)
    assert_counts(tally.confusion(), matrix, weighted)
    assert_counts(tally.counts(), oracle.one_against_rest(matrix), weighted)
    if not weighted and ignore is None and top_k == 1 and len(targets):
        peer = sk.confusion_matrix(targets.ravel(), predicted.ravel(), labels=range(classes))
        np.testing.assert_array_equal(tally.confusion(), peer)


def test_predicted_classes_are_scores():
    targets, predicted = np.array([0, 1, 2, 2]), np.array([0, 2, 2, 1])
    tally = Tally(MULTICLASS, 3, CONFUSION).update(predicted, targets)
    np.testing.assert_array_equal(tally.confusion(), sk.confusion_matrix(targets, predicted))


@pytest.mark.parametrize(
    ("change", "code", "row", "column"),
    [
        ({"targets": (3, 1, 2)}, "VALUE", 13, 1),
        ({"scores": (2, 0, np.nan)}, "VALUE", 12, 0),
        ({"weights": (4, 0, -1.0)}, "VALUE", 14, None),
        ({"weights": (1, 0, np.inf)}, "VALUE", 11, None),
        ({"groups": (0, 0, 2)}, "VALUE", 10, None),
    ],
)
def test_a_bad_cell_is_named_and_changes_nothing(change, code, row, column):
    rng = np.random.default_rng(0)
    arrays = {
        "scores": rng.random((6, 3)),
        "targets": rng.integers(0, 2, (6, 3)),
        "weights": rng.random((6, 1)),
        "groups": rng.integers(0, 2, (6, 1)),
    }
    tally = Tally(MULTILABEL, 3, weighted=1, groups=2).update(**arrays)
    before = tally.counts(0, -1)
    for name, (i, j, value) in change.items():
        arrays[name][i, j] = value
    with pytest.raises(LimenError) as caught:
        tally.update(**arrays, row_offset=10)
    assert (caught.value.code, caught.value.row) == (code, row)
    if column is not None:
        assert caught.value.column == column
    np.testing.assert_array_equal(tally.counts(0, -1), before)
    assert tally.samples == 6
