"""Updates in pieces, merges, resets; every kernel variant and number of threads."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import assert_counts, cases
from limen_ctypes import (
    BINARY,
    CONFUSION,
    COUNTS,
    MULTICLASS,
    MULTILABEL,
    SAMPLES,
    BFloat16,
    LimenError,
    Tally,
    cpu_name,
    cpu_names,
)


def rows_of(array, rows):
    if array is None:
        return None
    return BFloat16(array.bits[rows]) if isinstance(array, BFloat16) else array[rows]


def update_rows(tally, case, rows):
    tally.update(
        *(rows_of(a, rows) for a in (case.scores, case.targets, case.weights, case.groups))
    )


@given(cases(), st.integers(1, 9))
def test_any_batches_give_the_same_counts(case, step):
    whole, pieces = case.filled(COUNTS), case.tally(COUNTS)
    for first in range(0, len(case.values), step):
        update_rows(pieces, case, slice(first, first + step))
    weighted = case.weights is not None
    assert pieces.samples == whole.samples
    for index in range(len(case.thresholds)):
        assert_counts(pieces.counts(index, -1), whole.counts(index, -1), weighted)


@given(cases(), st.integers(0, 100))
def test_merge_adds(case, cut):
    whole, left, right = case.filled(COUNTS), case.tally(COUNTS), case.tally(COUNTS)
    update_rows(left, case, slice(0, cut))
    update_rows(right, case, slice(cut, None))
    left.merge(right)
    assert left.samples == whole.samples
    for index in range(len(case.thresholds)):
        assert_counts(left.counts(index, -1), whole.counts(index, -1), case.weights is not None)


@given(cases(widths=(1, 3, 28)))
def test_reset_forgets(case):
    tally = case.filled(COUNTS)
    tally.reset()
    assert tally.samples == 0
    assert not tally.counts(0, -1).any()
    update_rows(tally, case, slice(None))
    fresh = case.filled(COUNTS)
    np.testing.assert_array_equal(tally.counts(0, -1), fresh.counts(0, -1))


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"rule": "gt"}, "rule"),
        ({"thresholds": [0.5, 0.5, 0.25]}, "thresholds"),
        ({"width": 4}, "width"),
        ({"groups": 2}, "groups"),
        ({"weighted": 1}, "weighted"),
        ({"ignore_index": -1}, "ignore"),
        ({"states": COUNTS | SAMPLES}, "states"),
    ],
)
def test_merge_refuses_another_configuration(fields, word):
    one = Tally(MULTILABEL, 3)
    other = Tally(**{"task": MULTILABEL, "width": 3, **fields})
    with pytest.raises(LimenError) as caught:
        one.merge(other)
    assert caught.value.code == "CONFIG"
    assert word in str(caught.value)


def test_merge_refuses_another_dtype():
    one, other = Tally(BINARY, 1), Tally(BINARY, 1)
    one.update(np.zeros(2, dtype=np.float32), np.zeros(2, dtype=np.uint8))
    other.update(np.zeros(2), np.zeros(2, dtype=np.uint8))
    with pytest.raises(LimenError) as caught:
        one.merge(other)
    assert caught.value.code == "CONFIG"


@pytest.mark.parametrize(
    ("tally", "scores", "targets"),
    [
        (Tally(BINARY, 1), np.zeros(0), np.zeros(0, dtype=np.uint8)),
        (Tally(MULTILABEL, 4, COUNTS | SAMPLES), np.zeros((0, 4)), np.zeros((0, 4), dtype=bool)),
        (Tally(MULTICLASS, 3, COUNTS | CONFUSION), np.zeros((0, 3)), np.zeros(0, dtype=np.int64)),
    ],
)
def test_no_samples(tally, scores, targets):
    report = tally.update(scores, targets).compute()
    assert report["samples"] == 0
    assert report["labels"][0]["f1"] == 0
    assert "f1" in report["labels"][0]["undefined"]


def digest():
    """Counts over many shapes, dtypes and layouts; unweighted, so every variant's bytes agree."""
    total = hashlib.sha256()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rows, width = int(rng.integers(1, 700)), int(rng.choice([1, 3, 28, 64, 100, 128, 983]))
        dtype = rng.choice(["float16", "float32", "float64", "uint8"])
        scores = np.round(rng.random((rows, width)), 2)
        scores = (scores > 0.5 if dtype == "uint8" else scores).astype(dtype)
        targets = (rng.random((rows, width)) < 0.3).astype(
            rng.choice(["bool", "uint8", "int32", "int64", "float32"])
        )
        scores = np.asfortranarray(scores) if seed % 3 == 0 else scores
        tally = Tally(
            BINARY if width == 1 else MULTILABEL,
            width,
            COUNTS | SAMPLES,
            thresholds=np.round(rng.random((2, width)), 2),
            sets=2,
            rule=["ge", "gt"][seed % 2],
        ).update(scores, targets)
        total.update(tally.counts(0).tobytes() + tally.counts(1).tobytes())
        classes = Tally(MULTICLASS, max(width, 2), CONFUSION, top_k=1 + seed % 2)
        if dtype != "uint8" and width > 1:
            classes.update(scores, rng.integers(0, width, rows))
            total.update(classes.counts().tobytes())
    return total.hexdigest()


@pytest.mark.parametrize("threads", ["1", "2", "7"])
@pytest.mark.parametrize("name", cpu_names())
def test_every_kernel_variant_gives_the_same_bytes(name, threads):
    environment = {**os.environ, "LIMEN_CPU": name, "LIMEN_NUM_THREADS": threads}
    output = subprocess.run(
        [sys.executable, Path(__file__).name],
        cwd=Path(__file__).parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert output.stdout.split() == [name, digest()]


if __name__ == "__main__":
    print(cpu_name(), digest())
