"""Files that NumPy, pandas and csv write, read by limen: the same numbers, bit for bit."""

import csv
import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen_io_ctypes import LimenError, read

DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]
FEW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BLOCKS = st.sampled_from([0, 1, 100, 1000])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("readers")


def random_array(seed, shape, code, order, layout):
    rng = np.random.default_rng(seed)
    dtype = np.dtype(code)
    bits = rng.integers(0, 256, (*shape, dtype.itemsize), dtype=np.uint8)
    values = bits.view(dtype)[..., 0] if code != "?" else bits[..., 0] > 127
    values = values.astype(values.dtype.newbyteorder(order))
    return np.asfortranarray(values) if layout == "F" else np.ascontiguousarray(values)


def as_axes(values):
    return values.reshape(*values.shape, *(1,) * (3 - values.ndim))


def check_same(got, values):
    expected = as_axes(values.astype(values.dtype.newbyteorder("=")))
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    assert got.tobytes() == expected.tobytes()


arrays = st.tuples(
    st.integers(0, 2**32),
    st.tuples(st.integers(1, 40))
    | st.tuples(st.integers(0, 40), st.integers(1, 9))
    | st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(1, 5)),
    st.sampled_from(DTYPES),
    st.sampled_from("<>"),
    st.sampled_from("CF"),
)


def write_npy(path, values, version):
    with open(path, "wb") as file:
        np.lib.format.write_array(file, values, version=version)


@FEW
@given(arrays, st.sampled_from([(1, 0), (2, 0), (3, 0)]), BLOCKS)
def test_npy(folder, array, version, block):
    values = random_array(*array)
    path = str(folder / "scores.npy")
    write_npy(path, values, version)
    _, got = read(block, scores=path, targets=path)
    check_same(got["scores"], values)
    check_same(got["targets"], values)


@FEW
@given(arrays, arrays, st.booleans(), BLOCKS)
def test_npz(folder, scores, targets, compressed, block):
    scores = random_array(*scores)
    targets = random_array(targets[0], scores.shape, *targets[2:])
    names = [f"größe {i}" for i in range(scores.shape[1] if scores.ndim > 1 else 1)]
    path = str(folder / "all.npz")
    save = np.savez_compressed if compressed else np.savez
    groups = np.arange(len(scores), dtype="i2")
    save(path, scores=scores, targets=targets, labels=np.array(names), groups=groups)
    labels, got = read(block, table=path)
    assert labels == names
    check_same(got["scores"], scores)
    check_same(got["targets"], targets)
    check_same(got["groups"], groups)


def test_zip64_and_data_descriptors(folder):
    """What zipfile writes to a stream that cannot seek back: sizes behind the data."""
    scores = np.linspace(0, 1, 5000, dtype="f4").reshape(1000, 5)

    class Forward(io.RawIOBase):
        def __init__(self):
            self.parts = []

        def writable(self):
            return True

        def write(self, part):
            self.parts.append(bytes(part))
            return len(part)

    sink = Forward()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("scores", "targets"):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, scores)
    path = folder / "streamed.npz"
    path.write_bytes(b"".join(sink.parts))
    _, got = read(300, table=str(path))
    check_same(got["scores"], scores)


cells = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1),
    st.integers(0, 10**6).map(lambda n: n / 10**6),
    st.floats(width=32),
)
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@FEW
@given(st.data(), st.sampled_from([",", "\t"]), st.sampled_from(["\n", "\r\n"]), BLOCKS)
def test_csv_module(folder, data, delimiter, newline, block):
    """Random text beside the numbers, quoted as Python's csv quotes."""
    width = data.draw(st.integers(1, 6))
    rows = data.draw(st.integers(0, 12))
    scores = [[data.draw(cells) for _ in range(width)] for _ in range(rows)]
    targets = [[data.draw(st.integers(-1, 12)) for _ in range(width)] for _ in range(rows)]
    notes = [data.draw(texts) for _ in range(rows)]
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    header = (
        [f"p_{i}" for i in range(width)] + ['note, or "not"'] + [f"y_{i}" for i in range(width)]
    )
    path = folder / ("t.tsv" if delimiter == "\t" else "t.csv")
    with open(
        path, "w", newline="", encoding=data.draw(st.sampled_from(["utf-8", "utf-8-sig"]))
    ) as f:
        writer = csv.writer(f, delimiter=delimiter, lineterminator=newline, quoting=quoting)
        writer.writerow(header)
        for p, note, y in zip(scores, notes, targets, strict=True):
            writer.writerow([*map(repr, p), note, *y])
    labels, got = read(block, table=str(path))
    assert labels == [str(i) for i in range(width)]
    expected = np.array(scores, dtype="f8").reshape(rows, width, 1)
    np.testing.assert_array_equal(got["scores"], expected)
    np.testing.assert_array_equal(got["targets"], np.array(targets, "i8").reshape(rows, width, 1))


@pytest.mark.parametrize("digits", ["%.6f", "%.17g", None])
@pytest.mark.parametrize("packed", [False, True])
def test_pandas(folder, digits, packed):
    rng = np.random.default_rng(5)
    values = rng.random((500, 7)) ** 8
    if digits == "%.6f":
        values = values.round(6)
    frame = pd.DataFrame(values, columns=[f"prob_{c}" for c in "abcdefg"])
    for c in "abcdefg":
        frame[f"target_{c}"] = rng.integers(0, 2, 500)
    frame["w"] = rng.random(500)
    text = frame.to_csv(float_format=digits)
    path = folder / ("p.csv.gz" if packed else "p.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    labels, got = read(0, table=str(path), weight_column="w")
    assert labels == list("abcdefg")
    back = pd.read_csv(io.StringIO(text))
    np.testing.assert_array_equal(got["scores"][:, :, 0], back.filter(like="prob_").to_numpy())
    np.testing.assert_array_equal(got["targets"][:, :, 0], frame.filter(like="target_").to_numpy())
    np.testing.assert_array_equal(got["weights"][:, 0, 0], back["w"].to_numpy())


@FEW
@given(st.integers(0, 2**32), st.integers(0, 400))
def test_truncated_npz(folder, seed, cut):
    """Any end that is missing is an error."""
    path = folder / "cut.npz"
    scores = random_array(seed, (20, 3), "f4", "<", "CF"[seed % 2])
    (np.savez, np.savez_compressed)[seed % 2](path, scores=scores, targets=scores)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - 1 - cut)])
    with pytest.raises(LimenError):
        read(0, table=str(path))


def test_names_of_numpy(folder):
    scores = folder / "s.npy"
    np.save(scores, np.zeros((2, 3)))
    for names in (np.array(["joy", "é€😀", "x"]), np.array([b"joy", b"a", b"bc"])):
        for order in "<>":
            np.save(folder / "names.npy", names.astype(names.dtype.newbyteorder(order)))
            labels, _ = read(
                0, scores=str(scores), without_targets=1, labels=str(folder / "names.npy")
            )
            assert labels == [n if isinstance(n, str) else n.decode() for n in names.tolist()]


def test_objects_are_refused(folder):
    path = folder / "object.npy"
    np.save(path, np.array([1, None], dtype=object), allow_pickle=True)
    with pytest.raises(LimenError, match="pickle") as caught:
        read(0, scores=str(path), without_targets=1)
    assert caught.value.code == "UNSUPPORTED"
    np.save(path, np.zeros(3, dtype=[("a", "f4"), ("b", "i4")]))
    with pytest.raises(LimenError, match="structures"):
        read(0, scores=str(path), without_targets=1)
