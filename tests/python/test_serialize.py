"""Tallies as bytes, pickles, copies and files: equal in bits, refused when damaged."""

import copy
import multiprocessing
import pickle
import struct
import zlib
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import limen

STATES = {
    "binary": ["counts", "samples", "scores", "histogram", "calibration", "hinge"],
    "multiclass": ["counts", "confusion", "scores", "histogram", "calibration", "hinge"],
    "multilabel": ["counts", "samples", "scores", "histogram", "ranking", "calibration", "hinge"],
}


@st.composite
def problems(draw):
    """Arguments of a Tally, and a function of a seed and a number of rows that makes batches."""
    task = draw(st.sampled_from(sorted(STATES)))
    width = 1 if task == "binary" else draw(st.integers(2, 5))
    keep = draw(st.lists(st.sampled_from(STATES[task]), min_size=1, unique=True))
    groups = draw(st.sampled_from([0, 3]))
    weighted = draw(st.booleans())
    dtype = draw(st.sampled_from([np.float16, np.float32, np.float64]))
    arguments = {
        "task": task,
        "width": width,
        "keep": keep,
        "groups": groups,
        "weighted": weighted,
        "rule": draw(st.sampled_from(["ge", "gt"])),
        "nan": draw(st.sampled_from(["error", "negative"])),
        "ignore_index": draw(st.sampled_from([None, -1])),
        "bins": draw(st.sampled_from([0, 16])),
    }
    if task != "multiclass":
        arguments["thresholds"] = draw(st.sampled_from([0.3, [[0.2] * width, [0.7] * width]]))

    def batch(seed, rows):
        random = np.random.default_rng(seed)
        scores = random.random((rows, width)).astype(dtype)
        if task == "multiclass":
            targets = random.integers(0, width, rows)
        else:
            targets = random.integers(0, 2, (rows, width))
        weights = random.random(rows) if weighted else None
        return scores, targets, weights, random.integers(0, 3, rows) if groups else None

    return arguments, batch


def filled(arguments, batch, seed=0, rows=20):
    tally = limen.Tally(**arguments)
    tally.update(*batch(seed, rows))
    return tally


@given(problems(), st.sampled_from([0, 20]), st.booleans())
def test_bytes_pickles_and_copies(problem, rows, named):
    arguments, batch = problem
    tally = filled(*problem, rows=rows)
    if named:
        tally.labels = [f"label {i}" for i in range(tally.width)]
    data = tally.to_bytes()
    others = [
        limen.Tally.from_bytes(data),
        limen.Tally.from_bytes(memoryview(bytearray(data))),
        *(pickle.loads(pickle.dumps(tally, protocol)) for protocol in range(2, 6)),
        copy.copy(tally),
        copy.deepcopy(tally),
    ]
    tally.update(*batch(1, 7))
    for other in others:
        assert type(other) is limen.Tally
        assert other.to_bytes() == data
        assert other.labels == (tuple(f"label {i}" for i in range(tally.width)) if named else None)
        other.update(*batch(1, 7))
        assert other.to_bytes() == tally.to_bytes()
    if {"counts", "confusion"} & set(arguments["keep"]):
        assert str(others[0].compute()) == str(tally.compute())


@given(problems())
def test_shards_merge_to_the_whole(problem):
    arguments, batch = problem
    arguments["keep"] = [
        s for s in arguments["keep"] if s not in ("ranking", "calibration", "hinge")
    ] or ["counts"]
    arguments["weighted"] = False
    scores, targets, _, groups = batch(0, 23)
    whole = limen.Tally(**arguments)
    whole.update(scores, targets, groups=groups)
    total = limen.Tally(**arguments)
    for rows in (slice(0, 9), slice(9, 9), slice(9, 23)):
        shard = limen.Tally(**arguments)
        shard.update(scores[rows], targets[rows], groups=None if groups is None else groups[rows])
        total.merge(pickle.loads(pickle.dumps(shard)))
    assert total.to_bytes() == whole.to_bytes()


def counts(width=3, **arguments):
    tally = limen.Tally("multilabel", width, **arguments)
    random = np.random.default_rng(0)
    tally.update(random.random((50, width), dtype=np.float32), random.integers(0, 2, (50, width)))
    return tally


def test_damage_is_refused():
    data = counts(keep=["counts", "scores"]).to_bytes()
    for cut in range(0, len(data), 7):
        with pytest.raises(limen.Error) as refused:
            limen.Tally.from_bytes(data[:cut])
        assert refused.value.code == "LIMEN_ERR_FORMAT"
    for at in range(len(data)):
        with pytest.raises(limen.Error):
            limen.Tally.from_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
    with pytest.raises(limen.Error, match="says that it has"):
        limen.Tally.from_bytes(data + b"\0")
    with pytest.raises(limen.Error, match="not a tally"):
        limen.Tally.from_bytes(b"")
    with pytest.raises(TypeError):
        limen.Tally.from_bytes("text")


def test_the_checksum_is_that_of_zip():
    data = counts().to_bytes()
    assert zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little")


def test_a_forged_number_is_refused():
    data = bytearray(counts().to_bytes())
    data[104 + 3 * 8 + 8 + 7] = 0x80  # the sign of the first count
    data[-4:] = zlib.crc32(data[:-4]).to_bytes(4, "little")
    with pytest.raises(limen.Error, match="a count is negative"):
        limen.Tally.from_bytes(data)


def test_labels():
    tally = counts()
    assert tally.labels is None
    tally.labels = ["joy", "été", "x"]
    assert tally.labels == ("joy", "été", "x")
    assert tally.compute()["labels"][1]["name"] == "été"
    assert tally.compute(labels=["a", "b", "c"])["labels"][1]["name"] == "b"
    other = limen.Tally.from_bytes(tally.to_bytes())
    assert other.labels == tally.labels
    other.labels = ["joy", "x", "été"]
    with pytest.raises(limen.Error, match="the name of label 1 differs: été and x"):
        tally.merge(other)
    other.labels = None
    tally.merge(other)
    assert tally.samples == 100
    with pytest.raises(ValueError, match="2 names for 3 labels"):
        tally.labels = ["a", "b"]
    assert tally.labels == ("joy", "été", "x")


def test_tuning_uses_the_labels():
    tally = counts(keep=["scores"])
    tally.labels = ["a", "b", "c"]
    assert [label["name"] for label in tally.tune().report["labels"]] == ["a", "b", "c"]


def test_files(tmp_path):
    tally = counts()
    path = tmp_path / "x.tally"
    tally.save(path)
    assert path.read_bytes() == tally.to_bytes()
    assert limen.Tally.load(str(path)).to_bytes() == tally.to_bytes()
    with pytest.raises(limen.Error, match=r"missing\.tally"):
        limen.Tally.load(tmp_path / "missing.tally")
    with pytest.raises(limen.Error, match="cannot be written"):
        tally.save(tmp_path / "no" / "x.tally")
    path.write_bytes(b"")
    with pytest.raises(limen.Error, match=r"x\.tally: not a tally"):
        limen.Tally.load(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.tally"]


def test_the_layout_is_that_of_the_documentation():
    """Counts, fixed sums and scores as docs/FORMAT.md lays them out, read with NumPy alone."""
    random = np.random.default_rng(3)
    scores = random.standard_normal((40, 2)).astype(np.float32)
    targets = random.integers(-1, 2, (40, 2)).astype(np.int8)
    tally = limen.Tally(
        "multilabel", 2, [[0.1, 0.2]], keep=["counts", "samples", "scores"], ignore_index=-1
    )
    tally.labels = ["a", "é"]
    tally.update(scores, targets)
    data = tally.to_bytes()
    assert data[:8] == b"\x89LIMEN\r\n"
    version, states, size = struct.unpack_from("<IIQ", data, 8)
    assert (version, states, size) == (1, 0b1101, len(data))
    task, rule, nan, dtype, declared = data[24:29]
    assert (task, rule, nan, dtype, declared) == (3, 0, 0, 12, 0)
    assert tuple(data[29:34]) == (0, 0, 1, 0, 1)  # ignore index, names
    width, sets, groups, ignored = struct.unpack_from("<4q", data, 40)
    assert (width, sets, groups, ignored) == (2, 1, 0, -1)
    assert struct.unpack_from("<d2q2d", data, 88)[1] == 40  # samples
    assert struct.unpack_from("<2d", data, 104) == (0.1, 0.2)
    at = 120
    for name in ("a", "é"):
        (length,) = struct.unpack_from("<Q", data, at)
        assert data[at + 8 : at + 8 + length].decode() == name
        at += 8 + length
    parts = []
    for _ in range(3):
        (length,) = struct.unpack_from("<Q", data, at)
        parts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    assert at == len(data) - 4

    outcomes = np.frombuffer(parts[0], "<i8").reshape(4, 2)
    assert outcomes.T.tolist() == tally.counts().tolist()
    sums = np.frombuffer(parts[1], "<u8").reshape(11, 2)
    rows = [int(low) + (int(high) << 64) for low, high in sums]
    assert rows[0] == int((targets >= 0).any(1).sum()) << 60
    keys = np.frombuffer(parts[2], "<u4", 80).reshape(2, 40)
    bits = np.where(keys >> 31, keys ^ 0x80000000, ~keys).astype("<u4")
    assert (bits.view("<f4") == scores.T).all()
    cells = np.frombuffer(parts[2], "u1", 80, 320).reshape(2, 40)
    assert (cells == np.where(targets < 0, 2, targets).T).all()


class Named(limen.Tally):
    """A subclass with an attribute of its own."""


def test_a_subclass_keeps_its_type_and_attributes():
    tally = Named("binary")
    tally.split = {"dev": 1}
    back = pickle.loads(pickle.dumps(tally))
    assert type(back) is Named
    assert back.split == {"dev": 1}
    deep = copy.deepcopy(tally)
    assert deep.split == tally.split and deep.split is not tally.split


def test_an_attached_tally_becomes_one_with_counts_of_its_own():
    arrays = (*(np.zeros(2, np.int64) for _ in range(4)), None)
    tally = limen.Tally("multilabel", 2, arrays=arrays)
    tally.update(np.array([[0.9, 0.1]], np.float32), np.array([[1, 1]], np.uint8))
    back = pickle.loads(pickle.dumps(tally))
    back.update(np.array([[0.9, 0.1]], np.float32), np.array([[1, 1]], np.uint8))
    assert arrays[0].tolist() == [1, 0]
    assert back.counts().tolist() == [[2, 0, 0, 0], [0, 0, 0, 2]]


def count_shard(seed):
    tally = limen.Tally("multilabel", 4, keep=["counts", "scores"])
    random = np.random.default_rng(seed)
    tally.update(random.random((100, 4), dtype=np.float32), random.integers(0, 2, (100, 4)))
    return tally


def test_tallies_travel_between_processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        shards = list(pool.map(count_shard, range(3)))
    total, here = shards[0], count_shard(0)
    for seed, shard in enumerate(shards[1:], 1):
        total.merge(shard)
        here.merge(count_shard(seed))
    assert total.to_bytes() == here.to_bytes()


def test_an_uninitialised_tally_is_an_error():
    empty = limen.Tally.__new__(limen.Tally)
    with pytest.raises(RuntimeError, match="__init__"):
        empty.to_bytes()
    with pytest.raises(RuntimeError, match="__init__"):
        pickle.dumps(empty)
